/* Limits on clients that are silent, unauthenticated, or fail repeatedly. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LIMIT_H
#define PPTPD_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/ctrl.h"
#include "state/source.h"

/* Times are milliseconds of a monotonic clock; the caller passes "now". */

#define LIMIT_YOUNG_MS		1000	/* younger is not "silent" */
#define LIMIT_PENALTY_FROM_MS	15000	/* penalties above this refuse */
#define LIMIT_PENALTY_MAX_MS	600000
#define LIMIT_PENALTY_KNOWN_MS	60000	/* if it has authenticated before */
#define LIMIT_PERIOD_MS		60000	/* for comparing failures */
#define LIMIT_QUORUM		5	/* fewest failing sources that count */
#define LIMIT_FLOOD_MS		30000	/* too many messages, then close */
#define LIMIT_CALL_YOUNG_MS	5000	/* younger: not ended for others */
#define LIMIT_SHORT_MS		60000	/* slots are short after a "busy" */
#define LIMIT_LOG_PER_S		50	/* lines about clients in total */

/*
 * What the administrator can set (pptpd.conf(5)).  0 means "no limit", or for a
 * time "off".
 */
struct limit_conf {
	uint32_t connections;		/* number of slots for calls */
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
	uint32_t max_logins;		/* calls of one user at a time ... */
	uint32_t logins_replace;	/* ... 1: a new one ends the oldest */
};

/* One connection; embedded in the caller's own object. */
struct limit_conn {
	struct source	*source;	/* NULL: not counted */
	void		*owner;		/* the caller's */
	uint64_t	 since;		/* ms, of its present state */
	uint32_t	 place;		/* in its list, from 1; 0: in none */
	uint16_t	 elsewhere;	/* Call ID, if another engine serves
					   the call; 0: ours does */
	bool		 asked;		/* has ever been given a call */
	bool		 call;		/* has a call, or is getting one */
	bool		 slot;		/* unauthenticated call has a slot */
	bool		 authenticated;
	bool		 failed;	/* a failure was counted */
	struct source_log log;		/* used once authenticated */
};

/* The rate of control messages of one connection. */
struct limit_messages {
	struct bucket	bucket;
	uint64_t	flood_since;	/* ms; 0: no flood */
};

struct limit_memory;

/* A list of connections; each is in one list at most. */
struct limit_list {
	struct limit_conn	**conn;
	uint32_t		 n, size;
};

struct limits {
	struct limit_conf	 conf;
	struct source_table	 sources;
	struct limit_list	 silent;	/* without a call */
	struct limit_list	 waiting;	/* for authentication */
	uint64_t		 short_until;	/* ms; 0: never short */
	uint32_t		 unauthenticated;
	uint32_t		 random;
	struct bucket		 connect, call, log;
	struct bucket_rate	 connect_rate, connect_rate_per_ip,
				 call_rate, call_rate_per_ip,
				 message_rate, log_rate, log_total;
	uint64_t		 log_since;	/* ms, see log_suppressed */
	uint32_t		 log_suppressed; /* by LIMIT_LOG_PER_S */
	uint32_t		 log_pending;	/* sources with such lines */
	uint32_t		 period;	/* number of this period */
	struct limit_period {
		uint32_t failed, succeeded;	/* sources */
		uint32_t known_failed;
	}			 now, before;
	uint32_t		 known;		/* known sources */
	bool			 suspended;	/* auth-penalty is suspended */
	unsigned int		 say;		/* LIMIT_SAY_* to be returned */
	uint64_t		 amnesty;	/* ms, pardons older failures */
	struct limit_memory	*memory;	/* not owned; NULL: none */
};

/* seed: random.  NULL: no memory. */
struct limits	*limit_new(const struct limit_conf *, uint32_t seed);
void		 limit_free(struct limits *);
/* Sets other limits; the counts stay. */
void		 limit_change(struct limits *, const struct limit_conf *);

/* --- connections --- */

/* When the next connection may be accepted: now or later. */
uint64_t	 limit_accept_at(const struct limits *, uint64_t now);
/*
 * Counts a new connection from an address (network order); the struct is zeroed
 * but for its owner.  CTRL_END_NONE: serve it.  CTRL_END_RATE and
 * CTRL_END_RESOURCE: it was not counted; close it and send nothing.  Any other
 * reason: it was counted, but its SCCRQ has to be refused.
 */
enum ctrl_end	 limit_open(struct limits *, struct limit_conn *,
		    uint32_t addr, uint64_t now);
/*
 * After limit_open(): the connection to close because too many have not
 * authenticated; NULL: none.  It may be the new one.  urgent: one is returned
 * whenever a connection is silent.
 */
