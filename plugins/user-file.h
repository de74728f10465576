/* The options that the administrator gives one user, in a file of his own. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_USER_FILE_H
#define PPTPD_USER_FILE_H

#include <stddef.h>

#define USER_NAME_MAX	128	/* octets; a longer name has no file */

enum user_file {
	USER_FILE_NONE,		/* the user has none */
	USER_FILE_TAKEN,	/* pppd has its options */
	USER_FILE_BAD		/* it cannot be used; see why */
};

/*
 * Gives pppd the options of DIR/NAME, in pppd's phase of authentication, so
 * that they come before any address.  The peer has chosen the name: one with a
 * character that is no letter, no digit and none of ". _ - @ + \ $", or that
 * begins with a dot, has no file.  File and directory must be root's, and
 * nobody else may be able to write there.  Each option stands in one line with
 * its values, quoted as pppd has it.
 *
 * USER_FILE_BAD: why has file, line and reason, cut to size; the options of the
 * lines before are in force, so the call has to end.
 */
enum user_file user_file_take(const char *dir, const char *name, char *why,
	    size_t size);

#endif
