/* Limits on what is silent, has not authenticated, or keeps failing. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LIMIT_H
#define PPTPD_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/ctrl.h"
#include "state/source.h"

/* Times are milliseconds of a monotonic clock; the caller passes "now". */

#define LIMIT_YOUNG_MS		1000	/* nobody is silent before that */
#define LIMIT_PENALTY_FROM_MS	15000	/* penalties above this refuse */
#define LIMIT_PENALTY_MAX_MS	600000
#define LIMIT_PENALTY_KNOWN_MS	60000	/* ... of who has authenticated */
#define LIMIT_PERIOD_MS		60000	/* in which failures are compared */
#define LIMIT_QUORUM		5	/* sources that make "most" */
#define LIMIT_FLOOD_MS		30000	/* of too many messages, then out */
#define LIMIT_CALL_YOUNG_MS	5000	/* so long nobody ends it for others */
#define LIMIT_SHORT_MS		60000	/* slots are short after a "busy" */
#define LIMIT_LOG_PER_S		50	/* lines about clients in total */

/*
 * What the administrator can set (pptpd.conf(5)).  0 is "no limit", or "off"
 * of what is a time.
 */
struct limit_conf {
	uint32_t connections;		/* calls that there can be */
	uint32_t max_per_ip;		/* calls of one address */
	uint32_t max_unauth;		/* unauthenticated connections ... */
	uint32_t max_unauth_per_ip;	/* ... of one address */
	uint32_t connection_rate;	/* new ones per second ... */
	uint32_t connection_rate_per_ip; /* ... that ask for no call */
	uint32_t call_rate;		/* starts of calls per second ... */
	uint32_t call_rate_per_ip;	/* ... that do not authenticate */
	uint32_t call_timeout;		/* s, to the Outgoing-Call-Request */
	uint32_t auth_timeout;		/* s, from OCRP to authentication */
	uint32_t auth_penalty;		/* s, for each failure */
	uint32_t message_rate;		/* per second and connection */
	uint32_t log_rate;		/* lines per minute, address, class */
};

/* One connection; embedded in what the caller keeps of it. */
struct limit_conn {
	struct source	*source;	/* NULL: not counted */
	void		*owner;		/* the caller's */
	uint64_t	 since;		/* ms, of its last change */
	uint32_t	 place;		/* in its list, from 1; 0: in none */
	uint16_t	 elsewhere;	/* Call ID, of one that another engine
					   serves; 0: it is ours */
	bool		 asked;		/* for a call, which was given */
	bool		 call;		/* has one, or is given one */
	bool		 slot;		/* ... and that has a slot */
	bool		 authenticated;
	bool		 failed;	/* to authenticate; counted once */
	struct source_log log;		/* once it has authenticated */
};

/* Control messages of one connection. */
struct limit_messages {
	struct bucket	bucket;
	uint64_t	flood_since;	/* ms; 0: no flood */
};

struct limit_memory;

/* Connections; each is in one list at most. */
struct limit_list {
	struct limit_conn	**conn;
	uint32_t		 n, size;
};

struct limits {
	struct limit_conf	 conf;
	struct source_table	 sources;
	struct limit_list	 silent;	/* without a call */
	struct limit_list	 waiting;	/* with a slot, to authenticate */
	uint64_t		 short_until;	/* ms; 0: slots never were */
	uint32_t		 unauthenticated;
	uint32_t		 random;
	struct bucket		 connect, call, log;
	struct bucket_rate	 connect_rate, connect_rate_per_ip,
				 call_rate, call_rate_per_ip,
				 message_rate, log_rate, log_total;
	uint64_t		 log_since;	/* ms, see log_suppressed */
	uint32_t		 log_suppressed; /* by the total's limit */
	uint32_t		 log_pending;	/* sources with such lines */
	uint32_t		 period;	/* number of the present one */
	struct limit_period {
		uint32_t failed, succeeded;	/* sources */
		uint32_t known_failed;
	}			 now, before;
	uint32_t		 known;		/* sources that are */
	bool			 suspended;	/* penalties are */
	unsigned int		 say;		/* LIMIT_SAY_* to come */
	uint64_t		 amnesty;	/* ms: failures until then */
	struct limit_memory	*memory;	/* not owned; NULL: none */
};

/* seed: random.  NULL: no memory. */
struct limits	*limit_new(const struct limit_conf *, uint32_t seed);
void		 limit_free(struct limits *);
/* Other limits from now on; what is counted stays. */
void		 limit_change(struct limits *, const struct limit_conf *);

/* --- connections --- */

/* When one more may be accepted: now or later. */
uint64_t	 limit_accept_at(const struct limits *, uint64_t now);
/*
 * A connection from an address (network order); the struct is zeroed but for
 * its owner.  CTRL_END_NONE: welcome.  CTRL_END_RATE and CTRL_END_RESOURCE: not
 * counted, to be closed without a word.  Else: counted, but its
 * SCCRQ is to be refused.
 */
