/* What happens to calls and clients: told to who watches, kept in the history. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_JOURNAL_H
#define PPTPD_JOURNAL_H

#include <stdint.h>

#include "state/ctrl_end.h"

struct call_record;
struct history;
struct history_entry;

enum journal_what {
	JOURNAL_CONNECTED,	/* a control connection */
	JOURNAL_STARTED,	/* pppd runs for a call */
	JOURNAL_AUTHENTICATED,
	JOURNAL_UP,		/* pppd's interface is up */
	JOURNAL_CHANGED,	/* something else that pppd reports */
	JOURNAL_ENDED,
	JOURNAL_REFUSED,
	JOURNAL_RELOADED	/* the configuration was read again */
};

/*
 * All functions but this one do something in the front engine only, which hears
 * of all calls.  Maps the memory of the engine before us; the descriptor stays
 * the caller's.  Without it the history begins with this engine.
 */
void	journal_map(int fd);
/* Who is told of each event; NULL: nobody. */
void	journal_watch(void (*)(enum journal_what,
	    const struct history_entry *));

void	journal_connected(uint32_t client);
void	journal_call(enum journal_what, const struct call_record *);
/* pppd's reports have changed the record. */
void	journal_report(const struct call_record *);
/* A call that another engine had before is known to this one now. */
void	journal_found(const struct call_record *);
/* Who is told that a user has logged in, or may have; NULL: nobody. */
void	journal_on_login(void (*)(void));
/* The call has ended; its record is still mapped. */
void	journal_ended(const struct call_record *, enum ctrl_end);
/* A call has ended while no engine saw it; nothing if that is known already. */
void	journal_missed(uint16_t call_id, const char *session, uint32_t client,
	    uint32_t seconds);
void	journal_refused(uint32_t client, enum ctrl_end);
void	journal_reloaded(void);

/* Never NULL. */
const struct history *journal_history(void);

#endif
