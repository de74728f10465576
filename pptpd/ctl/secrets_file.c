/* vpnuser: reads and replaces a secrets file, one program at a time. */
/* SPDX-License-Identifier: ISC */
#include "ctl/secrets_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define SIZE_MAX_FILE	(1024 * 1024)	/* octets */
#define LOCK_MS		10000
#define LOOK_MS		50
#define ATTRIBUTES	4096		/* octets of their names, of a value */

static bool
complain(const char *path, const char *what)
{
	fprintf(stderr, "vpnuser: %s: %s\n", path, what);
	return false;
}

/* --- opening ------------------------------------------------------------- */

/* Locks the file; false if that takes too long. */
static bool
lock(int fd)
{
	for (int ms = 0; flock(fd, LOCK_EX | LOCK_NB) == -1; ms += LOOK_MS) {
		if ((errno != EWOULDBLOCK && errno != EINTR) || ms >= LOCK_MS)
			return false;
		(void)poll(NULL, 0, LOOK_MS);
	}
	return true;
}

static bool
is_same(int fd, const char *path)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(path, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/*
 * Opens the file at the path and locks it.  Who waited for the lock may have
 * that of a file that another vpnuser has replaced: then once more.
 */
static bool
open_locked(struct secrets_file *f)
{
	for (int i = 0; i < 100; i++) {
		f->fd = open(f->path, O_RDWR | O_CLOEXEC | O_NONBLOCK |
		    O_NOCTTY);
		if (f->fd == -1)
			return complain(f->path, strerror(errno));
		if (!lock(f->fd)) {
			close(f->fd);
			return complain(f->path, "another program has it "
			    "locked");
		}
		if (is_same(f->fd, f->path))
			return true;
		close(f->fd);
	}
	return complain(f->path, "others change it all the time");
}

static bool
read_all(int fd, const char *path, struct secrets_text *t)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) == -1)
		return complain(path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return complain(path, "not a file");
	if (st.st_size > SIZE_MAX_FILE)
		return complain(path, "larger than 1 MiB");
	t->text = malloc((size_t)st.st_size + 1);
	if (t->text == NULL)
		return complain(path, strerror(errno));
	while (t->len < (size_t)st.st_size) {
		n = read(fd, t->text + t->len, (size_t)st.st_size - t->len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		t->len += (size_t)n;
	}
	t->text[t->len] = '\0';
	if (t->len < (size_t)st.st_size)
		return complain(path, "cannot be read to its end");
	if (memchr(t->text, '\0', t->len) != NULL)
		return complain(path, "has octets 0: not a text");
	return true;
}

/* Makes an empty file for root alone, if there is none. */
static bool
make_file(struct secrets_file *f, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd == -1)
		return errno == EEXIST;
	f->made = true;
	close(fd);
	return true;
}

bool
secrets_file_open(struct secrets_file *f, const char *path, bool change,
    struct secrets_text *t)
{
	memset(f, 0, sizeof(*f));
	memset(t, 0, sizeof(*t));
	if (change && access(path, F_OK) == -1 && errno == ENOENT &&
	    !make_file(f, path))
		return complain(path, strerror(errno));
	f->path = realpath(path, NULL);
	if (f->path == NULL)
		return complain(path, strerror(errno));
	if (!change) {
		f->fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK |
		    O_NOCTTY);
		if (f->fd == -1)
			(void)complain(f->path, strerror(errno));
	} else if (!open_locked(f))
		f->fd = -1;
	if (f->fd != -1 && read_all(f->fd, f->path, t))
		return true;
	if (f->fd != -1)
		close(f->fd);
	free(f->path);
	secrets_text_free(t);
	return false;
}

/* --- replacing ----------------------------------------------------------- */

/*
 * Copies extended attributes, as the label of SELinux and access lists.  False
 * if one cannot be set; where the file system has none, there is nothing to do.
 */
static bool
copy_attributes(int from, int to)
{
	char names[ATTRIBUTES], value[ATTRIBUTES], *name;
	ssize_t n = flistxattr(from, names, sizeof(names)), len;

	if (n == -1)
		return errno == ENOTSUP || errno == ENOSYS;
	for (name = names; name < names + n; name += strlen(name) + 1) {
		len = fgetxattr(from, name, value, sizeof(value));
		if (len == -1 ||
		    fsetxattr(to, name, value, (size_t)len, 0) == -1)
			return false;
	}
	return true;
}

static bool
write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

/* The order keeps the text from everybody that the old mode did. */
static bool
fill(int fd, const struct secrets_file *f, const struct secrets_text *t)
{
	struct stat st;

	return fstat(f->fd, &st) == 0 &&
	    fchown(fd, st.st_uid, st.st_gid) == 0 &&
	    copy_attributes(f->fd, fd) &&
	    fchmod(fd, st.st_mode & 07777) == 0 &&
	    write_all(fd, t->text != NULL ? t->text : "", t->len) &&
	    fsync(fd) == 0;
}

static void
sync_directory(const char *path)
{
	char *copy = strdup(path);
	int fd;

	if (copy == NULL)
		return;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd != -1) {
		(void)fsync(fd);
		close(fd);
	}
	free(copy);
}

static bool
replace(struct secrets_file *f, const struct secrets_text *t)
{
	char *temp = NULL;
	bool done = false;
	struct stat st;
	int fd, error;

	if (fstat(f->fd, &st) == 0 && st.st_nlink > 1)
		return complain(f->path, "has other names (hard links), which "
		    "would keep the old text");
	if (asprintf(&temp, "%s.XXXXXX", f->path) == -1)
		return complain(f->path, strerror(ENOMEM));
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd != -1) {
		done = fill(fd, f, t) && rename(temp, f->path) == 0;
		error = errno;
		close(fd);
		if (!done)
			(void)unlink(temp);
		errno = error;
	}
	if (!done)
		(void)complain(f->path, strerror(errno));
	free(temp);
	if (done) {
		f->made = false;
		sync_directory(f->path);
	}
	return done;
}

/* No signal leaves a half-written copy behind. */
bool
secrets_file_replace(struct secrets_file *f, const struct secrets_text *t)
{
	sigset_t all, before;
	bool done;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	done = replace(f, t);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return done;
}

void
secrets_file_close(struct secrets_file *f)
{
	if (f->made)
		(void)unlink(f->path);	/* it came to nothing */
	close(f->fd);
	free(f->path);
}
