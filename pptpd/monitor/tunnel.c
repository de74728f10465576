/* Monitor: finds the network interface at our end of a tunnel. */
/* SPDX-License-Identifier: ISC */
#include "monitor/tunnel.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

bool
tunnel_peer(const char *ifname, char remote[IPRANGE_TEXT])
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in sin;
	struct ifreq req;
	bool found;

	if (fd == -1)
		return false;
	memset(&req, 0, sizeof(req));
	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", ifname);
	found = ioctl(fd, SIOCGIFFLAGS, &req) == 0 &&
	    (req.ifr_flags & IFF_POINTOPOINT) != 0 &&
	    ioctl(fd, SIOCGIFDSTADDR, &req) == 0;
	close(fd);
	if (!found)
		return false;
	memcpy(&sin, &req.ifr_dstaddr, sizeof(sin));
	return inet_ntop(AF_INET, &sin.sin_addr, remote, IPRANGE_TEXT) != NULL;
}
