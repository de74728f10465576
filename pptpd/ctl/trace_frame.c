/* pptpdctl trace: headers around what an engine has copied. */
/* SPDX-License-Identifier: ISC */
#include "ctl/trace_frame.h"

#include <netinet/in.h>

#include "base/inet_sum.h"
#include "base/wire.h"

#define IP_LEN		20
#define TCP_LEN		20
#define TTL		64	/* what came in is not known to an engine */
#define PUSH_AND_ACK	0x18
#define WINDOW		0xFFFF

static void
put_checksum(uint8_t *at, uint32_t sum)
{
	uint16_t n = inet_checksum(sum);

	at[0] = (uint8_t)(n >> 8);
	at[1] = (uint8_t)n;
}

static void
put_ip(struct wire_writer *w, uint8_t protocol, uint32_t src, uint32_t dst,
    size_t len)
{
	wire_put_u8(w, 0x45);
	wire_put_u8(w, 0);
	wire_put_u16(w, (uint16_t)(IP_LEN + len));
	wire_put_u32(w, 0);		/* no fragment */
	wire_put_u8(w, TTL);
	wire_put_u8(w, protocol);
	wire_put_u16(w, 0);
	wire_put_addr(w, src);
	wire_put_addr(w, dst);
	put_checksum(w->p + 10, inet_sum(0, w->p, IP_LEN));
}

size_t
trace_frame_gre(const struct trace_ends *ends, bool out, uint32_t client,
    size_t len, uint8_t head[TRACE_FRAME_MAX])
{
	struct wire_writer w;

	wire_writer_init(&w, head, TRACE_FRAME_MAX);
	put_ip(&w, IPPROTO_GRE, out ? ends->server : client,
	    out ? client : ends->server, len);
	return w.len;
}

size_t
trace_frame_tcp(struct trace_ends *ends, bool out, const uint8_t *data,
    size_t len, uint8_t head[TRACE_FRAME_MAX])
{
	uint32_t *seq = out ? &ends->seq_out : &ends->seq_in;
	uint32_t ack = out ? ends->seq_in : ends->seq_out;
	struct wire_writer w;
	uint32_t n;

	wire_writer_init(&w, head, TRACE_FRAME_MAX);
	put_ip(&w, IPPROTO_TCP, out ? ends->server : ends->client,
	    out ? ends->client : ends->server, TCP_LEN + len);
	wire_put_u16(&w, out ? ends->server_port : ends->client_port);
	wire_put_u16(&w, out ? ends->client_port : ends->server_port);
	wire_put_u32(&w, 1 + *seq);
	wire_put_u32(&w, 1 + ack);
	wire_put_u8(&w, TCP_LEN / 4 << 4);
	wire_put_u8(&w, PUSH_AND_ACK);
	wire_put_u16(&w, WINDOW);
	wire_put_u32(&w, 0);
	n = inet_sum(IPPROTO_TCP + TCP_LEN + (uint32_t)len, head + 12, 8);
	n = inet_sum(n, head + IP_LEN, TCP_LEN);
	put_checksum(head + IP_LEN + 16, inet_sum(n, data, len));
	*seq += (uint32_t)len;
	return w.len;
}
