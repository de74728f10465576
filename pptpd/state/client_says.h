/* What a client says of itself in LCP Identification (RFC 1570 2.1). */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CLIENT_SAYS_H
#define PPTPD_CLIENT_SAYS_H

#include <stddef.h>
#include <stdint.h>

#define CLIENT_SAYS_NAME	64	/* escaped, NUL included */
#define CLIENT_SAYS_VERSION	24

/*
 * Windows tells its name as "MSRAS-0-NAME" and its generation as "MSRASV5.20",
 * before it has authenticated: anybody can say anything here.  Both are escaped
 * as in the log, and cut; "" if it has not said so.
 */
struct client_says {
	char	name[CLIENT_SAYS_NAME];
	char	version[CLIENT_SAYS_VERSION];
};

/* Takes note of a frame from the client, if it is such a one. */
void	client_says_look(struct client_says *, const uint8_t *frame,
	    size_t len);

#endif
