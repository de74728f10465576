/* The packet socket of an interface, with a filter in the kernel. */
/* SPDX-License-Identifier: ISC */
#ifndef BCRELAY_CAPTURE_H
#define BCRELAY_CAPTURE_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * A pcap handle cannot be given to another process, and the one that may open
 * sockets must not be the one that reads packets.  So libpcap compiles the
 * filter, which is the part of it that is hard to do well, and the socket is
 * opened here as libpcap does for its "any" device: packets without their link
 * header, of whatever link.
 */
struct capture {
	struct sock_filter	*code;	/* for links that have no broadcast */
	struct sock_filter	*code_ether;
	unsigned short		 len, len_ether;
};

/*
 * Compiles text, an expression of pcap-filter(7).  False with the reason
 * logged.
 */
bool	capture_init(struct capture *, const char *text);
void	capture_free(struct capture *);
/*
 * A packet socket on the interface of this index, nonblocking, that gets what
 * the filter lets through and whose filter cannot be changed any more.  ether:
 * frames for a single station are left out.  -1 and errno.
 */
int	capture_open(const struct capture *, int index, bool ether);

#endif
