/* Monitor, keeper: close an engine's descriptors without waiting. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PATIENCE_H
#define PPTPD_PATIENCE_H

/*
 * The last close(2) of a TCP socket with SO_LINGER waits until the socket's
 * data was sent, for as long as the option says.  A compromised engine could
 * block monitor and keepers in this way.  So monitor and keepers close every
 * descriptor that came from an engine, or is shared with one, only by the
 * functions here.
 *
 * Between patience_limit() and patience_restore() no system call waits for
 * more than some 10 ms: a timer interrupts it (EINTR, SIGALRM).  This protects
 * recvmsg(2), in which the kernel closes descriptors that do not fit, and the
 * close of a socket with unread messages.
 */
void	patience_limit(void);
void	patience_restore(void);
/* Catches SIGALRM now: what a process does before it forks, its children have. */
void	patience_prepare(void);

/*
 * Closes a descriptor of any kind.  Switches SO_LINGER off first, unless its
 * time is 0, which resets the connection without waiting.  If the engine
 * switches it on again at the same moment, the timer ends the wait.
 */
void	patience_close(int fd);
/* Closes *n descriptors (below 0: none) and sets *n to 0. */
void	patience_close_all(const int *fds, int *n);

#endif
