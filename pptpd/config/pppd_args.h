/* pppd's argument vector: Poptop's, in its order. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PPPD_ARGS_H
#define PPTPD_PPPD_ARGS_H

#include <stdint.h>

#include "config/conf.h"

#define PPPD_ARGS_MAX	32	/* words, with the NULL at the end */
#define PPPD_ARGS_ROOM	16384	/* octets of all words: three paths and more */

#define PPPD_ARGS_ADDRESSES (2 * IPRANGE_ENTRY) /* octets, for both */

#define PPPD_SESSION_FD	3	/* where pptpd-session.so reports to */
#define PPPD_KERNEL_FD	4	/* the socket for pptpd-kernel.so */

/*
 * Owns the words.  They point into the struct: copying it breaks them.
 */
struct pppd_args {
	int	 argc;
	char	*argv[PPPD_ARGS_MAX];	/* NULL-terminated; argv[0] is the
					   program, for execvp(3) */
	uint32_t optional;		/* bit i: a call can do without word
					   i, which is about a plugin */
	uint32_t kernel;	/* of these: for the kernel data path */
	size_t	 used;
	char	 room[PPPD_ARGS_ROOM];
};

/*
 * Builds the vector for a call:
 *	<ppp> local [file <option>] <speed> [<local>:<remote>]
 *	[ipparam <client>] [plugin <logwtmp> pptpd-original-ip <client>]
 *	[plugin <kernel> pptpd-kernel-fd 4 nodetach]
 *	[plugin <session> pptpd-session-fd 3] remotenumber <client>
 * local and remote may be NULL or "": both with delegate; one of them under
 * inetd, which leaves its side of the colon empty.  client_ip is the peer of
 * the control connection as a dotted quad.  logwtmp, kernel and session are
 * paths of plugins, NULL to leave them out; all but the last two plugins is
 * Poptop's.  The session plugin is the last plugin: once it reports, pppd has
 * taken all of them.
 * 0, or -1 if the words are longer than the room.
 */
int	pppd_args_build(struct pppd_args *, const struct conf *,
	    const char *local, const char *remote, const char *client_ip,
	    const char *logwtmp, const char *kernel, const char *session);
/*
 * The word with the addresses as pppd_args_build() puts it.  False: there is
 * no such word.
 */
bool	pppd_args_addresses(char [PPPD_ARGS_ADDRESSES], const char *local,
	    const char *remote);

#endif
