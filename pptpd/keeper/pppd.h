/* Starts pppd on its pty, and explains its exit status. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PPPD_H
#define PPTPD_PPPD_H

#include <stddef.h>
#include <sys/types.h>

/* A running pppd.  The holder of the struct owns the descriptors. */
struct pppd {
	pid_t	pid;
	int	pty;		/* master, non-blocking; -1: none */
	int	errors;		/* read end of its stderr, non-blocking */
	int	session;	/* reports of pptpd-session.so; -1: none */
};

/*
 * Opens a raw pty without echo and starts argv[0], searched in PATH if it has
 * no slash.  pppd gets the slave on descriptors 0 and 1, a pipe on 2, and, if
 * argv has the option of pptpd-session.so, a socket on 3; no others.  Its
 * environment has PATH only; its signals are default and unblocked; it stays
 * in our process group and gets SIGTERM when the keeper dies.  client is for
 * the log.  0, or -1 with the reason logged.
 */
int	pppd_start(struct pppd *, char *const argv[], const char *client);
/*
 * The same, but without a pty: pppd's frames go through sock, which pppd gets
 * as PPPD_KERNEL_FD and which stays the caller's.  0 and 1 are /dev/null.
 */
int	pppd_start_kernel(struct pppd *, int sock, char *const argv[],
	    const char *client);
/*
 * Starts a second pppd, with other arguments, on the pty of a pppd that was
 * reaped.  0, or -1 with the reason logged and all descriptors closed.
 */
int	pppd_restart(struct pppd *, char *const argv[], const char *client);
/* Closes the descriptors. */
void	pppd_close(struct pppd *);

/*
 * A wait status in words, "authentication failed (status 11)".
 * Numbers: EXIT STATUS of pppd(8).  Returns buf.
 */
const char *pppd_status_text(int wait_status, char *buf, size_t size);

#endif
