/* The secrets of chap-secrets, for the back end "file". */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SECRETS_TABLE_H
#define PPTPD_SECRETS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/aaa_msg.h"

/*
 * One line of the file.  Of the fourth column this server follows "*" and one
 * IPv4 address: whoever has the call may then have the address that pptpd
 * gives, or that one.
 */
struct secrets_row {
	char	*client, *server;	/* "*": any */
	char	*secret;
	uint32_t address;		/* network order; 0: that of pptpd */
	unsigned line;
	const char *fault;		/* why nobody may use it; NULL: fine */
};

struct secrets_table {
	struct secrets_row *rows;	/* NULL: none */
	size_t	 n;
	size_t	 faults;		/* rows with one */
};

/*
 * Reads the text of a file.  A line that is not understood is logged with the
 * file and its number, never with a secret, and refuses whomever it names.
 * False: no memory; then the table is empty.
 */
bool	secrets_table_read(struct secrets_table *, const char *file,
	    const char *text, size_t len);
/* Overwrites the secrets, and frees all. */
void	secrets_table_free(struct secrets_table *);
/*
 * The row that counts for this name and ours, as for pppd: one that names the
 * peer before one for anybody, then one that names us before one for any
 * server, then the first.  NULL: none.
 */
const struct secrets_row *secrets_table_find(const struct secrets_table *,
	    const struct aaa_text *name, const struct aaa_text *our_name);

#endif
