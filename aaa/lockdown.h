/* What pptpd-aaa gives up before it reads the first octet of a server. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_AAA_LOCKDOWN_H
#define PPTPD_AAA_LOCKDOWN_H

#define AAA_COA_MAX	4

/* Its descriptors. */
enum {
	AAA_FD_PARENT = 3,	/* it closes when the server is gone */
	AAA_FD_LISTEN,		/* listening socket for pppd */
	AAA_FD_LOG,		/* connected to /dev/log */
	AAA_FD_SPOOL,		/* file of accounting that waits */
	AAA_FD_RUNNER,		/* of runner_start(), if there is one */
	AAA_FD_SYNCER,		/* of syncer_start(), if there is one */
	/* The last: sockets for Disconnect and CoA, as many as there are. */
	AAA_FD_COA
};

/*
 * Becomes user pptpd in the empty directory dir, without rights or other
 * descriptors; it can write files that are open up to file_max octets.  runner
 * and syncer become AAA_FD_RUNNER and AAA_FD_SYNCER, unless they are -1; there
 * are coa sockets from AAA_FD_COA on.  0, or -1 with the reason logged.
 */
int	lockdown_enter(const char *dir, int runner, int syncer, unsigned coa,
	    unsigned long file_max);

/* What a back end needs beside what serving pppd takes. */
enum lockdown_needs {
	LOCKDOWN_UDP = 0x1,	/* sockets to servers */
	LOCKDOWN_RUNNER = 0x2,	/* descriptors of AAA_FD_RUNNER */
	LOCKDOWN_COA = 0x4	/* answers on AAA_FD_COA and those after it */
};

/*
 * Allows no system call but those needed; after loop_init().  needs: LOCKDOWN_*.
 * The same.
 */
int	lockdown_lock(unsigned needs);

#endif
