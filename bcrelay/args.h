/* The command line: Poptop's options, and new ones. */
/* SPDX-License-Identifier: ISC */
#ifndef BCRELAY_ARGS_H
#define BCRELAY_ARGS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "names.h"

#define ARGS_PIDFILE	RUNDIR "/bcrelay.pid"
#define ARGS_CPU	15		/* percent of one processor */

struct args {
	struct names	 in, out;
	bool		 daemon;	/* -d */
	bool		 quiet;		/* -n: errors only */
	const char	*pidfile;	/* used with -d */
	char		 ipsec[IFNAMSIZ]; /* -s: the interface; "": none */
	uint32_t	 ipsec_dst;	/* and the far LAN's broadcast */
	uint32_t	*group;		/* multicast groups, in host order */
	size_t		 n_group;
	uint32_t	 rate;		/* packets a second from an interface;
					 * 0: no limit */
	uint32_t	 cpu;		/* 1 to 100 percent */
};

enum args_action {
	ARGS_RUN,
	ARGS_USAGE,		/* print it, exit 0 */
	ARGS_VERSION,
	ARGS_WRONG,		/* print usage, exit 1 */
	ARGS_WRONG_IPSEC,	/* print usage, exit 0, as Poptop does */
};

/*
 * Reads the command line.  why gets the error, for the log and for stderr; ""
 * if there is none, or if getopt_long() has printed it.  The arguments must
 * stay where they are.
 */
enum args_action args_parse(struct args *, int argc, char **argv, char *why,
	    size_t size);
void	args_free(struct args *);
/* The usage text for this name and version; the caller frees it. */
char	*args_usage(const char *name, const char *version);

#endif
