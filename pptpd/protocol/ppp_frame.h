/* The head of a PPP frame: which protocol, which kind of packet. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PPP_FRAME_H
#define PPTPD_PPP_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Protocols, numbers of the IANA. */
#define PPP_IPCP	0x8021
#define PPP_IPV6CP	0x8057
#define PPP_CCP		0x80FD
#define PPP_LCP		0xC021
#define PPP_PAP		0xC023
#define PPP_CHAP	0xC223
#define PPP_EAP		0xC227
/* Protocols below it carry data (RFC 1661 2). */
#define PPP_NETWORK_CONTROL	0x8000
/* Protocols below it set up networks or carry data. */
#define PPP_LINK_CONTROL	0xC000

/* Codes of LCP and of the network control protocols (RFC 1661 5). */
#define PPP_CONFIGURE_REQUEST	1
#define PPP_CONFIGURE_ACK	2
#define PPP_TERMINATE_REQUEST	5

struct ppp_head {
	uint16_t protocol;
	uint8_t	 code;		/* 0: one-octet protocol, so data */
};

/*
 * Reads the head of a frame with or without address and control octets and
 * with a protocol of one or two octets (RFC 1661 6.5, 6.6).  False: the frame
 * is too short for a head.
 */
bool	ppp_frame_head(const uint8_t *frame, size_t len, struct ppp_head *);
/*
 * Whether a frame carries data of a network, encrypted or not, and sets nothing
 * up (RFC 1661 2).  False too if it is too short for a head.
 */
bool	ppp_frame_is_data(const uint8_t *frame, size_t len);

#endif
