/* What the processes of a server use of the machine, by /proc. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_METRICS_PROCESSES_H
#define PPTPD_METRICS_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define METRICS_PROCESSES_MAX	80	/* 64 engines, and the others */

struct metrics_process {
	const char	*kind;		/* a static word */
	unsigned int	 number;	/* of an engine; else 0 */
	double		 cpu_s, resident;	/* seconds; octets */
	unsigned int	 files;		/* that are open */
	bool		 has_files;	/* files may be looked at */
};

/*
 * Finds the server behind a connected control socket (the kernel says who
 * listens), and its children, but for keepers.  They may write what they like
 * where their command lines are: only a small number is taken from there.
 * Returns how many there are; 0: none can be seen.
 */
size_t	metrics_processes(int control,
	    struct metrics_process list[METRICS_PROCESSES_MAX]);
/* The same for a server with this process ID, and another /proc, for tests. */
size_t	metrics_processes_of(const char *proc, pid_t pid,
	    struct metrics_process list[METRICS_PROCESSES_MAX]);

#endif
