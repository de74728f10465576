/* What the kernel lets through, in the language of pcap-filter(7). */
/* SPDX-License-Identifier: ISC */
#include "filter.h"

#include <stdio.h>
#include <stdlib.h>

#define UNFRAGMENTED	"ip[6:2] & 0x1fff = 0"

/* Tests of the TTL, and of the UDP checksum if there is a UDP header. */
#define TTL_1		"ip[8] = 1"
#define NO_CHECKSUM	"udp[6:2] = 0"

#define BROADCAST	"ip[19] = 255 and not (" TTL_1 " or (" UNFRAGMENTED \
			    " and " NO_CHECKSUM "))"
#define MULTICAST	" and not (" TTL_1 " and (" NO_CHECKSUM \
			    " or not " UNFRAGMENTED "))"
#define GROUP_LEN	sizeof(" or ip dst 255.255.255.255")

char *
filter_text(const uint32_t *group, size_t n)
{
	size_t size = sizeof("ip proto 17 and ((" BROADCAST
	    ") or (()" MULTICAST "))") + n * GROUP_LEN;
	char *text = malloc(size);
	size_t i, at;

	if (text == NULL)
		return NULL;
	at = (size_t)snprintf(text, size, "ip proto 17 and ((" BROADCAST ")");
	for (i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, size - at,
		    "%sip dst %u.%u.%u.%u", i == 0 ? " or ((" : " or ",
		    group[i] >> 24, group[i] >> 16 & 0xff,
		    group[i] >> 8 & 0xff, group[i] & 0xff);
	(void)snprintf(text + at, size - at, n == 0 ? ")" : ")" MULTICAST "))");
	return text;
}
