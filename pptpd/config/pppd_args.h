/* pppd's argument vector: Poptop's, in its order. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PPPD_ARGS_H
#define PPTPD_PPPD_ARGS_H

#include <stdint.h>

#include "config/conf.h"

#define PPPD_ARGS_MAX	64	/* words, with the NULL at the end: as many as
				   the bits below */
#define PPPD_ARGS_ROOM	16384	/* octets of all words: three paths and more */

#define PPPD_ARGS_ADDRESSES (2 * IPRANGE_ENTRY) /* octets, for both */

/* The words of pptpd-aaa.so, without which no call may start. */
struct pppd_aaa {
	const char	*plugin;	/* path */
	const char	*socket;	/* of pptpd-aaa */
	const char	*called;	/* server's address, dotted */
	const char	*session;	/* the call's session id */
};

#define PPPD_SESSION_FD	3	/* the socket for pptpd-session.so's reports */
#define PPPD_KERNEL_FD	4	/* the socket for pptpd-kernel.so */

/*
 * The arguments, with the memory of the words.  argv points into the struct
 * itself, so do not copy it.
 */
struct pppd_args {
	int	 argc;
	char	*argv[PPPD_ARGS_MAX];	/* NULL-terminated; argv[0] is the
					   program, for execvp(3) */
	uint64_t optional;		/* bit i: word i is about a plugin, and
					   a call can start without it, if
					   nothing says otherwise */
	uint64_t kernel;	/* the same, words of pptpd-kernel.so only */
	uint64_t session;	/* the same, words of pptpd-session.so only */
	size_t	 used;
	char	 room[PPPD_ARGS_ROOM];
};

/*
 * Builds the vector for a call:
 *	<ppp> local [file <option>] <speed> [<local>:<remote>]
 *	[ipparam <client>] [plugin <logwtmp> pptpd-original-ip <client>]
 *	[plugin <aaa> pptpd-aaa-socket <socket> pptpd-aaa-called <server>
 *	pptpd-aaa-session <id>]
 *	[plugin <net> [pptpd-rate-limit <down>/<up>]
 *	[pptpd-net-table <table>]]
 *	[plugin <kernel> pptpd-kernel-fd 4 nodetach]
 *	[plugin <session> pptpd-session-fd 3 pptpd-leases <dir>]
 *	remotenumber <client>
 * local and remote may be NULL or "": both with delegate; under inetd either of
 * them, whose side of the colon stays empty.  client_ip is the peer of the
 * control connection as a dotted quad.  logwtmp, kernel, session and net are
 * paths of plugins, NULL to leave them out; so is aaa.  Poptop has the same
 * arguments, without the last four plugins.  The session plugin is the last
 * one, so when it reports pppd has loaded all of them.
 * 0, or -1 if the words are longer than the room.
 */
int	pppd_args_build(struct pppd_args *, const struct conf *,
	    const char *local, const char *remote, const char *client_ip,
	    const char *logwtmp, const char *kernel, const char *session,
	    const struct pppd_aaa *aaa, const char *net);
/*
 * Removes the words with these bits from argv, a vector that ends in NULL.
 * Returns the bits of marked, moved to where their words are now.
 */
uint64_t pppd_args_drop(char *argv[], uint64_t words, uint64_t marked);
/*
 * The word with the addresses as pppd_args_build() writes it.  False: the
 * arguments have no such word.
 */
bool	pppd_args_addresses(char [PPPD_ARGS_ADDRESSES], const char *local,
	    const char *remote);

#endif
