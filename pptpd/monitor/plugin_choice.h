/* Which plugins of ours the next pppd is given: those that it loads. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PLUGIN_CHOICE_H
#define PPTPD_PLUGIN_CHOICE_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/conf.h"

struct plugin_choice {
	const char *logwtmp;	/* path to name, NULL: none */
	const char *session;	/* same */
	const char *kernel;	/* same; none where datapath names nobody */
	const char *no_kernel;	/* why kernel is NULL, in words */
	bool	    own_wtmp;	/* logwtmp is wanted, its plugin does not fit */
};

/*
 * Comes first; conf must stay.  in_loop: after loop_init(), and answers of pppd
 * that are late come there; else all are waited for.
 */
void	plugin_choice_init(bool in_loop, const struct conf *);
/* A child was reaped; true if it was one that asked pppd. */
bool	plugin_choice_reaped(pid_t);
/*
 * Gets to know pppd and the plugins.  Logs what is wrong with a pppd that does
 * not run, or refuses its options file, in its own words; then false.  Blocks
 * as plugin_choice_choose() does.
 */
bool	plugin_choice_look(void);

/*
 * Would pppd run with this configuration?  False with the reason in text, which
 * has LOG_LINE_MAX octets.  Blocks for PLUGIN_PROBE_MS at most.
 */
bool	plugin_choice_try(const struct conf *, char *text);
/* The conf of plugin_choice_init() has other contents now. */
void	plugin_choice_change(void);

/*
 * For --check-plugins: prints on stdout whether pppd loads our plugins.
 * Returns the exit status, see plugin_check.h.
 */
int	plugin_choice_check(const struct conf *);

/*
 * Chooses for one start of pppd.  Costs some stat(2)s; where pppd or a plugin
 * has changed, pppd is asked again, which takes some 20 ms and blocks for three
 * seconds at most.  If it does not answer, its last answer counts until it
 * does, and nobody waits for it any more.  What does not fit is left out and
 * logged once, at level error.  The paths are valid until the next call.
 *
 * A program in pppd's place that is no pppd (a script around it, a stand-in)
 * is not asked: it is given the plugin that the administrator wants, if that
 * is there, as Poptop would do it.
 */
void	plugin_choice_choose(struct plugin_choice *);

#endif
