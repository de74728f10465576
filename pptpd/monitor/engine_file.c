/* Monitor: files in which engines leave what they know to the next one. */
/* SPDX-License-Identifier: ISC */
#include "monitor/engine_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "config/instance.h"

/*
 * Sets the file's size and allocates all of its blocks: if the disk were full
 * later, an engine that has mapped the file would get SIGBUS.
 */
static int
make_size(int fd, off_t size)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return errno;
	if (!S_ISREG(st.st_mode))
		return EINVAL;
	if (st.st_size != size && ftruncate(fd, 0) == -1)
		return errno;
	return posix_fallocate(fd, 0, size);
}

int
engine_file_open(const char *pidfile, const char *name, size_t size,
    const char *lost)
{
	char path[PATH_MAX];
	int fd, error;

	if (instance_path(path, sizeof(path), name, pidfile) == -1)
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	error = fd == -1 ? errno : make_size(fd, (off_t)size);
	if (error == 0)
		return fd;
	log_warn("MGR: %s: %s: %s", path, strerror(error), lost);
	if (fd != -1)
		close(fd);
	return -1;
}

void
engine_file_restore(int fd, const char *name, size_t size)
{
	int error = fd != -1 ? make_size(fd, (off_t)size) : 0;

	if (error != 0)
		log_warn("MGR: the file %s: %s", name, strerror(error));
}
