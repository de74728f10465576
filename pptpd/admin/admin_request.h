/* A request of a client of the control socket: one JSON object in a line. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_REQUEST_H
#define PPTPD_ADMIN_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Raised by a change that clients of the old version cannot understand. */
#define ADMIN_PROTOCOL	1

#define ADMIN_LINE_MAX	4096	/* octets of a request, newline included */
#define ADMIN_ID_MAX	64	/* octets of a text id */
#define ADMIN_CALL_MAX	160	/* octets of a call's name, NUL included */
#define ADMIN_TRACE_SECONDS 60	/* of a trace, usually; at most: */
#define ADMIN_TRACE_SECONDS_MAX 3600
#define ADMIN_TRACE_PACKETS 10000
#define ADMIN_TRACE_PACKETS_MAX 1000000
#define ADMIN_COUNT_USUAL 20	/* entries of the history */
#define ADMIN_MESSAGE_MAX 161	/* octets of kick's message, NUL included */

enum admin_level {
	ADMIN_LEVEL_NONE,	/* not given */
	ADMIN_LEVEL_INFO,
	ADMIN_LEVEL_DEBUG
};

enum admin_verb {
	ADMIN_STATUS,
	ADMIN_LIST,
	ADMIN_SHOW,
	ADMIN_KICK,
	ADMIN_HISTORY,
	ADMIN_EVENTS,
	ADMIN_TRACE,
	ADMIN_RELOAD,
	ADMIN_DRAIN,
	ADMIN_SHUTDOWN,
	ADMIN_UPGRADE,
	ADMIN_NETWORKS,
	ADMIN_LOG_LEVEL,
	ADMIN_VERBS
};

struct admin_request {
	enum admin_verb	 verb;
	json_t		*id;		/* for the answer; NULL: none; owned */
	char		 call[ADMIN_CALL_MAX];	/* of show and kick, else "" */
	unsigned int	 count;		/* of history: entries */
	bool		 all;		/* of kick: each call that this means */
	bool		 wait;		/* of trace: for a call that begins */
	unsigned int	 seconds, packets;	/* of trace: at most */
	bool		 now;		/* of kick: pppd is given no time */
	char		 message[ADMIN_MESSAGE_MAX]; /* of kick, for the log */
	enum admin_level level;		/* of log-level */
};

/* The reason of a refusal, for programs and for people. */
struct admin_error {
	const char	*code;		/* documented in pptpdctl(8) */
	char		 text[320];
};

/* The verb with this name, ADMIN_VERBS if there is none; the verb's name. */
enum admin_verb	 admin_verb_find(const char *name);
const char	*admin_verb_name(enum admin_verb);
/* The level with this name, NONE if there is none; the level's name. */
enum admin_level admin_level_find(const char *name);
const char	*admin_level_name(enum admin_level);
/* Whether the verb needs the name of a call. */
bool		 admin_verb_takes_call(enum admin_verb);

/*
 * Parses a line of len octets, newline not included; ignores unknown members.
 * False with the error filled in; the id is set even then, if it is valid.
 */
bool	admin_request_parse(struct admin_request *, const char *line,
	    size_t len, struct admin_error *);
void	admin_request_free(struct admin_request *);

void	admin_error_set(struct admin_error *, const char *code,
	    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
