/* What a client of the control socket asks for: one JSON object in a line. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_REQUEST_H
#define PPTPD_ADMIN_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Changes when clients of an older one would no longer understand. */
#define ADMIN_PROTOCOL	1

#define ADMIN_LINE_MAX	4096	/* octets of a request, newline included */
#define ADMIN_ID_MAX	64	/* octets of an id that is text */
#define ADMIN_CALL_MAX	160	/* which call; its end included */

enum admin_verb {
	ADMIN_STATUS,
	ADMIN_LIST,
	ADMIN_SHOW,
	ADMIN_KICK,
	ADMIN_RELOAD,
	ADMIN_DRAIN,
	ADMIN_SHUTDOWN,
	ADMIN_UPGRADE,
	ADMIN_VERBS
};

struct admin_request {
	enum admin_verb	 verb;
	json_t		*id;		/* to be repeated; NULL: none; owned */
	char		 call[ADMIN_CALL_MAX];	/* of show and kick, else "" */
};

/* Why something is not done: for programs, and for people. */
struct admin_error {
	const char	*code;		/* documented in pptpdctl(8) */
	char		 text[320];
};

/* The verb of that name, or ADMIN_VERBS; and back. */
enum admin_verb	 admin_verb_find(const char *name);
const char	*admin_verb_name(enum admin_verb);
/* Whether it is about a call that has to be named. */
bool		 admin_verb_takes_call(enum admin_verb);

/*
 * Reads a line of len octets, without its newline.  False with the error
 * filled in; the id is there even then if it could be read.  Members that are
 * not known are passed over.
 */
bool	admin_request_parse(struct admin_request *, const char *line,
	    size_t len, struct admin_error *);
void	admin_request_free(struct admin_request *);

void	admin_error_set(struct admin_error *, const char *code,
	    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
