/* Packet filters for the raw GRE socket, and the map of the kernel's calls. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_GRE_FILTER_H
#define PPTPD_GRE_FILTER_H

#include <stdint.h>

/*
 * Lets only enhanced GRE (version 1, protocol 0x880B) pass whose Call ID
 * modulo count is index.  The filter is locked: the holder of the socket
 * cannot remove it.  0, or -1 with errno set.
 */
int	gre_filter_attach(int sock, unsigned int index, unsigned int count);

/*
 * The same, but without the packets of calls that the kernel carries; a raw
 * socket would get a copy of them.  The map lists these calls; the holder of
 * the socket has no access to the map.  0, or -1 with errno set and no filter
 * attached.
 */
int	gre_filter_attach_map(int sock, int map, unsigned int index,
	    unsigned int count);
/* Makes a map: a close-on-exec descriptor, or -1 with errno set. */
int	gre_filter_map(void);
/*
 * Puts the call with our Call ID id and this client (network order) on the
 * map; client 0 takes it off.  0, or -1 with errno set.
 */
int	gre_filter_set(int map, uint16_t id, uint32_t client);
/*
 * How many packets with network data have come from the call's client since
 * gre_filter_set().  0, or -1 with errno set.
 */
int	gre_filter_count(int map, uint16_t id, uint64_t *packets);

#endif
