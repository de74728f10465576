/* Keeper: finds the interface of a pppd that reported none. */
/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <glob.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utmp.h>

#include "keeper/wtmp_line.h"

static uint32_t
addr_of(const struct sockaddr *sa)
{
	struct sockaddr_in sin;

	if (sa == NULL || sa->sa_family != AF_INET)
		return 0;
	memcpy(&sin, sa, sizeof(sin));
	return sin.sin_addr.s_addr;
}

static bool
line_by_address(uint32_t local, uint32_t remote, char *name)
{
	struct ifaddrs *all, *ifa;
	bool found = false;

	if (local == 0 || remote == 0 || getifaddrs(&all) == -1)
		return false;
	for (ifa = all; ifa != NULL && !found; ifa = ifa->ifa_next) {
		found = (ifa->ifa_flags & IFF_POINTOPOINT) != 0 &&
		    (ifa->ifa_flags & IFF_UP) != 0 &&
		    addr_of(ifa->ifa_addr) == local &&
		    addr_of(ifa->ifa_dstaddr) == remote;
		if (found)
			snprintf(name, UT_LINESIZE + 1, "%s", ifa->ifa_name);
	}
	freeifaddrs(all);
	return found;
}

static bool
is_up(const char *name)
{
	struct ifreq ifr;
	int fd;
	bool up;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return false;
	memset(&ifr, 0, sizeof(ifr));
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%.*s", IFNAMSIZ - 1,
	    name);
	up = ioctl(fd, SIOCGIFFLAGS, &ifr) == 0 &&
	    (ifr.ifr_flags & IFF_UP) != 0;
	close(fd);
	return up;
}

/* Whether a pid file of pppd has this pid on its first line. */
static bool
file_names_pid(const char *path, pid_t pid)
{
	char text[32];
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	return strtol(text, NULL, 10) == pid;
}

/*
 * The directory of pppd's pid files depends on version and distribution, and
 * pppd 2.5.0 leaves out a slash.  A file's name has the interface, its content
 * the pid.
 */
static bool
line_by_pid_file(pid_t pid, char *name)
{
	static const char *const patterns[] = {
		"/run/ppp*.pid", "/run/pppd/*.pid", "/run/pppdppp*.pid"
	};
	glob_t g;
	char *base, path[64];
	size_t i, j;
	bool found = false;

	for (i = 0; !found && i < sizeof(patterns) / sizeof(patterns[0]);
	    i++) {
		if (glob(patterns[i], GLOB_NOSORT, NULL, &g) != 0)
			continue;
		for (j = 0; !found && j < g.gl_pathc; j++) {
			snprintf(path, sizeof(path), "%s", g.gl_pathv[j]);
			base = strrchr(path, '/') + 1;
			if (i == 2)
				base += strlen("pppd");
			base[strcspn(base, ".")] = '\0';
			found = file_names_pid(g.gl_pathv[j], pid) &&
			    is_up(base);
			if (found)
				snprintf(name, UT_LINESIZE + 1, "%s", base);
		}
		globfree(&g);
	}
	return found;
}

bool
wtmp_find_line(pid_t pid, uint32_t local, uint32_t remote, char *name)
{
	return line_by_address(local, remote, name) ||
	    line_by_pid_file(pid, name);
}
