/* vpnuser: reads and replaces a secrets file, one program at a time. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SECRETS_FILE_H
#define PPTPD_SECRETS_FILE_H

#include <stdbool.h>

#include "config/secrets_edit.h"

/* The functions report errors on stderr, with the file's name. */
struct secrets_file {
	char	*path;		/* real one, behind symbolic links */
	int	 fd;		/* locked, if it is to be changed */
	bool	 made;		/* by us, just now, and still empty */
};

/*
 * Opens and reads the file.  change: locks it against others that change it,
 * waits up to 10 s for them, and makes the file if there is none.  False: there
 * is nothing to close or free.
 */
bool	secrets_file_open(struct secrets_file *, const char *path, bool change,
	    struct secrets_text *);
/*
 * Puts a new text in place of the old one, all or nothing: owner, mode and
 * extended attributes stay.  Whoever opens the file meanwhile reads either.
 */
bool	secrets_file_replace(struct secrets_file *,
	    const struct secrets_text *);
void	secrets_file_close(struct secrets_file *);

#endif
