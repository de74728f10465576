/* What each of the two processes gives up. */
/* SPDX-License-Identifier: ISC */
#include "lockdown.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "shared/sandbox.h"
#include "shared/syslog_sink.h"

#define WHO		"bcrelay"

/* The numbers of the worker's descriptors; later ones are higher. */
#define LINK_FD		3
#define LOG_FD		4
#define FIRST_FD	5
#define HIGH_FD		16	/* above all of these */

/*
 * The limit of the worker's memory: several times the need of two thousand
 * interfaces with a few addresses each and packets of 64 KiB.
 */
#define MEMORY_MAX	(64UL << 20)

#define IS		SANDBOX_IS
#define WITHIN		SANDBOX_WITHIN
#define SEND_FLAGS	(MSG_NOSIGNAL | MSG_DONTWAIT)

/*
 * The worker uses the sockets that the opener sends, and cannot make, bind or
 * connect any.  sendto() is for the log, whose socket is connected already.
 */
static const struct sandbox_rule allowed[] = {
	{ "epoll_wait", 0, { { 0 } } },
	{ "epoll_pwait", 0, { { 0 } } },
	{ "epoll_ctl", 0, { { 0 } } },
	{ "clock_gettime", 0, { { 0 } } },
	{ "clock_gettime64", 0, { { 0 } } },
	{ "gettimeofday", 0, { { 0 } } },
	{ "time", 0, { { 0 } } },
	{ "clock_nanosleep", 0, { { 0 } } },
	{ "clock_nanosleep_time64", 0, { { 0 } } },
	{ "recvmmsg", 1, { WITHIN(3, MSG_DONTWAIT) } },
	{ "recvmmsg_time64", 1, { WITHIN(3, MSG_DONTWAIT) } },
	{ "sendmmsg", 1, { WITHIN(3, SEND_FLAGS) } },
	{ "recvmsg", 1, { IS(0, LINK_FD) } },
	{ "sendto", 2, { WITHIN(3, SEND_FLAGS), IS(4, 0) } },
	{ "send", 1, { WITHIN(3, SEND_FLAGS) } },
	{ "close", 0, { { 0 } } },
};

/*
 * Moves both descriptors above HIGH_FD first, since one of them may have the
 * number that the other is to get.
 */
int
lockdown_enter(int sock, const char *dir)
{
	int log = syslog_sink_connect();

	if (log != -1)
		log = fcntl(log, F_DUPFD_CLOEXEC, HIGH_FD);
	syslog_sink_take(log);
	sock = fcntl(sock, F_DUPFD_CLOEXEC, HIGH_FD);
	if (sock == -1 || dup3(sock, LINK_FD, O_CLOEXEC) == -1) {
		log_err(WHO ": %s", strerror(errno));
		return -1;
	}
	if (log != -1 && dup3(log, LOG_FD, O_CLOEXEC) != -1)
		syslog_sink_take(LOG_FD);
	if (sandbox_enter(WHO, dir, log != -1 ? FIRST_FD : LOG_FD,
	    0) == -1)
		return -1;
	return LINK_FD;
}

int
lockdown_lock(void)
{
	if (sandbox_memory(WHO, MEMORY_MAX) == -1)
		return -1;
	(void)sandbox_landlock(WHO);
	return sandbox_seccomp(WHO, allowed,
	    sizeof(allowed) / sizeof(allowed[0]), false);
}

int
lockdown_opener(void)
{
	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
	    CAP_NET_RAW) == 0 && capng_apply(CAPNG_SELECT_CAPS) == 0 &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		return 0;
	log_err(WHO ": giving up capabilities: %s", strerror(errno));
	return -1;
}