enum ctrl_end	 limit_open(struct limits *, struct limit_conn *,
		    uint32_t addr, uint64_t now);
/*
 * After limit_open(): the connection to close because there are too many
 * without authentication, NULL if nobody has to go.  It may be the new one.
 * urgent: somebody has to go, if anybody is silent.
 */
struct limit_conn *limit_victim(struct limits *, bool urgent, uint64_t now);
/*
 * After CTRL_END_UNAUTH_PER_IP: another one of its address that has been
 * silent for long and can be closed in its place; NULL if there is none.
 */
struct limit_conn *limit_neighbour(const struct limits *,
		    const struct limit_conn *, uint64_t now);
/* It asks for a call: CTRL_END_NONE if it may have one. */
enum ctrl_end	 limit_call(struct limits *, struct limit_conn *,
		    uint64_t now);
/*
 * In place of limit_open() and limit_call(): one that was counted by another
 * process, with a call.  It has done nothing that could be too much.
 */
void		 limit_adopt(struct limits *, struct limit_conn *,
		    uint32_t addr, bool authenticated, uint64_t now);
/* What is counted of one is counted of another from now on. */
void		 limit_move(struct limits *, struct limit_conn *to,
		    struct limit_conn *from);

/* --- slots --- */

/* The call that it was given has a slot. */
void		 limit_has_slot(struct limits *, struct limit_conn *,
		    uint64_t now);
/* There was none for somebody: they are short for a while. */
void		 limit_no_slot(struct limits *, uint64_t now);
bool		 limit_slots_short(const struct limits *, uint64_t now);
/*
 * Whose call is to end so that one that waits for a slot gets it: that of the
 * address with most unauthenticated calls, if these are more than the waiting
 * one's has; of these the oldest.  NULL: nobody's, or (*later) nobody's yet.
 */
struct limit_conn *limit_slot_victim(const struct limits *,
		    const struct limit_conn *, uint64_t now, bool *later);
/* Whether one more call may be started; if not, *at is when. */
bool		 limit_start(struct limits *, uint64_t now, uint64_t *at);
/* It has no call any more. */
void		 limit_call_over(struct limits *, struct limit_conn *,
		    uint64_t now);
/* It is closed; may be told more than once. */
void		 limit_close(struct limits *, struct limit_conn *);

/* One more message was read.  What to do before the next: */
enum limit_pace {
	LIMIT_GO_ON,
	LIMIT_PAUSE,		/* read no more until *at */
	LIMIT_ENOUGH		/* it has gone on for too long */
};
enum limit_pace limit_message(struct limits *, struct limit_messages *,
		    uint64_t now, uint64_t *at);

/* --- authentication --- */

#define LIMIT_SAY_REFUSED	0x1	/* the address is refused from now */
#define LIMIT_SAY_SUSPENDED	0x2	/* penalties are suspended from now */
#define LIMIT_SAY_RESUMED	0x4	/* they are no longer */

/* pppd has let it in; what there is to log. */
unsigned int	 limit_authenticated(struct limits *, struct limit_conn *,
		    uint64_t now);
/* pppd has not; counts once for each connection. */
unsigned int	 limit_failed(struct limits *, struct limit_conn *,
		    uint64_t now);
/* Milliseconds for which an address is refused, 0 if it is not. */
uint64_t	 limit_penalty(struct limits *, const struct source *,
		    uint64_t now);

/* --- log --- */

/* Lines that were left out. */
struct limit_summary {
	uint32_t addr;		/* network order; 0: of all clients */
	uint32_t lines;		/* 0: none */
	uint32_t seconds;	/* since the first of them */
};

/*
 * Whether a line may be logged about a connection from an address (network
 * order); if so, the summary is to be logged first.  The connection may be
 * NULL; if it has authenticated, its lines are counted for itself.
 */
bool		 limit_log(struct limits *, struct limit_conn *, uint32_t addr,
		    enum source_class, uint64_t now, struct limit_summary *);
/*
 * Reports the summaries of those who have become quiet.  True if there are
 * more to come: call it again in a minute.
 */
bool		 limit_log_flush(struct limits *, uint64_t now,
		    void (*report)(const struct limit_summary *));

/* --- for limit*.c --- */

/* False: no memory for one more. */
bool		 limit_list_reserve(struct limit_list *);
/* There is room for it. */
void		 limit_list_add(struct limit_list *, struct limit_conn *);
/* It may be in no list. */
void		 limit_list_remove(struct limit_list *, struct limit_conn *);
/* It has no slot, or need not make room any more. */
void		 limit_slot_done(struct limits *, struct limit_conn *);

#endif
