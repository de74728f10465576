/* What a program answers, and what the configuration adds: lines of text. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_HOOK_REPLY_H
#define PPTPD_HOOK_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "password_check.h"
#include "protocol/aaa_msg.h"

/*
 * An answer is one line "Accept" or "Reject", and any number of lines
 * "Name = value" before or after it.  A value is a word without blanks, quotes
 * and backslashes, or stands in double quotes, where \" \\ and \ooo (three
 * octal digits) stand for one octet.  Octets may be written as 0x and hex
 * digits.  No attribute stands there twice, but Class, Framed-Route
 * and those of prefixes; no line has a control octet other than a tab.  An empty line ends the answer.
 */
#define HOOK_LINE_MAX	1024	/* octets of a line, without its end */
#define HOOK_NAME_MAX	32	/* of an attribute's name, with a NUL */

struct hook_reply {
	/* verdict is 0 until there is a line that says it. */
	struct aaa_reply reply;
	struct known_password known;
	uint64_t seen;			/* bit i: row i of the table */
	bool	 has_message;		/* Reply-Message was there */
};

/* Where a text is wrong. */
struct hook_fault {
	const char	*why;
	unsigned	 line;		/* from 1 */
	char		 name[4 * HOOK_NAME_MAX];	/* for the log, "" */
};

/* Reads one line, without its end.  NULL, or why it is none. */
const char *hook_reply_line(struct hook_reply *, const char *line, size_t len);
/* What comes now may set once more what has been set. */
void	hook_reply_override(struct hook_reply *);
/*
 * Reads a whole answer, with its empty line or without.  False with *fault set:
 * it is none.
 */
bool	hook_reply_read(struct hook_reply *, const char *text, size_t len,
	    struct hook_fault *fault);
/* Whether a line sets a password: a file that all can read must have none. */
bool	hook_line_is_secret(const char *line, size_t len);
/*
 * The length of the answer that a text begins with, its empty line included; 0:
 * it is not complete.
 */
size_t	hook_reply_end(const char *text, size_t len);

#endif
