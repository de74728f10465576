/* What the opener tells the worker: one way, and never anything back. */
/* SPDX-License-Identifier: ISC */
#ifndef BCRELAY_LINK_H
#define BCRELAY_LINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The opener has root's right to open packet sockets and reads what the kernel
 * says about interfaces.  The worker reads what peers wrote.  A socket pair
 * leads from the one to the other; the opener has shut down its reading end,
 * so that there is nothing of the worker's that it could believe.
 */
enum link_type {
	LINK_SET,	/* an interface; with its packet socket if it is new */
	LINK_GONE,	/* it has gone, or is not one of ours any more */
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

/* More addresses of one interface are not told. */
#define LINK_ADDR_MAX	4096

/*
 * Waits until it is sent.  fd -1: none.  0, or -1 and errno; EINTR after a
 * signal.
 */
int	link_send(int sock, const struct link_msg *, const uint32_t *addr,
	    int fd);
/*
 * 1: a message, its addresses in addr (LINK_ADDR_MAX), its descriptor in *fd,
 * -1 if it has none.  0: there is none now.  -1: there will be none any more.
 */
int	link_recv(int sock, struct link_msg *, uint32_t *addr, int *fd);

#endif
