/* The data path of a call: between the GRE socket and the pty of its pppd. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LINE_H
#define PPTPD_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"
#include "engine/pty_queue.h"
#include "shared/loop.h"
#include "state/diagnosis.h"
#include "state/gre_window.h"
#include "state/large_path.h"
#include "state/login_hold.h"
#include "state/login_steps.h"

struct call_record;
struct gre_packet;
struct hdlc_counts;
struct hdlc_decoder;
struct trace;

/* The two ends: addresses in network order, our Call ID and the peer's. */
struct line_ends {
	uint32_t client, server;
	uint16_t id, peer_id;
};

/* What a line tells the call that it belongs to. */
struct line_events {
	/* pppd has sent its first frame, or its time for that is over.  Comes
	 * again for each pppd that takes the pty over. */
	void	(*opened)(void *);
	/* pppd has let the client in, or has refused it.  Nothing comes after
	 * `authenticated`. */
	void	(*authenticated)(void *);
	void	(*auth_failed)(void *);
	/* Why the login gets nowhere has been found out, or it goes on. */
	void	(*diagnosed)(void *, const struct diagnosis *);
	/* pppd closed its line some time ago, and no exit was reported.  The
	 * line does nothing after this, so the call may close it in here. */
	void	(*gone)(void *);
};

/* Embedded in a call, which does not use its members. */
struct line {
	const struct line_events *events;
	void		*owner;
	struct call_record *rec;	/* its numbers and counters */
	struct line_ends ends;
	int		 pty;		/* -1: closed */
	bool		 touched;
	bool		 gate_open;
	bool		 full;		/* waits for writable */
	uint64_t	 gate_at;	/* us, when it opens at the latest */
	uint64_t	 gone_at;	/* us, pppd closed it; 0: it has not */
	uint64_t	 timer_at;	/* us, UINT64_MAX: not set */
	struct pty_queue queue;
	struct gre_reorder reorder;
	struct login_hold hold;		/* frames that come too early */
	struct login_steps steps;
	struct large_path large;	/* what of ours gets to the client */
	struct trace	*trace;		/* NULL: nobody wants to see it */
	struct diagnosis diagnosis;	/* of a login that gets nowhere */
	LIST_ENTRY(line) login;		/* while it is watched for that */
	bool		 watched;
	struct hdlc_decoder *decoder;	/* NULL: no frame is half read */
	struct loop_watch readable, writable;
	struct loop_timer timer;
};

/* Makes a closed line.  The record must stay mapped until line_close(). */
void	line_init(struct line *, const struct line_ends *,
	    struct call_record *, const struct line_events *, void *owner);
/*
 * Begins a new call's sequence numbers.  window: packets that the peer can
 * receive; asked: when it asked for the call, in us of engine_now_us().
 */
void	line_begin(struct line *, uint16_t window, uint64_t asked);
/*
 * Opens the line on the pty, which stays the caller's and must stay open until
 * line_close().  If the call has carried packets before, the line goes on;
 * otherwise nothing is written to the pty before the event `opened`.
 */
void	line_open(struct line *, int pty);
/* Whether the event `opened` has come. */
bool	line_is_open(const struct line *);
/* Reads what pppd wrote before it exited. */
void	line_drain(struct line *);
/* Another pppd has taken the pty over. */
void	line_restart(struct line *);
/* Stops the line; may be called again. */
void	line_close(struct line *);
/* The call ends: finds out what was wrong, if there was no time for it yet. */
void	line_judge(struct line *);
/* Takes note of a packet whose Call ID no call has; src in network order. */
void	line_stray(uint32_t src, uint16_t call_id);
/* Frees its memory.  No function of the line may be running. */
void	line_free(struct line *);

/* The client has sent a Set-Link-Info, so it hears us. */
void	line_client_spoke(struct line *);
/*
 * Takes a packet with the line's Call ID, whatever its source address.
 * line_flush_touched() writes the frames to the pty and sends the
 * acknowledgements, after each batch.
 */
void	line_receive(struct line *, const struct gre_packet *);
void	line_flush_touched(void);

/*
 * Frames from the pppds of all lines, with those that have ended.  A line with
 * a frame half read is counted when the rest has come.
 */
const struct hdlc_counts *line_frames(void);

#endif
