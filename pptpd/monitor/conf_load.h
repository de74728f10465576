/* What pptpd's main does before it runs: configuration, checks, --check. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CONF_LOAD_H
#define PPTPD_CONF_LOAD_H

#include <stdbool.h>

#include "config/conf.h"

/*
 * Fills a struct after conf_init() from the command line and the file and
 * checks the programs and files that it names, in Poptop's order.  Lines go
 * to syslog, which it opens, and from LOG_WARNING up to stderr where there is
 * a terminal or -f; with --check to stderr only.  CONF_RUN: conf is good, to
 * run or, if conf.check, for check_report().  Does not exit.
 */
enum conf_action conf_load(int argc, char **argv, struct conf *);

/*
 * Reads the configuration again for a running server: into another struct
 * after conf_init(), with the command line and the working directory of the
 * start.  now is the configuration that the server runs with.  Nothing but conf
 * changes; blocks for RESOLVE_MS at most.  False: a server would not start with
 * it, conf->error says why.  Warnings go to the log.
 */
bool	conf_load_again(struct conf *, const struct conf *now);
/* conf_complain() for an error that is found after reading. */
void	conf_load_complain(struct conf *, enum conf_key, const char *reason,
	    const char *value);
/* conf_keep(), with its messages going to the log. */
bool	conf_load_keep(const struct conf *before, struct conf *after);

/* The number of engines that conf asks for; "auto": one for each processor. */
unsigned int conf_load_engines(const struct conf *);

/*
 * For --check: prints on stdout what a start would do.  Returns the exit
 * status.
 */
int	check_report(const struct conf *);

#endif
