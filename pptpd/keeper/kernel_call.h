/* A keeper's part in a call that the kernel carries. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_KERNEL_CALL_H
#define PPTPD_KERNEL_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "keeper/kernel_pptp.h"
#include "shared/call_record.h"
#include "state/stall.h"

/* Zeroed, it is a call of ours. */
struct kernel_call {
	struct kernel_pptp path;
	bool	 on;		/* pppd was given the kernel's socket */
	bool	 up;		/* ... and has taken it */
	bool	 told;		/* the engine knows that it authenticated */
	uint64_t look_at;	/* ms; when it is up */
	struct stall stall;
	struct kernel_pptp_counts last;
	/* As the interface and then pppd count. */
	uint64_t octets_in, octets_out, packets_in, packets_out;
};

/*
 * Makes the socket for pppd and sets the call's packets apart.  Returns it,
 * or -1 with the reason in why.
 */
int	kernel_call_open(struct kernel_call *, char *why, size_t size);
/* It is a call of ours after all. */
void	kernel_call_give_up(struct kernel_call *);
/* pppd has taken it. */
void	kernel_call_up(struct kernel_call *, uint64_t now);
/*
 * Looks at the interface, "" if there is none; when look_at has come, and
 * whenever the counts are wanted.  True: it takes no packets any more.
 */
bool	kernel_call_look(struct kernel_call *, const char *ifname,
	    uint64_t now);
/* Shows the engine, and others, what it has counted. */
void	kernel_call_publish(const struct kernel_call *, struct call_record *);

#endif
