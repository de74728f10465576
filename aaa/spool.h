/* Accounting on the disk: a file of slots. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SPOOL_H
#define PPTPD_SPOOL_H

#include "acct_slot.h"

/* Octets of the file, ACCT_SLOTS slots; those in use take room only. */
#define SPOOL_OCTETS	((unsigned long)ACCT_SLOTS * ACCT_SLOT)
#define SPOOL_NONE	(-1)		/* no slot */

/*
 * Opens or makes the file with root's rights, for the descriptor fd; its
 * directory is made, too.  False with the reason logged.
 */
bool	spool_open(const char *path, int fd);
enum spool_taken {
	SPOOL_TAKEN,
	SPOOL_BUSY,		/* another pptpd-aaa still has it */
	SPOOL_UNREADABLE	/* with a line; nothing is written to it */
};

/*
 * Takes the file for this process alone, and reads it: each() is called for
 * every full slot, in the order of the file.  What is damaged is cleared, with
 * a line.  After an error of reading, what lies behind that place stays on the
 * disk for the next pptpd-aaa.
 */
enum spool_taken spool_take(int fd,
	    void (*each)(int slot, const struct acct_entry *));
/* Whether the file is ours, and entries are written to it. */
bool	spool_works(void);
/* Writes an entry into a free slot.  SPOOL_NONE: no room, or an error. */
int	spool_put(const struct acct_entry *);
/* Clears a slot; SPOOL_NONE is let pass. */
void	spool_clear(int slot);
/*
 * Has the kernel write what has changed since the last time.  Waits for that
 * only if there is no syncer.
 */
void	spool_sync(void);
/* The syncer's descriptor, of syncer_start(); -1: none.  After loop_init(). */
void	spool_syncer(int fd);

#endif
