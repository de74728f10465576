/* Enhanced GRE header: RFC 2637 section 4.1, decode and encode. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PPTP_GRE_H
#define PPTPD_PPTP_GRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PPTP_GRE_PROTO		0x880B
#define PPTP_GRE_HEADER_MAX	16	/* with sequence and acknowledgement */

struct pptp_gre {
	uint16_t call_id;	/* of the receiver (Key, low half) */
	uint16_t payload_len;	/* octets of payload (Key, high half) */
	bool	 has_seq;	/* S: a payload belongs to it */
	bool	 has_ack;	/* A */
	uint32_t seq;
	uint32_t ack;
	size_t	 header_len;	/* decode only: offset of the payload */
};

enum pptp_gre_decode {
	PPTP_GRE_DECODED,
	PPTP_GRE_SHORT,		/* fewer octets than flags need (G-3, G-4) */
	PPTP_GRE_BAD_HEADER,	/* flags, version or protocol type (G-3) */
	PPTP_GRE_BAD_LENGTH	/* payload longer than the packet (G-5) */
};

/*
 * Decodes the GRE part of a datagram (len octets, IP header already taken
 * off).  Octets beyond the payload are ignored (G-6).  Without S,
 * payload_len is set to 0 (G-10).  A packet with neither S nor A is decoded
 * too, though it carries nothing.
 */
enum pptp_gre_decode pptp_gre_decode(const uint8_t *buf, size_t len,
			struct pptp_gre *);

/*
 * Writes the header for a packet (payload_len octets of payload follow when
 * has_seq).  buf has room for PPTP_GRE_HEADER_MAX octets.  Returns the length
 * of the header: 8 + 4 if has_seq + 4 if has_ack.
 */
size_t	pptp_gre_encode(uint8_t *buf, const struct pptp_gre *);

/*
 * Finds the GRE part of what a raw IPv4 socket delivers (IP header with
 * options included; G-1).  Returns its offset and sets *src, *dst (network
 * order) and *gre_len, which never passes len; or 0 if it is not a whole
 * IPv4 datagram of protocol 47.
 */
size_t	pptp_gre_ip(const uint8_t *buf, size_t len, uint32_t *src,
	    uint32_t *dst, size_t *gre_len);

#endif
