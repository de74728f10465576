/* The socket that pptpdctl(8) connects to: its name, its owner, its mode. */
#include "admin_socket.h"

#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "instance.h"
#include "log.h"

#define DIRECTORY	RUNDIR "/pptpd"
#define BACKLOG		16

static struct {
	struct sockaddr_un sun;
	struct stat	   made;	/* to know it again */
	bool		   there;
} admin;

static gid_t
find_group(const char *group)
{
	const struct group *gr = getgrnam(group);

	if (gr != NULL)
		return gr->gr_gid;
	log_warn("MGR: there is no group \"%s\", so pptpdctl is for root only",
	    group);
	return (gid_t)-1;
}

static bool
set_group(gid_t gid)
{
	const char *path = admin.sun.sun_path;
	bool none = gid == (gid_t)-1;

	return lchown(path, 0, none ? 0 : gid) == 0 &&
	    chmod(path, none ? 0600 : 0660) == 0;
}

/* Nobody can connect before listen(), so its mode may come after bind(). */
static bool
make(int fd, gid_t gid)
{
	const char *path = admin.sun.sun_path;

	(void)mkdir(RUNDIR, 0755);	/* what fails, fails below */
	(void)mkdir(DIRECTORY, 0755);
	if (unlink(path) == -1 && errno != ENOENT)
		return false;
	if (bind(fd, (struct sockaddr *)&admin.sun, sizeof(admin.sun)) == -1)
		return false;
	admin.there = lstat(path, &admin.made) == 0;
	return admin.there && set_group(gid) && listen(fd, BACKLOG) == 0;
}

int
admin_socket_open(const char *pidfile, const char *group, gid_t *gid)
{
	int fd;

	*gid = find_group(group);
	admin.sun.sun_family = AF_UNIX;
	if (instance_path(admin.sun.sun_path, sizeof(admin.sun.sun_path),
	    "control", pidfile) == -1) {
		log_warn("MGR: the name of the control socket is too long, "
		    "there is none");
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd != -1 && make(fd, *gid))
		return fd;
	log_warn("MGR: no control socket %s: %s", admin.sun.sun_path,
	    strerror(errno));
	if (fd != -1)
		close(fd);
	admin_socket_remove();
	return -1;
}

void
admin_socket_change(const char *group, gid_t *gid)
{
	*gid = find_group(group);
	if (admin.there && !set_group(*gid))
		log_warn("MGR: control socket %s: %s", admin.sun.sun_path,
		    strerror(errno));
}

void
admin_socket_remove(void)
{
	struct stat now;

	if (admin.there && lstat(admin.sun.sun_path, &now) == 0 &&
	    now.st_ino == admin.made.st_ino &&
	    now.st_dev == admin.made.st_dev)
		(void)unlink(admin.sun.sun_path);
	admin.there = false;
}
