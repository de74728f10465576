/* The names of address pools, in the configuration and in servers' answers. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_POOL_NAME_H
#define PPTPD_POOL_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define POOL_NAME_MAX	63	/* octets */

/* Letters, digits and "._-", the first one no dot; len octets, not ended. */
static inline bool
pool_name_fits(const char *name, size_t len)
{
	static const char octets[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	if (len == 0 || len > POOL_NAME_MAX || name[0] == '.')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (memchr(octets, name[i], sizeof(octets) - 1) == NULL)
			return false;
	}
	return true;
}

#endif
