/*
 * The engine's sandbox from inside: the real pptpd-engine with acts.so tries
 * one thing after the other, once for each wall.  "make check" runs it.
 */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/ipc.h"

#define FDS		4		/* from IPC_FD_PARENT on */

#define SKIPPED		77		/* automake's status for it */
#define WORKS		0		/* anything above is an errno */
#define KILLED		(-1)		/* by SIGSYS */
#define ABORTED		(-2)
#define ANY		(-3)		/* this wall has no say in it */
#define REFUSED		(-4)		/* with any errno */
#define LANDLOCK_NET	(-5)		/* EACCES where Landlock has that */
#define LANDLOCK_SCOPE	(-6)		/* EPERM, likewise */

/*
 * What must come of an act: with everything on; with seccomp only logging,
 * which leaves Landlock; and with neither, which leaves what an empty root
 * directory, another user, rlimits and no capabilities forbid.
 */
static const struct row {
	const char *act;
	int	    on, log, off;
} rows[] = {
	{ "socket", KILLED, ANY, ANY },
	{ "raw_socket", KILLED, EPERM, EPERM },
	{ "packet_socket", KILLED, EPERM, EPERM },
	{ "netlink", KILLED, ANY, ANY },
	{ "unix_socket", KILLED, ANY, ANY },
	{ "socketpair", KILLED, ANY, ANY },
	{ "listen", KILLED, ANY, ANY },
	{ "accept_elsewhere", KILLED, ANY, ANY },
	{ "recvmmsg_elsewhere", KILLED, ANY, ANY },
	{ "sendmmsg_elsewhere", KILLED, ANY, ANY },
	{ "getsockopt", KILLED, ANY, ANY },
	{ "getsockopt_tcp", KILLED, ANY, ANY },
	{ "connect_tcp", KILLED, LANDLOCK_NET, ANY },
	{ "bind_tcp", KILLED, LANDLOCK_NET, ANY },
	{ "connect_gre", KILLED, ANY, ANY },
	{ "bind_gre", KILLED, ANY, ANY },
	{ "sendto_address", KILLED, ANY, ANY },
	{ "fast_open", KILLED, ANY, ANY },
	{ "forge_header", KILLED, ANY, ANY },
	{ "transparent", KILLED, EPERM, EPERM },
	{ "detach_filter", KILLED, EPERM, EPERM },
	{ "mark", KILLED, EPERM, EPERM },

	{ "open", EACCES, EACCES, ENOENT },
	{ "open_dir", EACCES, EACCES, ANY },
	{ "create", EACCES, EACCES, EACCES },
	{ "mkdir", KILLED, EACCES, EACCES },
	{ "unlink", KILLED, ANY, ANY },
	{ "link", KILLED, ANY, ANY },
	{ "chmod", KILLED, EPERM, EPERM },
	{ "truncate", KILLED, ENOENT, ENOENT },
	{ "access", EACCES, EACCES, ENOENT },
	{ "stat", EACCES, EACCES, ENOENT },
	{ "chdir", KILLED, ANY, ANY },
	{ "chroot", KILLED, EPERM, EPERM },
	{ "getdents", KILLED, ANY, ANY },
	{ "statfs", KILLED, ANY, ANY },
	{ "pipe", KILLED, ANY, ANY },
	{ "dup", KILLED, ANY, ANY },
	{ "dup_to_gre", KILLED, ANY, ANY },
	{ "dup_to_stdin", KILLED, ANY, ANY },
	{ "dup_open", KILLED, ANY, ANY },
	{ "dup_fcntl", KILLED, ANY, ANY },
	{ "own", KILLED, ANY, ANY },
	{ "ioctl", KILLED, ANY, ANY },
	{ "type_ahead", KILLED, ANY, ANY },
	{ "memfd", KILLED, ANY, ANY },
	{ "inotify", KILLED, ANY, ANY },
	{ "eventfd", KILLED, ANY, ANY },

	{ "fork", KILLED, EAGAIN, EAGAIN },
	{ "thread", KILLED, EAGAIN, EAGAIN },
	{ "namespace", KILLED, EPERM, EPERM },
	{ "set_namespace", KILLED, ANY, ANY },
	{ "kill_init", KILLED, EPERM, EPERM },
	{ "kill_all", KILLED, ANY, ANY },
	{ "tgkill", KILLED, ANY, ANY },
	{ "trace_me", KILLED, ANY, ANY },
	{ "read_other", KILLED, ANY, ANY },
	{ "setuid", KILLED, EPERM, EPERM },
	{ "setresuid", KILLED, EPERM, EPERM },
	{ "setgid", KILLED, EPERM, EPERM },
	{ "setgroups", KILLED, EPERM, EPERM },
	{ "dumpable", KILLED, ANY, ANY },
	{ "keep_caps", KILLED, ANY, ANY },
	{ "priority", KILLED, EACCES, EACCES },
	{ "handler", KILLED, ANY, ANY },
	{ "execve", KILLED, REFUSED, REFUSED },
	{ "kill_neighbour", KILLED, LANDLOCK_SCOPE, ANY },
	{ "capabilities", KILLED, EPERM, EPERM },
	{ "limits", KILLED, EPERM, EPERM },

	{ "mount", KILLED, EPERM, EPERM },
	{ "bpf", KILLED, ANY, ANY },
	{ "perf", KILLED, ANY, ANY },
	{ "keyring", KILLED, ANY, ANY },
	{ "userfaultfd", KILLED, ANY, ANY },
	{ "module", KILLED, ANY, ANY },
	{ "sethostname", KILLED, EPERM, EPERM },
	{ "syslog", KILLED, ANY, ANY },
	{ "shm", KILLED, ANY, ANY },
#ifdef SYS_io_uring_setup
	{ "io_uring", KILLED, ANY, ANY },
#endif
#ifdef __x86_64__
	{ "x32", KILLED, ANY, ANY },
#endif
	{ "map_code", KILLED, ANY, ANY },
	{ "map_all", KILLED, ANY, ANY },
	{ "make_code", KILLED, ANY, ANY },

	{ "map_data", WORKS, WORKS, WORKS },
	{ "gre_out", WORKS, WORKS, WORKS },
	{ "gre_in", WORKS, WORKS, WORKS },
	{ "accept", WORKS, WORKS, WORKS },
	{ "admin_accept", WORKS, WORKS, WORKS },
	{ "who", WORKS, WORKS, WORKS },
	{ "new_listener", WORKS, WORKS, WORKS },
	{ "no_delay", WORKS, WORKS, WORKS },
	{ "big_memory", WORKS, WORKS, WORKS },
	{ "huge_memory", ENOMEM, ENOMEM, WORKS },
	{ "abort", ABORTED, ABORTED, ABORTED },
};

