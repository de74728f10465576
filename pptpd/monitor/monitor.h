/* The monitor: starts the engine, gives it calls, and outlives it. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_MONITOR_H
#define PPTPD_MONITOR_H

#include <stdbool.h>

#include <sys/types.h>

#include "config/conf.h"
#include "shared/ipc.h"

/*
 * What main() has made before the monitor runs.  Reading the configuration
 * again changes what conf points to, and opens another listener.
 */
struct monitor_setup {
	struct conf *conf;
	int	listener;	/* -1 from inetd */
	unsigned int engines;		/* how many; 1 under inetd */
	int	gre[ENGINES_MAX];	/* one for each engine */
	int	connection;	/* from inetd; else -1 */
	int	admin;		/* listener for pptpdctl; -1: none */
	gid_t	admin_group;	/* that may use it; -1: root only */
	int	kernel_map;	/* gre_filter.h; -1: no calls of the kernel's */
	bool	log_stderr;	/* keepers log to stderr too */
};

#define MONITOR_NO_SOCKET 255	/* exit status, as Poptop's exit(-1) */
#define MONITOR_UPGRADE	(-1)

/*
 * Runs until told to stop, or until inetd's connection is over.  Returns the
 * exit status, or MONITOR_UPGRADE: the listener is still open, and another
 * pptpd is to take over in this process; signals are held.
 */
int	monitor_run(struct monitor_setup *);

#endif
