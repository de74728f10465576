/* pppd on its pty: starting it, and what its exit status means. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PPPD_H
#define PPTPD_PPPD_H

#include <stddef.h>
#include <sys/types.h>

/* A pppd that was started.  The descriptors are the holder's. */
struct pppd {
	pid_t	pid;
	int	pty;		/* master, non-blocking; -1: none */
	int	errors;		/* read end of its stderr, non-blocking */
	int	session;	/* where pptpd-session.so reports; -1: nowhere */
};

/*
 * Opens a pty, raw and without echo, and starts argv[0] (searched in PATH if
 * it has no slash) with the slave on descriptors 0 and 1, a pipe on 2 and
 * nothing else, in a session of its own, with an environment of PATH only,
 * all signals default and unblocked.  It gets SIGTERM when we die.  If argv
 * names the option of pptpd-session.so, it also gets a socket on 3.
 * 0, or -1 with the reason logged; client names the call.
 */
int	pppd_start(struct pppd *, char *const argv[], const char *client);
/*
 * The same, but without a pty: sock, which stays the caller's, carries its
 * frames and is its PPPD_KERNEL_FD; 0 and 1 are /dev/null.
 */
int	pppd_start_kernel(struct pppd *, int sock, char *const argv[],
	    const char *client);
/*
 * Starts another one, with other arguments, on the pty of one that was
 * reaped.  0, or -1 with the reason logged: the struct is closed then.
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
