/* Monitor: the file in which engines leave their limits to the next one. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LIMIT_FILE_H
#define PPTPD_LIMIT_FILE_H

/*
 * Opens the file of the server that has this pid file, or makes it, with the
 * size of a struct limit_memory.  The monitor never reads it, since an engine
 * writes it.  Returns a descriptor, or -1 with the reason logged: then the
 * counts of an engine are lost when it ends.
 */
int	limit_file_open(const char *pidfile);
/*
 * Gives it its size again, should an engine have changed that, before the next
 * engine gets it.  -1 is passed over.
 */
void	limit_file_restore(int fd);

#endif