static const char *engine, *acts;
static char dir[] = "/tmp/test_sandbox.XXXXXX";
static unsigned int passed, failed;
static long landlock_abi;
static pid_t neighbour, owner;
static unsigned int engine_uid, engine_gid;

/* A running engine: its standard input and output, and our end of fd 3. */
struct run {
	pid_t	pid;
	int	in, out, monitor;
};

static _Noreturn void
fatal(const char *what)
{
	perror(what);
	exit(1);
}

static void verdict(bool, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static void
verdict(bool ok, const char *fmt, ...)
{
	va_list ap;

	if (ok) {
		passed++;
		return;
	}
	failed++;
	printf("FAIL ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

/* The descriptors that a monitor gives its engine (ipc.h). */
static void
open_sockets(int fds[FDS])
{
	struct sock_filter all = BPF_STMT(BPF_RET | BPF_K, 0xFFFFFFFF);
	struct sock_fprog prog = { 1, &all };
	struct sockaddr_in sin = { .sin_family = AF_INET };
	sa_family_t any = AF_UNIX;	/* the kernel names it */
	int pair[2], on = 1;

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fds[1] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	fds[2] = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_GRE);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == -1 ||
	    fds[1] == -1 || fds[2] == -1 ||
	    bind(fds[1], (struct sockaddr *)&sin, sizeof(sin)) == -1 ||
	    listen(fds[1], 1) == -1)
		fatal("sockets");
	if (setsockopt(fds[2], SOL_SOCKET, SO_ATTACH_FILTER, &prog,
	    sizeof(prog)) == -1 || setsockopt(fds[2], SOL_SOCKET,
	    SO_LOCK_FILTER, &on, sizeof(on)) == -1)
		fatal("socket filter");
	fds[3] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (fds[3] == -1 || bind(fds[3], (struct sockaddr *)&any,
	    sizeof(any)) == -1 || listen(fds[3], 1) == -1)
		fatal("control socket");
	fds[0] = pair[0];
	close(pair[1]);
}

static void
become_engine(const char *mode, int in, int out)
{
	char number[] = "0", preload[4096];
	char *argv[] = { (char *)(uintptr_t)engine, dir,
	    (char *)(uintptr_t)mode, number, NULL };
	char *envp[] = { preload, NULL };
	int fds[FDS], high[FDS];

	snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", acts);
	open_sockets(fds);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	for (int i = 0; i < FDS; i++)
		high[i] = fcntl(fds[i], F_DUPFD, 64);
	for (int i = 0; i < FDS; i++)
		dup2(high[i], IPC_FD_PARENT + i);
	execve(engine, argv, envp);
	_exit(127);
}

static struct run
start(const char *mode)
{
	int in[2], out[2];
	struct run r;

	if (pipe2(in, O_CLOEXEC) == -1 || pipe2(out, O_CLOEXEC) == -1)
		fatal("pipe");
	r.pid = fork();
	if (r.pid == -1)
		fatal("fork");
	if (r.pid == 0)
		become_engine(mode, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	r.in = in[1];
	r.out = out[0];
	return r;
}

/* Waits for the end; what it said is in answer. */
static int
finish(struct run *r, char *answer, size_t size)
{
	ssize_t n;
	int status;

	close(r->in);			/* act_wait() ends with it */
	n = read(r->out, answer, size - 1);
	answer[n > 0 ? n : 0] = '\0';
	close(r->out);
	while (waitpid(r->pid, &status, 0) == -1 && errno == EINTR)
		;
	return status;
}

/* What came of it, as in the table; ANY when it makes no sense. */
static int
outcome(int status, const char *answer)
{
	int number;

	if (WIFSIGNALED(status) && answer[0] == '\0') {
		if (WTERMSIG(status) == SIGSYS)
			return KILLED;
		if (WTERMSIG(status) == SIGABRT)
			return ABORTED;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return ANY;
	if (strcmp(answer, "ok") == 0)
		return WORKS;
	return sscanf(answer, "errno %d", &number) == 1 ? number : ANY;
}

static int
expected(int want)
{
	switch (want) {
	case LANDLOCK_NET:
		return landlock_abi >= 4 ? EACCES : ANY;
	case LANDLOCK_SCOPE:
		return landlock_abi >= 6 ? EPERM : ANY;
	default:
		return want;
	}
}

static void
try(const char *mode, const struct row *row, int want)
{
	char line[64], answer[64];
	struct run r;
	int status, got;

	want = expected(want);
	if (want == ANY)
		return;
	r = start(mode);
	snprintf(line, sizeof(line), "%s %ld", row->act, (long)neighbour);
	if (write(r.in, line, strlen(line)) == -1)
		fatal("write");
	status = finish(&r, answer, sizeof(answer));
	got = outcome(status, answer);
	verdict(got == want || (want == REFUSED && got > 0),
	    "sandbox %s: %s: status 0x%x, \"%s\", not %s%s", mode, row->act,
	    (unsigned)status, answer, want == KILLED ? "killed" :
	    want == ABORTED ? "aborted" : want == WORKS ? "ok" : "refused ",
	    want > 0 ? strerror(want) : "");
}

/* --- /proc/PID ----------------------------------------------------------- */

static void
expect_line(const char *mode, const char *status, const char *line)
{
	verdict(strstr(status, line) != NULL, "sandbox %s: no \"%s\"", mode,
	    line);
}

/* From outside, while it serves. */
static void
look_at(const char *mode, bool filtered)
{
	struct run r = start(mode);
	char path[64], text[8192], root[256], byte;
	const char *p, *q;
	ssize_t n;
	FILE *f;

	if (write(r.in, "wait", 4) != 4 || read(r.out, &byte, 1) != 1)
		fatal("wait");
	snprintf(path, sizeof(path), "/proc/%ld/status", (long)r.pid);
	f = fopen(path, "r");
	if (f == NULL)
		fatal(path);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	p = strstr(text, "\nUid:");
	q = strstr(text, "\nGid:");
	verdict(p != NULL && sscanf(p, "\nUid: %u", &engine_uid) == 1 &&
	    q != NULL && sscanf(q, "\nGid: %u", &engine_gid) == 1 &&
	    engine_uid != 0 && engine_gid != 0, "sandbox %s: runs as root",
	    mode);
	expect_line(mode, text, "\nCapInh:\t0000000000000000\n");
	expect_line(mode, text, "\nCapPrm:\t0000000000000000\n");
	expect_line(mode, text, "\nCapEff:\t0000000000000000\n");
	expect_line(mode, text, "\nCapBnd:\t0000000000000000\n");
	expect_line(mode, text, "\nCapAmb:\t0000000000000000\n");
	expect_line(mode, text, "\nNoNewPrivs:\t1\n");
	expect_line(mode, text, filtered ? "\nSeccomp:\t2\n" :
	    "\nSeccomp:\t0\n");
	snprintf(path, sizeof(path), "/proc/%ld/root", (long)r.pid);
	n = readlink(path, root, sizeof(root) - 1);
	root[n > 0 ? n : 0] = '\0';
	verdict(strcmp(root, dir) == 0, "sandbox %s: root is %s", mode, root);
	(void)finish(&r, text, sizeof(text));
}

/* --- all of it ----------------------------------------------------------- */

static void
clean_up(void)
{
	if (getpid() != owner)
		return;
	if (neighbour > 0)
		kill(neighbour, SIGKILL);
	rmdir(dir);
}

/* S-25: as nobody, it would share its number with processes of others. */
static void
look_at_user(void)
{
	struct passwd *user = getpwnam("pptpd");

	if (user != NULL)
		verdict(engine_uid == user->pw_uid && engine_gid ==
		    user->pw_gid, "it is not pptpd, but %u", engine_uid);
	else
		verdict(getpwuid(engine_uid) == NULL &&
		    getgrgid(engine_gid) == NULL, "it is %u:%u, which is "
		    "somebody", engine_uid, engine_gid);
}

static void
put(const char *name, pid_t pid, const char *text)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	f = fopen(path, "w");
	if (f == NULL || fputs(text, f) == EOF || fclose(f) == EOF)
		fatal(path);
}

/* In a user namespace that has two users, root and nobody. */
static void
look_at_user_of_few(void)
{
	static const char map[] = "0 0 1\n65534 65534 1\n";
	int there[2], ready[2], status;
	struct passwd *user;
	char byte;
	pid_t pid;

	if (getpwnam("pptpd") != NULL || (user = getpwnam("nobody")) == NULL ||
	    user->pw_uid != 65534 || user->pw_gid != 65534)
		return;
	if (pipe(there) == -1 || pipe(ready) == -1 || (pid = fork()) == -1)
		fatal("pipe");
	if (pid == 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNET) == -1)
			_exit(SKIPPED);
		if (write(there[1], "", 1) != 1 || read(ready[0], &byte, 1) != 1)
			_exit(1);
		failed = 0;
		look_at("on", true);
		_exit(failed > 0 || engine_uid != 65534 || engine_gid != 65534);
	}
	close(there[1]);
	if (read(there[0], &byte, 1) == 1) {
		put("uid_map", pid, map);
		put("gid_map", pid, map);
	}
	if (write(ready[1], "", 1) != 1 || waitpid(pid, &status, 0) != pid)
		fatal("waitpid");
	if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED)
		return;
	verdict(status == 0, "in a user namespace: status 0x%x",
	    (unsigned)status);
}

