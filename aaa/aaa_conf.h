/* The configuration of the back ends "exec" and "file": aaa.conf. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_AAA_CONF_H
#define PPTPD_AAA_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hook_reply.h"

#define AAA_CONF_WORD	256	/* octets of a path or name, with its NUL */
#define AAA_WORDS_MAX	32	/* of a program's arguments, or environment */
#define AAA_WORKERS_MAX	64

/* A line of an answer that the configuration gives. */
struct aaa_conf_reply {
	char	*user;		/* NULL: all */
	char	*line;
	unsigned number;	/* of the file */
};

/* Strings are the struct's. */
struct aaa_conf {
	char	 secrets[AAA_CONF_WORD];	/* path of chap-secrets */
	char	*program[AAA_WORDS_MAX + 1];	/* argv; [0] NULL: none */
	char	*environment[AAA_WORDS_MAX + 1];	/* "NAME=value" */
	char	 run_as[AAA_CONF_WORD];	/* account; "": that of pptpd-aaa */
	bool	 kept;		/* a process answers many requests */
	uint32_t workers;	/* processes at once */
	uint32_t deadline;	/* s that an answer may take */
	bool	 accounting;
	uint32_t interim;	/* s; 0: none */
	char	 nas_identifier[AAA_CONF_WORD];	/* "": host name */
	struct aaa_conf_reply *reply;
	size_t	 replies;
	unsigned errors;
};

/* The values where nothing is said. */
void	aaa_conf_init(struct aaa_conf *);
/*
 * Reads the text of a file.  Each error is logged with the file, its line, and
 * the value.  False if there was one; then *conf is not to be used.
 */
bool	aaa_conf_parse(struct aaa_conf *, const char *file, const char *text,
	    size_t len);
void	aaa_conf_free(struct aaa_conf *);
/*
 * Sets what the configuration answers for this user: first the lines for all,
 * then those for the user, each of which may override.  What is added by
 * hook_reply_read() may override as well.  *r is zero.  Returns NULL, or why
 * not: the lines are right one by one, but may be more than fits (Class).
 */
const char *aaa_conf_reply(const struct aaa_conf *, const char *user,
	    struct hook_reply *);

#endif
