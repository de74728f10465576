/* pptpdctl: its end of the control socket. */
/* SPDX-License-Identifier: ISC */
#include "ctl/pptpdctl_link.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "admin/admin_request.h"
#include "ctl/pptpdctl_output.h"

#define ANSWER_MS	30000	/* time limit of an answer */
#define TRIES		100	/* for the next engine, or server */
#define TRY_MS		100
#define BUSY_TRIES	10	/* of a request that came too soon */
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
link_connect(const char *path, int type, unsigned int limit_s)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct timeval limit = { limit_s, 0 };
	size_t len = strlen(path);
	int fd, error;

	if (len >= sizeof(sun.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(sun.sun_path, path, len + 1);
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd != -1)		/* a limit for connect(2), too */
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit,
		    sizeof(limit));
	if (fd != -1 && connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		return fd;
	error = errno;
	if (fd != -1)
		close(fd);
	errno = error;
	return -1;
}

int
link_try(const char *path)
{
	return link_connect(path, SOCK_STREAM, ANSWER_MS / 1000);
}

int
link_wait(const char *path)
{
	int fd = -1;

	for (int i = 0; i < TRIES && fd == -1; i++) {
		(void)poll(NULL, 0, TRY_MS);
		fd = link_try(path);
	}
	return fd;
}

int
link_open(const char *path)
{
	int fd = link_try(path);

	if (fd == -1)
		explain_connect(path, errno);
	return fd;
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

bool
link_end_with(pid_t parent)
{
	return prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent;
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
		if (poll(&poll_fd, 1, in->patient ? -1 : ANSWER_MS) == 0) {
			in->gone = true;
			if (!in->quiet)
				ctl_complain("unreachable",
				    "the server does not answer");
			return NULL;
		}
		n = read(in->fd, in->buf + in->len,
		    sizeof(in->buf) - in->len);
		in->gone = n <= 0;
		if (n <= 0 && (in->patient || in->quiet))
			return NULL;
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

/* Sends a request, which it takes; false with errno set. */
static bool
send_request(int fd, json_t *request)
{
	char *text = NULL, *line = NULL;
	int len = -1, error;
	bool sent;

	if (request != NULL)
		text = json_dumps(request, JSON_COMPACT | JSON_ENSURE_ASCII);
	if (text != NULL)
		len = asprintf(&line, "%s\n", text);
	/* The line fits into the socket's buffer: no partial send. */
	errno = ENOMEM;
	sent = len > 0 && send(fd, line, (size_t)len, MSG_NOSIGNAL) == len;
	error = errno;
	if (len > 0)
		free(line);
	free(text);
	json_decref(request);
	errno = error;
	return sent;
}

static void
complain_of_request(void)
{
	ctl_complain("unreachable", "the server cannot be asked: %s",
	    strerror(errno));
}

bool
link_ask(int fd, json_t *request)
{
	bool sent = send_request(fd, request);

	if (!sent)
		complain_of_request();
	return sent;
}

/* One request of link_collect(), and the end of its answer. */
static json_t *
collect(struct link *in, const char *command, json_t *calls)
{
	json_t *object = NULL, *call;

	if (!send_request(in->fd, json_pack("{ss}", "command", command))) {
		in->gone = true;
		if (!in->quiet)
			complain_of_request();
		return NULL;
	}
	while ((object = link_next(in)) != NULL) {
		if (json_object_get(object, "ok") != NULL)
			break;
		call = json_object_get(object, "call");
		if (call != NULL && json_array_size(calls) < LINK_CALLS_MAX)
			(void)json_array_append(calls, call);
		json_decref(object);
	}
	return object;
}

/* Whether an answer says that the server has been asked too often. */
static bool
is_busy(const json_t *answer)
{
	const char *code = json_string_value(json_object_get(json_object_get(
	    answer, "error"), "code"));

	return code != NULL && strcmp(code, "busy") == 0;
}

json_t *
link_collect(struct link *in, const char *command, json_t *calls)
{
	json_t *object = collect(in, command, calls);

	for (int i = 0; i < BUSY_TRIES && is_busy(object); i++) {
		json_decref(object);
		(void)poll(NULL, 0, TRY_MS);
		object = collect(in, command, calls);
	}
	in->busy = is_busy(object);
	if (object == NULL || json_is_true(json_object_get(object, "ok")))
		return object;
	(void)link_refused(object);
	json_decref(object);
	return NULL;
}

int
link_refused(const json_t *answer)
{
	const json_t *error = json_object_get(answer, "error");
	const char *code = json_string_value(json_object_get(error, "code"));
	const char *text = json_string_value(json_object_get(error, "text"));

	ctl_complain(code != NULL ? code : "failed", "%s",
	    text != NULL ? text : "the server does not say why not");
	return code != NULL && strcmp(code, "permission") == 0 ?
	    EXIT_TROUBLE : EXIT_REFUSED;
}

bool
link_greet(struct link *in)
{
	json_t *greeting = link_next(in);
	const json_t *protocol = json_object_get(greeting, "protocol");
	bool good = false;

	if (greeting == NULL)
		return false;
	if (json_object_get(greeting, "error") != NULL)
		(void)link_refused(greeting);
	else if (json_integer_value(protocol) != ADMIN_PROTOCOL)
		ctl_complain("unreachable", "the server speaks version "
		    "%" JSON_INTEGER_FORMAT " of this protocol, and pptpdctl "
		    "version %d: use the pptpdctl that came with it",
		    json_integer_value(protocol), ADMIN_PROTOCOL);
	else
		good = true;
	json_decref(greeting);
	return good;
}
