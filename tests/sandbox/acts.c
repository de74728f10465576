/*
 * What an engine that a peer has taken over might try.  Loaded into the real
 * pptpd-engine (LD_PRELOAD), in place of its event loop: it begins where the
 * engine would begin to serve, does the act that standard input names, and
 * says on standard output what came of it.
 */
/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include <linux/capability.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#include "shared/ipc.h"

#define PAGE	4096

static char page[PAGE];
static char *argument;		/* what stands behind the act's name */

/* A call as it is: libc might choose another one. */
#define ACT(name, ...)				\
	static long act_##name(void)		\
	{					\
		return syscall(__VA_ARGS__);	\
	}

/* --- the network --------------------------------------------------------- */

static struct sockaddr_in somewhere = { .sin_family = AF_INET };

static struct msghdr *
message(void)
{
	static struct iovec iov = { page, 32 };
	static struct msghdr mh;

	somewhere.sin_port = htons(9);
	somewhere.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	mh.msg_name = &somewhere;
	mh.msg_namelen = sizeof(somewhere);
	mh.msg_iov = &iov;
	mh.msg_iovlen = 1;
	return &mh;
}

static long
option(int fd, int level, int name)
{
	int on = 1;

	return setsockopt(fd, level, name, &on, sizeof(on));
}

ACT(socket, SYS_socket, AF_INET, SOCK_STREAM, 0)
ACT(raw_socket, SYS_socket, AF_INET, SOCK_RAW, IPPROTO_ICMP)
ACT(packet_socket, SYS_socket, AF_PACKET, SOCK_RAW, 0)
ACT(netlink, SYS_socket, AF_NETLINK, SOCK_RAW, 0)
ACT(unix_socket, SYS_socket, AF_UNIX, SOCK_STREAM, 0)
ACT(socketpair, SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, page)
ACT(listen, SYS_listen, IPC_FD_LISTEN, 1)
ACT(accept_elsewhere, SYS_accept4, IPC_FD_GRE, 0L, 0L,
    SOCK_CLOEXEC | SOCK_NONBLOCK)
ACT(recvmmsg_elsewhere, SYS_recvmmsg, IPC_FD_PARENT, 0L, 0L, MSG_DONTWAIT, 0L)
ACT(sendmmsg_elsewhere, SYS_sendmmsg, IPC_FD_PARENT, 0L, 0L, 0)
ACT(getsockopt, SYS_getsockopt, IPC_FD_GRE, SOL_SOCKET, SO_TYPE, page,
    page + 64)
ACT(getsockopt_tcp, SYS_getsockopt, IPC_FD_LISTEN, IPPROTO_TCP, SO_PEERCRED,
    page, page + 64)

static long
act_connect_tcp(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd == -1)
		return -1;
	message();
	return connect(fd, (struct sockaddr *)&somewhere, sizeof(somewhere));
}

static long
act_bind_tcp(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd == -1)
		return -1;
	somewhere.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return bind(fd, (struct sockaddr *)&somewhere, sizeof(somewhere));
}

static long
act_connect_gre(void)
{
	message();
	return connect(IPC_FD_GRE, (struct sockaddr *)&somewhere,
	    sizeof(somewhere));
}

static long
act_bind_gre(void)
{
	somewhere.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return bind(IPC_FD_GRE, (struct sockaddr *)&somewhere,
	    sizeof(somewhere));
}

static long
act_sendto_address(void)
{
	message();
	return sendto(IPC_FD_GRE, page, 32, 0, (struct sockaddr *)&somewhere,
	    sizeof(somewhere));
}

/* A TCP socket connects by its first message. */
static long
act_fast_open(void)
{
	return sendmsg(IPC_FD_LISTEN, message(), MSG_FASTOPEN);
}

static long
act_forge_header(void)
{
	return option(IPC_FD_GRE, IPPROTO_IP, IP_HDRINCL);
}

static long
act_transparent(void)
{
	return option(IPC_FD_GRE, IPPROTO_IP, IP_TRANSPARENT);
}

static long
act_detach_filter(void)
{
	return option(IPC_FD_GRE, SOL_SOCKET, SO_DETACH_FILTER);
}

