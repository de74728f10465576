/* Changes to the text of chap-secrets that leave all else as it is. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SECRETS_EDIT_H
#define PPTPD_SECRETS_EDIT_H

#include <stddef.h>

#include "config/secrets.h"

/*
 * The text of a file, to be changed; zeroed memory is an empty one.  Free it
 * with secrets_text_free(), which also clears it.  No function calls malloc's
 * failure an error: abort(3).
 */
struct secrets_text {
	char	*text;		/* len octets and a NUL; NULL: empty */
	size_t	 len;
};

void	secrets_text_free(struct secrets_text *);

/*
 * The functions below do something to the entries of a user, of all servers or
 * of one (server not NULL), and return how many they are.  The words that they
 * write must be good by secrets_bad_name() and secrets_bad_secret().
 */
size_t	secrets_count(const struct secrets_text *, const char *user,
	    const char *server);
/* Appends an entry, on a line of its own. */
void	secrets_add(struct secrets_text *, const char *user,
	    const char *server, const char *secret, const char *address);
/* Takes their lines away. */
size_t	secrets_remove(struct secrets_text *, const char *user,
	    const char *server);
/* Replaces the secret and nothing else.  Entries without one do not count. */
size_t	secrets_set(struct secrets_text *, const char *user,
	    const char *server, const char *secret);
/*
 * Puts two entries in the place of each: for DOMAIN\user and domain\user, as
 * Windows may send either.
 */
size_t	secrets_domain(struct secrets_text *, const char *user,
	    const char *server, const char *domain);

#endif
