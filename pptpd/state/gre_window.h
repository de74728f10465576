/* Sequence numbers, reordering, acknowledgements: RFC 2637 sections 4.1-4.3. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_GRE_WINDOW_H
#define PPTPD_GRE_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Times are microseconds of a monotonic clock; the caller passes "now". */

/*
 * A packet up to GRE_AHEAD_MAX - 1 numbers ahead of the expected one is kept
 * until the packets that it has overtaken come.  These are given up when more
 * than GRE_WAIT_MAX packets wait for them, or the oldest has waited wait_us.
 */
#define GRE_AHEAD_MAX	16	/* a power of two */
#define GRE_WAIT_MAX	10
#define GRE_WAIT_FIRST_US	20000	/* wait_us at first, adapts */
#define GRE_WAIT_LEAST_US	5000
#define GRE_WAIT_MOST_US	300000
/*
 * A number further ahead, but by no more than GRE_JUMP_MAX, is believed when a
 * successor follows it within GRE_JUMP_US and nothing has come at the old place
 * for GRE_QUIET_US; or when GRE_JUMP_RUN of them have come in a row.  A client
 * that loses more than GRE_JUMP_MAX packets loses its call anyway, and a forger
 * who guesses numbers rarely hits that range.
 */
#define GRE_JUMP_US	1000000
#define GRE_JUMP_MAX	(1 << 20)
#define GRE_JUMP_RUN	8
#define GRE_QUIET_US	200000

#define GRE_ACK_DELAY_US	50000	/* latest stand-alone acknowledgement */

/* What came in; plain data, part of the call's record. */
struct gre_rx {
	bool	 started;	/* a packet was delivered */
	bool	 jump;		/* jump_* are valid */
	bool	 moved;		/* before, moved_to are valid */
	uint32_t last;		/* number delivered last */
	uint32_t highest;	/* highest accepted: what we acknowledge */
	uint32_t jump_seq;	/* number of the latest suspect */
	uint32_t jump_run;	/* suspects in a row */
	uint32_t before;	/* number delivered last before the jump */
	uint32_t moved_to;	/* number delivered first after it */
	uint32_t jump_lost;	/* numbers skipped by the jump */
	uint64_t jump_at;	/* us, when the latest suspect came */
	uint64_t heard_at;	/* us, when a packet was accepted last */
	uint64_t delivered_map;	/* bit n: last - n was delivered */
	uint64_t wait_us;	/* wait for a gap to be filled, adapts */
	uint64_t delivered, reordered, late, duplicate, lost, jumps;
	uint64_t distant;	/* packets that were too far ahead */
};

/* What goes out. */
struct gre_tx {
	uint32_t next;		/* number of the next packet; first is 0 */
	uint32_t acked;		/* highest valid acknowledgement seen */
	bool	 any_acked;
};

/* What we have to acknowledge. */
struct gre_ack {
	uint32_t unacked;	/* packets since the last acknowledgement */
	uint32_t every;		/* acknowledge after this many packets */
	uint64_t since;		/* us, arrival of the first unacked one */
};

/* Packets that wait for the ones they have overtaken; not in the record. */
struct gre_reorder {
	unsigned int waiting;		/* slots in use, without jump */
	struct gre_slot {
		uint8_t	*data;		/* owned; NULL: free */
		size_t	 len;
		uint32_t seq;
		uint64_t at;		/* us, arrival */
	} slot[GRE_AHEAD_MAX], jump;
};

enum gre_verdict {
	GRE_DELIVERED,
	GRE_WAITING,	/* kept until its predecessors come or time is up */
	GRE_OLD,	/* late or duplicate: dropped */
	GRE_SUSPECT,	/* far ahead: kept until successors confirm it */
	GRE_NO_MEMORY	/* could not be kept: dropped */
};

/* Gets payloads in order; valid during the call. */
typedef void gre_deliver(const uint8_t *payload, size_t len, void *arg);

void		 gre_rx_init(struct gre_rx *);
void		 gre_reorder_init(struct gre_reorder *);
void		 gre_reorder_free(struct gre_reorder *);

/*
 * Takes a packet with a payload.  The first number may be 0 or 1 (point Q-2).
 * deliver() gets payloads in strictly increasing order of their numbers, modulo
 * 2^32.  If a jump turns out to be a forgery, the stream goes back to where it
 * was before.
 */
enum gre_verdict gre_rx_packet(struct gre_rx *, struct gre_reorder *,
		    uint32_t seq, const uint8_t *payload, size_t len,
		    uint64_t now, gre_deliver *, void *arg);
/* When gre_rx_timer() is due, in us; UINT64_MAX: never. */
uint64_t	 gre_rx_deadline(const struct gre_rx *,
		    const struct gre_reorder *);
/* Gives up gaps that were not filled in time, and delivers what waits. */
void		 gre_rx_timer(struct gre_rx *, struct gre_reorder *,
		    uint64_t now, gre_deliver *, void *arg);

/* Whether this process can go on with the numbers that another one has left. */
bool		 gre_is_sane(const struct gre_rx *, const struct gre_tx *,
		    const struct gre_ack *, uint64_t now);

void		 gre_tx_init(struct gre_tx *);
/* Takes the peer's acknowledgement; ignores one for a packet never sent. */
void		 gre_tx_acked(struct gre_tx *, uint32_t ack);

/* window: packets that the peer can have under way, by its OCRQ. */
void		 gre_ack_init(struct gre_ack *, uint16_t window);
/* Notes that a packet was accepted (delivered, or waiting). */
void		 gre_ack_received(struct gre_ack *, uint64_t now);
/* Notes that an acknowledgement was sent, alone or with data. */
void		 gre_ack_sent(struct gre_ack *);
/* Whether an acknowledgement has to be sent at once. */
bool		 gre_ack_due(const struct gre_ack *);
/* When one has to be sent, in us; UINT64_MAX: nothing to acknowledge. */
uint64_t	 gre_ack_deadline(const struct gre_ack *);

#endif