struct limit_conn *limit_victim(struct limits *, bool urgent, uint64_t now);
/*
 * After CTRL_END_UNAUTH_PER_IP: a silent connection from the same address that
 * can be closed instead; NULL: there is none.
 */
struct limit_conn *limit_neighbour(const struct limits *,
		    const struct limit_conn *, uint64_t now);
/* Counts its request for a call.  CTRL_END_NONE: it may have one. */
enum ctrl_end	 limit_call(struct limits *, struct limit_conn *,
		    uint64_t now);
/*
 * In place of limit_open() and limit_call(): counts a connection with a call
 * that another process has accepted.  No rate and no limit is applied to it.
 */
void		 limit_adopt(struct limits *, struct limit_conn *,
		    uint32_t addr, bool authenticated, uint64_t now);
/* Moves all counts of one connection to another object. */
void		 limit_move(struct limits *, struct limit_conn *to,
		    struct limit_conn *from);

/* --- slots --- */

/* Notes that the connection's call has a slot. */
void		 limit_has_slot(struct limits *, struct limit_conn *,
		    uint64_t now);
/* Notes that a call got no slot: slots are short for LIMIT_SHORT_MS. */
void		 limit_no_slot(struct limits *, uint64_t now);
bool		 limit_slots_short(const struct limits *, uint64_t now);
/*
 * Chooses a connection whose call has to end so that the waiting call gets its
 * slot: the oldest unauthenticated call of the address that has most of them,
 * if it has more than the waiting call's address.  NULL: there is none; or, if
 * *later is set, there is one, but it is still too young to be ended.
 */
struct limit_conn *limit_slot_victim(const struct limits *,
		    const struct limit_conn *, uint64_t now, bool *later);
/* Whether one more call may be started; if not, *at is when. */
bool		 limit_start(struct limits *, uint64_t now, uint64_t *at);
/* Notes that the connection has no call any more. */
void		 limit_call_over(struct limits *, struct limit_conn *,
		    uint64_t now);
/* Counts the connection no longer; may be called again. */
void		 limit_close(struct limits *, struct limit_conn *);

/* What to do, after a message was read, before the next is read. */
enum limit_pace {
	LIMIT_GO_ON,
	LIMIT_PAUSE,		/* read no more until *at */
	LIMIT_ENOUGH		/* flood for too long: close */
};
enum limit_pace limit_message(struct limits *, struct limit_messages *,
		    uint64_t now, uint64_t *at);

/* --- authentication --- */

#define LIMIT_SAY_REFUSED	0x1	/* the address is refused now */
#define LIMIT_SAY_SUSPENDED	0x2	/* penalties are suspended */
#define LIMIT_SAY_RESUMED	0x4	/* penalties apply again */

/* Notes that pppd has let it in; returns LIMIT_SAY_* bits, what to log. */
unsigned int	 limit_authenticated(struct limits *, struct limit_conn *,
		    uint64_t now);
/* Notes that pppd has not; a connection is counted once.  Returns the same. */
unsigned int	 limit_failed(struct limits *, struct limit_conn *,
		    uint64_t now);
/* For how many ms an address is still refused; 0: it is not. */
uint64_t	 limit_penalty(struct limits *, const struct source *,
		    uint64_t now);

/* --- log --- */

/* Log lines that were left out. */
struct limit_summary {
	uint32_t addr;		/* network order; 0: of all clients */
	uint32_t lines;		/* 0: none */
	uint32_t seconds;	/* since the first line */
};

/*
 * Whether a line about a connection from an address (network order) may be
 * logged; if so, log the summary first.  The connection may be NULL; one that
 * has authenticated has a log-rate of its own, so that others behind the same
 * address cannot use it up.
 */
bool		 limit_log(struct limits *, struct limit_conn *, uint32_t addr,
		    enum source_class, uint64_t now, struct limit_summary *);
/*
 * Reports the summaries of addresses whose lines may be logged again.  True:
 * there are more; call it again in a minute.
 */
bool		 limit_log_flush(struct limits *, uint64_t now,
		    void (*report)(const struct limit_summary *));

/* --- for limit*.c --- */

/* False: no memory for one more. */
bool		 limit_list_reserve(struct limit_list *);
/* Call it only after limit_list_reserve(). */
void		 limit_list_add(struct limit_list *, struct limit_conn *);
/* Does nothing if it is in no list. */
void		 limit_list_remove(struct limit_list *, struct limit_conn *);
/* It has no slot any more, or its call is not ended for others any more. */
void		 limit_slot_done(struct limits *, struct limit_conn *);

#endif
