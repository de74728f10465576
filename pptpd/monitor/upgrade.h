/* Becoming another pptpd, of another version perhaps, in the same process. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_UPGRADE_H
#define PPTPD_UPGRADE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * First thing in main(), where the program and the directory are still those
 * that it was started with; argv must stay.  Returns the listener that the
 * pptpd that we were has left us, above all of IPC_FD_*; -1: we are a new one.
 */
int	upgrade_init(char **argv);
/* Whether a listener is the one that a configuration asks for. */
bool	upgrade_fits(int listener, uint32_t addr, uint16_t port);

/*
 * Has the program at our path check the configuration, which takes some
 * milliseconds and CHECK_MS at most.  False with the reason logged.
 */
bool	upgrade_check(void);
/* Becomes it.  Returns only with the reason logged. */
void	upgrade_exec(int listener);

#endif
