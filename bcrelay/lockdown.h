/* What each of the two processes gives up. */
/* SPDX-License-Identifier: ISC */
#ifndef BCRELAY_LOCKDOWN_H
#define BCRELAY_LOCKDOWN_H

/*
 * The worker's first half, while it is still root: changes its root directory
 * to dir, becomes another user, gives up all capabilities and closes all
 * descriptors that it does not need.  Returns the new number of sock, or -1
 * with the reason logged.
 */
int	lockdown_enter(int sock, const char *dir);
/*
 * The worker's second half: it can open no file from now on and make few system
 * calls.  -1 with the reason logged.
 */
int	lockdown_lock(void);
/*
 * The opener: gives up all capabilities but the one for packet sockets.  -1
 * with the reason logged.
 */
int	lockdown_opener(void);

#endif
