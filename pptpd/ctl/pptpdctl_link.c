/* pptpdctl: its end of the control socket. */
/* SPDX-License-Identifier: ISC */
#include "ctl/pptpdctl_link.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl/pptpdctl_output.h"

#define ANSWER_MS	30000	/* time limit of an answer */
#define OTHER_ID	65534	/* if there is no user nobody */

static void
explain_connect(const char *path, int error)
{
	const struct group *gr = NULL;
	struct stat st;

	if (error == ENOENT || error == ECONNREFUSED) {
		ctl_complain("not-running", "no server is running (%s: %s)",
		    path, strerror(error));
		return;
	}
	if (error == EAGAIN) {
		ctl_complain("unreachable", "the server does not answer");
		return;
	}
	if (error != EACCES && error != EPERM) {
		ctl_complain("unreachable", "%s: %s", path, strerror(error));
		return;
	}
	if (stat(path, &st) == 0 && (st.st_mode & S_IWGRP) != 0)
		gr = getgrgid(st.st_gid);
	ctl_complain("permission", "%s is for root%s%s only", path,
	    gr != NULL ? " and the group " : "",
	    gr != NULL ? gr->gr_name : "");
}

int
link_open(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct timeval limit = { ANSWER_MS / 1000, 0 };
	size_t len = strlen(path);
	int fd;

	if (len >= sizeof(sun.sun_path)) {
		ctl_complain("unreachable", "%s: %s", path,
		    strerror(ENAMETOOLONG));
		return -1;
	}
	memcpy(sun.sun_path, path, len + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd != -1)		/* a limit for connect(2), too */
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit,
		    sizeof(limit));
	if (fd != -1 && connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		return fd;
	explain_connect(path, errno);
	if (fd != -1)
		close(fd);
	return -1;
}

/* The engine, which clients can attack, answers: read that without root. */
bool
link_give_up_root(void)
{
	const struct passwd *pw;
	uid_t uid = OTHER_ID;
	gid_t gid = OTHER_ID;

	if (geteuid() != 0)
		return true;
	pw = getpwnam("nobody");
	if (pw != NULL) {
		uid = pw->pw_uid;
		gid = pw->pw_gid;
	}
	if (setgroups(0, NULL) == 0 && setgid(gid) == 0 && setuid(uid) == 0)
		return true;
	ctl_complain("trouble", "giving up root: %s", strerror(errno));
	return false;
}

json_t *
link_next(struct link *in)
{
	struct pollfd poll_fd = { in->fd, POLLIN, 0 };
	json_error_t where;
	json_t *object;
	char *end;
	ssize_t n;

	while ((end = memchr(in->buf, '\n', in->len)) == NULL &&
	    in->len < sizeof(in->buf)) {
		if (poll(&poll_fd, 1, ANSWER_MS) == 0) {
			ctl_complain("unreachable", "the server does not answer");
			return NULL;
		}
		n = read(in->fd, in->buf + in->len,
		    sizeof(in->buf) - in->len);
		if (n <= 0) {
			ctl_complain("unreachable", "the server has ended, or "
			    "does not want to answer");
			return NULL;
		}
		in->len += (size_t)n;
	}
	object = end == NULL ? NULL : json_loadb(in->buf,
	    (size_t)(end - in->buf), 0, &where);
	if (!json_is_object(object)) {
		ctl_complain("unreachable", "what answers is no pptpd");
		json_decref(object);
		return NULL;
	}
	in->len -= (size_t)(end + 1 - in->buf);
	memmove(in->buf, end + 1, in->len);
	return object;
}

bool
link_ask(int fd, const char *verb, const char *call)
{
	json_t *request = json_pack("{ss}", "command", verb);
	char *text = NULL, *line = NULL;
	int len = -1;
	bool sent;

	if (call != NULL)
		(void)json_object_set_new(request, "call", json_string(call));
	if (request != NULL)
		text = json_dumps(request, JSON_COMPACT | JSON_ENSURE_ASCII);
	if (text != NULL)
		len = asprintf(&line, "%s\n", text);
	/* The line fits into the socket's buffer: no partial send. */
	sent = len > 0 && send(fd, line, (size_t)len, MSG_NOSIGNAL) == len;
	if (!sent)
		ctl_complain("unreachable", "the server cannot be asked: %s",
		    strerror(len > 0 ? errno : ENOMEM));
	if (len > 0)
		free(line);
	free(text);
	json_decref(request);
	return sent;
}
