/* The words of chap-secrets: what pppd reads, and how to write it. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SECRETS_H
#define PPTPD_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

/* Octets of a word with its NUL; pppd has MAXSECRETLEN and MAXNAMELEN. */
#define SECRETS_WORD	256

/* A place in the text of a secrets file.  Zeroed but text, len, line = 1. */
struct secrets {
	const char	*text;
	size_t		 len, at;
	unsigned	 line;
};

/*
 * One entry: the words of a line, with lines that a backslash or a quote joins
 * to it.  Words that are longer are cut.  Offsets are those of the text.
 */
struct secrets_entry {
	char	 client[SECRETS_WORD], server[SECRETS_WORD];
	char	 secret[SECRETS_WORD];
	char	 address[SECRETS_WORD];	/* the first address or option */
	unsigned words;			/* all of them */
	unsigned line;			/* of the first word, from 1 */
	size_t	 client_at, client_end;	/* the first word as it is written */
	size_t	 secret_at, secret_end;	/* the third; 0 if there is none */
	size_t	 line_at, line_end;	/* whole lines, with the newline */
	bool	 open_quote;		/* a quote runs to the end of the file */
};

/*
 * Reads the next entry by the rules of pppd's getword() and scan_authfile()
 * (options.c, auth.c).  False at the end.
 */
bool	secrets_next(struct secrets *, struct secrets_entry *);

/*
 * Why a user's name, server's name, or secret cannot be in the file, as "is
 * empty" or "has a control character"; NULL if it can be.
 */
const char *secrets_bad_name(const char *name);
const char *secrets_bad_secret(const char *secret);

/*
 * Writes a word so that every pppd reads it back as it is.  False if it does
 * not fit; 2 * strlen(word) + 3 octets suffice.
 */
bool	secrets_quote(char *buf, size_t size, const char *word);

#endif
