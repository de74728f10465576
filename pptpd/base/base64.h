/* Octets as text and back: base64, RFC 4648 section 4. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_BASE64_H
#define PPTPD_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Characters for n octets, without the NUL. */
#define BASE64_LEN(n)	(((n) + 2) / 3 * 4)

/* Writes BASE64_LEN(n) characters; no NUL. */
void	base64_encode(char *text, const uint8_t *octets, size_t n);
/*
 * Decodes len characters into at most size octets, *n of them.  False: it is no
 * base64, or too long.
 */
bool	base64_decode(uint8_t *octets, size_t size, size_t *n,
	    const char *text, size_t len);

#endif
