/* Monitor: files in which engines leave what they know to the next one. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ENGINE_FILE_H
#define PPTPD_ENGINE_FILE_H

#include <stddef.h>

/*
 * Opens the file `name` of the server that has this pid file, or makes it, with
 * that size.  The monitor never reads it, since an engine writes it.  Returns a
 * descriptor, or -1 with the reason and `lost`, what this means, logged.
 */
int	engine_file_open(const char *pidfile, const char *name, size_t size,
	    const char *lost);
/*
 * Gives it its size again, should an engine have changed that, before the next
 * engine gets it.  -1 is passed over.
 */
void	engine_file_restore(int fd, const char *name, size_t size);

#endif
