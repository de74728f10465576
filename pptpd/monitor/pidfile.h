/* Monitor: the pid file, and the server that it names. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PIDFILE_H
#define PPTPD_PIDFILE_H

#include <stdbool.h>
#include <sys/types.h>

/* Writes our process ID; a failure is logged. */
void	pidfile_write(const char *path);
/* Removes the file, unless another server has put its own ID there. */
void	pidfile_remove(const char *path);
/*
 * The process ID in the file, 0 if there is none or it is our own.  *alive:
 * whether a process with that ID and our name runs.
 */
pid_t	pidfile_server(const char *path, bool *alive);

#endif
