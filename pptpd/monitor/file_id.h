/* Whether a file is still the one that it was. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_FILE_ID_H
#define PPTPD_FILE_ID_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/*
 * Two equal IDs mean the same contents.  Zeroed memory equals no file's ID.
 */
struct file_id {
	int	error;			/* errno of stat(2); the rest is 0 */
	dev_t	dev;
	ino_t	ino;
	off_t	size;
	int64_t	mtime_ns, ctime_ns;	/* since the epoch */
};

/* The ID of the file that the path leads to now. */
void	file_id_get(const char *path, struct file_id *);
bool	file_id_equals(const struct file_id *, const struct file_id *);
/* Whether the path still leads to what had this ID. */
bool	file_id_is(const char *path, const struct file_id *);
/*
 * Removes a file of ours, which was lstat(2)ed when we made it, unless another
 * process has put its own in that place.
 */
void	file_id_unlink(const char *path, const struct stat *made);

#endif
