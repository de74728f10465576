/* The raw GRE socket of all calls: packets in and out in batches. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_GRE_SOCKET_H
#define PPTPD_GRE_SOCKET_H

#include <stdint.h>

#include "protocol/pptp_gre.h"

/* A packet that passed each check possible without knowing its call; addresses
 * in network order. */
struct gre_packet {
	uint32_t	 src, dst;
	struct pptp_gre	 header;
	const uint8_t	*payload;	/* header.payload_len octets */
	uint64_t	 at;		/* us of engine_now_us(), when its
					   batch was read; not of sent ones */
};

/* Counts packets that were dropped before their call was looked up. */
struct gre_socket_stats {
	uint64_t not_ip, bad_header, truncated, too_large, send_errors;
};
extern struct gre_socket_stats gre_socket_stats;

typedef void gre_receive(const struct gre_packet *);

/*
 * Receives one batch and hands each good packet on; it is valid during the
 * call.  Bad packets are counted and dropped, and not logged.  Errors of the
 * socket, such as ICMP messages, are ignored (G-12).  Returns the number of
 * datagrams received.
 */
int	gre_socket_read(int fd, gre_receive *);
/*
 * Queues a packet from src to dst; header.payload_len octets of payload are
 * copied.  It is sent by gre_socket_flush(), or when the batch is full.
 */
void	gre_socket_queue(int fd, const struct gre_packet *);
/* Sends the batch.  Packets that the kernel refuses are lost, as GRE allows. */
void	gre_socket_flush(int fd);

#endif
