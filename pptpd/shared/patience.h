/* Monitor, keeper: close what an engine has given, and wait for nobody. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PATIENCE_H
#define PPTPD_PATIENCE_H

/*
 * The last close(2) of a TCP socket with SO_LINGER waits until its data is
 * out, for as long as the option says: an engine that was taken over could
 * stop monitor and keepers with that.  So they close what an engine gave, or
 * has too, with the functions here, and with nothing else.
 *
 * Between patience_limit() and patience_restore() no system call waits for
 * more than some 10 ms: a timer interrupts it (EINTR, SIGALRM).  That is for
 * recvmsg(2), in which the kernel closes descriptors that do not fit, and
 * for the close of a socket whose messages nobody has read.
 */
void	patience_limit(void);
void	patience_restore(void);

/*
 * Closes a descriptor, of whatever kind.  An SO_LINGER that would wait is
 * taken back before; one that resets the connection at once stays.  Should the
 * engine set it again in this very moment, the timer ends the wait.
 */
void	patience_close(int fd);
/* The same for n of them (n may be below 0: none); n is 0 then. */
void	patience_close_all(const int *fds, int *n);

#endif
