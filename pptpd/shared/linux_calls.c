/* Shared: system calls that older kernels, libcs or their headers lack. */
/* SPDX-License-Identifier: ISC */
#include "shared/linux_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* All architectures but alpha have the same numbers. */
#ifndef __alpha__
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal	424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open		434
#endif
#ifndef SYS_clone3
#define SYS_clone3		435
#endif
#ifndef SYS_close_range
#define SYS_close_range		436
#endif
#endif

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL		0x0008U	/* linux/memfd.h, Linux 6.3 */
#endif

/* The kernel's struct linux_dirent64 (getdents64(2)). */
struct entry {
	uint64_t	 inode;
	int64_t		 next;
	uint16_t	 length;
	uint8_t		 type;
	char		 name[];
};

static int
close_range_of(unsigned int first, unsigned int last)
{
	return (int)syscall(SYS_close_range, first, last, 0U);
}

/* The value of a decimal number; -1: the text is not one. */
static int
number(const char *name)
{
	int n = 0;

	if (*name == '\0')
		return -1;
	for (; *name != '\0'; name++) {
		if (*name < '0' || *name > '9' || n > INT_MAX / 10 - 1)
			return -1;
		n = n * 10 + (*name - '0');
	}
	return n;
}

/* The kernel lists descriptors by number, so closing one skips none. */
static int
close_listed(int first, int keep)
{
	_Alignas(struct entry) char buf[1024];
	int dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long len;

	if (dir == -1)
		return -1;
	while ((len = syscall(SYS_getdents64, dir, buf, sizeof(buf))) > 0) {
		for (long at = 0; at < len; ) {
			const struct entry *e = (const void *)(buf + at);
			int fd = number(e->name);

			if (fd >= first && fd != keep && fd != dir)
				(void)close(fd);
			at += e->length;
		}
	}
	(void)close(dir);
	return len == 0 ? 0 : -1;
}

int
linux_close_from(int first, int keep)
{
	int error = 0;

	if (keep < first) {
		error = close_range_of((unsigned int)first, ~0U);
	} else {
		if (keep > first)
			error = close_range_of((unsigned int)first,
			    (unsigned int)keep - 1);
		if (error == 0)
			error = close_range_of((unsigned int)keep + 1, ~0U);
	}
	if (error == 0)
		return 0;
	error = errno;
	if (close_listed(first, keep) == 0)
		return 0;
	errno = error;
	return -1;
}

int
linux_memfd(const char *name, unsigned int flags)
{
	int fd;

	flags |= MFD_CLOEXEC;
	fd = memfd_create(name, flags | MFD_NOEXEC_SEAL);
	if (fd == -1 && errno == EINVAL)
		fd = memfd_create(name, flags);
	return fd;
}

int
linux_pidfd_open(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0U);
}

int
linux_pidfd_kill(int pidfd, int sig)
{
	return (int)syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0U);
}

int
linux_clone3_error(void)
{
	/* A size of 0 is too small: a kernel with clone3 answers EINVAL. */
	if (syscall(SYS_clone3, NULL, (size_t)0) != -1 || errno == EINVAL ||
	    errno == ENOSYS)
		return 0;
	return errno;
}
