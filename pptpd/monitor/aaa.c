/* Monitor: starts and stops pptpd-aaa, which is asked about callers. */
/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "monitor/aaa.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "config/instance.h"
#include "monitor/child.h"
#include "monitor/respawn.h"
#include "monitor/rundir.h"
#include "shared/loop.h"
#include "shared/mono.h"

#define AAA		LIBEXECDIR "/pptpd-aaa"
#define SILENCE_MS	30000	/* it should have said by then that it serves */
#define OLD_GOES_ON	"the one before it goes on with the configuration that " \
			"it has"
#define BACKLOG		128	/* pppds that connect at once */
#define KIND_WORD	16	/* octets of "-bradius" with its NUL */
#define SPOOL_DIR	STATEDIR "/pptpd/"
#define OFF		"off"

struct child {
	pid_t	pid;		/* 0: none */
	int	sock;		/* when it closes, pptpd-aaa ends; -1: none */
	struct loop_watch watch;
	struct loop_timer silence;	/* since its start */
	time_t	started;	/* CLOCK_MONOTONIC */
};

static struct {
	char	file[CONF_LINE_MAX + 1];	/* "": not wanted */
	enum conf_aaa kind;
	bool	debug, to_stderr;
	bool	said;		/* the log has it that it cannot be started */
	bool	fresh;		/* we have begun without calls; not told yet */
	char	spool[CONF_LINE_MAX + 1];	/* of accounting; "": none */
	char	path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	int	listener;	/* -1: none */
	struct child now, next;	/* next reads another configuration */
	struct respawn again;
} aaa = { .listener = -1, .now.sock = -1, .next.sock = -1 };

/* --- the socket ---------------------------------------------------------- */

/*
 * Makes the socket under a temporary name, and renames it when it listens:
 * pppds of calls that go on may be trying to connect.
 */
static bool
bind_socket(int fd)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	if ((size_t)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s.new",
	    aaa.path) >= sizeof(sun.sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	(void)unlink(sun.sun_path);
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1)
		return false;
	if (chmod(sun.sun_path, 0600) == 0 && listen(fd, BACKLOG) == 0 &&
	    rename(sun.sun_path, aaa.path) == 0)
		return true;
	(void)unlink(sun.sun_path);
	return false;
}

/* Once it is there it stays: calls know its path. */
static void
open_socket(void)
{
	int fd;

	if (aaa.listener != -1 || aaa.path[0] == '\0' || !rundir_make())
		return;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd != -1 && bind_socket(fd)) {
		aaa.listener = fd;
		return;
	}
	log_err("MGR: no socket %s for pptpd-aaa: %s", aaa.path,
	    strerror(errno));
	if (fd != -1)
		close(fd);
}

const char *
aaa_socket(void)
{
	return aaa.listener != -1 ? aaa.path : NULL;
}

/* --- its process --------------------------------------------------------- */

static void
close_sock(struct child *c)
{
	if (c->sock == -1)
		return;
	loop_watch_off(&c->watch);
	loop_timer_stop(&c->silence);
	close(c->sock);
	c->sock = -1;
}

/* It takes leave by itself, when servers have taken its accounting. */
static void
end(struct child *c)
{
	if (c->pid == 0)
		return;
	log_debug("MGR: pptpd-aaa[%ld] is told to end", (long)c->pid);
	kill(c->pid, SIGTERM);		/* not reaped, so the pid is ours */
	close_sock(c);
	c->pid = 0;
}

/*
 * It has said that it serves, or it ends and gets reaped.  What it has said is
 * not looked at: it could say anything.  More is not listened to: it could go
 * on for ever.
 */
static void
on_word(int fd, void *arg)
{
	struct child *c = arg;
	char word[16];

	loop_watch_off(&c->watch);
	loop_timer_stop(&c->silence);
	if (recv(fd, word, sizeof(word), MSG_DONTWAIT) <= 0)
		return;
	aaa.fresh = false;
	if (c == &aaa.next && c->pid != 0) {
		end(&aaa.now);
		aaa.now = *c;
		*c = (struct child){ .sock = -1 };
	}
}

/* Its option for the back end. */
static char *
kind_word(char word[KIND_WORD], enum conf_aaa kind)
{
	snprintf(word, KIND_WORD, "-b%s", conf_aaa_name(kind));
	return word;
}

/* Once, since it is tried again and again: a package may be missing. */
static void
say_no_program(const struct child *c, int error)
{
	log_msg(aaa.said ? LOG_DEBUG : LOG_ERR, "MGR: " AAA ": %s: %s; to mend "
	    "it: " AAA_HINT, strerror(error), c == &aaa.next ? OLD_GOES_ON :
	    "logins are refused");
	aaa.said = true;
}

/* It goes on trying, and is waited for. */
static void
on_silence(void *arg)
{
	struct child *c = arg;

	log_err("MGR: pptpd-aaa[%ld] does not say that it serves%s%s",
	    (long)c->pid, c == &aaa.next ? ": " : "",
	    c == &aaa.next ? OLD_GOES_ON : "");
}

/*
 * Starts it with one end of a socket pair as its descriptor 3, which closes
 * when we end, by whatever cause, and with the listening socket as 4.
 */
