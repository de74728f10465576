/* Monitor: tells whether a file has changed, or is another one now. */
/* SPDX-License-Identifier: ISC */
#include "monitor/file_id.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int64_t
ns(const struct timespec *ts)
{
	return (int64_t)ts->tv_sec * 1000000000 + ts->tv_nsec;
}

void
file_id_get(const char *path, struct file_id *id)
{
	struct stat st;

	memset(id, 0, sizeof(*id));
	if (stat(path, &st) == -1) {
		id->error = errno;
		return;
	}
	id->dev = st.st_dev;
	id->ino = st.st_ino;
	id->size = st.st_size;
	id->mtime_ns = ns(&st.st_mtim);
	id->ctime_ns = ns(&st.st_ctim);
}

bool
file_id_equals(const struct file_id *a, const struct file_id *b)
{
	return a->error == b->error && a->dev == b->dev && a->ino == b->ino &&
	    a->size == b->size && a->mtime_ns == b->mtime_ns &&
	    a->ctime_ns == b->ctime_ns;
}

bool
file_id_is(const char *path, const struct file_id *old)
{
	struct file_id now;

	file_id_get(path, &now);
	return file_id_equals(&now, old);
}

void
file_id_unlink(const char *path, const struct stat *made)
{
	struct stat now;

	if (lstat(path, &now) == 0 && now.st_ino == made->st_ino &&
	    now.st_dev == made->st_dev)
		(void)unlink(path);
}
