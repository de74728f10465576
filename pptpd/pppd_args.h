/* pppd's argument vector: Poptop's, in its order. */
#ifndef PPTPD_PPPD_ARGS_H
#define PPTPD_PPPD_ARGS_H

#include <stdbool.h>

#include "conf.h"

#define PPPD_ARGS_MAX	20	/* words, with the NULL at the end */
#define PPPD_ARGS_ROOM	16384	/* octets of all words: three paths and more */

/*
 * Owns the words.  They point into the struct: copying it breaks them.
 */
struct pppd_args {
	int	 argc;
	char	*argv[PPPD_ARGS_MAX];	/* NULL-terminated; argv[0] is the
					   program, for execvp(3) */
	size_t	 used;
	char	 room[PPPD_ARGS_ROOM];
};

/*
 * Builds the vector for a call:
 *	<ppp> local [file <option>] <speed> [<local>:<remote>]
 *	[ipparam <client>] [plugin <plugin> pptpd-original-ip <client>]
 *	remotenumber <client>
 * local and remote may be NULL or "": both with delegate; one of them under
 * inetd, which leaves its side of the colon empty.  client_ip is the peer of
 * the control connection as a dotted quad.  The plugin is named if logwtmp
 * is set and logwtmp_usable says that pppd can load it.
 * 0, or -1 if the words are longer than the room.
 */
int	pppd_args_build(struct pppd_args *, const struct conf *,
	    const char *local, const char *remote, const char *client_ip,
	    bool logwtmp_usable);

#endif
