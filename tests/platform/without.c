/*
 * Runs a command on a kernel that lacks some system calls, or in a container
 * that forbids them: a seccomp filter gives its answer.
 *
 *	without CALL=ERROR... -- COMMAND...
 *	without CALL:ARGUMENT&MASK=ERROR... -- COMMAND...
 *
 * CALL is one of the names below, ERROR ENOSYS, EPERM, EINVAL, EACCES or
 * EMFILE.  The second form answers so if argument number ARGUMENT (from 0) has
 * one of the bits of MASK set.  Everything the command starts has the same.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RULES_MAX	64
#define PER_RULE	5

#ifndef __alpha__		/* the same on every other architecture */
#define SINCE_5_0(name, number) { name, number }
#else
#define SINCE_5_0(name, number) { name, (number) + 110 }
#endif

static const struct {
	const char	*name;
	int		 number;
} calls[] = {
	{ "accept4", SYS_accept4 },
	{ "bpf", SYS_bpf },
	{ "capset", SYS_capset },
	{ "chroot", SYS_chroot },
	{ "dup3", SYS_dup3 },
	{ "epoll_create1", SYS_epoll_create1 },
	{ "eventfd2", SYS_eventfd2 },
	{ "fchmodat", SYS_fchmodat },
	{ "getdents64", SYS_getdents64 },
	{ "getrandom", SYS_getrandom },
	{ "memfd_create", SYS_memfd_create },
	{ "pipe2", SYS_pipe2 },
	{ "ppoll", SYS_ppoll },
	{ "prctl", SYS_prctl },
	{ "prlimit64", SYS_prlimit64 },
	{ "recvmmsg", SYS_recvmmsg },
	{ "seccomp", SYS_seccomp },
	{ "sendmmsg", SYS_sendmmsg },
	{ "signalfd4", SYS_signalfd4 },
	{ "socketpair", SYS_socketpair },
	{ "statx", SYS_statx },
	{ "timerfd_create", SYS_timerfd_create },
	{ "unshare", SYS_unshare },
	SINCE_5_0("pidfd_send_signal", 424),	/* Linux 5.1 */
	SINCE_5_0("io_uring_setup", 425),	/* 5.1 */
	SINCE_5_0("pidfd_open", 434),		/* 5.3 */
	SINCE_5_0("clone3", 435),		/* 5.3 */
	SINCE_5_0("close_range", 436),		/* 5.9 */
	SINCE_5_0("openat2", 437),		/* 5.6 */
	SINCE_5_0("pidfd_getfd", 438),		/* 5.6 */
	SINCE_5_0("faccessat2", 439),		/* 5.8 */
	SINCE_5_0("process_madvise", 440),	/* 5.10 */
	SINCE_5_0("epoll_pwait2", 441),		/* 5.11 */
	SINCE_5_0("landlock_create_ruleset", 444), /* 5.13 */
	SINCE_5_0("landlock_add_rule", 445),
	SINCE_5_0("landlock_restrict_self", 446),
	SINCE_5_0("futex_waitv", 449),		/* 5.16 */
	SINCE_5_0("fchmodat2", 452),		/* 6.6 */
};

static const struct {
	const char	*name;
	int		 number;
} errors[] = {
	{ "ENOSYS", ENOSYS }, { "EPERM", EPERM }, { "EINVAL", EINVAL },
	{ "EACCES", EACCES }, { "EMFILE", EMFILE },
};

static struct sock_filter filter[RULES_MAX * PER_RULE + 2];
static unsigned short length;

static void
die(const char *what, const char *which)
{
	fprintf(stderr, "without: %s: %s\n", which, what);
	exit(2);
}

static void
add(struct sock_filter instruction)
{
	filter[length++] = instruction;
}

static void
load(size_t offset)
{
	add((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    (unsigned int)offset));
}

static int
error_number(const char *name)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (strcmp(errors[i].name, name) == 0)
			return errors[i].number;
	}
	die("no such error", name);
	return 0;
}

static int
call_number(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].number;
	}
	die("no such system call", name);
	return 0;
}

/* Where the low half of an argument lies. */
static size_t
argument(unsigned long n)
{
	size_t low = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : 4;

	return offsetof(struct seccomp_data, args) + 8 * n + low;
}

/* Takes rule apart. */
static void
add_rule(char *rule)
{
	char *error = strchr(rule, '='), *arg = strchr(rule, ':');
	unsigned long n = 0, mask = 0;

	if (error == NULL)
		die("CALL=ERROR is wanted", rule);
	*error++ = '\0';
	if (arg != NULL) {
		*arg++ = '\0';
		n = strtoul(arg, &arg, 10);
		if (*arg != '&' || n > 5)
			die("CALL:ARGUMENT&MASK=ERROR is wanted", rule);
		mask = strtoul(arg + 1, NULL, 0);
	}
	load(offsetof(struct seccomp_data, nr));
	add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
	    (unsigned int)call_number(rule), 0, mask != 0 ? 3 : 1));
	if (mask != 0) {
		load(argument(n));
		add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K,
		    (unsigned int)mask, 0, 1));
	}
	add((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO |
	    (unsigned int)error_number(error)));
}

int
main(int argc, char **argv)
{
	struct sock_fprog prog = { 0, filter };
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (i > RULES_MAX)
			die("too many rules", argv[i]);
		add_rule(argv[i]);
	}
	if (i + 1 >= argc) {
		fprintf(stderr, "usage: without CALL[:ARGUMENT&MASK]=ERROR... "
		    "-- COMMAND...\n");
		return 2;
	}
	add((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
	prog.len = length;
	/* Root needs no PR_SET_NO_NEW_PRIVS, which pppd would inherit. */
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == -1) {
		fprintf(stderr, "without: %s\n", strerror(errno));
		return 2;
	}
	execvp(argv[i + 1], argv + i + 1);
	fprintf(stderr, "without: %s: %s\n", argv[i + 1], strerror(errno));
	return 127;
}
