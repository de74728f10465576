/* What the raw GRE socket lets through, and who sets it apart for the kernel. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_GRE_FILTER_H
#define PPTPD_GRE_FILTER_H

#include <stdint.h>

/*
 * Lets enhanced GRE (version 1, protocol 0x880B) for Call IDs that leave index
 * when divided by count through and nothing else, for ever: its holder cannot
 * remove it.  0, or -1 with errno set.
 */
int	gre_filter_attach(int sock, unsigned int index, unsigned int count);

/*
 * The same, less what belongs to calls that the kernel carries: a raw socket
 * gets a copy of these too.  Which calls that are stands in a map, which the
 * holder of the socket has no way to.  0, or -1 with errno set; then nothing is
 * attached.
 */
int	gre_filter_attach_map(int sock, int map, unsigned int index,
	    unsigned int count);
/* Such a map, a close-on-exec descriptor, or -1 with errno set. */
int	gre_filter_map(void);
/*
 * The call with that ID of ours is carried by the kernel from now on, for a
 * client (network order); 0: it is not.  0, or -1 with errno set.
 */
int	gre_filter_set(int map, uint16_t id, uint32_t client);
/*
 * Counts the packets with network data that came from that client since.  0,
 * or -1 with errno set.
 */
int	gre_filter_count(int map, uint16_t id, uint64_t *packets);

#endif
