/* In pppd, as root: reads the options that one user has in his file. */
/* SPDX-License-Identifier: ISC */
#include "pppd-compat.h"

#include "user-file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX	65536	/* octets */
#define WORDS_MAX	32	/* in a line */

/* A file that is being read, and where an error is told. */
struct file {
	const char	*dir, *name;
	unsigned int	 line;
	char		*why;
	size_t		 size;
};

static bool
is_name(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@+\\$");

	return len > 0 && len <= USER_NAME_MAX && name[len] == '\0' &&
	    name[0] != '.';
}

static enum user_file __attribute__((format(printf, 2, 3)))
is_bad(const struct file *f, const char *fmt, ...)
{
	int len;
	va_list ap;

	if (f->line > 0)
		len = snprintf(f->why, f->size, "%s/%s:%u: ", f->dir, f->name,
		    f->line);
	else
		len = snprintf(f->why, f->size, "%s/%s: ", f->dir, f->name);
	if (len < 0 || (size_t)len >= f->size)
		return USER_FILE_BAD;
	va_start(ap, fmt);
	vsnprintf(f->why + len, f->size - (size_t)len, fmt, ap);
	va_end(ap);
	return USER_FILE_BAD;
}

/* NULL: only root can have changed it; else what is wrong. */
static const char *
unsafe(const struct stat *st)
{
	if (st->st_uid != 0)
		return "it does not belong to root";
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return "others than root may write to it";
	return NULL;
}

/* --- words --------------------------------------------------------------- */

/* Takes a character behind a backslash; p is at the backslash. */
static char *
escaped(char *p, char **to)
{
	static const char letters[] = "abfnrtv", values[] = "\a\b\f\n\r\t\v";
	const char *letter;

	if (*++p == '\0')
		return p;
	letter = strchr(letters, *p);
	*(*to)++ = letter != NULL ? values[letter - letters] : *p;
	return p + 1;
}

/*
 * Ends the word at *at with a NUL, in place and without its quotes, and moves
 * *at behind it.  NULL: there is none, or (with *at NULL) a quote is not closed.
 */
static char *
next_word(char **at)
{
	char *p = *at + strspn(*at, " \t\r"), *word = p, *to = p, quote = '\0';

	if (*p == '\0' || *p == '#')
		return NULL;
	while (*p != '\0' && (quote != '\0' || strchr(" \t\r", *p) == NULL)) {
		if (*p == '\\')
			p = escaped(p, &to);
		else if (*p == quote) {
			quote = '\0';
			p++;
		} else if (quote == '\0' && (*p == '"' || *p == '\''))
			quote = *p++;
		else
			*to++ = *p++;
	}
	*at = quote != '\0' ? NULL : p + (*p != '\0');
	*to = '\0';
	return quote != '\0' ? NULL : word;
}

static enum user_file
take_line(const struct file *f, char *text)
{
	struct wordlist words[WORDS_MAX];
	char copy[100], *word;
	size_t n = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = next_word(&text)) != NULL) {
		if (n == WORDS_MAX)
			return is_bad(f, "too many words in the line");
		words[n] = (struct wordlist){ NULL, word };
		if (n > 0)
			words[n - 1].next = &words[n];
		n++;
	}
	if (text == NULL)
		return is_bad(f, "a quote is not closed");
	if (n == 0 || options_from_list(words, 1))
		return USER_FILE_TAKEN;
	return is_bad(f, "pppd's own line says why it does not take: %s",
	    copy);
}

static enum user_file
take_lines(struct file *f, char *text)
{
	enum user_file got = USER_FILE_TAKEN;
	char *end;

	for (; text != NULL && got == USER_FILE_TAKEN; text = end) {
		end = strchr(text, '\n');
		if (end != NULL)
			*end++ = '\0';
		f->line++;
		got = take_line(f, text);
	}
	return got;
}

/* --- files --------------------------------------------------------------- */

