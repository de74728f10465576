/* Allows the system calls that a process needs, and no others. */
/* SPDX-License-Identifier: ISC */
#include "shared/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"

#define IS		SANDBOX_IS
#define WITHIN		SANDBOX_WITHIN
#define BITS		SANDBOX_BITS
#define READ_WRITE	(PROT_READ | PROT_WRITE)
#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* Every process needs these. */
static const struct sandbox_rule common[] = {
	/* Memory without execution. */
	{ "mmap", 1, { WITHIN(2, READ_WRITE) } },
	{ "mmap2", 1, { WITHIN(2, READ_WRITE) } },
	{ "mprotect", 1, { WITHIN(2, READ_WRITE) } },
	{ "munmap", 0, { { 0 } } },
	{ "mremap", 0, { { 0 } } },
	{ "madvise", 0, { { 0 } } },
	{ "brk", 0, { { 0 } } },

	/* For libc itself, the message of assert(3), and exit. */
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

/* libc may try these by itself, and works without them. */
static const struct sandbox_rule denied[] = {
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
	{ "stat64", 0, { { 0 } } },
	{ "lstat64", 0, { { 0 } } },
	{ "newfstatat", 1, { BITS(3, AT_EMPTY_PATH, 0) } },
	{ "fstatat64", 1, { BITS(3, AT_EMPTY_PATH, 0) } },
	{ "statx", 1, { BITS(2, AT_EMPTY_PATH, 0) } },
};

/* 0, or a negative error number of libseccomp. */
static int
add_rule(scmp_filter_ctx ctx, uint32_t action, const struct sandbox_rule *r)
{
	struct scmp_arg_cmp cmp[SANDBOX_ARGS_MAX];
	int nr = seccomp_syscall_resolve_name(r->call);
	unsigned int i;

	if (nr == __NR_SCMP_ERROR)
		return 0;
	for (i = 0; i < r->n; i++) {
		const struct sandbox_arg *a = &r->arg[i];

		if (a->mask == UINT64_MAX)
			cmp[i] = (struct scmp_arg_cmp){ .arg = a->n,
			    .op = SCMP_CMP_EQ, .datum_a = a->value };
		else
			cmp[i] = SCMP_CMP(a->n, SCMP_CMP_MASKED_EQ, a->mask,
			    a->value);
	}
	return seccomp_rule_add_array(ctx, action, nr, r->n, cmp);
}

static int
add_list(scmp_filter_ctx ctx, uint32_t action, const struct sandbox_rule *rules,
    size_t n)
{
	int error = 0;
	size_t i;

	for (i = 0; error == 0 && i < n; i++)
		error = add_rule(ctx, action, &rules[i]);
	return error;
}

static int
add_rules(scmp_filter_ctx ctx, const struct sandbox_rule *allowed, size_t n)
{
	const struct sandbox_rule abort_self = { "tgkill", 2,
	    { IS(0, (uint64_t)getpid()), IS(2, SIGABRT) } };
	int error = add_rule(ctx, SCMP_ACT_ALLOW, &abort_self);

	if (error == 0)
		error = add_list(ctx, SCMP_ACT_ALLOW, allowed, n);
	if (error == 0)
		error = add_list(ctx, SCMP_ACT_ALLOW, common, COUNT(common));
	if (error == 0)
		error = add_list(ctx, SCMP_ACT_ERRNO(EACCES), denied,
		    COUNT(denied));
	return error;
}

/* The filter runs at every system call, so it is a binary tree. */
static int
set_attributes(scmp_filter_ctx ctx, uint32_t otherwise)
{
	int error = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, otherwise);

	if (error == 0)
		error = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	return error;
}

/*
 * On machines with socketcall(2) libseccomp allows it as soon as one socket
 * call is allowed.  A filter cannot check the arguments of socketcall(2),
 * because they are in memory.  So a separate filter, which runs before the
 * list, forbids socketcall(2); direct_calls.c makes the socket calls of the
 * list instead.  Returns 0, or a negative error number.
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

/* Loads the list.  Returns 0, or a negative error number. */
static int
load_list(uint32_t otherwise, const struct sandbox_rule *allowed, size_t n)
{
	scmp_filter_ctx ctx = seccomp_init(otherwise);
	int error;

	if (ctx == NULL)
		return -ENOMEM;
	error = set_attributes(ctx, otherwise);
	if (error == 0)
		error = add_rules(ctx, allowed, n);
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
sandbox_seccomp(const char *who, const struct sandbox_rule *allowed, size_t n,
    bool only_log)
{
	uint32_t otherwise = only_log ? SCMP_ACT_LOG : SCMP_ACT_KILL_PROCESS;
	int error;

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL) == -1 &&
	    errno != EFAULT) {
		log_warn("%s: this kernel has no seccomp: system calls are not "
		    "limited", who);
		return 0;
	}
	if (!knows(only_log ? SECCOMP_RET_LOG : SECCOMP_RET_KILL_PROCESS)) {
		log_err("%s: seccomp(2) cannot %s here: %s; it can since Linux "
		    "4.14, unless a container forbids it", who,
		    only_log ? "log a system call" : "end a process",
		    strerror(errno));
		return -1;
	}
	error = forbid_socketcall(otherwise);
	if (error == 0)
		error = load_list(otherwise, allowed, n);
	if (error != 0)
		log_err("%s: seccomp: %s", who, strerror(-error));
	return error == 0 ? 0 : -1;
}
