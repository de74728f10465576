/* Shared: system calls that older kernels, libcs or their headers lack. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LINUX_CALLS_H
#define PPTPD_LINUX_CALLS_H

#include <sys/types.h>

/*
 * Closes all descriptors from first on except keep (-1: no exception).  Uses
 * close_range(2) (Linux 5.9), or else the list in /proc/self/fd.  Allocates
 * nothing, so a child of vfork(2) may call it.  0, or -1 with the error of
 * close_range(2) if neither works.
 */
int	linux_close_from(int first, int keep);

/*
 * memfd_create(2) with further flags: close-on-exec, and never executable,
 * because sysctl vm.memfd_noexec=2 allows nothing else.
 */
int	linux_memfd(const char *name, unsigned int flags);

/*
 * pidfd_open(2), Linux 5.3.  A close-on-exec descriptor, or -1 with errno;
 * only ESRCH means that there is no such process.
 */
int	linux_pidfd_open(pid_t pid);

/* pidfd_send_signal(2), Linux 5.1: 0, or -1 with errno. */
int	linux_pidfd_kill(int pidfd, int sig);

/*
 * Whether clone3(2), Linux 5.3, prevents posix_spawn(3): its error number, or
 * 0 if it does not.  glibc 2.34 and later falls back to clone(2) only if the
 * error is ENOSYS.
 */
int	linux_clone3_error(void);

#endif
