/* Chooses which of our plugins the next pppd gets: those that it can load. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PLUGIN_CHOICE_H
#define PPTPD_PLUGIN_CHOICE_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/conf.h"

struct plugin_choice {
	const char *logwtmp;	/* path to name, NULL: none */
	const char *session;	/* same */
	const char *kernel;	/* same; NULL if datapath names no client */
	const char *net;	/* same; NULL if nothing needs it */
	const char *aaa;	/* same; NULL without aaa.  If aaa is wanted and
				   this is NULL, the call must not start */
	const char *no_kernel;	/* why kernel is NULL, in words */
	bool	    own_wtmp;	/* logwtmp is wanted, its plugin does not fit */
};

/*
 * To be called first; conf must stay.  in_loop: loop_init() was called, and
 * late answers of pppd are taken in the event loop; otherwise every answer is
 * waited for.
 */
void	plugin_choice_init(bool in_loop, const struct conf *);
/* A child was reaped; true if it was one that asked pppd. */
bool	plugin_choice_reaped(pid_t);
/*
 * Asks pppd about itself and the plugins.  False if pppd does not run or
 * refuses its options file; pppd's own message is logged then.  Blocks as
 * plugin_choice_choose() does.
 */
bool	plugin_choice_look(void);

/*
 * Would pppd run with this configuration?  False with the reason in text, which
 * has LOG_LINE_MAX octets.  Blocks for PLUGIN_PROBE_MS at most.
 */
bool	plugin_choice_try(const struct conf *, char *text);
/* The contents of the conf of plugin_choice_init() have changed. */
void	plugin_choice_change(void);

/*
 * Why no call may go on without pptpd-session.so, "there are ...": it alone
 * looks at pools and files of users.  NULL: calls may.
 */
const char *plugin_choice_needs_session(void);

/*
 * For --check-plugins: prints on stdout whether pppd loads our plugins.
 * Returns the exit status, see plugin_check.h.
 */
int	plugin_choice_check(const struct conf *);

/*
 * Chooses the plugins for one start of pppd.  Costs some stat(2)s.  If pppd or
 * a plugin has changed, pppd is asked again, which takes some 20 ms and blocks
 * for three seconds at most.  If pppd does not answer in that time, its last
 * answer counts until a new one comes, and later calls do not wait.  A plugin
 * that does not fit is left out and logged once, at level error.  The paths are
 * valid until the next call.
 *
 * If the program in pppd's place is not pppd itself (a script around it, a
 * stand-in), it is not asked.  It gets the plugin that the administrator wants
 * if there is such a file, as Poptop does it.
 */
void	plugin_choice_choose(struct plugin_choice *);

#endif
