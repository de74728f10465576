/* Becoming another pptpd, of another version perhaps, in the same process. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_UPGRADE_H
#define PPTPD_UPGRADE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * To be called first in main(), while the program's file and the working
 * directory are those of the start; argv must stay.  Returns the listening
 * socket that was inherited across an upgrade, numbered above all IPC_FD_*; -1:
 * this is no upgrade.
 */
int	upgrade_init(char **argv);
/* Whether a listener is the one that a configuration asks for. */
bool	upgrade_fits(int listener, uint32_t addr, uint16_t port);

/*
 * Has the pptpd at our path, which may be a newer one, check the configuration.
 * Takes some milliseconds, CHECK_MS at most.  False with the reason logged.
 */
bool	upgrade_check(void);
/* Executes the pptpd at our path.  Returns only on failure, which is logged. */
void	upgrade_exec(int listener);

#endif
