/* IPv4 addresses as text. */
/* SPDX-License-Identifier: ISC */
#include "base/addr.h"

#include <stdio.h>
#include <string.h>

const char *
addr_text(uint32_t addr, char buf[ADDR_TEXT])
{
	uint8_t octet[sizeof(addr)];

	memcpy(octet, &addr, sizeof(octet));
	snprintf(buf, ADDR_TEXT, "%u.%u.%u.%u", octet[0], octet[1], octet[2],
	    octet[3]);
	return buf;
}