static long
act_mark(void)
{
	return option(IPC_FD_GRE, SOL_SOCKET, SO_MARK);
}

/* --- files and descriptors ----------------------------------------------- */

ACT(open, SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY, 0)
ACT(open_dir, SYS_openat, AT_FDCWD, "/", O_RDONLY | O_DIRECTORY, 0)
ACT(create, SYS_openat, AT_FDCWD, "/x", O_WRONLY | O_CREAT, 0600)
ACT(mkdir, SYS_mkdirat, AT_FDCWD, "/x", 0700)
ACT(unlink, SYS_unlinkat, AT_FDCWD, "/x", 0)
ACT(link, SYS_linkat, AT_FDCWD, "/x", AT_FDCWD, "/y", 0)
ACT(chmod, SYS_fchmodat, AT_FDCWD, "/", 0777)
ACT(truncate, SYS_truncate, "/x", 0L)
ACT(access, SYS_faccessat, AT_FDCWD, "/etc/passwd", R_OK)
#ifdef SYS_newfstatat
#define STAT	SYS_newfstatat
#else
#define STAT	SYS_fstatat64	/* of 32 bits */
#endif
ACT(stat, STAT, AT_FDCWD, "/etc/passwd", page, 0)
ACT(chdir, SYS_chdir, "/")
ACT(chroot, SYS_chroot, "/")
ACT(getdents, SYS_getdents64, 0, page, (long)sizeof(page))
ACT(statfs, SYS_statfs, "/", page)
ACT(pipe, SYS_pipe2, page, 0)
ACT(dup, SYS_dup, IPC_FD_GRE)
ACT(dup_to_gre, SYS_dup3, IPC_FD_PARENT, IPC_FD_GRE, O_CLOEXEC)
ACT(dup_to_stdin, SYS_dup3, IPC_FD_PARENT, STDIN_FILENO, O_CLOEXEC)
ACT(dup_open, SYS_dup3, IPC_FD_PARENT, IPC_FD_LISTEN, 0)
ACT(dup_fcntl, SYS_fcntl, IPC_FD_GRE, F_DUPFD, 100)
ACT(own, SYS_fcntl, IPC_FD_GRE, F_SETOWN, 1)
ACT(ioctl, SYS_ioctl, 0, FIONREAD, page)
ACT(type_ahead, SYS_ioctl, 0, TIOCSTI, page)
ACT(memfd, SYS_memfd_create, "x", 0)
ACT(inotify, SYS_inotify_init1, 0)
ACT(eventfd, SYS_eventfd2, 0, 0)

/* --- processes ----------------------------------------------------------- */

ACT(fork, SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L)
ACT(thread, SYS_clone, (long)(CLONE_VM | CLONE_THREAD | CLONE_SIGHAND |
    CLONE_FS | CLONE_FILES), page + PAGE, 0L, 0L, 0L)
ACT(namespace, SYS_unshare, CLONE_NEWUSER)
ACT(set_namespace, SYS_setns, 0, 0)
ACT(kill_init, SYS_kill, 1L, 0)
ACT(kill_all, SYS_kill, -1L, 0)
ACT(tgkill, SYS_tgkill, (long)getpid(), (long)getpid(), SIGUSR1)
ACT(trace_me, SYS_ptrace, (long)PTRACE_TRACEME, 0L, 0L, 0L)
ACT(read_other, SYS_process_vm_readv, 1L, 0L, 0L, 0L, 0L, 0L)
ACT(setuid, SYS_setuid, 0)
ACT(setresuid, SYS_setresuid, 0, 0, 0)
ACT(setgid, SYS_setgid, 0)
ACT(setgroups, SYS_setgroups, 0L, 0L)
ACT(dumpable, SYS_prctl, PR_SET_DUMPABLE, 1L, 0L, 0L, 0L)
ACT(keep_caps, SYS_prctl, PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L)
ACT(priority, SYS_setpriority, PRIO_PROCESS, 0, -20)
ACT(handler, SYS_rt_sigaction, SIGSYS, 0L, 0L, 8L)

static long
act_execve(void)
{
	char *argv[] = { NULL };

	return execve("/bin/sh", argv, argv);
}

