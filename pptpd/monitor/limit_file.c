/* Monitor: the file in which engines leave their limits to the next one. */
/* SPDX-License-Identifier: ISC */
#include "monitor/limit_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "config/instance.h"
#include "state/limit_memory.h"

/*
 * Sets the file's size and allocates all of its blocks: if the disk were full
 * later, an engine that has mapped the file would get SIGBUS.
 */
static int
make_size(int fd)
{
	const off_t size = (off_t)sizeof(struct limit_memory);
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
limit_file_open(const char *pidfile)
{
	char path[PATH_MAX];
	int fd, error;

	if (instance_path(path, sizeof(path), "limits", pidfile) == -1)
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	error = fd == -1 ? errno : make_size(fd);
	if (error == 0)
		return fd;
	log_warn("MGR: %s: %s: an engine that dies takes penalties and "
	    "limits with it", path, strerror(error));
	if (fd != -1)
		close(fd);
	return -1;
}

void
limit_file_restore(int fd)
{
	int error = fd != -1 ? make_size(fd) : 0;

	if (error != 0)
		log_warn("MGR: the limits' memory: %s", strerror(error));
}
