/* A whole file in memory. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SLURP_H
#define PPTPD_SLURP_H

#include <stddef.h>

#define SLURP_MAX	(1024 * 1024)	/* octets */

/*
 * Reads a file of up to SLURP_MAX octets.  Returns its text, which is the
 * caller's and has a NUL behind its *len octets; NULL with errno set.
 */
char	*slurp(const char *path, size_t *len);

#endif
