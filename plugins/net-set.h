/* The set of interfaces that the server's own table of nftables is about. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_NET_SET_H
#define PPTPD_NET_SET_H

#include <stdbool.h>

#define NET_SET_TABLE	32	/* octets of a table's name, with its NUL */

/*
 * Puts the interface with this index into the set "calls" of a table of family
 * inet, or takes it out.  One that is there already is no error.  0, or an
 * errno: ENOENT if there is no such table.
 */
int	net_set_add(const char *table, unsigned int index);
int	net_set_remove(const char *table, unsigned int index);

#endif
