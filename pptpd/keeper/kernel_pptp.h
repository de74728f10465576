/* The kernel's own PPTP: a socket that carries one call. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_KERNEL_PPTP_H
#define PPTPD_KERNEL_PPTP_H

#include <stddef.h>
#include <stdint.h>

/* The two ends of a call; addresses in network order. */
struct kernel_pptp {
	uint32_t server, client;
	uint16_t our_id, peer_id;
};

/*
 * Makes the socket, bound and connected.  The first one of a machine loads
 * the module (pptp).  Returns a close-on-exec descriptor, or -1 with the
 * reason in why.  Closing the last copy takes the kernel up to 20 ms.
 */
int	kernel_pptp_open(const struct kernel_pptp *, char *why, size_t size);

/* Traffic of a call's interface since the interface was made. */
struct kernel_pptp_counts {
	uint32_t octets_in, octets_out;	/* modulo 2^32 */
	uint32_t packets_in, packets_out;
	uint32_t errors_in;		/* could not be decrypted etc. */
};

/* 0, or -1 with errno set: there is no such interface. */
int	kernel_pptp_counts(const char *ifname, struct kernel_pptp_counts *);

#endif
