/* The raw GRE socket of all calls: packets in and out in batches. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_GRE_SOCKET_H
#define PPTPD_GRE_SOCKET_H

#include <stdint.h>

#include "protocol/pptp_gre.h"

/* A packet that passed all checks that need no call; addresses in network
 * order. */
struct gre_packet {
	uint32_t	 src, dst;
	struct pptp_gre	 header;
	const uint8_t	*payload;	/* header.payload_len octets */
};

/* What came in and was dropped before it had a call. */
struct gre_socket_stats {
	uint64_t not_ip, bad_header, truncated, too_large, send_errors;
};
extern struct gre_socket_stats gre_socket_stats;

typedef void gre_receive(const struct gre_packet *);

/*
 * Receives one batch and hands each good packet on; valid during the call.
 * Bad ones are counted and dropped without a word.  Errors
 * of the socket, such as ICMP messages, mean nothing (G-12).  Returns how
 * many datagrams there were.
 */
int	gre_socket_read(int fd, gre_receive *);
/*
 * Queues a packet from src to dst; header.payload_len octets of payload are
 * copied.  Goes out with gre_socket_flush(), or when the batch is full.
 */
void	gre_socket_queue(int fd, const struct gre_packet *);
/* Sends the batch.  What the kernel does not take is lost, as GRE may be. */
void	gre_socket_flush(int fd);

#endif
