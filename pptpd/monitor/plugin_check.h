/* `pptpd --check-plugins`: which plugins fit the pppd that is installed. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PLUGIN_CHECK_H
#define PPTPD_PLUGIN_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum plugin_loss {
	PLUGIN_LOSS_LITTLE,	/* calls go on without it */
	PLUGIN_LOSS_GUARD,	/* it is a guard, see plugin_probe.h */
	PLUGIN_LOSS_NEEDED	/* it is needed, see there */
};

struct plugin_desc {
	const char	*path;
	enum plugin_loss guard;
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
