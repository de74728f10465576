/* vpnuser, pptpdctl doctor: ask for a password. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PASSWORD_H
#define PPTPD_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Reads a password: at a terminal twice and without echo, else the first line
 * of standard input.  False with the error reported on stderr.
 */
bool	password_read(char *buf, size_t size);
/* The same for one that exists: it is asked for once. */
bool	password_read_old(char *buf, size_t size);

#endif
