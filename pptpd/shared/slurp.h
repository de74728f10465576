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
/*
 * The same of a file of up to max octets, without waiting: what is no regular
 * file fails with EINVAL.
 */
char	*slurp_regular(const char *path, size_t max, size_t *len);

#endif
