/* IPv4 addresses as text. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADDR_H
#define PPTPD_ADDR_H

#include <stdint.h>

#define ADDR_TEXT	16	/* "255.255.255.255" with its NUL */

/* An address in network order, dotted.  Returns buf, for a line of the log. */
const char *addr_text(uint32_t addr, char buf[ADDR_TEXT]);

#endif
