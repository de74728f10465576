/*
 * Shared: libc's socket functions, each by a system call of its own.
 *
 * On kernels with socketcall(2) glibc uses it for accept4(), send() and
 * others, for the sake of old kernels.  A seccomp filter cannot check the
 * arguments of socketcall(2), so the sandbox forbids it.  The functions here
 * replace libc's in the program that they are linked to, and in its
 * libraries.  The kernel has the direct calls since 4.3 on i386 and s390, and
 * since 2.6.37 on powerpc.  The second half has the names that
 * _FORTIFY_SOURCE gives to functions of the first.
 */
/* SPDX-License-Identifier: ISC */
#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

typedef int not_empty;		/* ISO C forbids an empty file */

#if defined SYS_socketcall && defined SYS_accept4

/* As in sys/socket.h, which would declare libc's own functions too. */
struct msghdr;
struct mmsghdr;
struct sockaddr;
struct timespec;
int	socket(int, int, int);
int	connect(int, const struct sockaddr *, unsigned int);
int	accept4(int, struct sockaddr *, unsigned int *, int);
int	getpeername(int, struct sockaddr *, unsigned int *);
int	getsockname(int, struct sockaddr *, unsigned int *);
int	getsockopt(int, int, int, void *, unsigned int *);
int	setsockopt(int, int, int, const void *, unsigned int);
int	shutdown(int, int);
ssize_t	recv(int, void *, size_t, int);
ssize_t	recvfrom(int, void *, size_t, int, struct sockaddr *, unsigned int *);
ssize_t	recvmsg(int, struct msghdr *, int);
int	recvmmsg(int, struct mmsghdr *, unsigned int, int, struct timespec *);
ssize_t	send(int, const void *, size_t, int);
ssize_t	sendto(int, const void *, size_t, int, const struct sockaddr *,
	    unsigned int);
ssize_t	sendmsg(int, const struct msghdr *, int);
int	sendmmsg(int, struct mmsghdr *, unsigned int, int);
ssize_t	__recv_chk(int, void *, size_t, size_t, int);
ssize_t	__recvfrom_chk(int, void *, size_t, size_t, int, struct sockaddr *,
	    unsigned int *);

int
socket(int domain, int type, int protocol)
{
	return (int)syscall(SYS_socket, domain, type, protocol);
}

int
connect(int fd, const struct sockaddr *addr, unsigned int len)
{
	return (int)syscall(SYS_connect, fd, addr, len);
}

int
accept4(int fd, struct sockaddr *addr, unsigned int *len, int flags)
{
	return (int)syscall(SYS_accept4, fd, addr, len, flags);
}

int
getpeername(int fd, struct sockaddr *addr, unsigned int *len)
{
	return (int)syscall(SYS_getpeername, fd, addr, len);
}

int
getsockname(int fd, struct sockaddr *addr, unsigned int *len)
{
	return (int)syscall(SYS_getsockname, fd, addr, len);
}

int
getsockopt(int fd, int level, int name, void *value, unsigned int *len)
{
	return (int)syscall(SYS_getsockopt, fd, level, name, value, len);
}

int
setsockopt(int fd, int level, int name, const void *value, unsigned int len)
{
	return (int)syscall(SYS_setsockopt, fd, level, name, value, len);
}

int
shutdown(int fd, int how)
{
	return (int)syscall(SYS_shutdown, fd, how);
}

ssize_t
recvfrom(int fd, void *buf, size_t size, int flags, struct sockaddr *addr,
    unsigned int *len)
{
	return syscall(SYS_recvfrom, fd, buf, size, flags, addr, len);
}

ssize_t
recv(int fd, void *buf, size_t size, int flags)
{
	return recvfrom(fd, buf, size, flags, NULL, NULL);
}

ssize_t
recvmsg(int fd, struct msghdr *msg, int flags)
{
	return syscall(SYS_recvmsg, fd, msg, flags);
}

/* Without a timeout: its format depends on the system call. */
int
recvmmsg(int fd, struct mmsghdr *msg, unsigned int n, int flags,
    struct timespec *timeout)
{
	if (timeout != NULL)
		abort();
	return (int)syscall(SYS_recvmmsg, fd, msg, n, flags, NULL);
}

ssize_t
sendto(int fd, const void *buf, size_t size, int flags,
    const struct sockaddr *addr, unsigned int len)
{
	return syscall(SYS_sendto, fd, buf, size, flags, addr, len);
}

ssize_t
send(int fd, const void *buf, size_t size, int flags)
{
	return sendto(fd, buf, size, flags, NULL, 0);
}

ssize_t
sendmsg(int fd, const struct msghdr *msg, int flags)
{
	return syscall(SYS_sendmsg, fd, msg, flags);
}

int
sendmmsg(int fd, struct mmsghdr *msg, unsigned int n, int flags)
{
	return (int)syscall(SYS_sendmmsg, fd, msg, n, flags);
}

/* --- with _FORTIFY_SOURCE ------------------------------------------------- */

ssize_t
__recvfrom_chk(int fd, void *buf, size_t size, size_t room, int flags,
    struct sockaddr *addr, unsigned int *len)
{
	if (size > room)
		abort();
	return recvfrom(fd, buf, size, flags, addr, len);
}

ssize_t
__recv_chk(int fd, void *buf, size_t size, size_t room, int flags)
{
	return __recvfrom_chk(fd, buf, size, room, flags, NULL, NULL);
}

#endif
