/* Monitor: reads a whole file into memory. */
/* SPDX-License-Identifier: ISC */
#include "monitor/slurp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

char *
slurp(const char *path, size_t *len)
{
	char *text = NULL, *bigger;
	size_t size = 0;
	ssize_t n = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC), saved;

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
		if (*len > SLURP_MAX) {
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
