/* Files for Wireshark: blocks of pcapng (draft-ietf-opsawg-pcapng). */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PCAPNG_H
#define PPTPD_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Link types, numbers of the registry of libpcap. */
#define PCAPNG_RAW	101	/* an IP packet */
#define PCAPNG_PPP	204	/* a PPP frame after an octet: 0 in, 1 out */

#define PCAPNG_BLOCK_MAX 20480	/* octets of the longest block */
#define PCAPNG_TEXT_MAX	1024	/* octets of a comment that are kept */

/* A block, to be written as a whole: then the file is valid at any time. */
struct pcapng_block {
	size_t	len;
	uint8_t	octets[PCAPNG_BLOCK_MAX];
};

/* The beginning of a file; who made it, and a comment. */
void	pcapng_section(struct pcapng_block *, const char *program,
	    const char *comment);
/* An interface; the first one that is written has the number 0. */
void	pcapng_interface(struct pcapng_block *, uint16_t linktype,
	    const char *name);
/*
 * A packet of an interface: head and data one after the other; at in us since
 * 1970; dropped: how many are missing before it.  False: it is too long.
 */
bool	pcapng_packet(struct pcapng_block *, uint32_t interface, uint64_t at,
	    bool out, uint64_t dropped, const uint8_t *head, size_t head_len,
	    const uint8_t *data, size_t len);
/* How an interface has fared: packets received and dropped, and a comment. */
void	pcapng_statistics(struct pcapng_block *, uint32_t interface,
	    uint64_t at, uint64_t received, uint64_t dropped,
	    const char *comment);

#endif
