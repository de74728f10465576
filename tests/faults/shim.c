/*
 * Makes system calls of the server fail, as the test says: preloaded into
 * every program of the test's namespaces by /etc/ld.so.preload.
 *
 * The test writes rules into a file that all processes map when they start,
 * so that they see them also where no file can be opened.  A rule names a
 * process of the server, a function and an error number.
 */
/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RULES_FILE	"/run/conformance/rules"
#define RULES		8
#define NAME		16
/* An error of recvmsg(2) that is none: descriptors do not arrive. */
#define LOST		(-1)
/* ... and of getrandom(2): the octets are always the same. */
#define SAME		(-2)
#define POISON		"poison"

struct rule {
	char	 process[NAME];	/* pptpd, engine, spawner, keeper */
	char	 call[NAME];
	int32_t	 error;		/* 0: the rule is off */
	int32_t	 left;		/* failures to come; -1: no end */
	int32_t	 hits;		/* failures so far */
	int32_t	 calls;		/* also those that did not fail */
};
_Static_assert(offsetof(struct rule, call) == 16 &&
    offsetof(struct rule, error) == 32 && offsetof(struct rule, left) == 36 &&
    offsetof(struct rule, hits) == 40 && sizeof(struct rule) == 48,
    "RULE in tests/pptptest/rules.py has these offsets too");

static struct rule *rules;
static const char *process;	/* NULL: not one of the server's */
static pid_t first;

/*
 * What is the server's own?  Its programs call us; libevent calls epoll_ctl()
 * on their behalf.  Keepers are forks of the spawner.
 */
