/* Ends of keepers, and pppds that outlive their keepers. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CALL_END_H
#define PPTPD_CALL_END_H

#include <stdbool.h>

struct slot;

/* After loop_init(). */
void	call_end_init(void);
/* A keeper has ended, with this status of wait(2); 0 if it is not known. */
void	call_end_keeper(struct slot *, int status);
/* For process_watch_start(): a pppd has ended whose keeper may be gone. */
void	call_end_pppd(int pidfd, void *slot);
/* Finds the pppds of killed keepers; a call without a pppd has ended. */
void	call_end_find(void);
/* Kills the call's pppd, if it is known. */
void	call_end_kill(const struct slot *);
/* As calls_kill_orphans(). */
bool	call_end_kill_orphans(void);

#endif
