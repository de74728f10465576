/* Which packets are relayed, and what is changed in them. */
/* SPDX-License-Identifier: ISC */
#ifndef BCRELAY_PACKET_H
#define BCRELAY_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Addresses are in host order. */

#define PACKET_ANYONE	UINT32_MAX	/* 255.255.255.255 */

/* What the relay knows about the networks that it joins. */
struct packet_net {
	const uint32_t	*addr;	/* of our interfaces and of their peers */
	size_t		 n_addr;
	const uint32_t	*group;	/* multicast groups to relay */
	size_t		 n_group;
};

enum packet_verdict {
	PACKET_RELAY,
	PACKET_BAD,		/* not a whole IPv4 header, a wrong checksum */
	PACKET_NOT_UDP,
	PACKET_NOT_BROADCAST,	/* nor to one of the groups */
	PACKET_RELAYED,		/* a relay has had it: TTL 1, no checksum */
};

/* A packet that is to be relayed, in the memory it was received in. */
struct packet {
	uint8_t		*data;
	size_t		 len;	/* of the IP packet; no padding behind it */
	size_t		 header;	/* octets of the IP header */
	uint32_t	 dst;
	uint16_t	 sport, dport;	/* 0 in all fragments but the first */
	bool		 later;	/* it is a fragment, not the first one */
	bool		 group;	/* multicast */
};

/*
 * Judges an IP packet of len octets at data; padding may follow the packet.
 * by_frame: it came in a broadcast frame, so every destination that ends in
 * .255 is a broadcast.  Otherwise a broadcast is 255.255.255.255, or the
 * broadcast address of a network that the sender or an address in net can be
 * in.  If the verdict is PACKET_RELAY, fills in the packet, which refers to
 * data.
 */
enum packet_verdict packet_look(struct packet *, uint8_t *data, size_t len,
	    bool by_frame, const struct packet_net *net);

/*
 * Rewrites the packet for sending: TTL 1, no UDP checksum, a new IP checksum.
 * The source becomes src unless that is 0.  The destination becomes
 * 255.255.255.255; a group stays.
 */
void	packet_rewrite(struct packet *, uint32_t src);

/* Sets another destination, for the interface to a far LAN (-s). */
void	packet_aim(struct packet *, uint32_t dst);

/*
 * The destination of the Ethernet frame: the broadcast address, or the group's
 * (RFC 1112, section 6.4).
 */
#define PACKET_MAC_LEN	6
void	packet_mac(const struct packet *, uint8_t mac[PACKET_MAC_LEN]);

/* RFC 1071 over an even number of octets: 0 if they hold a valid checksum. */
uint16_t packet_checksum(const uint8_t *, size_t);

#endif