/* Reads up to FILE_MAX octets; false with errno set. */
static bool
read_all(int fd, char *buf, size_t *len)
{
	ssize_t n = 1;

	*len = 0;
	while (n != 0 && *len < FILE_MAX) {
		n = read(fd, buf + *len, FILE_MAX - *len);
		if (n == -1 && errno != EINTR)
			return 0;
		if (n > 0)
			*len += (size_t)n;
	}
	buf[*len] = '\0';
	return 1;
}

static enum user_file
take_file(struct file *f, int fd)
{
	enum user_file got;
	struct stat st;
	size_t len;
	char *buf;

	if (fstat(fd, &st) == -1)
		return is_bad(f, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return is_bad(f, "it is no file");
	if (unsafe(&st) != NULL)
		return is_bad(f, "%s", unsafe(&st));
	buf = malloc(FILE_MAX + 1);
	if (buf == NULL || !read_all(fd, buf, &len))
		got = is_bad(f, "%s", strerror(errno));
	else if (len == FILE_MAX)
		got = is_bad(f, "it is larger than 64 KiB");
	else if (memchr(buf, '\0', len) != NULL)
		got = is_bad(f, "it has octets with the value 0");
	else
		got = take_lines(f, buf);
	free(buf);
	return got;
}

/* Whether the directory is there and can be trusted. */
static enum user_file
look_at_dir(const struct file *f, int dir)
{
	const struct file itself = { f->dir, "", 0, f->why, f->size };
	struct stat st;

	if (dir == -1)
		return errno == ENOENT ? USER_FILE_NONE :
		    is_bad(&itself, "%s", strerror(errno));
	if (fstat(dir, &st) == -1)
		return is_bad(&itself, "%s", strerror(errno));
	if (unsafe(&st) != NULL)
		return is_bad(&itself, "%s", unsafe(&st));
	return USER_FILE_TAKEN;
}

/*
 * Sets f->name to the file's own, kept in found, if that differs in the case of
 * letters: a RADIUS server may take a name however it is written, and then
 * nobody shall get rid of his limits by that.
 */
static enum user_file
find_file(struct file *f, int dir, char found[USER_NAME_MAX + 1])
{
	enum user_file got = USER_FILE_NONE;
	struct dirent *entry;
	int copy = faccessat(dir, f->name, F_OK, 0) == 0 ? -1 :
	    openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = copy == -1 ? NULL : fdopendir(copy);

	if (list == NULL) {
		if (copy != -1)
			close(copy);
		return USER_FILE_TAKEN;		/* openat() has the last word */
	}
	while ((entry = readdir(list)) != NULL) {
		if (strcasecmp(entry->d_name, f->name) != 0)
			continue;
		if (got == USER_FILE_TAKEN) {
			got = is_bad(f, "two files differ from it in the case "
			    "of letters only");
			break;
		}
		got = USER_FILE_TAKEN;
		memcpy(found, entry->d_name, strlen(f->name) + 1);
	}
	closedir(list);
	if (got == USER_FILE_TAKEN)
		f->name = found;
	return got;
}

enum user_file
user_file_take(const char *dir, const char *name, char *why, size_t size)
{
	struct file f = { dir, name, 0, why, size };
	char found[USER_NAME_MAX + 1];
	enum user_file got;
	int dir_fd, fd;

	if (!is_name(name))
		return USER_FILE_NONE;
	dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	got = look_at_dir(&f, dir_fd);
	if (got == USER_FILE_TAKEN)
		got = find_file(&f, dir_fd, found);
	if (got == USER_FILE_TAKEN) {
		fd = openat(dir_fd, f.name, O_RDONLY | O_NONBLOCK | O_NOCTTY |
		    O_CLOEXEC);
		if (fd != -1)
			got = take_file(&f, fd);
		else
			got = errno == ENOENT ? USER_FILE_NONE :
			    is_bad(&f, "%s", strerror(errno));
		if (fd != -1)
			close(fd);
	}
	if (dir_fd != -1)
		close(dir_fd);
	return got;
}
