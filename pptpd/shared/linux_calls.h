/* Shared: system calls that older kernels, libcs or their headers lack. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LINUX_CALLS_H
#define PPTPD_LINUX_CALLS_H

#include <sys/types.h>

/*
 * Closes all descriptors from first on, but keep (-1: none of them), by
 * close_range(2) (Linux 5.9), else by a look into /proc/self/fd.  Allocates
 * nothing, so a child of vfork(2) may call it.  0, or -1 with the error of
 * close_range(2) if neither can be had.
 */
int	linux_close_from(int first, int keep);

/*
 * memfd_create(2), close-on-exec and never to be executed, which is what
 * sysctl vm.memfd_noexec=2 insists on.  flags are further ones.
 */
int	linux_memfd(const char *name, unsigned int flags);

/*
 * pidfd_open(2), Linux 5.3.  A descriptor, close-on-exec, or -1; only ESRCH
 * means that there is no such process.
 */
int	linux_pidfd_open(pid_t pid);

/* pidfd_send_signal(2), Linux 5.1: 0, or -1 with errno. */
int	linux_pidfd_kill(int pidfd, int sig);

/*
 * Why clone3(2), Linux 5.3, prevents that a program is started: an error
 * number, or 0 if it does not.  glibc 2.34 and later does without it only if
 * its error is ENOSYS.
 */
int	linux_clone3_error(void);

#endif
