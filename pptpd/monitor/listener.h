/* The sockets that only root can make: TCP 1723 and raw GRE. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LISTENER_H
#define PPTPD_LISTENER_H

#include <stdint.h>

/* The port of service "pptp" in /etc/services, else 1723; host order. */
uint16_t listener_port(void);
/*
 * Listens on addr (network order, 0: all) and listener_port().  old is a
 * listener of ours that stays open beside it, on another address; -1: none.
 * Returns a non-blocking close-on-exec descriptor, or -1 with errno set.
 */
int	listener_open(uint32_t addr, int old);
/*
 * A raw socket for GRE of the calls whose IDs leave index when divided by
 * count; a filter that its holder cannot remove lets enhanced GRE (version 1,
 * protocol 0x880B) of these through and nothing else.  With map not NULL,
 * packets of calls that *map says are the kernel's do not come either
 * (gre_filter.h): index 0 makes it, and it is -1 if it cannot be had, which is
 * logged.  Returns a non-blocking close-on-exec descriptor, or -1, reason
 * logged.
 */
int	listener_open_gre(int *map, unsigned int index, unsigned int count);
/*
 * Newer kernels (seen with 6.18) answer a GRE packet that finds no room in our
 * buffers with an ICMP error, as if nobody listened, and there are clients
 * that hang up on that.  Another socket that lets nothing in is never full:
 * as long as somebody has it open, no packet is answered so.  Keepers have it,
 * too, for the time between two servers.  Why there is none is logged.
 */
void	listener_open_silencer(void);
/* That socket, -1: there is none. */
int	listener_silencer(void);

#endif