static bool
spawn(struct child *c)
{
	static char name[] = AAA, debug[] = "-d", to_stderr[] = "-e",
	    fresh[] = "-n", spool[] = "-s";
	char kind[KIND_WORD];
	char *argv[] = { name, kind_word(kind, aaa.kind), NULL, NULL, NULL,
	    NULL, NULL, NULL, NULL };
	int pair[2], fds[2], n = 2;

	if (aaa.debug)
		argv[n++] = debug;
	if (aaa.to_stderr)
		argv[n++] = to_stderr;
	if (aaa.fresh)
		argv[n++] = fresh;
	if (aaa.spool[0] != '\0') {
		argv[n++] = spool;
		argv[n++] = aaa.spool;
	}
	argv[n] = aaa.file;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1) {
		log_err("MGR: socketpair: %s", strerror(errno));
		return false;
	}
	fds[0] = pair[1];
	fds[1] = aaa.listener;
	c->started = mono_s();
	c->pid = child_spawn(AAA, argv, fds, 2, -1);
	if (c->pid == -1)
		say_no_program(c, errno);
	else
		aaa.said = false;
	close(pair[1]);
	c->sock = pair[0];
	loop_watch_init(&c->watch, c->sock, LOOP_READ, on_word, c);
	loop_timer_init(&c->silence, on_silence, c);
	if (c->pid != -1 && loop_watch_on(&c->watch) &&
	    loop_timer_in_ms(&c->silence, SILENCE_MS))
		return true;
	if (c->pid == -1)
		c->pid = 0;
	end(c);
	close_sock(c);
	return false;
}

static void
start(void)
{
	if (aaa.file[0] == '\0' || aaa.now.pid != 0)
		return;
	open_socket();
	if (aaa.listener == -1 || !spawn(&aaa.now))
		respawn_later(&aaa.again);
}

static void
on_again(void *arg)
{
	(void)arg;
	start();
}

static void
set(const struct conf *conf)
{
	snprintf(aaa.file, sizeof(aaa.file), "%s",
	    conf->aaa != CONF_AAA_NONE ? conf_aaa_file(conf) : "");
	aaa.kind = conf->aaa;
	aaa.debug = conf->debug;
	aaa.said = false;
	respawn_anew(&aaa.again);
}

/* The file has the socket's name, so each server of a machine has its own. */
static void
name_spool(void)
{
	const char *slash = strrchr(aaa.path, '/');

	snprintf(aaa.spool, sizeof(aaa.spool), SPOOL_DIR "%s.spool",
	    slash != NULL ? slash + 1 : aaa.path);
}

void
aaa_init(const char *pidfile, bool to_stderr)
{
	respawn_init(&aaa.again, "pptpd-aaa", on_again, NULL);
	aaa.to_stderr = to_stderr;
	if (instance_path(aaa.path, sizeof(aaa.path), "aaa", pidfile) == 0) {
		name_spool();
		return;
	}
	log_err("MGR: the name of pptpd-aaa's socket is too long");
	aaa.path[0] = '\0';
}

void
aaa_start(const struct conf *conf, bool fresh)
{
	aaa.fresh = fresh;
	set(conf);
	start();
}

void
aaa_change(const struct conf *conf)
{
	set(conf);
	aaa.fresh = false;
	respawn_stop(&aaa.again);
	end(&aaa.next);
	if (aaa.file[0] == '\0')
		end(&aaa.now);
	else if (aaa.now.pid == 0)
		start();
	else
		(void)spawn(&aaa.next);
}

void
aaa_stop(bool off)
{
	aaa.file[0] = '\0';
	respawn_stop(&aaa.again);
	end(&aaa.next);
	/* Without a signal, which it could see before the word. */
	if (off && aaa.now.pid != 0 && send(aaa.now.sock, OFF, sizeof(OFF),
	    MSG_DONTWAIT | MSG_NOSIGNAL) != -1) {
		close_sock(&aaa.now);
		aaa.now.pid = 0;
	}
	end(&aaa.now);
	if (aaa.listener != -1)
		close(aaa.listener);
	aaa.listener = -1;
}

bool
aaa_reaped(pid_t pid, int status)
{
	if (pid != 0 && pid == aaa.next.pid) {
		close_sock(&aaa.next);
		aaa.next.pid = 0;
		respawn_say(&aaa.again, pid, status, OLD_GOES_ON);
		if (aaa.now.pid == 0)
			start();
		return true;
	}
	if (pid == 0 || pid != aaa.now.pid)
		return false;
	close_sock(&aaa.now);
	aaa.now.pid = 0;
	respawn_ended(&aaa.again, pid, status, aaa.now.started);
	return true;
}

bool
aaa_check(const struct conf *conf)
{
	static char name[] = AAA, check[] = "-t";
	char file[CONF_LINE_MAX + 1], kind[KIND_WORD];
	char *argv[] = { name, kind_word(kind, conf->aaa), check, file, NULL };
	int status;
	pid_t pid;

	snprintf(file, sizeof(file), "%s", conf_aaa_file(conf));
	pid = child_spawn(AAA, argv, NULL, 0, -1);
	if (pid == -1) {
		fprintf(stderr, "pptpd: error: " AAA ": %s; to mend it: "
		    AAA_HINT "\n", strerror(errno));
		return false;
	}
	while (waitpid(pid, &status, 0) == -1) {
		if (errno != EINTR)
			return false;
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
