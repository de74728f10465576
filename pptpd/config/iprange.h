/* Address lists: the values of localip and remoteip, ranges expanded. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_IPRANGE_H
#define PPTPD_IPRANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IPRANGE_TEXT	16	/* octets of an address as text, with its NUL */
#define IPRANGE_ENTRY	128	/* octets of a list's entry that are named */

/*
 * Addresses in the form that pppd gets: as the administrator wrote them (10.1
 * and 0x0a.0.0.5 are addresses to inet_addr(3)), but names, and texts of more
 * than 15 characters, become dotted quads.  Zeroed memory is an empty list;
 * free it with iprange_free().
 */
struct iprange_list {
	char	(*addr)[IPRANGE_TEXT];
	size_t	  n;
};

enum iprange_status {
	IPRANGE_OK,
	IPRANGE_BAD_ADDRESS,	/* no address, no name that has one */
	IPRANGE_BAD_RANGE,	/* a range without an end, or upside down */
	IPRANGE_NO_MEMORY
};

struct iprange_result {
	enum iprange_status status;
	bool	limited;		/* there are more than limit */
	char	bad[IPRANGE_ENTRY];	/* the address or range that is bad */
	char	cut[IPRANGE_ENTRY];	/* an entry of which words after the
					   address were left out, or "" */
};

/* Finds a host's first IPv4 address, network order. */
typedef bool iprange_resolve(const char *name, uint32_t *addr, void *arg);

/*
 * Appends the addresses of a comma-separated list (pptpd.conf(5)) until there
 * are limit of them.  As in Poptop, one further address is read and checked;
 * if it is good, limited becomes true and the rest is ignored.
 */
void	iprange_expand(struct iprange_list *, const char *text, size_t limit,
	    iprange_resolve *, void *arg, struct iprange_result *);

/* Whether text is an address to inet_addr(3); sets *addr, network order. */
bool	iprange_number(const char *text, uint32_t *addr);

/*
 * Looks for an address that the list has twice, in whatever writing.  Returns
 * the first index whose address stands before it too, n if there is none, or
 * n + 1 without memory.
 */
size_t	iprange_duplicate(const struct iprange_list *);

/*
 * Makes a list of one address n long by repeating it.  False without memory.
 */
bool	iprange_repeat(struct iprange_list *, size_t n);

void	iprange_free(struct iprange_list *);

#endif
