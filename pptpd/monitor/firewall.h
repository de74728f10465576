/* The server's own table in the kernel's packet filter (nftables). */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_FIREWALL_H
#define PPTPD_FIREWALL_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/conf.h"

/*
 * The table has rules for the interfaces of calls, whose numbers pptpd-net.so
 * puts into a set of it.  Nobody else's rules are touched.  nft(8) makes it,
 * from a fixed text with nothing in it but the table's name and a number; what
 * nft refuses is logged in its words, and the server goes on.
 *
 * To be called before the other functions, after loop_init() and once the run
 * directory is there.  Makes what the configuration wants, or removes what a
 * server before this one has left.
 */
void	firewall_start(const struct conf *);
/* The configuration has changed. */
void	firewall_change(const struct conf *);
/* A child was reaped; true if it was an nft of this module. */
bool	firewall_reaped(pid_t, int wait_status);
/*
 * The loop has ended.  Without calls the table goes, and this waits for that,
 * for some seconds at most; with calls it stays for the next server.
 */
void	firewall_end(bool calls);

#endif
