/* The monitor: starts the engine, gives it calls, and outlives it. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_MONITOR_H
#define PPTPD_MONITOR_H

#include <stdbool.h>

#include <sys/types.h>

#include "config/conf.h"
#include "shared/ipc.h"

/*
 * What main() has opened and read before the monitor runs.  When the
 * configuration is read again, the monitor replaces the contents of *conf and,
 * if the address has changed, the listener.
 */
struct monitor_setup {
	struct conf *conf;
	int	listener;	/* -1 from inetd */
	unsigned int engines;		/* how many; 1 under inetd */
	int	gre[CONF_ENGINES_MAX];	/* one for each engine */
	int	connection;	/* from inetd; else -1 */
	int	admin;		/* listener for pptpdctl; -1: none */
	gid_t	admin_group;	/* that may use it; -1: root only */
	int	kernel_map;	/* gre_filter.h; -1: kernel carries no calls */
	bool	log_stderr;	/* keepers log to stderr too */
};

#define MONITOR_NO_SOCKET 255	/* exit status, as Poptop's exit(-1) */
#define MONITOR_UPGRADE	(-1)

/*
 * Runs until told to stop, or until inetd's connection is over.  Returns the
 * exit status, or MONITOR_UPGRADE: then the caller is to execute another pptpd
 * in this process; the listener is still open and signals are held.
 */
int	monitor_run(struct monitor_setup *);

#endif
