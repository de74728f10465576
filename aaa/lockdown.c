/* What pptpd-aaa gives up before it reads the first octet of a server. */
/* SPDX-License-Identifier: ISC */
#include "lockdown.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "shared/sandbox.h"
#include "shared/syslog_sink.h"

#define WHO		"AAA: pptpd-aaa"
#define HIGH_FD		16	/* above all of AAA_FD_* */

/* Several times the need of 4,000 records of accounting and 4,000 logins. */
#define MEMORY_MAX	(256UL << 20)

#define IS		SANDBOX_IS
#define WITHIN		SANDBOX_WITHIN
#define BITS		SANDBOX_BITS
#define SEND_FLAGS	(MSG_NOSIGNAL | MSG_DONTWAIT)
#define SOCKET_FLAGS	(SOCK_CLOEXEC | SOCK_NONBLOCK)

#define COUNT(list)	(sizeof(list) / sizeof((list)[0]))

static const struct sandbox_rule always[] = {
	{ "epoll_wait", 0, { { 0 } } },
	{ "epoll_pwait", 0, { { 0 } } },
	{ "epoll_pwait2", 0, { { 0 } } },
	{ "epoll_ctl", 0, { { 0 } } },
	{ "clock_gettime", 0, { { 0 } } },
	{ "clock_gettime64", 0, { { 0 } } },
	{ "gettimeofday", 0, { { 0 } } },
	{ "time", 0, { { 0 } } },
	{ "getrandom", 0, { { 0 } } },
	{ "accept4", 2, { IS(0, AAA_FD_LISTEN), IS(3, SOCKET_FLAGS) } },
	{ "recvfrom", 2, { WITHIN(3, MSG_DONTWAIT | MSG_TRUNC), IS(4, 0) } },
	{ "recv", 1, { WITHIN(3, MSG_DONTWAIT | MSG_TRUNC) } },
	{ "sendto", 2, { WITHIN(3, SEND_FLAGS), IS(4, 0) } },
	{ "send", 1, { WITHIN(3, SEND_FLAGS) } },
	/* Accounting that waits for a server. */
	{ "flock", 1, { IS(0, AAA_FD_SPOOL) } },
	{ "pread64", 1, { IS(0, AAA_FD_SPOOL) } },
	{ "pwrite64", 1, { IS(0, AAA_FD_SPOOL) } },
	{ "fdatasync", 1, { IS(0, AAA_FD_SPOOL) } },
	/* libevent's descriptor for signals. */
	{ "read", 0, { { 0 } } },
	{ "write", 0, { { 0 } } },
	{ "close", 0, { { 0 } } },
};

/*
 * It can make UDP sockets and no others; a filter cannot see to whom it
 * connects them.
 */
static const struct sandbox_rule udp[] = {
	{ "socket", 3, { IS(0, AF_INET), IS(1, SOCK_DGRAM | SOCKET_FLAGS),
	    IS(2, 0) } },
	{ "socket", 3, { IS(0, AF_INET6), IS(1, SOCK_DGRAM | SOCKET_FLAGS),
	    IS(2, 0) } },
	{ "connect", 0, { { 0 } } },
};

/* Pipes of programs come over it. */
static const struct sandbox_rule runner_rules[] = {
	{ "recvmsg", 2, { IS(0, AAA_FD_RUNNER), IS(2, MSG_DONTWAIT |
	    MSG_CMSG_CLOEXEC) } },
};
/* Whoever asks on these sockets is answered at his address. */
#define COA(fd)								\
	{ "recvfrom", 2, { IS(0, fd), IS(3, MSG_DONTWAIT) } },		\
	{ "sendto", 2, { IS(0, fd), IS(3, MSG_DONTWAIT) } }
static const struct sandbox_rule coa[] = {
	COA(AAA_FD_COA),
	COA(AAA_FD_COA + 1),
	COA(AAA_FD_COA + 2),
	COA(AAA_FD_COA + 3),
};
_Static_assert(AAA_COA_MAX == 4, "a socket without a rule");

static size_t
add(struct sandbox_rule *all, size_t n, const struct sandbox_rule *more,
    size_t count)
{
	memcpy(all + n, more, count * sizeof(*more));
	return n + count;
}

/* Moves the log's descriptor to its place; the others are there already. */
static void
place_log(void)
{
	int log = syslog_sink_connect();

	if (log != -1)
		log = fcntl(log, F_DUPFD_CLOEXEC, HIGH_FD);
	syslog_sink_take(log);
	if (log != -1 && dup3(log, AAA_FD_LOG, O_CLOEXEC) != -1)
		syslog_sink_take(AAA_FD_LOG);
}

static bool
place(int fd, int at)
{
	if (fd == -1) {
		(void)close(at);
		return true;
	}
	if (dup3(fd, at, O_CLOEXEC) != -1)
		return true;
	log_err(WHO ": %s", strerror(errno));
	return false;
}

int
lockdown_enter(const char *dir, int runner, int syncer, unsigned coa_sockets,
    unsigned long file_max)
{
	place_log();
	if (file_max == 0)
		(void)close(AAA_FD_SPOOL);
	if (!place(runner, AAA_FD_RUNNER) || !place(syncer, AAA_FD_SYNCER))
		return -1;
	if (fcntl(AAA_FD_PARENT, F_SETFD, FD_CLOEXEC) == -1 ||
	    fcntl(AAA_FD_LISTEN, F_SETFD, FD_CLOEXEC) == -1) {
		log_err(WHO ": started by hand, not by pptpd: %s",
		    strerror(errno));
		return -1;
	}
	return sandbox_enter(WHO, dir, AAA_FD_COA + coa_sockets, file_max);
}

int
lockdown_lock(unsigned needs)
{
	struct sandbox_rule allowed[COUNT(always) + COUNT(udp) +
	    COUNT(runner_rules) + COUNT(coa)];
	size_t n = add(allowed, 0, always, COUNT(always));

	if (needs & LOCKDOWN_UDP)
		n = add(allowed, n, udp, COUNT(udp));
	if (needs & LOCKDOWN_RUNNER)
		n = add(allowed, n, runner_rules, COUNT(runner_rules));
	if (needs & LOCKDOWN_COA)
		n = add(allowed, n, coa, COUNT(coa));
	if (sandbox_memory(WHO, MEMORY_MAX) == -1)
		return -1;
	(void)sandbox_landlock(WHO);
	return sandbox_seccomp(WHO, allowed, n, false);
}
