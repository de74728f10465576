/* Enhanced GRE header: RFC 2637 section 4.1, decode and encode. */
/* SPDX-License-Identifier: ISC */
#include "protocol/pptp_gre.h"

#include <string.h>

#include "base/wire.h"

/*
 * The first 16 bits, RFC 2637 4.1: C R K S s Recur(3) A Flags(4) Ver(3).
 * Only S and A vary; K is set, the version is 1, all else is zero.
 */
#define GRE_K		0x2000
#define GRE_S		0x1000
#define GRE_A		0x0080
#define GRE_VERSION	0x0001
#define GRE_FIXED	(0xFFFF & ~(GRE_S | GRE_A))

#define IP_HEADER_MIN	20	/* RFC 791 3.1 */
#define IP_PROTO_GRE	47
#define IP_FRAGMENT	0x3FFF	/* More Fragments and Fragment Offset */

enum pptp_gre_decode
pptp_gre_decode(const uint8_t *buf, size_t len, struct pptp_gre *gre)
{
	struct wire_reader r;
	uint16_t flags, proto;

	memset(gre, 0, sizeof(*gre));
	wire_reader_init(&r, buf, len);
	flags = wire_get_u16(&r);
	proto = wire_get_u16(&r);
	gre->payload_len = wire_get_u16(&r);
	gre->call_id = wire_get_u16(&r);
	if (r.bad)
		return PPTP_GRE_SHORT;
	if ((flags & GRE_FIXED) != (GRE_K | GRE_VERSION) ||
	    proto != PPTP_GRE_PROTO)
		return PPTP_GRE_BAD_HEADER;

	gre->has_seq = (flags & GRE_S) != 0;
	gre->has_ack = (flags & GRE_A) != 0;
	if (gre->has_seq)
		gre->seq = wire_get_u32(&r);
	if (gre->has_ack)
		gre->ack = wire_get_u32(&r);
	if (r.bad)
		return PPTP_GRE_SHORT;
	gre->header_len = len - r.left;
	if (!gre->has_seq)
		gre->payload_len = 0;
	else if (gre->payload_len > r.left)
		return PPTP_GRE_BAD_LENGTH;
	return PPTP_GRE_DECODED;
}

size_t
pptp_gre_encode(uint8_t *buf, const struct pptp_gre *gre)
{
	struct wire_writer w;
	uint16_t flags = GRE_K | GRE_VERSION;
	size_t len = 8;

	if (gre->has_seq) {
		flags |= GRE_S;
		len += 4;
	}
	if (gre->has_ack) {
		flags |= GRE_A;
		len += 4;
	}
	/* Write the header only: the payload may follow in buf already. */
	wire_writer_init(&w, buf, len);
	wire_put_u16(&w, flags);
	wire_put_u16(&w, PPTP_GRE_PROTO);
	wire_put_u16(&w, gre->has_seq ? gre->payload_len : 0);
	wire_put_u16(&w, gre->call_id);
	if (gre->has_seq)
		wire_put_u32(&w, gre->seq);
	if (gre->has_ack)
		wire_put_u32(&w, gre->ack);
	return w.len;
}

size_t
pptp_gre_ip(const uint8_t *buf, size_t len, uint32_t *src, uint32_t *dst,
    size_t *gre_len)
{
	struct wire_reader r;
	uint8_t version_ihl, proto;
	uint16_t total, fragment;
	size_t header;

	/* RFC 791 3.1 */
	wire_reader_init(&r, buf, len);
	version_ihl = wire_get_u8(&r);
	wire_skip(&r, 1);			/* Type of Service */
	total = wire_get_u16(&r);
	wire_skip(&r, 2);			/* Identification */
	fragment = wire_get_u16(&r);
	wire_skip(&r, 1);			/* Time to Live */
	proto = wire_get_u8(&r);
	wire_skip(&r, 2);			/* Header Checksum */
	wire_get_bytes(&r, src, sizeof(*src));
	wire_get_bytes(&r, dst, sizeof(*dst));
	*gre_len = 0;
	header = (size_t)(version_ihl & 0x0F) * 4;
	if (r.bad || version_ihl >> 4 != 4 || header < IP_HEADER_MIN ||
	    header > total || total > len || proto != IP_PROTO_GRE ||
	    (fragment & IP_FRAGMENT) != 0)
		return 0;
	*gre_len = total - header;
	return header;
}
