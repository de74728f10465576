/* The packet socket of an interface, with a filter in the kernel. */
/* SPDX-License-Identifier: ISC */
#ifndef BCRELAY_CAPTURE_H
#define BCRELAY_CAPTURE_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The process that may open sockets must not read packets, and a pcap handle
 * cannot be passed to another process.  So libpcap only compiles the filter,
 * which is the part that is hard to do well.  The socket is opened here, in the
 * way of libpcap's "any" device: packets come without their link header, from
 * every kind of link.
 */
struct capture {
	struct sock_filter	*code;	/* for links other than Ethernet */
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
 * Opens a nonblocking packet socket on the interface with this index.  It gets
 * the packets that the filter passes, and nobody can change the filter any
 * more.  ether: frames to a single station are left out.  -1 and errno.
 */
int	capture_open(const struct capture *, int index, bool ether);

#endif