/* Of the user that the engine is, too. */
static long
act_kill_neighbour(void)
{
	return kill(atoi(argument), 0);
}

static long
act_capabilities(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3,
	    0 };
	struct __user_cap_data_struct data[2];

	memset(data, 0, sizeof(data));
	data[0].effective = data[0].permitted = 1U << CAP_NET_ADMIN;
	return syscall(SYS_capset, &head, data);
}

static long
act_limits(void)
{
	struct rlimit more = { 1, 1 };

	return setrlimit(RLIMIT_NPROC, &more);
}

/* --- the kernel ---------------------------------------------------------- */

ACT(mount, SYS_mount, "x", "/", "tmpfs", 0L, 0L)
ACT(bpf, SYS_bpf, 0, page, 64L)
ACT(perf, SYS_perf_event_open, page, 0, -1L, -1L, 0L)
ACT(keyring, SYS_keyctl, 0, -3L, 1L, 0L, 0L)
ACT(userfaultfd, SYS_userfaultfd, 0)
ACT(module, SYS_init_module, page, 64L, "")
ACT(sethostname, SYS_sethostname, "x", 1L)
ACT(syslog, SYS_syslog, 3, page, 64)
ACT(shm, SYS_shmget, 0L, 4096L, 0600)
#ifdef SYS_io_uring_setup
ACT(io_uring, SYS_io_uring_setup, 1, page)
#endif
#ifdef __x86_64__
ACT(x32, 0x40000000L | SYS_getpid)
#endif

/* --- memory -------------------------------------------------------------- */

static long
result_of_map(void *p)
{
	return p == MAP_FAILED ? -1 : 0;
}

