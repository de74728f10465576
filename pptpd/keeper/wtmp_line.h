/* The interface of a pppd without pptpd-session.so. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_WTMP_LINE_H
#define PPTPD_WTMP_LINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Finds the interface of a pppd by the call's addresses (network order; 0:
 * unknown), or else by pppd's pid file.  The interface must be up.  name has
 * room for UT_LINESIZE + 1.  False: there is no such interface (yet).
 */
bool	wtmp_find_line(pid_t, uint32_t local, uint32_t remote, char *name);

#endif
