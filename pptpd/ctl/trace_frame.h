/* Headers around what an engine has copied, as they were on the wire. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_TRACE_FRAME_H
#define PPTPD_TRACE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_FRAME_MAX	40	/* octets of IP and TCP headers */

/*
 * The two ends of a control connection; addresses in network order.  Sequence
 * numbers begin with the trace at 1.
 */
struct trace_ends {
	uint32_t client, server;
	uint16_t client_port, server_port;
	uint32_t seq_in, seq_out;	/* zero at first */
};

/* Both return the length of what they have put before len octets of data. */
size_t	trace_frame_gre(const struct trace_ends *, bool out, uint32_t client,
	    size_t len, uint8_t head[TRACE_FRAME_MAX]);
/* Counts the octets as sent. */
size_t	trace_frame_tcp(struct trace_ends *, bool out, const uint8_t *data,
	    size_t len, uint8_t head[TRACE_FRAME_MAX]);

#endif
