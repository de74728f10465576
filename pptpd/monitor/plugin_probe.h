/* Does this pppd load this plugin?  Asked before pppd is started with it. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PLUGIN_PROBE_H
#define PPTPD_PLUGIN_PROBE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "monitor/file_id.h"

/*
 * pppd refuses a plugin built for another version of pppd, and then exits at
 * once: after an upgrade of ppp every call would die.  So pppd itself is asked
 * (`pppd plugin X --version` loads X and needs no kernel), the answer is kept
 * for as long as neither file changes, and a plugin that does not fit is left
 * out.
 */
enum plugin_verdict {
	PLUGIN_UNASKED,		/* not probed yet: do not use it */
	PLUGIN_FITS,
	PLUGIN_MISSING,		/* there is no such file */
	PLUGIN_UNREADABLE,	/* pppd could not read it: text says why */
	PLUGIN_MISMATCH,	/* for another version: both are known */
	PLUGIN_BROKEN,		/* pppd refuses it: text is what it says */
	PLUGIN_PPPD_BROKEN	/* pppd cannot even tell its version, or
				   refuses its options files: in its words */
};

#define PLUGIN_PROBE_MS	   5000	/* for a whole probe; too late: does not fit */
#define PLUGIN_LATE_MAX	   4	/* late answers in a row that are counted */
#define PLUGIN_VERSION_MAX 32
#define PLUGIN_TEXT_MAX	   256

struct plugin_answer {
	enum plugin_verdict verdict;
	bool	 versioned;	/* use .../VERSION/NAME.so, beside the plugin */
	bool	 late;		/* no answer: pppd took too long */
	uint64_t at_ms;		/* CLOCK_MONOTONIC */
	struct file_id pppd_id, plugin_id, versioned_id;
	char	 pppd_version[PLUGIN_VERSION_MAX];	/* "": unknown */
	char	 plugin_version[PLUGIN_VERSION_MAX];	/* "": unknown */
	char	 text[PLUGIN_TEXT_MAX];		/* one line, "" if none */
};

/* One pair of pppd and plugin, and the last answer about it. */
struct plugin_probe {
	char	 pppd[PATH_MAX];	/* as resolved in PATH */
	char	 plugin[PATH_MAX];	/* "": pppd alone is asked */
	char	 options[PATH_MAX];	/* "": no options file */
	bool	 guard;			/* no call may start without it; of
					   the package pptpd-aaa */
	bool	 needed;		/* no call may start without it */
	bool	 script;		/* look first whether pppd is a pppd */
	struct plugin_answer answer;
	int	 lates;			/* late answers in a row */
	pid_t	 pid;			/* of a probe under way; 0: none */
	int	 fd;			/* readable when the probe is done;
					   -1: none is under way */
	uint64_t deadline_ms;		/* when the probe is given up */
};

/*
 * pppd is a path, or a name to be found in PATH.  plugin NULL asks pppd
 * alone; options (may be NULL) is an options file that pppd reads first.
 */
void	plugin_probe_init(struct plugin_probe *, const char *pppd,
	    const char *plugin, const char *options, bool guard);

/*
 * Whether a script in pppd's place really runs pppd: then it prints a version
 * and refuses a plugin that does not exist.  Blocks as plugin_probe_run() does.
 */
bool	plugin_probe_is_pppd(const char *pppd);

/*
 * Whether the last answer still holds; costs two or three stat(2)s.  The
 * answers PLUGIN_BROKEN and PLUGIN_PPPD_BROKEN may have other causes than the
 * two files, so they hold for half a minute.  If pppd took too long, that time
 * doubles with each late answer in a row, to eight minutes at most.
 */
bool	plugin_probe_fresh(const struct plugin_probe *);

/*
 * Asks pppd, in a child, and sets answer.  Blocks for PLUGIN_PROBE_MS at most,
 * typically 10 to 20 ms.
 */
void	plugin_probe_run(struct plugin_probe *);

/*
 * The same for an event loop: call start, and then finish when fd is readable,
 * which happens within PLUGIN_PROBE_MS.  Until then answer is the last one.
 * The caller's SIGCHLD handler may reap pid earlier; without such a handler the
 * child may stay a zombie.  0, or -1 with errno (then answer is PLUGIN_BROKEN).
 */
int	plugin_probe_start(struct plugin_probe *);
void	plugin_probe_finish(struct plugin_probe *);
/*
 * Waits for a probe under way until until_ms (CLOCK_MONOTONIC), but not beyond
 * the probe's deadline.  Returns whether the probe is done.
 */
bool	plugin_probe_wait(struct plugin_probe *, uint64_t until_ms);
/* Ends a probe under way without an answer. */
void	plugin_probe_abort(struct plugin_probe *);

/*
 * The path of the plugin for pppd's arguments.  NULL: leave the plugin out, or
 * if it is a guard, refuse the call.
 */
const char *plugin_probe_path(const struct plugin_probe *, char *buf,
	    size_t size);

/*
 * The one line for the log, at level error, when the verdict is not
 * PLUGIN_FITS: plugin, both versions, what happens to calls, and the command
 * that mends it.  Returns buf.
 */
const char *plugin_probe_message(const struct plugin_probe *, char *buf,
	    size_t size);

/* What happens to calls without it, in words. */
const char *plugin_probe_calls(const struct plugin_probe *);
/* The command that mends a plugin, a guard or another. */
const char *plugin_probe_hint(bool guard);

/* A word for the verdict: "fits", "missing", ... */
const char *plugin_verdict_name(enum plugin_verdict);

#endif
