/* Traces: copies of a call's packets, for an administrator's file. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_TRACE_H
#define PPTPD_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct call_record;

#define TRACES_MAX	4	/* at a time, of one engine */

/* A call that is traced; NULL pointers to it cost a look per packet. */
struct trace;

enum trace_what {
	TRACE_CONTROL,		/* octets of the control connection */
	TRACE_GRE,		/* a packet, from its GRE header on */
	TRACE_PPP		/* a frame from or to pppd */
};

/* Towards pppd, or towards the client. */
enum trace_way { TRACE_IN, TRACE_OUT };

/*
 * Begins a trace of a call.  fd is the socket of a client that has asked for it,
 * and is ours from then on; control is the call's control connection.  seconds
 * and packets end it.  NULL: there are enough, or no memory; fd stays.
 */
struct trace *trace_begin(int fd, const struct call_record *, int control,
	    uint32_t seconds, uint32_t packets);
/* Tells a client why there is no trace, and closes its socket. */
void	trace_refuse(int fd, const char *code, const char *text);

/* Copies go through *place from now on, which is NULL again when it ends. */
void	trace_attach(struct trace *, struct trace **place);
/* What has this place ends; without a place the trace ends.  May be NULL. */
void	trace_detach(struct trace **place);

/*
 * A packet: head and data are copied one after the other; client is its other
 * end, in network order.  What the client of the socket does not read in time
 * is counted instead.
 */
void	trace_packet(struct trace *, enum trace_what, enum trace_way,
	    uint32_t client, const uint8_t *head, size_t head_len,
	    const uint8_t *data, size_t len);

#endif
