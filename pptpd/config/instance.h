/* Names of files in the run directory, when a machine has several servers. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_INSTANCE_H
#define PPTPD_INSTANCE_H

#include <stddef.h>

/*
 * The path of the file `name` ("control", "keepers", "calls") of the server
 * with this pid file.  With the default pid file, in /run or /var/run (which are
 * the same directory), it is RUNDIR/pptpd/name, with another one
 * RUNDIR/pptpd/name-HASH.  HASH is 8 hex digits of FNV-1a over the pid file's
 * path as it is written, with a relative path counted from "/".  0, or -1 if
 * the path is longer than size.
 */
int	instance_path(char *buf, size_t size, const char *name,
	    const char *pidfile);

#define INSTANCE_TABLE	32	/* octets of a table's name, with its NUL */

/*
 * The name of that server's table in nftables: "pptpd", or "pptpd_HASH".  0, or
 * -1 if the pid file's path is too long.
 */
int	instance_table(char [INSTANCE_TABLE], const char *pidfile);

#endif
