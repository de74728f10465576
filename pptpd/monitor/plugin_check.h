/* `pptpd --check-plugins`: which plugins fit the pppd that is installed. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PLUGIN_CHECK_H
#define PPTPD_PLUGIN_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct plugin_desc {
	const char	*path;
	bool		 guard;		/* see plugin_probe.h */
};

/*
 * Prints pppd's path and version, each plugin's verdict, and the command that
 * mends a plugin that does not fit.  Returns the exit status, for scripts and
 * the triggers of packages: 0 all plugins fit; 1 some plugin does not fit;
 * 2 pppd itself does not run.
 */
int	plugin_check_report(FILE *, const char *pppd,
	    const struct plugin_desc *, size_t n);

#endif
