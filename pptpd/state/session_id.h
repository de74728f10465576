/* Session ids: the name of a call that no other call ever has. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SESSION_ID_H
#define PPTPD_SESSION_ID_H

#include <stdbool.h>
#include <stdint.h>

#define SESSION_ID_LEN	16			/* hexadecimal digits */
#define SESSION_ID_TEXT	(SESSION_ID_LEN + 1)	/* with NUL */

/*
 * Call IDs come again, session ids do not.  The first eight digits are the
 * second in which the call began, the others a number that begins at random
 * with each monitor and counts its calls.  So they differ within a monitor,
 * sort by time across restarts, and even if the clock is set back two calls of
 * the same second differ but for one case in 2^32.
 */
struct session_ids {
	uint32_t	next;
};

/* random: 32 random bits. */
void	session_ids_init(struct session_ids *, uint32_t random);
/* Writes the next one.  seconds: of the wall clock. */
void	session_ids_next(struct session_ids *, uint64_t seconds,
	    char text[SESSION_ID_TEXT]);

#endif
