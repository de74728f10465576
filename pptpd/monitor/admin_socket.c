/* Monitor: makes the socket that pptpdctl(8) connects to. */
/* SPDX-License-Identifier: ISC */
#include "monitor/admin_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "config/instance.h"
#include "monitor/file_id.h"

#define DIRECTORY	RUNDIR "/pptpd"
#define BACKLOG		16

static struct {
	char	    path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct stat made;		/* to recognize our socket */
	bool	    there;
} admin;

static gid_t
find_group(const char *group)
{
	const struct group *gr;

	if (group == NULL)
		return (gid_t)-1;
	gr = getgrnam(group);
	if (gr != NULL)
		return gr->gr_gid;
	log_warn("MGR: there is no group \"%s\", so pptpdctl is for root only",
	    group);
	return (gid_t)-1;
}

static bool
set_group(const char *path, gid_t gid)
{
	bool none = gid == (gid_t)-1;

	return lchown(path, 0, none ? 0 : gid) == 0 &&
	    chmod(path, none ? 0600 : 0660) == 0;
}

/*
 * Makes the socket under a temporary name, and renames it when it listens and
 * has its group and mode: a client that finds it can connect at once.
 */
static bool
make(int fd, gid_t gid)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char *path = sun.sun_path;

	if ((size_t)snprintf(path, sizeof(sun.sun_path), "%s.new",
	    admin.path) >= sizeof(sun.sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	(void)mkdir(RUNDIR, 0755);	/* an error shows below */
	(void)mkdir(DIRECTORY, 0755);
	(void)unlink(path);
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1)
		return false;
	if (set_group(path, gid) && listen(fd, BACKLOG) == 0 &&
	    lstat(path, &admin.made) == 0 && rename(path, admin.path) == 0) {
		admin.there = true;
		return true;
	}
	(void)unlink(path);
	return false;
}

int
admin_socket_open(const char *pidfile, const char *group, gid_t *gid)
{
	int fd;

	*gid = find_group(group);
	if (instance_path(admin.path, sizeof(admin.path), "control",
	    pidfile) == -1) {
		log_warn("MGR: the name of the control socket is too long, "
		    "there is none");
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd != -1 && make(fd, *gid))
		return fd;
	log_warn("MGR: no control socket %s: %s", admin.path,
	    strerror(errno));
	if (fd != -1)
		close(fd);
	return -1;
}

static bool
is_shut(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLRDHUP };

	return poll(&p, 1, 0) == 1 &&
	    (p.revents & (POLLHUP | POLLRDHUP)) != 0;
}

void
admin_socket_restore(int fd, gid_t gid)
{
	int new;

	if (fd == -1)
		return;
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	if (!is_shut(fd))
		return;
	new = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (new != -1 && make(new, gid) && dup3(new, fd, O_CLOEXEC) == fd)
		log_warn("MGR: an engine had shut the control socket, "
		    "there is a new one");
	else
		log_err("MGR: an engine has shut the control socket: %s",
		    strerror(errno));
	if (new != -1)
		close(new);
}

void
admin_socket_change(const char *group, gid_t *gid)
{
	*gid = find_group(group);
	if (admin.there && !set_group(admin.path, *gid))
		log_warn("MGR: control socket %s: %s", admin.path,
		    strerror(errno));
}

void
admin_socket_remove(void)
{
	if (admin.there)
		file_id_unlink(admin.path, &admin.made);
	admin.there = false;
}
