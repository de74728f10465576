/* Which packets are relayed, and what is changed in them. */
/* SPDX-License-Identifier: ISC */
#include "packet.h"

#include <string.h>

#include "base/inet_sum.h"
#include "base/wire.h"

/* RFC 791, section 3.1; RFC 768. */
#define VERSION		4
#define HEADER_MIN	20
#define AT_TTL		8
#define AT_CHECKSUM	10
#define AT_SRC		12
#define AT_DST		16
#define OFFSET_MASK	0x1fff
#define UDP		17
#define UDP_HEADER	8
#define UDP_AT_CHECKSUM	6

#define LAST_OCTET	0xff
#define HOST_BITS_MAX	24	/* a network has a mask of 8 bits or more */

/* RFC 1112, section 6.4. */
#define GROUP_MAC_BITS	0x7fffff

static void
put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void
put32(uint8_t *p, uint32_t v)
{
	put16(p, (uint16_t)(v >> 16));
	put16(p + 2, (uint16_t)v);
}

uint16_t
packet_checksum(const uint8_t *p, size_t len)
{
	return inet_checksum(inet_sum(0, p, len));
}

/*
 * The number of bits that can be the host part of a broadcast address: the ones
 * at its end.
 */
static unsigned int
host_bits(uint32_t dst)
{
	unsigned int n = 0;

	while (n < HOST_BITS_MAX && (dst >> n & 1) != 0)
		n++;
	return n;
}

/*
 * Whether dst can be the broadcast address of a network that addr is in, with
 * any mask.  Any, because a client on a PPP link does not know the mask of the
 * LAN, and systems differ in the mask that they assume.
 */
static bool
is_broadcast_near(uint32_t dst, uint32_t addr)
{
	return (dst ^ addr) >> host_bits(dst) == 0;
}

static bool
is_broadcast(uint32_t dst, uint32_t src, bool by_frame,
    const struct packet_net *net)
{
	size_t i;

	if ((dst & LAST_OCTET) != LAST_OCTET)
		return false;
	if (by_frame || dst == PACKET_ANYONE || is_broadcast_near(dst, src))
		return true;
	for (i = 0; i < net->n_addr; i++) {
		if (is_broadcast_near(dst, net->addr[i]))
			return true;
	}
	return false;
}

static bool
is_group(uint32_t dst, const struct packet_net *net)
{
	size_t i;

	for (i = 0; i < net->n_group; i++) {
		if (net->group[i] == dst)
			return true;
	}
	return false;
}

/*
 * Prevents loops.  A relayed packet has two marks: TTL 1 and no UDP checksum.
 * A broadcast with either mark is not relayed, as in Poptop.  A multicast
 * packet must have both, since most programs send multicast with TTL 1.  A
 * later fragment has no UDP header, so TTL 1 decides alone.
 */
static bool
was_relayed(const struct packet *packet, uint8_t ttl, uint16_t checksum)
{
	if (packet->later)
		return ttl == 1;
	if (packet->group)
		return ttl == 1 && checksum == 0;
	return ttl == 1 || checksum == 0;
}

enum packet_verdict
packet_look(struct packet *packet, uint8_t *data, size_t len, bool by_frame,
    const struct packet_net *net)
{
	struct wire_reader r;
	uint8_t first, ttl, protocol;
	uint16_t total, offset, checksum;
	uint32_t src;

	memset(packet, 0, sizeof(*packet));
	wire_reader_init(&r, data, len);
	first = wire_get_u8(&r);
	wire_skip(&r, 1);			/* type of service */
	total = wire_get_u16(&r);
	wire_skip(&r, 2);			/* identification */
	offset = wire_get_u16(&r) & OFFSET_MASK;
	ttl = wire_get_u8(&r);
	protocol = wire_get_u8(&r);
	wire_skip(&r, 2);
	src = wire_get_u32(&r);
	packet->dst = wire_get_u32(&r);
	packet->header = (size_t)(first & 0xf) * 4;
	if (r.bad || first >> 4 != VERSION || packet->header < HEADER_MIN ||
	    packet->header > total || total > len ||
	    packet_checksum(data, packet->header) != 0)
		return PACKET_BAD;
	if (protocol != UDP)
		return PACKET_NOT_UDP;
	packet->later = offset != 0;
	packet->group = is_group(packet->dst, net);
	if (!packet->group && !is_broadcast(packet->dst, src, by_frame, net))
		return PACKET_NOT_BROADCAST;

	wire_reader_init(&r, data + packet->header, total - packet->header);
	checksum = 0;
	if (!packet->later) {
		packet->sport = wire_get_u16(&r);
		packet->dport = wire_get_u16(&r);
		wire_skip(&r, 2);		/* length */
		checksum = wire_get_u16(&r);
		if (r.bad)
			return PACKET_BAD;
	}
	if (was_relayed(packet, ttl, checksum))
		return PACKET_RELAYED;
	packet->data = data;
	packet->len = total;
	return PACKET_RELAY;
}

static void
update_checksum(struct packet *packet)
{
	uint8_t *p = packet->data;

	put16(p + AT_CHECKSUM, 0);
	put16(p + AT_CHECKSUM, packet_checksum(p, packet->header));
}

void
packet_aim(struct packet *packet, uint32_t dst)
{
	packet->dst = dst;
	put32(packet->data + AT_DST, dst);
	update_checksum(packet);
}

/* Leaves a later fragment's data alone, since there is no UDP header in it. */
void
packet_rewrite(struct packet *packet, uint32_t src)
{
	uint8_t *p = packet->data;

	p[AT_TTL] = 1;
	if (src != 0)
		put32(p + AT_SRC, src);
	if (!packet->later)
		put16(p + packet->header + UDP_AT_CHECKSUM, 0);
	packet_aim(packet, packet->group ? packet->dst : PACKET_ANYONE);
}

void
packet_mac(const struct packet *packet, uint8_t mac[PACKET_MAC_LEN])
{
	if (!packet->group) {
		memset(mac, 0xff, PACKET_MAC_LEN);
		return;
	}
	put16(mac, 0x0100);
	put32(mac + 2, 0x5e000000 | (packet->dst & GROUP_MAC_BITS));
}
