/* The runner: starts the administrator's program for pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_RUNNER_H
#define PPTPD_RUNNER_H

#include <stdbool.h>

#include "aaa_conf.h"

/*
 * Whether conf names a program that can be trusted: only root can change it.
 * With root's rights; false with the reason logged.
 */
bool	runner_check(const struct aaa_conf *);
/*
 * Forks the runner, which becomes the account of conf, and starts programs in
 * as many slots as there are workers; see runner_msg.h.  To be called before
 * this process reads a secret, or gives up its rights.  Returns our end of the
 * socket pair, or -1 with the reason logged.  The runner and its programs end
 * when this end is closed.
 */
int	runner_start(const struct aaa_conf *);

#endif
