/* In pppd, monitor and pptpdctl, as root: leases of addresses of pools. */
/* SPDX-License-Identifier: ISC */
#include "shared/leases.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD	"pptpd-pools 1 "	/* the path follows */
#define POOLS	"pools"
#define LINE	(POOLS_PATH_MAX + 64)

/* --- leases -------------------------------------------------------------- */

int
leases_make_dir(const char *dir)
{
	return mkdir(dir, 0700) == 0 || errno == EEXIST ? 0 : -1;
}

static bool
join(char path[POOLS_PATH_MAX], const char *dir, const char *name)
{
	int n = snprintf(path, POOLS_PATH_MAX, "%s/%s", dir, name);

	if (n > 0 && n < POOLS_PATH_MAX)
		return true;
	errno = ENAMETOOLONG;
	return false;
}

static bool
name_file(char path[POOLS_PATH_MAX], const char *dir, uint32_t addr)
{
	char text[INET_ADDRSTRLEN];

	return inet_ntop(AF_INET, &addr, text, sizeof(text)) != NULL &&
	    join(path, dir, text);
}

static struct flock
whole_file(int type)
{
	return (struct flock){ .l_type = (short)type, .l_whence = SEEK_SET };
}

int
lease_take(const char *dir, uint32_t addr, enum lease how)
{
	struct flock lock = whole_file(how == LEASE_ALONE ? F_WRLCK : F_RDLCK);
	char path[POOLS_PATH_MAX];
	int fd, saved;

	if (!name_file(path, dir, addr))
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1 || fcntl(fd, F_OFD_SETLK, &lock) == 0)
		return fd;
	saved = errno == EACCES ? EAGAIN : errno;
	close(fd);
	errno = saved;
	return -1;
}

bool
lease_is_held(const char *dir, uint32_t addr)
{
	struct flock lock = whole_file(F_WRLCK);
	char path[POOLS_PATH_MAX];
	int fd;
	bool held;

	if (!name_file(path, dir, addr))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1)
		return false;
	held = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	close(fd);
	return held;
}

/*
 * A list with room for one more than n members; it has room for the next power
 * of two.  NULL: out of memory, and the list is as it was.
 */
static void *
with_room(void *list, size_t n, size_t size)
{
	if (n > 0 && (n & (n - 1)) != 0)
		return list;
	return reallocarray(list, n > 0 ? n * 2 : 1, size);
}

static bool
add(uint32_t **list, size_t *n, uint32_t addr)
{
	uint32_t *more = with_room(*list, *n, sizeof(*more));

	if (more == NULL)
		return false;
	*list = more;
	more[(*n)++] = addr;
	return true;
}

uint32_t *
leases_held(const char *dir, size_t *n)
{
	DIR *files = opendir(dir);
	uint32_t *list = calloc(1, sizeof(*list)), addr;
	struct dirent *entry;
	bool good = list != NULL;

	*n = 0;
	if (files == NULL && errno == ENOENT)
		return list;
	good = good && files != NULL;
	while (good && (entry = readdir(files)) != NULL) {
		if (inet_pton(AF_INET, entry->d_name, &addr) == 1 &&
		    lease_is_held(dir, addr))
			good = add(&list, n, addr);
	}
	if (files != NULL)
		closedir(files);
	if (good)
		return list;
	free(list);
	return NULL;
}

/* --- pools --------------------------------------------------------------- */

/* "NAME FIRST LAST" */
static bool
take_range(struct pools_file *f, char *line)
{
	char *save, *name = strtok_r(line, " \n", &save);
	char *first = strtok_r(NULL, " \n", &save);
	char *last = strtok_r(NULL, " \n", &save);
	struct pool_range *r;
	struct in_addr from, to;

	if (last == NULL || !pool_name_fits(name, strlen(name)) ||
	    inet_pton(AF_INET, first, &from) != 1 ||
	    inet_pton(AF_INET, last, &to) != 1)
		return false;
	r = with_room(f->range, f->n, sizeof(*r));
	if (r == NULL)
		return false;
	f->range = r;
	r = &f->range[f->n++];
	memset(r, 0, sizeof(*r));
	memcpy(r->name, name, strlen(name) + 1);
	r->first = ntohl(from.s_addr);
	r->last = ntohl(to.s_addr);
	return r->first <= r->last;
}

static bool
take_head(struct pools_file *f, const char *line)
{
	size_t len = strlen(HEAD), rest;

	if (strncmp(line, HEAD, len) != 0)
		return false;
	rest = strcspn(line + len, "\n");
	if (rest >= sizeof(f->conf))
		return false;
	memcpy(f->conf, line + len, rest);
	f->conf[rest] = '\0';
	return true;
}

int
pools_file_read(struct pools_file *f, const char *dir)
{
	char path[POOLS_PATH_MAX], line[LINE];
	FILE *in = join(path, dir, POOLS) ? fopen(path, "re") : NULL;
	bool good;

	memset(f, 0, sizeof(*f));
	f->fd = -1;
	if (in == NULL)
		return -1;
	good = fgets(line, sizeof(line), in) != NULL && take_head(f, line);
	while (good && fgets(line, sizeof(line), in) != NULL)
		good = take_range(f, line);
	if (good)
		f->fd = fcntl(fileno(in), F_DUPFD_CLOEXEC, 0);
	good = good && f->fd != -1 && !ferror(in);
	fclose(in);
	if (good)
		return 0;
	pools_file_free(f);
	errno = EINVAL;
	return -1;
}

void
pools_file_free(struct pools_file *f)
{
	free(f->range);
	if (f->fd != -1)
		close(f->fd);
	memset(f, 0, sizeof(*f));
	f->fd = -1;
}

bool
pools_file_is_current(const struct pools_file *f, const char *dir)
{
	char path[POOLS_PATH_MAX];
	struct stat now, then;

	return join(path, dir, POOLS) && stat(path, &now) == 0 &&
	    fstat(f->fd, &then) == 0 && now.st_dev == then.st_dev &&
	    now.st_ino == then.st_ino;
}

static bool
write_all(FILE *out, const struct pools_file *f)
{
	char first[INET_ADDRSTRLEN], last[INET_ADDRSTRLEN];

	fprintf(out, HEAD "%s\n", f->conf);
	for (size_t i = 0; i < f->n; i++) {
		const struct pool_range *r = &f->range[i];
		struct in_addr from = { htonl(r->first) };
		struct in_addr to = { htonl(r->last) };

		fprintf(out, "%s %s %s\n", r->name,
		    inet_ntop(AF_INET, &from, first, sizeof(first)),
		    inet_ntop(AF_INET, &to, last, sizeof(last)));
	}
	return fflush(out) == 0 && !ferror(out);
}

int
pools_file_write(const struct pools_file *f, const char *dir)
{
	char path[POOLS_PATH_MAX], temp[POOLS_PATH_MAX];
	FILE *out;
	int fd, saved;
	bool good;

	if (!join(path, dir, POOLS) || !join(temp, dir, POOLS ".new"))
		return -1;
	(void)unlink(temp);
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1)
		return -1;
	out = fdopen(fd, "w");
	good = out != NULL && write_all(out, f) && rename(temp, path) == 0;
	saved = errno;
	if (out != NULL)
		fclose(out);
	else
		close(fd);
	if (!good)
		(void)unlink(temp);
	errno = saved;
	return good ? 0 : -1;
}