__attribute__((constructor)) static void
begin(void)
{
	const char *name = program_invocation_short_name;
	int fd;

	if (strcmp(name, "pptpd") == 0)
		process = "pptpd";
	else if (strcmp(name, "pptpd-engine") == 0)
		process = "engine";
	else if (strncmp(name, "pptpctrl", 8) == 0)
		process = "spawner";
	else
		return;
	first = getpid();
	fd = open(RULES_FILE, O_RDWR | O_CLOEXEC);
	if (fd == -1)
		return;
	rules = (struct rule *)syscall(SYS_mmap, NULL,
	    sizeof(struct rule) * RULES, PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	if (rules == MAP_FAILED)
		rules = NULL;
	close(fd);
}

/* The error that a call has to fail with; 0: none. */
static int
fault(const char *call)
{
	const char *self = process;

	if (rules == NULL)
		return 0;
	if (self[0] == 's' && getpid() != first)
		self = "keeper";
	for (int i = 0; i < RULES; i++) {
		struct rule *r = &rules[i];

		if (r->error == 0 || strcmp(r->call, call) != 0 ||
		    strcmp(r->process, self) != 0)
			continue;
		__atomic_fetch_add(&r->calls, 1, __ATOMIC_RELAXED);
		if (r->left == 0)
			continue;	/* the next rule's turn */
		if (r->left > 0)
			__atomic_fetch_sub(&r->left, 1, __ATOMIC_RELAXED);
		__atomic_fetch_add(&r->hits, 1, __ATOMIC_RELAXED);
		return r->error;
	}
	return 0;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define FAIL(call, value) do {		\
	int fault_error = fault(call);	\
					\
	if (fault_error != 0) {		\
		errno = fault_error;	\
		return value;		\
	}				\
} while (0)

int
accept4(int fd, struct sockaddr *addr, socklen_t *len, int flags)
{
	static __typeof__(&accept4) real;

	FAIL("accept4", -1);
	if (real == NULL)
		real = REAL(accept4);
	return real(fd, addr, len, flags);
}

int
open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = (flags & O_CREAT) != 0 ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	FAIL("open", -1);
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

/* Programs with 64-bit file offsets ask for this one. */
int
open64(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = (flags & O_CREAT) != 0 ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	return open(path, flags, mode);
}

int
socket(int domain, int type, int protocol)
{
	FAIL("socket", -1);
	return (int)syscall(SYS_socket, domain, type, protocol);
}

int
listen(int fd, int backlog)
{
	FAIL("listen", -1);
	return (int)syscall(SYS_listen, fd, backlog);
}

int
socketpair(int domain, int type, int protocol, int pair[2])
{
	FAIL("socketpair", -1);
	return REAL(socketpair)(domain, type, protocol, pair);
}

int
memfd_create(const char *name, unsigned int flags)
{
	FAIL("memfd_create", -1);
	return REAL(memfd_create)(name, flags);
}

int
ftruncate(int fd, off_t len)
{
	FAIL("ftruncate", -1);
	return REAL(ftruncate)(fd, len);
}

int
ftruncate64(int fd, off64_t len)
{
	FAIL("ftruncate", -1);
	return REAL(ftruncate64)(fd, len);
}

void *
mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
	FAIL("mmap", MAP_FAILED);
	return (void *)syscall(SYS_mmap, at, len, prot, flags, fd, offset);
}

void *
mmap64(void *at, size_t len, int prot, int flags, int fd, off64_t offset)
{
	return mmap(at, len, prot, flags, fd, offset);
}

int
posix_openpt(int flags)
{
	FAIL("posix_openpt", -1);
	return REAL(posix_openpt)(flags);
}

int
pipe2(int fds[2], int flags)
{
	FAIL("pipe2", -1);
	return REAL(pipe2)(fds, flags);
}

/* A function cannot stand between a program and vfork(2): the child would
 * return from it under the parent's feet. */
pid_t
vfork(void)
{
	FAIL("vfork", -1);
	return fork();
}

pid_t
fork(void)
{
	FAIL("fork", -1);
	return REAL(fork)();
}

int
posix_spawn(pid_t *pid, const char *path,
    const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr,
    char *const argv[], char *const envp[])
{
	int error = fault("posix_spawn");

	if (error != 0)
		return error;
	return REAL(posix_spawn)(pid, path, actions, attr, argv, envp);
}

/* The spawner forks by a bare clone(2). */
long
syscall(long number, ...)
{
	static long (*real)(long, ...);
	long a[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_clone)
		FAIL("clone", -1);
	if (real == NULL)
		real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int
epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
	static __typeof__(&epoll_ctl) real;

	if (op == EPOLL_CTL_ADD)
		FAIL("epoll_ctl", -1);
	if (real == NULL)
		real = REAL(epoll_ctl);
	return real(epfd, op, fd, event);
}

ssize_t
getrandom(void *buf, size_t len, unsigned int flags)
{
	int error = fault("getrandom");

	if (error == SAME) {
		memset(buf, 0x5a, len);
		return (ssize_t)len;
	}
	if (error != 0) {
		errno = error;
		return -1;
	}
	return syscall(SYS_getrandom, buf, len, flags);
}

ssize_t
sendmsg(int fd, const struct msghdr *m, int flags)
{
	static __typeof__(&sendmsg) real;

	if (m->msg_controllen > 0)	/* with a descriptor */
		FAIL("sendmsg", -1);
	if (real == NULL)
		real = REAL(sendmsg);
	return real(fd, m, flags);
}

ssize_t
send(int fd, const void *data, size_t len, int flags)
{
	static __typeof__(&send) real;

	FAIL("send", -1);
	if (real == NULL)
		real = REAL(send);
	return real(fd, data, len, flags);
}

int
sendmmsg(int fd, struct mmsghdr *m, unsigned int n, int flags)
{
	static __typeof__(&sendmmsg) real;

	FAIL("sendmmsg", -1);
	if (real == NULL)
		real = REAL(sendmmsg);
	return real(fd, m, n, flags);
}

/* What the kernel does when there is no room for the descriptors. */
static void
lose(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL;
	    c = CMSG_NXTHDR(m, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd),
			    sizeof(fd));
			close(fd);
		}
	}
	m->msg_controllen = 0;
	m->msg_flags |= MSG_CTRUNC;
}

ssize_t
recvmsg(int fd, struct msghdr *m, int flags)
{
	static __typeof__(&recvmsg) real;
	ssize_t got;
	int error;

	if (real == NULL)
		real = REAL(recvmsg);
	got = real(fd, m, flags);
	if (got <= 0 || m->msg_controllen == 0)
		return got;
	error = fault("recvmsg");
	if (error == LOST)
		lose(m);
	return got;
}

/* A frame that the engine dies of, whenever it is to go to a pppd. */
ssize_t
write(int fd, const void *data, size_t len)
{
	if (memmem(data, len, POISON, sizeof(POISON) - 1) != NULL &&
	    fault("poison") != 0)
		__builtin_trap();
	return syscall(SYS_write, fd, data, len);
}

/* dlsym() allocates: libc's own name for it is there without asking. */
void	*__libc_calloc(size_t, size_t);

void *
calloc(size_t n, size_t size)
{
	FAIL("calloc", NULL);
	return __libc_calloc(n, size);
}