/* A process of the user that the engine is. */
static void
start_neighbour(void)
{
	int ready[2];
	char byte;

	if (pipe(ready) == -1)
		fatal("pipe");
	neighbour = fork();
	if (neighbour == 0) {
		if (setgid(engine_gid) == -1 || setuid(engine_uid) == -1 ||
		    write(ready[1], "", 1) != 1)
			_exit(1);
		alarm(120);
		for (;;)
			pause();
	}
	if (neighbour == -1 || read(ready[0], &byte, 1) != 1)
		fatal("neighbour");
}

int
main(void)
{
	size_t n = sizeof(rows) / sizeof(rows[0]);

	engine = getenv("ENGINE");
	acts = getenv("ACTS");
	if (engine == NULL || acts == NULL) {
		fprintf(stderr, "ENGINE and ACTS name the programs\n");
		return 1;
	}
	if (geteuid() != 0) {
		printf("needs root\n");
		return SKIPPED;
	}
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL) == -1 &&
	    errno != EFAULT) {
		printf("there is no seccomp here\n");
		return SKIPPED;
	}
	if (mkdtemp(dir) == NULL || chmod(dir, 0555) == -1)
		fatal(dir);
	owner = getpid();
	atexit(clean_up);
	signal(SIGPIPE, SIG_IGN);
	alarm(100);		/* nothing here takes long */
#ifdef SYS_landlock_create_ruleset
	landlock_abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
#endif
	printf("Landlock ABI %ld\n", landlock_abi);
	look_at("on", true);
	look_at("off", false);
	look_at_user();
	look_at_user_of_few();
	start_neighbour();
	for (size_t i = 0; i < n; i++) {
		try("on", &rows[i], rows[i].on);
		try("log", &rows[i], rows[i].log);
		try("off", &rows[i], rows[i].off);
	}
	printf("%u passed, %u failed\n", passed, failed);
	return failed == 0 ? 0 : 1;
}
