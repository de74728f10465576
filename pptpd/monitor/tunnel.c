/* Monitor: finds the addresses at the other ends of tunnels. */
/* SPDX-License-Identifier: ISC */
#include "monitor/tunnel.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool
has_peer(const struct ifaddrs *a)
{
	return (a->ifa_flags & IFF_POINTOPOINT) != 0 &&
	    a->ifa_dstaddr != NULL && a->ifa_dstaddr->sa_family == AF_INET;
}

uint32_t *
tunnel_peers(size_t *n)
{
	struct ifaddrs *all, *a;
	struct sockaddr_in sin;
	uint32_t *peers;
	size_t i = 0;

	*n = 0;
	if (getifaddrs(&all) == -1)
		return NULL;
	for (a = all; a != NULL; a = a->ifa_next)
		*n += has_peer(a);
	peers = calloc(*n + 1, sizeof(*peers));
	for (a = all; peers != NULL && a != NULL; a = a->ifa_next) {
		if (!has_peer(a))
			continue;
		memcpy(&sin, a->ifa_dstaddr, sizeof(sin));
		peers[i++] = sin.sin_addr.s_addr;
	}
	freeifaddrs(all);
	if (peers == NULL)
		errno = ENOMEM;
	return peers;
}
