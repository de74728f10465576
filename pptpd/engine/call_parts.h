/* What the files of a call share; nobody else includes it. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CALL_PARTS_H
#define PPTPD_CALL_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/call.h"
#include "engine/call_queue.h"
#include "engine/engine.h"
#include "engine/line.h"
#include "shared/loop.h"

enum call_stage {
	CALL_WAITING,		/* it waits for its turn */
	CALL_ASKED,		/* the monitor has to answer */
	CALL_SPAWNED,		/* its keeper has to answer */
	CALL_UP,
	CALL_VERDICT,		/* hung up; pppd's exit status is due */
	CALL_GONE		/* over, freed after this event */
};

/* The result of functions that may end the call. */
enum call_life {
	CALL_LIVES,
	CALL_OVER		/* ended: its caller must not go on with it */
};

struct call {
	enum call_stage	 stage;
	uint16_t	 id;
	struct call_owner of;		/* .owner NULL: the owner ended it */
	enum ctrl_end	 end;		/* ... with this reason */
	struct call_record *rec;	/* NULL: none yet, or given away */
	struct login_key login_key;	/* for who gets the call */
	bool		 begun;		/* the front is told of its end */
	bool		 verdict;	/* pppd let the client in, or exited */
	bool		 hurries;	/* call_kick_now() */
	int		 keeper, pty;	/* -1: none (pty: kernel data path) */
	struct queued_call turn;
	struct line	 line;		/* open if there is a pty */
	struct loop_watch from_keeper;
	struct engine_ended ended;
};

/* Logs the change.  cause: in words. */
void	call_set_stage(struct call *, enum call_stage to, const char *cause);
/* Ends an event of the call, which may have ended: it is not used any more. */
void	call_end_work(enum call_life);
/* Whether this engine, and not a back engine, is to serve the call. */
bool	call_is_ours(const struct call *);

/* Ends the call.  Its memory stays until the event is over, for our callers. */
void	call_gone(struct call *, const char *cause);
/* Tells the keeper to hang up; the reason lies in the record. */
void	call_hang_up(struct call *);
/* Ends a call that its owner did not end: the owner is told. */
enum call_life call_ended(struct call *, enum ctrl_end) MUST_LOOK;
/* Ends a call that cannot be started, and tells its owner. */
void	call_failed(struct call *, uint8_t result, uint8_t error);

/* Gives the call its keeper and its record, which it owns from now on. */
void	call_take_keeper(struct call *, int keeper, struct call_record *);
/* Opens the line; without a pty the kernel carries the call. */
void	call_open_line(struct call *);
/* pppd runs: the call begins. */
enum call_life call_is_up(struct call *) MUST_LOOK;
/* pppd has spoken, or need not: the next call may start. */
void	call_line_opened(void *call);

#endif
