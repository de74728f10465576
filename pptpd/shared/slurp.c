/* Reads a whole file into memory.  In the monitor, pptpdctl and pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "shared/slurp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads and closes it; fd -1: errno says why there is none. */
static char *
read_all(int fd, size_t max, size_t *len)
{
	char *text = NULL, *bigger;
	size_t size = 0;
	ssize_t n = -1;
	int saved;

	*len = 0;
	while (fd != -1) {
		if (*len + 1 >= size) {
			size = size > 0 ? 2 * size : 4096;
			if ((bigger = realloc(text, size)) == NULL)
				break;
			text = bigger;
		}
		n = read(fd, text + *len, size - 1 - *len);
		if (n <= 0)
			break;
		*len += (size_t)n;
		n = -1;
		if (*len > max) {
			errno = EFBIG;
			break;
		}
	}
	saved = errno;
	if (fd != -1)
		close(fd);
	if (n == 0) {
		text[*len] = '\0';
		return text;
	}
	free(text);
	errno = saved;
	return NULL;
}

char *
slurp(const char *path, size_t *len)
{
	return read_all(open(path, O_RDONLY | O_CLOEXEC), SLURP_MAX, len);
}

char *
slurp_regular(const char *path, size_t max, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd != -1 && fstat(fd, &st) == 0 && !S_ISREG(st.st_mode)) {
		close(fd);
		fd = -1;
		errno = EINVAL;
	}
	return read_all(fd, max, len);
}
