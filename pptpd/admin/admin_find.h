/* Which call an administrator means: by Call ID, user, address, interface. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_FIND_H
#define PPTPD_ADMIN_FIND_H

#include <stdbool.h>
#include <stdint.h>

#include "admin/admin_request.h"
#include "shared/call_record.h"

#define ADMIN_FOUND_MAX	8	/* Call IDs that are named */

struct admin_find {
	const char	*what;		/* the caller's */
	unsigned int	 n;		/* calls that fit */
	uint16_t	 id[ADMIN_FOUND_MAX];	/* the first of them */
};

/*
 * what: our Call ID in four hex digits, the user, the client's address inside
 * or outside of the tunnel, or the interface; "call=", "user=", "address=",
 * "client=" or "interface=" before it makes it that alone.
 */
void	admin_find_init(struct admin_find *, const char *what);
/* Looks at one call after the other. */
void	admin_find_look(struct admin_find *, const struct call_record *);
/* After the last: true if exactly one fits, which is id[0]. */
bool	admin_find_verdict(const struct admin_find *, struct admin_error *);

#endif
