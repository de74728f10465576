/* The administrator's choice of interfaces: a pattern, or a name. */
/* SPDX-License-Identifier: ISC */
#ifndef BCRELAY_NAMES_H
#define BCRELAY_NAMES_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

struct names {
	const char	*exact;	/* NULL: use the pattern */
	bool		 any;	/* there is a pattern, compiled in regex */
	regex_t		 regex;
};

/*
 * "=NAME" means the interface of exactly this name.  Other texts are extended
 * regular expressions, as in Poptop: they ignore case and need not match the
 * whole name, so "eth1" means eth10 too.  NULL means no interface.  The text
 * stays the caller's and must outlive the struct.  False if the text is wrong:
 * why says what is wrong.
 */
bool	names_init(struct names *, const char *text, char *why, size_t size);
void	names_free(struct names *);
bool	names_match(const struct names *, const char *interface);

#endif
