/* Which interfaces are meant: a pattern, or a name. */
/* SPDX-License-Identifier: ISC */
#ifndef BCRELAY_NAMES_H
#define BCRELAY_NAMES_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

struct names {
	const char	*exact;	/* NULL: the pattern counts */
	bool		 any;	/* there is a pattern, compiled in regex */
	regex_t		 regex;
};

/*
 * "=NAME" means the interface of just this name.  Everything else is an
 * extended regular expression that need not fit the whole name, and to which
 * small and capital letters are the same, as in Poptop: "eth1" means eth10
 * too.  NULL means none.  The text stays the caller's and must outlive it.
 * False if there is something wrong with it: why says what.
 */
bool	names_init(struct names *, const char *text, char *why, size_t size);
void	names_free(struct names *);
bool	names_match(const struct names *, const char *interface);

#endif
