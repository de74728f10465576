/* The engine: what its parts share. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ENGINE_H
#define PPTPD_ENGINE_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"
#include "shared/ipc.h"

/* Of a function that may have ended what it was given: its result says so. */
#define MUST_LOOK	__attribute__((warn_unused_result))

#define ADMIN_CLIENTS_MAX 16	/* of pptpdctl; each takes a descriptor */
#define FILES_CALL	3	/* descriptors of a call: keeper, record, pty */

struct engine {
	struct event_base *base;
	uint32_t	 stimeout_ms;
	uint16_t	 first_call_id;	/* wished for by inetd; 0: none */
	bool		 ask_access;
	bool		 stopping;
	bool		 draining;	/* nobody new is served */
	uint64_t	 started_ms;
	const char	*sandbox;	/* its mode, pptpd.conf(5) */
	unsigned int	 max_files;	/* descriptors that may be open */
	unsigned int	 conns;		/* connections that there are */
	unsigned int	 calls;		/* those that wait for the monitor
					   included */
	bool		 one_connection; /* from inetd: end with it */
	bool		 leave_calls;	/* when the monitor is gone */
	/*
	 * Which of how many engines: it serves the Call IDs that leave index
	 * when divided by count.  0 is the front, which all clients come to.
	 */
	uint16_t	 index, count;
	uint16_t	*at_work;	/* see engine_work(); never NULL */
};

extern struct engine engine;

/* Makes the event loop, before all else here; false: logged why not. */
bool	 engine_init(void);

/*
 * What follows is done for the call with this ID, 0: for none.  The monitor
 * looks here when we have crashed, and ends a call over which that happens
 * twice.  So each event says it at its beginning, and 0 at its end.
 */
static inline void
engine_work(uint16_t call_id)
{
	*engine.at_work = call_id;
}

/*
 * What has ended may still be in use by those that have called whoever ended
 * it: it is freed when the event is over, and here is the one place for that.
 * Embedded in what is freed, once.
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
/* Sends to the monitor; false: it could not be told. */
bool	 engine_tell(const struct ipc_msg *, int fd);
/* Whether n more descriptors can be had, besides what all calls may take. */
bool	 engine_has_files(unsigned int n);
/* Whether an engine that serves so many calls and nobody else can have one
 * more. */
bool	 engine_has_room(unsigned int calls);
/* Tells the front what has become of a call of ours, unless that is us. */
void	 engine_news(enum ipc_news, uint16_t call_id, enum ctrl_end);
/* Leaves the event loop once there is nothing left to do and we are stopping. */
void	 engine_maybe_done(void);

#endif
