/* pptpdctl doctor: the machine itself, as checks see it. */
/* SPDX-License-Identifier: ISC */
#include "ctl/doctor_system.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <ifaddrs.h>
#include <limits.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/mono.h"
#include "shared/search_path.h"
#include "shared/slurp.h"
#include "shared/subprocess.h"

#define RUN_MS	10000		/* time limit of a program */

/* Reads no pipe or device, on which it might wait. */
static char *
system_read(const char *path, size_t max, size_t *len, void *arg)
{
	(void)arg;
	return slurp_regular(path, max, len);
}

static int
system_stat(const char *path, struct stat *st, void *arg)
{
	(void)arg;
	return stat(path, st) == 0 ? 0 : errno;
}

/* Looks in the directories that our programs have as PATH. */
static bool
find_program(const char *name, char path[PATH_MAX])
{
	char dirs[] = SEARCH_PATH, *dir, *next;

	for (dir = strtok_r(dirs + strlen("PATH="), ":", &next); dir != NULL;
	    dir = strtok_r(NULL, ":", &next)) {
		snprintf(path, PATH_MAX, "%s/%s", dir, name);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

static int
system_run(char *const argv[], char *out, size_t size, void *arg)
{
	char path[PATH_MAX], *words[16];
	size_t n;

	(void)arg;
	out[0] = '\0';
	for (n = 0; n < 15 && argv[n] != NULL; n++)
		words[n] = argv[n];
	words[n] = NULL;
	if (n == 0)
		return DOCTOR_NO_PROGRAM;
	if (strchr(argv[0], '/') == NULL) {
		if (!find_program(argv[0], path))
			return DOCTOR_NO_PROGRAM;
		words[0] = path;
	} else if (access(argv[0], X_OK) == -1)
		return DOCTOR_NO_PROGRAM;
	return subprocess_run(words, "/", mono_ms() + RUN_MS, out,
	    size);
}

static uint32_t
address_of(const struct sockaddr *sa)
{
	struct sockaddr_in sin;

	if (sa == NULL || sa->sa_family != AF_INET)
		return 0;
	memcpy(&sin, sa, sizeof(sin));
	return ntohl(sin.sin_addr.s_addr);
}

static unsigned
mtu_of(int fd, const char *name)
{
	struct ifreq request;

	memset(&request, 0, sizeof(request));
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (fd == -1 || ioctl(fd, SIOCGIFMTU, &request) == -1)
		return 0;
	return (unsigned)request.ifr_mtu;
}

/* Each interface comes once by itself (AF_PACKET), and once by each address. */
static size_t
system_ifaces(struct doctor_iface *table, size_t max, void *arg)
{
	struct ifaddrs *all, *i;
	size_t n = 0;
	int fd;

	(void)arg;
	if (getifaddrs(&all) == -1)
		return 0;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (i = all; i != NULL && n < max; i = i->ifa_next) {
		struct doctor_iface *f = &table[n];

		if (i->ifa_addr == NULL ||
		    (i->ifa_addr->sa_family != AF_INET &&
		    i->ifa_addr->sa_family != AF_PACKET))
			continue;
		snprintf(f->name, sizeof(f->name), "%s", i->ifa_name);
		f->flags = i->ifa_flags;
		f->addr = address_of(i->ifa_addr);
		f->mask = f->addr != 0 ? address_of(i->ifa_netmask) : 0;
		f->mtu = mtu_of(fd, f->name);
		n++;
	}
	if (fd != -1)
		close(fd);
	freeifaddrs(all);
	return n;
}

static void
name_of(const char *pid, char name[32])
{
	char path[64], *text;
	size_t len;

	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	text = system_read(path, 4096, &len, NULL);
	snprintf(name, 32, "%.*s", text != NULL ?
	    (int)strcspn(text, "\n") : 1, text != NULL ? text : "?");
	free(text);
}

/* Whether a process has the socket.  *denied: we may not see what it has. */
static bool
has_socket(const char *pid, const char *wanted, bool *denied)
{
	char path[64], link[64];
	struct dirent *e;
	bool found = false;
	ssize_t n;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	dir = opendir(path);
	if (dir == NULL) {
		*denied = *denied || errno == EACCES;
		return false;
	}
	while (!found && (e = readdir(dir)) != NULL) {
		n = readlinkat(dirfd(dir), e->d_name, link, sizeof(link) - 1);
		if (n == -1)
			continue;
		link[n] = '\0';
		found = strcmp(link, wanted) == 0;
	}
	closedir(dir);
	return found;
}

static int
system_owner(unsigned long inode, pid_t *pid, char name[32], void *arg)
{
	char wanted[64];
	struct dirent *e;
	bool denied = false, found = false;
	DIR *dir = opendir("/proc");

	(void)arg;
	if (dir == NULL)
		return errno;
	snprintf(wanted, sizeof(wanted), "socket:[%lu]", inode);
	while (!found && (e = readdir(dir)) != NULL) {
		if (e->d_name[0] < '1' || e->d_name[0] > '9')
			continue;
		found = has_socket(e->d_name, wanted, &denied);
		if (found) {
			*pid = (pid_t)strtol(e->d_name, NULL, 10);
			name_of(e->d_name, name);
		}
	}
	closedir(dir);
	if (found)
		return 0;
	return denied ? EACCES : ENOENT;
}

static bool
system_resolve(const char *name, uint32_t *addr, void *arg)
{
	struct addrinfo hints = { .ai_family = AF_INET,
	    .ai_socktype = SOCK_STREAM }, *list;
	struct sockaddr_in sin;

	(void)arg;
	if (getaddrinfo(name, NULL, &hints, &list) != 0)
		return false;
	memcpy(&sin, list->ai_addr, sizeof(sin));
	*addr = sin.sin_addr.s_addr;
	freeaddrinfo(list);
	return true;
}

void
doctor_system(struct doctor_world *w)
{
	*w = (struct doctor_world){ system_read, system_stat, system_run,
	    system_ifaces, system_owner, system_resolve, geteuid() == 0,
	    NULL };
}
