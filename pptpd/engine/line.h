/* The data path of a call: between the GRE socket and the pty of its pppd. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LINE_H
#define PPTPD_LINE_H

#include <event2/event_struct.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/pty_queue.h"
#include "state/gre_window.h"
#include "state/login_hold.h"
#include "state/login_steps.h"

struct call_record;
struct gre_packet;
struct hdlc_decoder;

/* Between whom: addresses in network order, ours and the peer's Call ID. */
struct line_ends {
	uint32_t client, server;
	uint16_t id, peer_id;
};

/* What a line tells the call that it belongs to. */
struct line_events {
	/* pppd has spoken, or had the time to; again if another one runs. */
	void	(*opened)(void *);
	/* pppd has let the client in, or has not; until it has. */
	void	(*authenticated)(void *);
	void	(*auth_failed)(void *);
	/* pppd has left some time ago, and nobody has said so.  The last
	 * thing that a line does, so that it may be closed by it. */
	void	(*gone)(void *);
};

/* Embedded in a call, which looks at nothing in here. */
struct line {
	const struct line_events *events;
	void		*owner;
	struct call_record *rec;	/* its numbers and counters */
	struct line_ends ends;
	int		 pty;		/* -1: closed */
	bool		 touched;
	bool		 gate_open;
	bool		 full;		/* writable is waited for */
	uint64_t	 gate_at;	/* us, opens then at the latest */
	uint64_t	 gone_at;	/* us, 0: pppd is there */
	uint64_t	 timer_at;	/* us, UINT64_MAX: not set */
	struct pty_queue queue;
	struct gre_reorder reorder;
	struct login_hold hold;		/* frames that come too early */
	struct login_steps steps;
	struct hdlc_decoder *decoder;	/* NULL: no frame is half read */
	struct event	 readable, writable, timer;
};

/* A closed one.  The record must be there until line_close(). */
void	line_init(struct line *, const struct line_ends *,
	    struct call_record *, const struct line_events *, void *owner);
/*
 * A call begins: its numbers do.  window: packets that the peer can take;
 * asked: when it was asked for, in us of engine_now_us().
 */
void	line_begin(struct line *, uint16_t window, uint64_t asked);
/*
 * Opens it on the pty, which must be there until line_close() and stays the
 * caller's.  One that has carried packets before goes on; else nothing is
 * written until `opened` is told.
 */
void	line_open(struct line *, int pty);
/* Whether pppd has spoken. */
bool	line_is_open(const struct line *);
/* Reads what pppd has left behind. */
void	line_drain(struct line *);
/* Another pppd has taken the pty over. */
void	line_restart(struct line *);
/* Does nothing any more; may be told more than once. */
void	line_close(struct line *);
/* Its memory, once nobody is in here any more. */
void	line_free(struct line *);

/* The client is there: it has sent a Set-Link-Info. */
void	line_client_spoke(struct line *);
/*
 * A packet with its Call ID, from anybody.  Frames are written to the pty, and
 * acknowledgements sent, by line_flush_touched() after each batch.
 */
void	line_receive(struct line *, const struct gre_packet *);
void	line_flush_touched(void);

#endif
