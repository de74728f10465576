/* The engine: what its parts share. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ENGINE_H
#define PPTPD_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"
#include "shared/files.h"
#include "shared/ipc.h"

/*
 * Marks a function that may end the object it is given.  Its result says
 * whether it did, so the caller has to look at it.
 */
#define MUST_LOOK	__attribute__((warn_unused_result))

struct engine {
	uint32_t	 stimeout_ms;
	uint16_t	 first_call_id;	/* given to pptpd by inetd; 0: none */
	bool		 ask_access;
	bool		 stopping;
	bool		 draining;	/* no new calls are taken */
	uint64_t	 started_ms;
	const char	*sandbox;	/* its mode, pptpd.conf(5) */
	unsigned int	 max_files;	/* descriptors that may be open */
	unsigned int	 conns;		/* number of connections */
	unsigned int	 calls;		/* number of calls, those that wait
					   for the monitor included */
	bool		 one_connection; /* from inetd: end with it */
	bool		 leave_calls;	/* when the monitor is gone */
	/*
	 * There are count engines.  This one serves the Call IDs that leave
	 * the remainder index when divided by count.  0 is the front engine,
	 * which accepts all connections.
	 */
	uint16_t	 index, count;
	uint16_t	*at_work;	/* see engine_work(); never NULL */
};

extern struct engine engine;

/* Makes the event loop.  Call it first.  False: the reason was logged. */
bool	 engine_init(void);

/*
 * Names the call that the engine works for from here on, 0: none.  After a
 * crash the monitor reads which call it was, and ends a call over which the
 * engine crashed twice.  So each event names its call at its beginning, and 0
 * at its end.
 */
static inline void
engine_work(uint16_t call_id)
{
	*engine.at_work = call_id;
}

/*
 * An object that ends is freed only after the event: callers further up the
 * stack may still use it.  One of these is embedded in each such object.
 */
struct engine_ended {
	SLIST_ENTRY(engine_ended) entry;
	void	(*free)(void *);
	void	*what;
};

void	 engine_free_later(struct engine_ended *, void (*)(void *),
	    void *what);

/* CLOCK_MONOTONIC. */
uint64_t engine_now_ms(void);
uint64_t engine_now_us(void);
/* Sends a message to the monitor; false: it could not be sent. */
bool	 engine_tell(const struct ipc_msg *, int fd);
/* Whether n more descriptors are free when all calls have taken their own. */
bool	 engine_has_files(unsigned int n);
/*
 * Whether the descriptors of an engine with that many calls, and no other
 * connections, allow one more call.
 */
bool	 engine_has_room(unsigned int calls);
/* A back engine tells the front engine about a call; the front does nothing. */
void	 engine_news(enum ipc_news, uint16_t call_id, enum ctrl_end);
/* Leaves the event loop if the engine is to stop and has nothing left to do. */
void	 engine_maybe_done(void);

#endif
