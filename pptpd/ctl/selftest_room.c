/* pptpdctl doctor --self-test: processes in namespaces of their own. */
/* SPDX-License-Identifier: ISC */
#include "ctl/selftest_room.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"

#define PPP_DIR		"/etc/ppp"
#define PPP_OLD		"/run/etc-ppp"	/* the machine's, in a room */
#define LOG_OWN		"/run/log-of-self-test"

/* --- messages ------------------------------------------------------------ */

void
room_say(int fd, int type, const struct selftest_result *r)
{
	struct room_msg m;

	memset(&m, 0, sizeof(m));
	m.type = type;
	if (r != NULL)
		m.r = *r;
	(void)send(fd, &m, sizeof(m), MSG_NOSIGNAL);
}

void
room_complain(int fd, const char *fmt, ...)
{
	struct selftest_result r;
	va_list ap;

	memset(&r, 0, sizeof(r));
	va_start(ap, fmt);
	vsnprintf(r.why, sizeof(r.why), fmt, ap);
	va_end(ap);
	room_say(fd, ROOM_TROUBLE, &r);
}

/*
 * Who has spoken may have no rights, and has read what a server sent; what is
 * said goes to a terminal.
 */
static bool
is_sound(struct room_msg *m)
{
	m->r.why[sizeof(m->r.why) - 1] = '\0';
	(void)log_printable(m->r.why);
	return m->r.failed <= SELFTEST_STEPS && m->r.auth < PPP_AUTH_KINDS &&
	    m->r.passed < 1U << SELFTEST_STEPS;
}

bool
room_hear(int fd, int type, int ms, struct room_msg *m)
{
	struct pollfd p = { fd, POLLIN, 0 };

	memset(m, 0, sizeof(*m));
	m->type = ROOM_TROUBLE;
	if (poll(&p, 1, ms) != 1) {
		snprintf(m->r.why, sizeof(m->r.why), "no answer within %d s",
		    ms / 1000);
		return false;
	}
	if (recv(fd, m, sizeof(*m), 0) == (ssize_t)sizeof(*m) && is_sound(m))
		return (int)m->type == type;
	memset(m, 0, sizeof(*m));
	m->type = ROOM_TROUBLE;
	snprintf(m->r.why, sizeof(m->r.why), "a process of it has ended");
	return false;
}

/* --- processes ----------------------------------------------------------- */

/* The first process of the room: with it all others end. */
static void
be_first(int fd, void (*fn)(int, void *), void *arg)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	fn(fd, arg);
	_exit(0);
}

/* Makes the namespaces, and waits for the end of the first process in them. */
static void
be_door(int fd, pid_t parent, void (*fn)(int, void *), void *arg)
{
	pid_t first;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	if (unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID) == -1) {
		room_complain(fd, "namespaces of its own: %s",
		    strerror(errno));
		_exit(1);
	}
	first = fork();
	if (first == 0)
		be_first(fd, fn, arg);
	close(fd);
	while (first != -1 && waitpid(first, NULL, 0) == -1 && errno == EINTR)
		;
	_exit(0);
}

bool
room_open(struct room *room, void (*fn)(int, void *), void *arg)
{
	pid_t parent = getpid();
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == -1)
		return false;
	(void)fflush(NULL);
	room->pid = fork();
	if (room->pid == 0) {
		close(fds[0]);
		be_door(fds[1], parent, fn, arg);
	}
	close(fds[1]);
	room->fd = fds[0];
	if (room->pid != -1)
		return true;
	close(fds[0]);
	return false;
}

void
room_close(struct room *room)
{
	(void)kill(room->pid, SIGKILL);
	while (waitpid(room->pid, NULL, 0) == -1 && errno == EINTR)
		;
	close(room->fd);
}

/* --- files --------------------------------------------------------------- */

