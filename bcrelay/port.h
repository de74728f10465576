/* The worker's side of an interface: receiving from it, sending to it. */
/* SPDX-License-Identifier: ISC */
#ifndef BCRELAY_PORT_H
#define BCRELAY_PORT_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/queue.h"
#include "link.h"
#include "packet.h"
#include "state/bucket.h"

#define PORT_BATCH	32	/* packets taken from a port in one go */

struct port {
	LIST_ENTRY(port) entry;
	int		 index;
	char		 name[IFNAMSIZ];
	int		 fd;		/* the packet socket */
	bool		 tunnel, loopback;
	uint32_t	 peer;		/* host order; only of a tunnel */
	uint32_t	 dst;		/* to send to; 0: everybody */
	uint32_t	*addr;
	size_t		 n_addr;
	struct bucket	 bucket;	/* limits the packets from this port */
};

/* NULL: no memory.  The descriptor is the port's from now on. */
struct port *port_new(const struct link_msg *, const uint32_t *addr, int fd);
void	port_free(struct port *);
/* False: no memory, and the port is as it was. */
bool	port_change(struct port *, const struct link_msg *,
	    const uint32_t *addr);

/*
 * Receives up to PORT_BATCH packets, and rewrites those that are to be relayed
 * for sending.  Returns the number of these; *came is the number received.
 * The packets are valid until the next call.
 */
size_t	port_receive(struct port *, const struct packet_net *,
	    struct packet *packets, size_t *came);
/*
 * Sends n packets; sent[i] tells whether the kernel has taken packet i.
 * Returns 0, or the errno of the last error.
 */
int	port_send(struct port *, struct packet *packets, size_t n, bool *sent);

#endif
