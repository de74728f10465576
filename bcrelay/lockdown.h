/* What each of the two processes gives up. */
/* SPDX-License-Identifier: ISC */
#ifndef BCRELAY_LOCKDOWN_H
#define BCRELAY_LOCKDOWN_H

/*
 * The worker, while it is still root: the directory, another user, no
 * capability, no descriptor but those it needs.  Returns where sock is now, or
 * -1 with the reason logged.
 */
int	lockdown_enter(int sock, const char *dir);
/* Its second half: no file, and few system calls.  -1 with the reason logged. */
int	lockdown_lock(void);
/*
 * The opener: no capability but the one for packet sockets.  -1 with the
 * reason logged.
 */
int	lockdown_opener(void);

#endif
