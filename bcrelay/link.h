/* The messages from the opener to the worker.  Nothing goes the other way. */
/* SPDX-License-Identifier: ISC */
#ifndef BCRELAY_LINK_H
#define BCRELAY_LINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The opener has the right to open packet sockets, and reads only the kernel's
 * messages about interfaces.  The worker reads packets that peers wrote.  A
 * socket pair connects them.  The opener has shut down its end for reading, so
 * that a worker that a peer has taken over cannot tell it anything.
 */
enum link_type {
	LINK_SET,	/* an interface; with its packet socket if it is new */
	LINK_GONE,	/* an interface is gone, or is not relayed any more */
	LINK_LOG,	/* a new socket to write log lines to */
};

struct link_msg {
	enum link_type	type;
	int		index;
	char		name[IFNAMSIZ];
	bool		tunnel;		/* point-to-point: peer is set */
	bool		loopback;
	uint32_t	peer;		/* addresses in host order */
	uint32_t	dst;		/* to send to; 0: to everybody */
	uint32_t	n_addr;		/* so many addresses follow */
};

/* Addresses of one interface beyond this number are left out. */
#define LINK_ADDR_MAX	4096

/*
 * Sends a message, with a descriptor unless fd is -1; blocks until it is sent.
 * 0, or -1 and errno; EINTR after a signal.
 */
int	link_send(int sock, const struct link_msg *, const uint32_t *addr,
	    int fd);
/*
 * Receives a message.  1: there was one; its addresses are in addr, which has
 * room for LINK_ADDR_MAX, its descriptor in *fd, -1 if it has none.  0: there
 * is no message now.  -1: no more will come, the opener is gone.
 */
int	link_recv(int sock, struct link_msg *, uint32_t *addr, int *fd);

#endif
