/* The interface of a pppd that told nobody which one it has. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_WTMP_LINE_H
#define PPTPD_WTMP_LINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The interface of a call whose pppd told nobody: the one with these
 * addresses (network order; 0 is unknown), or the one whose pid file names
 * pppd's pid; and which is up.  name has room for UT_LINESIZE + 1.  false:
 * there is none (yet).
 */
bool	wtmp_find_line(pid_t, uint32_t local, uint32_t remote, char *name);

#endif
