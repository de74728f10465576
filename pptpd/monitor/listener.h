/* The sockets that only root can make: TCP 1723 and raw GRE. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LISTENER_H
#define PPTPD_LISTENER_H

#include <stdint.h>

/* The port of service "pptp" in /etc/services, else 1723; host order. */
uint16_t listener_port(void);
/*
 * Listens on addr (network order, 0: all) and listener_port().  old is the
 * present listener, on another address, which stays open; -1: none.  Returns a
 * non-blocking close-on-exec descriptor, or -1 with errno set.
 */
int	listener_open(uint32_t addr, int old);
/*
 * Before another engine gets a listener: undoes what the one before may have
 * done to it, and has it listen again.  -1 is passed over.
 */
void	listener_restore(int fd);
/*
 * Opens a raw socket for the GRE packets of one engine's calls: those whose
 * Call ID modulo count is index.  Its filter passes enhanced GRE (version 1,
 * protocol 0x880B) of these calls and nothing else, and the engine cannot
 * remove it.  If map is not NULL, the filter also drops packets of calls that
 * the kernel carries, according to *map (gre_filter.h).  Index 0 makes that
 * map; if it cannot, that is logged and *map is -1.  Returns a non-blocking
 * close-on-exec descriptor, or -1 with the reason logged.
 */
int	listener_open_gre(int *map, unsigned int index, unsigned int count);
/*
 * Opens a raw GRE socket that no packet passes into.  Newer kernels (seen with
 * 6.18) answer a GRE packet with an ICMP error, as if nobody listened, when our
 * buffers have no room for it, and some clients hang up on that.  While some
 * process holds this socket, which is never full, the kernel sends no such
 * error.  Keepers hold it too, for the time between two servers.  If it cannot
 * be opened, the reason is logged.
 */
void	listener_open_silencer(void);
/* The socket of listener_open_silencer(); -1: there is none. */
int	listener_silencer(void);

#endif
