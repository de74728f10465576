/* The keeper's part of the kernel data path. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_KERNEL_CALL_H
#define PPTPD_KERNEL_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "keeper/kernel_pptp.h"
#include "shared/call_record.h"
#include "state/stall.h"

/* Zeroed memory is a call of the userspace data path. */
struct kernel_call {
	struct kernel_pptp path;
	bool	 on;		/* pppd was given the kernel's socket */
	bool	 up;		/* pppd has taken the socket */
	bool	 told;		/* the engine knows about the login */
	uint64_t look_at;	/* ms: time of the next kernel_call_look() */
	struct stall stall;
	struct kernel_pptp_counts last;
	/* Counts of the interface; at the end those of pppd. */
	uint64_t octets_in, octets_out, packets_in, packets_out;
};

/*
 * Makes the socket for pppd and puts the call on the map of gre_filter.h.
 * Returns the socket, or -1 with the reason in why.
 */
int	kernel_call_open(struct kernel_call *, char *why, size_t size);
/* Goes back to the userspace data path. */
void	kernel_call_give_up(struct kernel_call *);
/* pppd has taken the socket. */
void	kernel_call_up(struct kernel_call *, uint64_t now);
/*
 * Reads the counts of the interface ("": there is none).  To be called at
 * look_at, and whenever fresh counts are wanted.  True: the kernel drops all
 * packets of the client.
 */
bool	kernel_call_look(struct kernel_call *, const char *ifname,
	    uint64_t now);
/* Writes the counts to the record. */
void	kernel_call_publish(const struct kernel_call *, struct call_record *);

#endif
