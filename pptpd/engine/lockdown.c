/* Engine: gives up for good all rights that serving clients does not need. */
/* SPDX-License-Identifier: ISC */
#include "engine/lockdown.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "shared/ipc.h"
#include "shared/sandbox.h"

#ifndef F_GET_SEALS
#define F_GET_SEALS	1034		/* linux/fcntl.h */
#endif

/* Twice what 4,000 calls need if each keeps as much as a client can make it
 * keep: 128 KiB for its pty, 16 packets of 8 KiB. */
#define MEMORY_MAX	(2UL << 30)

#define IS		SANDBOX_IS
#define WITHIN		SANDBOX_WITHIN
#define BITS		SANDBOX_BITS
#define SEND_FLAGS	(MSG_NOSIGNAL | MSG_DONTWAIT)

/*
 * Several rules for one system call are alternatives.  A filter cannot read
 * memory, so it cannot check the addresses passed to sendmmsg().  That call is
 * allowed on the GRE socket only, which can send nothing but GRE.
 */
static const struct sandbox_rule allowed[] = {
	/* The event loop, and the time. */
	{ "epoll_wait", 0, { { 0 } } },
	{ "epoll_pwait", 0, { { 0 } } },
	{ "epoll_pwait2", 0, { { 0 } } },
	{ "epoll_ctl", 0, { { 0 } } },
	{ "clock_gettime", 0, { { 0 } } },	/* where there is no vDSO */
	{ "clock_gettime64", 0, { { 0 } } },
	{ "gettimeofday", 0, { { 0 } } },
	{ "time", 0, { { 0 } } },

	/* GRE, in batches. */
	{ "recvmmsg", 1, { IS(0, IPC_FD_GRE) } },
	{ "recvmmsg_time64", 1, { IS(0, IPC_FD_GRE) } },
	{ "sendmmsg", 2, { IS(0, IPC_FD_GRE), WITHIN(3, SEND_FLAGS) } },

	/* The ptys. */
	{ "read", 0, { { 0 } } },
	{ "write", 0, { { 0 } } },

	/*
	 * Control connections, pptpdctl: recv() and send(), which take no
	 * address.  MSG_FASTOPEN among the flags would connect to somewhere.
	 */
	{ "accept4", 2, { IS(0, IPC_FD_LISTEN),
	    IS(3, SOCK_CLOEXEC | SOCK_NONBLOCK) } },
	{ "dup3", 2, { IS(1, IPC_FD_LISTEN), IS(2, O_CLOEXEC) } },
	{ "accept4", 2, { IS(0, IPC_FD_ADMIN),
	    IS(3, SOCK_CLOEXEC | SOCK_NONBLOCK) } },
	{ "recvfrom", 1, { IS(4, 0) } },
	{ "recv", 0, { { 0 } } },
	{ "sendto", 2, { WITHIN(3, SEND_FLAGS), IS(4, 0) } },
	{ "send", 1, { WITHIN(3, SEND_FLAGS) } },
	{ "getpeername", 0, { { 0 } } },
	{ "getsockname", 0, { { 0 } } },
	{ "setsockopt", 2, { IS(1, IPPROTO_TCP), IS(2, TCP_NODELAY) } },
	{ "setsockopt", 2, { IS(1, SOL_SOCKET), IS(2, SO_LINGER) } },
	{ "getsockopt", 2, { IS(1, SOL_SOCKET), IS(2, SO_PEERCRED) } },
	{ "getsockopt", 2, { IS(1, SOL_SOCKET), IS(2, SO_PEERGROUPS) } },
	{ "shutdown", 0, { { 0 } } },
	{ "close", 0, { { 0 } } },
	{ "fcntl", 1, { IS(1, F_GETFL) } },
	{ "fcntl", 1, { IS(1, F_SETFL) } },
	{ "fcntl64", 1, { IS(1, F_GETFL) } },
	{ "fcntl64", 1, { IS(1, F_SETFL) } },

	/* Messages from and to monitor and keepers; the calls' records. */
	{ "recvmsg", 0, { { 0 } } },
	{ "sendmsg", 1, { WITHIN(2, SEND_FLAGS) } },
	{ "fcntl", 1, { IS(1, F_GET_SEALS) } },
	{ "fcntl64", 1, { IS(1, F_GET_SEALS) } },
	{ "fstat", 0, { { 0 } } },
	{ "fstat64", 0, { { 0 } } },
	{ "newfstatat", 1, { BITS(3, AT_EMPTY_PATH, AT_EMPTY_PATH) } },
	{ "fstatat64", 1, { BITS(3, AT_EMPTY_PATH, AT_EMPTY_PATH) } },
	{ "statx", 1, { BITS(2, AT_EMPTY_PATH, AT_EMPTY_PATH) } },

	{ "getrandom", 0, { { 0 } } },		/* Call IDs */
};

int
lockdown_seccomp(bool only_log)
{
	return sandbox_seccomp(LOCKDOWN_WHO, allowed,
	    sizeof(allowed) / sizeof(allowed[0]), only_log);
}

int
lockdown(const char *mode)
{
	bool only_log = strcmp(mode, "log") == 0;
	int abi;

	if (strcmp(mode, "off") == 0) {
		log_notice("MGR: sandbox is off, the engine runs with chroot "
		    "and a user of its own only");
		return 0;
	}
	if (sandbox_memory("engine", MEMORY_MAX) == -1)
		return -1;
	abi = sandbox_landlock(LOCKDOWN_WHO);
	log_debug("MGR: engine: Landlock ABI %d", abi);
	if (only_log)
		log_notice("MGR: sandbox only logs: see the kernel's log for "
		    "system calls of the engine");
	if (lockdown_seccomp(only_log) == 0)
		return 0;
	log_err("MGR: engine: \"sandbox off\" in pptpd.conf does without");
	return -1;
}
