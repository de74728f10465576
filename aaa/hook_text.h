/* What a program is asked: lines of text. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_HOOK_TEXT_H
#define PPTPD_HOOK_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/aaa_msg.h"

/*
 * Room for any request: three texts and three of octets in the longest form
 * that they can have, all Class values, and what is short.
 */
#define HOOK_TEXT_MAX	16384

struct hook_text {
	char	 text[HOOK_TEXT_MAX];
	size_t	 len;
	bool	 bad;			/* something had no room */
};

/*
 * Writes the request about a login, from "Packet-Type = Access-Request" to the
 * empty line.  A text stands in double quotes; of its octets only printable
 * ASCII stands for itself, with a backslash before a quote or another, and any
 * other is a backslash and three octal digits: so no octet of a peer can end a
 * line.  False: no room.
 */
bool	hook_text_login(struct hook_text *, const struct aaa_login *,
	    const char *nas_identifier);
/*
 * The same about use, from "Packet-Type = Accounting-Request".  delay: seconds
 * since it happened, at event_time (Unix time).
 */
bool	hook_text_acct(struct hook_text *, const struct aaa_acct *,
	    const char *nas_identifier, uint32_t delay, uint32_t event_time);

#endif
