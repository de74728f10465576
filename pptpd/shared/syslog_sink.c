/* The sink of log.h: syslog, and stderr if wanted. */
/* SPDX-License-Identifier: ISC */
#include "config.h"
#include "shared/mono.h"
#include "shared/syslog_sink.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

/*
 * syslog(3) waits when nobody empties /dev/log, and a VPN server must not
 * wait for its log.  So this file writes the datagrams, in the format of
 * syslog(3) (RFC 3164).  A line is lost if the log does not take it at once.
 */

#define HEAD_MAX	48	/* room for "<30>Nov 30 12:00:00 " */
#define NAME_MAX_LEN	48	/* room for "pptpd[123]: " */

/* Without a log, the time until the next try to connect. */
#define RETRY_S	2

static struct {
	const char *ident;
	int	sock;		/* connected to /dev/log; -1: not */
	bool	given;		/* by another process; never reconnected */
	bool	to_stderr;
	time_t	failed_at;	/* seconds of CLOCK_MONOTONIC */
} state = { "", -1, false, false, 0 };

int
syslog_sink_connect(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX,
	    .sun_path = SYSLOG_SOCKET };
	int sock, error;

	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (sock == -1 ||
	    connect(sock, (struct sockaddr *)&un, sizeof(un)) == 0)
		return sock;
	error = errno;
	close(sock);
	errno = error;
	return -1;
}

static void
change(int sock)
{
	if (state.sock != -1)
		close(state.sock);
	state.sock = sock;
}

void
syslog_sink_take(int sock)
{
	state.given = true;
	change(sock);
}

static bool
may_connect(void)
{
	return !state.given && (state.sock != -1 ||
	    mono_s() - state.failed_at >= RETRY_S);
}

static bool
connect_log(void)
{
	change(-1);
	state.sock = syslog_sink_connect();
	if (state.sock == -1)
		state.failed_at = mono_s();
	return state.sock != -1;
}

/* The time in the format of syslog(3). */
static void
make_stamp(char *stamp, size_t size)
{
	time_t now = time(NULL);
	struct tm tm;

	stamp[0] = '\0';
	if (localtime_r(&now, &tm) != NULL)
		strftime(stamp, size, "%h %e %T", &tm);
}

/*
 * Sends len octets of text, for which the caller leaves HEAD_MAX octets free
 * before them.  Returns whether syslog has the line, or shall never have it.
 */
static bool
send_log(int priority, char *text, size_t len)
{
	char stamp[32], head[HEAD_MAX];
	int n;

	if (state.sock == -1)
		return false;
	make_stamp(stamp, sizeof(stamp));
	n = snprintf(head, sizeof(head), "<%d>%s ", PPTPD_FACILITY | priority,
	    stamp);
	memcpy(text - n, head, n);
	return send(state.sock, text - n, n + len, MSG_NOSIGNAL) != -1 ||
	    errno == EAGAIN || state.given;
}

/* "pptpd[123]: ", of this process: it may have been forked since the last. */
static const char *
our_name(void)
{
	static char name[NAME_MAX_LEN];
	static const char *ident;
	static pid_t pid;

	if (pid != getpid() || ident != state.ident) {
		pid = getpid();
		ident = state.ident;
		snprintf(name, sizeof(name), "%s[%ld]: ", ident, (long)pid);
	}
	return name;
}

static void
sink(int priority, const char *line, void *arg)
{
	char buf[HEAD_MAX + NAME_MAX_LEN + LOG_LINE_MAX];
	char *text = buf + HEAD_MAX;
	const char *name = our_name();
	size_t name_len = strlen(name), len = strnlen(line, LOG_LINE_MAX - 1);

	(void)arg;
	memcpy(text, name, name_len);
	memcpy(text + name_len, line, len);
	len += name_len;
	text[len] = '\n';
	/* A restarted syslogd has a new socket: try once to reconnect. */
	if (!send_log(priority, text, len) && may_connect() && connect_log())
		(void)send_log(priority, text, len);
	if (state.to_stderr && write(STDERR_FILENO, text, len + 1) == -1)
		state.to_stderr = false;	/* no reader */
}

void
syslog_sink_open(const char *ident, bool to_stderr)
{
	state.ident = ident;
	state.to_stderr = to_stderr;
	log_set_sink(sink, NULL);
	(void)connect_log();
}

void
syslog_sink_warm_up(void)
{
	char stamp[32];

	tzset();
	make_stamp(stamp, sizeof(stamp));
}
