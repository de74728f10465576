/* The monitor's calls: slot, address and processes of each. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SLOTS_H
#define PPTPD_SLOTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/queue.h"
#include "config/pool.h"
#include "monitor/process_watch.h"
#include "shared/keeper_call.h"
#include "state/session_id.h"

struct call_record;
struct relayed_call;

/* Shared by calls.c, calls_rejoin.c and call_end.c only. */
struct slot {
	LIST_ENTRY(slot) entry;
	pid_t		 keeper;	/* 0: gone */
	pid_t		 pppd;		/* child of ours since the keeper's
					   death, until it is reaped; 0: none */
	uint64_t	 orphan_since;	/* ms; the keeper died */
	bool		 lost;		/* call_end_find() has to find its
					   pppd */
	int		 slot;		/* -1: none */
	uint16_t	 id;		/* our Call ID */
	uint32_t	 client;	/* network order */
	uint64_t	 started_ms;
	char		 session[SESSION_ID_TEXT];	/* "": none yet */
	uint16_t	 kernel_id;	/* ID marked in the map; 0: none */
	struct call_record *rec;	/* the engine can write there; NULL: a
					   call of an earlier monitor */
	/*
	 * The keeper is watched because wait(2) for any of thousands of
	 * children is slow, and because a keeper that began under an earlier
	 * monitor may not be our child.  pppd is watched in that second case,
	 * and when its keeper is gone.
	 */
	struct process_watch keeper_watch, pppd_watch;
	int		 link;		/* its last word comes here (struct
					   rejoin_end); -1: none */
	char		*reserved;	/* its address, if it has no slot */
	bool		 unwatched;	/* its keeper has no pidfd */
	bool		 keeper_began;	/* so the call has a session */
	int		 ledger;	/* entry, -1: none */
	struct relayed_call *relayed;	/* NULL: the front's call */
};

extern LIST_HEAD(slots, slot) slots_list;	/* of all calls */
extern struct pool slots_pool;	/* the addresses */
extern struct slots_counts {
	unsigned int all;
	unsigned int orphans;	/* whose keeper is gone */
	unsigned int unwatched;	/* whose keeper has no pidfd */
} slots_counts;

/* changed: see calls_init().  0, or -1 with errno set. */
int	slots_init(const struct conf *, void (*changed)(void));
/* Takes other addresses; 0, or -1 without memory. */
int	slots_change(const struct conf *);
/* Tells the monitor that a slot may be free. */
void	slots_changed(void);
/* gre_filter.h's, where a call of the kernel is marked; -1: none. */
void	slots_map(int map);

/* A new one without an address, in the list; NULL: no memory. */
struct slot *slot_new(uint16_t id);
/* The call is over: slot and address are free, the front is told. */
void	slot_free(struct slot *);
/* Takes over what names the call, from the monitor's or its keeper's words. */
void	slot_name(struct slot *, const struct keeper_call *);
/* Gives the call its address again.  NULL, or the reason why it can't. */
const char *slot_claim(struct slot *, const struct keeper_call *);

#endif