bool
room_write(const char *path, const char *fmt, ...)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0600);
	va_list ap;
	int n;

	if (fd == -1)
		return false;
	va_start(ap, fmt);
	n = vdprintf(fd, fmt, ap);
	va_end(ap);
	return close(fd) == 0 && n >= 0;
}

bool
room_secrets(const char *secret)
{
	return room_write(PPP_DIR "/chap-secrets", "\"%s\" * \"%s\" *\n",
	    SELFTEST_USER, secret) && room_write(PPP_DIR "/pap-secrets",
	    "\"%s\" * \"%s\" *\n", SELFTEST_USER, secret);
}

static bool
ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n >= m && strcmp(name + n - m, end) == 0;
}

/* Secrets of users, and scripts that do things to the machine. */
static bool
is_left_out(const char *name)
{
	return name[0] == '.' || ends_with(name, "-secrets") ||
	    ends_with(name, "-up") || ends_with(name, "-down");
}

static bool
link_files(void)
{
	char old[PATH_MAX], new[PATH_MAX];
	const struct dirent *e;
	DIR *dir = opendir(PPP_OLD);
	bool good = dir != NULL;

	while (good && (e = readdir(dir)) != NULL) {
		if (is_left_out(e->d_name))
			continue;
		snprintf(old, sizeof(old), "%s/%s", PPP_OLD, e->d_name);
		snprintf(new, sizeof(new), "%s/%s", PPP_DIR, e->d_name);
		good = symlink(old, new) == 0;
	}
	if (dir != NULL)
		closedir(dir);
	return good;
}

static bool
mount_files(void)
{
	return mkdir(PPP_OLD, 0700) == 0 &&
	    mount(PPP_DIR, PPP_OLD, NULL, MS_BIND | MS_REC, NULL) == 0 &&
	    mount("self-test", PPP_DIR, "tmpfs", MS_NOSUID | MS_NODEV,
	    "mode=700,size=1m") == 0 && link_files();
}

/* /var/run is /run, but for systems of another age. */
static bool
mount_run(void)
{
	struct stat st;

	if (mount("self-test", "/run", "tmpfs", MS_NOSUID | MS_NODEV,
	    "mode=755,size=16m") == -1)
		return false;
	return lstat("/var/run", &st) == -1 || S_ISLNK(st.st_mode) ||
	    mount("/run", "/var/run", NULL, MS_BIND, NULL) == 0;
}

/* Makes the directories above a file in /run. */
static void
make_way(const char *path)
{
	char dir[PATH_MAX];

	for (const char *p = strchr(path + 1, '/'); p != NULL;
	    p = strchr(p + 1, '/')) {
		snprintf(dir, sizeof(dir), "%.*s", (int)(p - path), path);
		(void)mkdir(dir, 0755);
	}
}

static int
bind_log(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	if (fd != -1 && (bind(fd, (struct sockaddr *)&sun,
	    sizeof(sun)) == -1 || chmod(path, 0666) == -1)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* real: what /dev/log was before /run became another. */
static bool
mount_log(const char *real, int *log)
{
	bool in_run = strncmp(real, "/run/", 5) == 0;
	int fd;

	make_way(real);
	fd = bind_log(in_run ? real : LOG_OWN);
	if (fd == -1 || (!in_run &&
	    mount(LOG_OWN, real, NULL, MS_BIND, NULL) == -1))
		return false;
	if (log != NULL)
		*log = fd;
	else
		close(fd);	/* who writes there gets an error */
	return true;
}

bool
room_furnish(int *log, const char **what)
{
	char real[PATH_MAX];

	if (realpath("/dev/log", real) == NULL)
		real[0] = '\0';		/* nobody listens there */
	*what = "its mounts";
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		return false;
	*what = "/proc";
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
	    NULL) == -1)
		return false;
	*what = "/run";
	if (!mount_run())
		return false;
	*what = PPP_DIR;
	if (!mount_files())
		return false;
	*what = "/dev/log";
	if (log != NULL)
		*log = -1;
	return real[0] == '\0' || mount_log(real, log);
}
