/* Finds a call by session id, Call ID, user, address or interface. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_FIND_H
#define PPTPD_ADMIN_FIND_H

#include <stdbool.h>
#include <stdint.h>

#include "admin/admin_request.h"
#include "shared/call_record.h"

#define ADMIN_FOUND_MAX	8	/* Call IDs in an error message */

struct admin_find {
	const char	*what;		/* the caller's */
	unsigned int	 n;		/* matching calls */
	uint16_t	 id[ADMIN_FOUND_MAX];	/* of the first matches */
};

/*
 * what is the session id, our Call ID in four hex digits, the user, the client's
 * address inside or outside of the tunnel, or the interface.  A prefix
 * "session=", "call=", "user=", "address=", "client=" or "interface=" selects
 * one of these.
 */
void	admin_find_init(struct admin_find *, const char *what);
/* Compares one call; to be called for each. */
void	admin_find_look(struct admin_find *, const struct call_record *);
/* Whether the call is one that this means. */
bool	admin_find_fits(const struct call_record *, const char *what);
/* After the last call: true if exactly one matches; its ID is id[0]. */
bool	admin_find_verdict(const struct admin_find *, struct admin_error *);

#endif
