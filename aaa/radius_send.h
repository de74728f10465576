/* Attributes that the administrator has us send: "send" in radius.conf. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_RADIUS_SEND_H
#define PPTPD_RADIUS_SEND_H

#include "dictionary.h"
#include "radius.h"

#define RADIUS_SENDS_MAX	16
/*
 * Octets of all of them in a packet.  The rest of one has up to 2,500: two
 * names, 512 values of Class, and numbers.
 */
#define RADIUS_SENDS_OCTETS	1536
#define RADIUS_SEND_TEXT	256	/* octets of a value, with its NUL */

struct radius_send {
	char	 name[DICT_NAME_MAX];
	char	 text[RADIUS_SEND_TEXT];	/* of the value, as it was given */
	unsigned line;			/* of the file */
	/* Filled by radius_send_resolve(). */
	uint32_t vendor;		/* 0: none */
	uint8_t	 type;
	uint8_t	 octets[RADIUS_VALUE_MAX];
	size_t	 len;
};

/* What is sought in dictionaries for it. */
void	radius_send_seek(const struct radius_send *, struct dict_attr *);
/*
 * Sets what is sent, by what dictionaries say.  NULL, or why it cannot be sent.
 */
const char *radius_send_resolve(struct radius_send *, const struct dict_attr *);
/* Whether a request has room for all n of them, which have been resolved. */
bool	radius_sends_fit(const struct radius_send *, unsigned n);
/* Adds it to a request. */
void	radius_send_put(struct radius_out *, const struct radius_send *);

#endif
