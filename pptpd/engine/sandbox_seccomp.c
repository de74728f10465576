/* Engine: allows the system calls that serving clients takes, and no other. */
/* SPDX-License-Identifier: ISC */
#include "engine/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "shared/ipc.h"

#ifndef F_GET_SEALS
#define F_GET_SEALS	1034		/* linux/fcntl.h */
#endif

#define ARGS_MAX	3

/* Argument n is exactly v. */
#define IS(n, v)	{ n, SCMP_CMP_EQ, v, 0 }
/* Argument n has no other bits than these. */
#define WITHIN(n, bits)	{ n, SCMP_CMP_MASKED_EQ, ~(uint64_t)(bits), 0 }
/* Of the bits in mask, argument n has exactly these. */
#define BITS(n, mask, v) { n, SCMP_CMP_MASKED_EQ, mask, v }

#define READ_WRITE	(PROT_READ | PROT_WRITE)
#define SEND_FLAGS	(MSG_NOSIGNAL | MSG_DONTWAIT)

struct rule {
	const char	*call;		/* unknown to this system: passed over */
	unsigned int	 n;
	struct scmp_arg_cmp arg[ARGS_MAX];
};

/*
 * Several rules of one call are alternatives.  A filter does not see what a
 * pointer leads to: the addresses that sendmmsg() gets are out of its reach,
 * so it has the GRE socket only, which can send nothing but GRE.
 */
static const struct rule allowed[] = {
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

	/* Memory, never to be executed. */
	{ "mmap", 1, { WITHIN(2, READ_WRITE) } },
	{ "mmap2", 1, { WITHIN(2, READ_WRITE) } },
	{ "mprotect", 1, { WITHIN(2, READ_WRITE) } },
	{ "munmap", 0, { { 0 } } },
	{ "mremap", 0, { { 0 } } },
	{ "madvise", 0, { { 0 } } },
	{ "brk", 0, { { 0 } } },
	{ "getrandom", 0, { { 0 } } },		/* Call IDs */

	/* libc's own needs, an assertion's last words, the end. */
	{ "futex", 1, { BITS(1, FUTEX_CMD_MASK & 0x7f, FUTEX_WAIT) } },
	{ "futex", 1, { BITS(1, FUTEX_CMD_MASK & 0x7f, FUTEX_WAKE) } },
	{ "rt_sigprocmask", 0, { { 0 } } },
	{ "rt_sigreturn", 0, { { 0 } } },
	{ "sigreturn", 0, { { 0 } } },
	{ "restart_syscall", 0, { { 0 } } },
	{ "getpid", 0, { { 0 } } },
	{ "gettid", 0, { { 0 } } },
	{ "writev", 1, { IS(0, STDERR_FILENO) } },
	{ "exit", 0, { { 0 } } },
	{ "exit_group", 0, { { 0 } } },
};

/* What libc may try by itself, and lives without. */
static const struct rule denied[] = {
	{ "open", 0, { { 0 } } },
	{ "openat", 0, { { 0 } } },
	{ "openat2", 0, { { 0 } } },
	{ "access", 0, { { 0 } } },
	{ "faccessat", 0, { { 0 } } },
	{ "faccessat2", 0, { { 0 } } },
	{ "readlink", 0, { { 0 } } },
	{ "readlinkat", 0, { { 0 } } },
	{ "stat", 0, { { 0 } } },
	{ "lstat", 0, { { 0 } } },
	{ "newfstatat", 1, { BITS(3, AT_EMPTY_PATH, 0) } },
	{ "statx", 1, { BITS(2, AT_EMPTY_PATH, 0) } },
};

/* 0, or a negative error number of libseccomp. */
static int
add_rule(scmp_filter_ctx ctx, uint32_t action, const struct rule *r)
{
	int nr = seccomp_syscall_resolve_name(r->call);

	if (nr == __NR_SCMP_ERROR)
		return 0;
	return seccomp_rule_add_array(ctx, action, nr, r->n, r->arg);
}

static int
add_rules(scmp_filter_ctx ctx)
{
	const struct rule abort_self = { "tgkill", 2,
	    { IS(0, (uint64_t)getpid()), IS(2, SIGABRT) } };
	int error = add_rule(ctx, SCMP_ACT_ALLOW, &abort_self);
	size_t i;

	for (i = 0; error == 0 && i < sizeof(allowed) / sizeof(allowed[0]);
	    i++)
		error = add_rule(ctx, SCMP_ACT_ALLOW, &allowed[i]);
	for (i = 0; error == 0 && i < sizeof(denied) / sizeof(denied[0]); i++)
		error = add_rule(ctx, SCMP_ACT_ERRNO(EACCES), &denied[i]);
	return error;
}

/* The filter runs at every system call: look calls up by halves. */
static int
set_attributes(scmp_filter_ctx ctx, uint32_t otherwise)
{
	int error = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, otherwise);

	if (error == 0)
		error = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	return error;
}

/*
 * Where a machine has socketcall(2), libseccomp allows that for each socket
 * call that is allowed, and can look at none of its arguments: they lie in
 * memory.  A filter of its own, before the list, forbids it altogether;
 * direct_calls.c makes the calls that are in the list.  Returns 0, or a
 * negative error number.
 */
static int
forbid_socketcall(uint32_t otherwise)
{
	static const char call[] = "socketcall";
	scmp_filter_ctx ctx;
	int error;

	if (seccomp_syscall_resolve_name_arch(seccomp_arch_native(), call) < 0)
		return 0;		/* this machine has none */
	ctx = seccomp_init(SCMP_ACT_ALLOW);
	if (ctx == NULL)
		return -ENOMEM;
	error = seccomp_rule_add(ctx, otherwise,
	    seccomp_syscall_resolve_name(call), 0);
	if (error == 0)
		error = seccomp_load(ctx);
	seccomp_release(ctx);
	return error;
}

/* Loads the list; returns the same. */
static int
load_list(uint32_t otherwise)
{
	scmp_filter_ctx ctx = seccomp_init(otherwise);
	int error;

	if (ctx == NULL)
		return -ENOMEM;
	error = set_attributes(ctx, otherwise);
	if (error == 0)
		error = add_rules(ctx);
	if (error == 0)
		error = seccomp_load(ctx);
	seccomp_release(ctx);
	return error;
}

/* libseccomp itself calls this "out of memory". */
static bool
knows(uint32_t action)
{
	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) ==
	    0;
}

int
sandbox_seccomp(bool only_log)
{
	uint32_t otherwise = only_log ? SCMP_ACT_LOG : SCMP_ACT_KILL_PROCESS;
	int error;

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL) == -1 &&
	    errno != EFAULT) {
		log_warn("MGR: this kernel has no seccomp: the engine's system "
		    "calls are not limited");
		return 0;
	}
	if (!knows(only_log ? SECCOMP_RET_LOG : SECCOMP_RET_KILL_PROCESS)) {
		log_err("MGR: engine: seccomp(2) cannot %s here: %s; it can "
		    "since Linux 4.14, unless a container forbids it "
		    "(\"sandbox off\" in pptpd.conf does without)",
		    only_log ? "log a system call" : "end a process",
		    strerror(errno));
		return -1;
	}
	error = forbid_socketcall(otherwise);
	if (error == 0)
		error = load_list(otherwise);
	if (error != 0)
		log_err("MGR: engine: seccomp: %s (\"sandbox off\" in "
		    "pptpd.conf does without)", strerror(-error));
	return error == 0 ? 0 : -1;
}
