/* The parts of the load client: calls, GRE, traffic, and what they share. */
/* SPDX-License-Identifier: ISC */
#ifndef BENCH_LOADCLIENT_H
#define BENCH_LOADCLIENT_H

#include <netinet/in.h>

#include <stddef.h>
#include <stdint.h>

#include "shared.h"

#define MILLISECOND	1000000U	/* all times are ns, CLOCK_MONOTONIC */
#define SECOND		1000000000U
#define CALLS_MAX	16384
#define CONTROL_MAX	220		/* the longest control message */

enum call_state {
	CALL_FREE,
	CALL_CONNECT,	/* TCP SYN sent */
	CALL_SCCRQ,	/* Start-Control-Connection-Request sent */
	CALL_OCRQ,	/* Outgoing-Call-Request sent */
	CALL_HELLO,	/* connected; pppd has not said anything yet */
	CALL_UP,
	CALL_CLEAR,	/* Call-Clear-Request sent */
	CALL_STOP,	/* Stop-Control-Connection-Request sent */
	CALL_CLOSED,	/* ended as we wished; the owner frees it */
	CALL_FAILED	/* ended otherwise */
};

struct call {
	enum call_state state;
	int	 fd;
	struct in_addr addr;		/* the client's address */
	uint16_t id, peer_id;		/* ours, the server's */
	int	 hello;			/* the first frame has come */
	uint32_t slot;			/* of its stand-in */
	uint64_t t_open, t_ocrp, t_up, t_clear;
	size_t	 in_len;
	uint8_t	 in[CONTROL_MAX];

	/* GRE, RFC 2637 section 4 */
	uint32_t seq;			/* of the next packet we send */
	uint32_t acked;			/* the server's ack + 1 */
	uint32_t recv_seq;		/* the latest of the server's */
	int	 heard;			/* there is one */
	unsigned int unacked;		/* received since our last ack */
	uint32_t number;		/* of the next frame up */

	/* What the traffic commands count. */
	uint32_t down_next;
	uint64_t received, late, missing;
	uint64_t t_progress;		/* when the window last moved */
	uint32_t progress;		/* where its edge was then */
	uint32_t base;			/* number at the command's start */
};

struct client {
	struct in_addr server, from;	/* from: first of the addresses */
	unsigned int addresses;		/* calls take them in turn */
	uint16_t window;		/* Packet Recv. Window Size offered */
	unsigned int ack_every;		/* ack at the latest after so many */
	struct shared *sh;
	int	 epoll, gre, raw, quit;
	struct call calls[CALLS_MAX];
	unsigned int ncalls;		/* calls[0 .. ncalls - 1] in use */
	struct call *by_id[65536];
	uint16_t last_id;
	uint64_t acks_due;		/* when acks are overdue, 0: none */
	uint64_t drops;			/* gre_drops() at its start */
	uint64_t strangers;		/* GRE packets that fit no call */
	uint64_t bad_data;		/* frames down that were damaged */
	uint64_t bad_call;		/* frames of another call's stand-in */
	char	 reason[128];		/* why the first call failed */
	struct hist echo;		/* round trips */
	uint64_t echoes;		/* that came back */
	struct hist down;		/* stand-in to us */
	uint32_t source_id;		/* of the latest down command */
};

/* "word name=value ...": what the driver asks for on standard input. */
struct params {
	uint64_t calls;		/* how many, from the first one on */
	uint64_t parallel;	/* being set up at once */
	uint64_t silent;	/* 1: beside a client that says nothing */
	uint64_t ms;		/* how long, or at most */
	uint64_t size;		/* octets of a PPP frame */
	uint64_t rate;		/* frames per second in all, 0: saturate */
	uint64_t inflight;	/* frames not yet delivered, 0: any number */
	uint64_t window;	/* frames not yet acked, 0: any number */
	uint64_t probe;		/* echoes per second on one call more */
	uint64_t loss, reorder, dup;	/* per million */
	uint64_t seed;		/* of these chances */
};

uint64_t now_ns(void);
/* Waits for packets and messages, at most ns, and handles them. */
void	 client_wait(struct client *, uint64_t ns);

/* control.c: PPTP control connections */
void	 call_open(struct client *, struct call *, unsigned int address);
void	 call_clear(struct client *, struct call *);
void	 call_input(struct client *, struct call *, uint32_t events);
void	 call_release(struct client *, struct call *);
void	 call_hello(struct call *, uint32_t slot);
void	 call_fail(struct client *, struct call *, const char *why);

/* gre.c: enhanced GRE over raw sockets */
void	 gre_open(struct client *);
void	 gre_receive(struct client *);
void	 gre_flush(struct client *);
void	 gre_acks(struct client *);	/* sends those that are due */
/* Packets that our socket had no room for, ever. */
uint64_t gre_drops(const struct client *);

/* Queues the frame that is offset after the next; a full queue is sent. */
void	 call_frame(struct client *, struct call *, unsigned int offset,
	    uint8_t op, uint64_t size);
void	 call_advance(struct call *, unsigned int frames);
struct slot *call_slot(struct client *, const struct call *);
void	 clear_counts(struct client *);	/* before a traffic command */

/* hold.c, up.c, down.c: the commands; each prints one line of JSON */
void	 hold_run(struct client *, const struct params *);
void	 loops_run(struct client *, const struct params *);
void	 drop_run(struct client *, const struct params *);
void	 up_run(struct client *, const struct params *);
void	 down_run(struct client *, const struct params *);
void	 echo_run(struct client *, const struct params *);

/* hist.c: percentiles */
uint64_t hist_percentile(const struct hist *, double);	/* 0 to 100; ns */
void	 hist_print(const char *name, const struct hist *);

#endif