static long
act_map_code(void)
{
	return result_of_map(mmap(NULL, PAGE, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static long
act_map_all(void)
{
	return result_of_map(mmap(NULL, PAGE, PROT_READ | PROT_WRITE |
	    PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static long
act_make_code(void)
{
	void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(p, PAGE, PROT_READ | PROT_EXEC);
}

/* --- what serving takes -------------------------------------------------- */

static long
act_map_data(void)
{
	void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? -1 : munmap(p, PAGE);
}

static long
act_gre_out(void)
{
	struct mmsghdr m = { .msg_hdr = *message() };

	return sendmmsg(IPC_FD_GRE, &m, 1, MSG_DONTWAIT) == 1 ? 0 : -1;
}

static long
act_gre_in(void)
{
	struct mmsghdr m = { .msg_hdr = *message() };

	if (recvmmsg(IPC_FD_GRE, &m, 1, MSG_DONTWAIT, NULL) == -1)
		return errno == EAGAIN ? 0 : -1;
	return 0;
}

static long
act_accept(void)
{
	if (accept4(IPC_FD_LISTEN, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)
	    == -1)
		return errno == EAGAIN ? 0 : -1;
	return 0;
}

static long
act_admin_accept(void)
{
	if (accept4(IPC_FD_ADMIN, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)
	    == -1)
		return errno == EAGAIN ? 0 : -1;
	return 0;
}

/* Who an administrator is: the kernel's word. */
static long
act_who(void)
{
	struct ucred who;
	socklen_t len = sizeof(who);
	gid_t groups[1024];

	if (getsockopt(IPC_FD_ADMIN, SOL_SOCKET, SO_PEERCRED, &who, &len)
	    == -1)
		return -1;
	len = sizeof(groups);
	/* A listener has no peer with groups: ENODATA. */
	if (getsockopt(IPC_FD_ADMIN, SOL_SOCKET, SO_PEERGROUPS, groups, &len)
	    == -1 && errno != ENODATA)
		return -1;
	return 0;
}

static long
act_new_listener(void)
{
	return dup3(IPC_FD_GRE, IPC_FD_LISTEN, O_CLOEXEC) == -1 ? -1 : 0;
}

static long
act_no_delay(void)
{
	return option(IPC_FD_LISTEN, IPPROTO_TCP, TCP_NODELAY);
}

static long
act_big_memory(void)
{
	char *p = malloc(1000000);

	if (p != NULL)
		p = realloc(p, 3000000);
	free(p);
	return p == NULL ? -1 : 0;
}

/* More than all that clients can make an engine keep. */
static long
act_huge_memory(void)
{
	const size_t piece = 64UL << 20;

	for (size_t all = 0; all < 3UL << 30; all += piece) {
		if (mmap(NULL, piece, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) ==
		    MAP_FAILED)
			return -1;
	}
	return 0;
}

static long
act_abort(void)
{
	abort();
}

/* Until the test has looked at the process. */
static long
act_wait(void)
{
	return write(STDOUT_FILENO, "", 1) == 1 &&
	    read(STDIN_FILENO, page, 1) == 0 ? 0 : -1;
}

#define NAMED(name)	{ #name, act_##name }

static const struct {
	const char	*name;
	long		(*run)(void);
} acts[] = {
	NAMED(socket), NAMED(raw_socket), NAMED(packet_socket),
	NAMED(netlink), NAMED(unix_socket), NAMED(socketpair), NAMED(listen),
	NAMED(accept_elsewhere), NAMED(recvmmsg_elsewhere),
	NAMED(sendmmsg_elsewhere), NAMED(getsockopt), NAMED(getsockopt_tcp),
	NAMED(connect_tcp),
	NAMED(bind_tcp), NAMED(connect_gre), NAMED(bind_gre),
	NAMED(sendto_address), NAMED(fast_open), NAMED(forge_header),
	NAMED(transparent), NAMED(detach_filter), NAMED(mark),
	NAMED(open), NAMED(open_dir), NAMED(create), NAMED(mkdir),
	NAMED(unlink), NAMED(link), NAMED(chmod), NAMED(truncate),
	NAMED(access), NAMED(stat), NAMED(chdir), NAMED(chroot),
	NAMED(getdents), NAMED(statfs), NAMED(pipe), NAMED(dup),
	NAMED(dup_to_gre), NAMED(dup_to_stdin), NAMED(dup_open),
	NAMED(dup_fcntl), NAMED(own), NAMED(ioctl), NAMED(type_ahead),
	NAMED(memfd), NAMED(inotify), NAMED(eventfd),
	NAMED(fork), NAMED(thread), NAMED(namespace), NAMED(set_namespace),
	NAMED(kill_init), NAMED(kill_all), NAMED(tgkill), NAMED(trace_me),
	NAMED(read_other), NAMED(setuid), NAMED(setresuid), NAMED(setgid),
	NAMED(setgroups), NAMED(dumpable), NAMED(keep_caps), NAMED(priority),
	NAMED(handler), NAMED(execve), NAMED(kill_neighbour),
	NAMED(capabilities), NAMED(limits),
	NAMED(mount), NAMED(bpf), NAMED(perf), NAMED(keyring),
	NAMED(userfaultfd), NAMED(module), NAMED(sethostname), NAMED(syslog),
	NAMED(shm),
#ifdef SYS_io_uring_setup
	NAMED(io_uring),
#endif
#ifdef __x86_64__
	NAMED(x32),
#endif
	NAMED(map_code), NAMED(map_all), NAMED(make_code),
	NAMED(map_data), NAMED(gre_out), NAMED(gre_in), NAMED(accept),
	NAMED(admin_accept), NAMED(who),
	NAMED(new_listener), NAMED(no_delay), NAMED(big_memory),
	NAMED(huge_memory), NAMED(abort), NAMED(wait),
};

/* Says "ok", or "errno N", or that there is no such act here. */
__attribute__((visibility("default"))) int
event_base_dispatch(struct event_base *base)
{
	char line[64] = "", answer[32];
	ssize_t n = read(STDIN_FILENO, line, sizeof(line) - 1);
	size_t i;
	int len = snprintf(answer, sizeof(answer), "unknown");

	(void)base;
	if (n <= 0)
		_exit(1);
	argument = line + strcspn(line, " ");
	if (*argument != '\0')
		*argument++ = '\0';
	for (i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (strcmp(acts[i].name, line) != 0)
			continue;
		errno = 0;
		if (acts[i].run() == -1)
			len = snprintf(answer, sizeof(answer), "errno %d",
			    errno);
		else
			len = snprintf(answer, sizeof(answer), "ok");
	}
	_exit(write(STDOUT_FILENO, answer, (size_t)len) == len ? 0 : 1);
}
