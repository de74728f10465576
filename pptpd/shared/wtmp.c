/* Login records of calls: wtmp, utmp and, where there is one, wtmpdb. */
/* SPDX-License-Identifier: ISC */
#ifndef _GNU_SOURCE		/* the plugin is compiled without it */
#define _GNU_SOURCE		/* F_OFD_SETLK */
#endif
#include "shared/wtmp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "shared/wtmp_db.h"

#define LOCK_TRY_MS	20
#define BATCH		64	/* records read at once */
#define BACK_MAX	65536	/* records of wtmp to search */

static const char *wtmp_file = _PATH_WTMP;
static const char *utmp_file = _PATH_UTMP;

void
wtmp_set_files(const char *wtmp, const char *utmp)
{
	wtmp_file = wtmp != NULL ? wtmp : _PATH_WTMP;
	utmp_file = utmp != NULL ? utmp : _PATH_UTMP;
}

/* Like strncpy(3): a full field has no NUL, as utmp(5) wants it. */
static void
set_field(char *field, size_t size, const char *s)
{
	size_t len = strnlen(s, size);

	memset(field, 0, size);
	memcpy(field, s, len);
}

void
wtmp_record(struct utmp *ut, const char *line, const char *user,
    const char *host, pid_t pid)
{
	struct timeval now;

	memset(ut, 0, sizeof(*ut));
	ut->ut_type = user[0] != '\0' ? USER_PROCESS : DEAD_PROCESS;
	ut->ut_pid = pid;
	set_field(ut->ut_line, sizeof(ut->ut_line), line);
	set_field(ut->ut_user, sizeof(ut->ut_user), user);
	set_field(ut->ut_host, sizeof(ut->ut_host), host);
	gettimeofday(&now, NULL);
	ut->ut_tv.tv_sec = now.tv_sec;
	ut->ut_tv.tv_usec = now.tv_usec;
}

/*
 * Any process that may read the file can keep it locked, and libc's own
 * functions then wait ten seconds.  This waits for WTMP_LOCK_MS; false: the
 * file is still locked.
 */
static bool
lock(int fd)
{
	struct flock fl;
	int waited;

	for (waited = 0;; waited += LOCK_TRY_MS) {
		memset(&fl, 0, sizeof(fl));
		fl.l_type = F_WRLCK;
		fl.l_whence = SEEK_SET;
		if (fcntl(fd, F_OFD_SETLK, &fl) == 0)
			return true;
		if (waited >= WTMP_LOCK_MS)
			return false;
		usleep(LOCK_TRY_MS * 1000);
	}
}

/*
 * Writes at an offset, or with -1 appends.  If only a part could be written,
 * cuts the file to undo octets, unless undo is -1: a part would shift all
 * later records.  0, or an error number.
 */
static int
write_record(int fd, const struct utmp *ut, off_t at, off_t undo)
{
	ssize_t n = at == -1 ? write(fd, ut, sizeof(*ut)) :
	    pwrite(fd, ut, sizeof(*ut), at);

	if (n == -1)
		return errno;
	if ((size_t)n == sizeof(*ut))
		return 0;
	return undo == -1 || ftruncate(fd, undo) == 0 ? ENOSPC : errno;
}

int
wtmp_append(const char *path, const struct utmp *ut)
{
	struct stat st;
	bool locked;
	int fd, error = 0;

	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd == -1)
		return -1;
	/* An append is atomic without the lock too, unless the disk fills. */
	locked = lock(fd);
	if (fstat(fd, &st) == -1)
		error = errno;
	else
		error = write_record(fd, ut, -1, locked ? st.st_size : -1);
	close(fd);
	errno = error;
	return error == 0 ? 0 : -1;
}

static bool
same_line(const struct utmp *a, const struct utmp *b)
{
	return strncmp(a->ut_line, b->ut_line, sizeof(a->ut_line)) == 0;
}

/* The offset of the line's entry, or of the end of file; -1 on error. */
static off_t
find_entry(int fd, const struct utmp *ut, struct utmp *found)
{
	struct utmp buf[BATCH];
	ssize_t n;
	off_t at = 0;
	size_t i;

	for (;;) {
		n = pread(fd, buf, sizeof(buf), at);
		if (n == -1)
			return -1;
		for (i = 0; i < (size_t)n / sizeof(buf[0]); i++) {
			if (buf[i].ut_type >= INIT_PROCESS &&
			    buf[i].ut_type <= DEAD_PROCESS &&
			    same_line(&buf[i], ut)) {
				*found = buf[i];
				return at + (off_t)(i * sizeof(buf[0]));
			}
		}
		at += (off_t)(i * sizeof(buf[0]));
		if ((size_t)n < sizeof(buf)) {
			memset(found, 0, sizeof(*found));
			return at;
		}
	}
}

int
wtmp_put_utmp(const char *path, const struct utmp *ut)
{
	struct utmp old = { .ut_type = EMPTY };
	off_t at = -1;
	int fd, error = 0;

	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd == -1)
		return -1;
	if (lock(fd)) {
		at = find_entry(fd, ut, &old);
		if (at == -1)
			error = errno;
	} else
		error = EAGAIN;
	/* A logout of another process: the line is no longer that one's. */
	if (error == 0 && (ut->ut_type != DEAD_PROCESS ||
	    old.ut_pid == ut->ut_pid))
		error = write_record(fd, ut, at,
		    old.ut_type == EMPTY ? at : -1);
	close(fd);
	errno = error;
	return error == 0 ? 0 : -1;
}

static int
put_everywhere(const struct utmp *ut, const char *line, const char *user,
    const char *host)
{
	int error = 0;

	if (wtmp_append(wtmp_file, ut) == -1)
		error = errno;
	/* A system without wtmp keeps no records, or keeps them in wtmpdb. */
	if (error == ENOENT)
		error = 0;
	(void)wtmp_put_utmp(utmp_file, ut);
	if (wtmp_db_log(line, user, host) == -1 && error == 0)
		error = errno;
	errno = error;
	return error == 0 ? 0 : -1;
}

int
wtmp_login(struct wtmp_login *login, const char *line, const char *user,
    const char *host, pid_t pid)
{
	struct utmp ut;

	if (user == NULL || user[0] == '\0')
		user = WTMP_USER_UNKNOWN;
	snprintf(login->line, sizeof(login->line), "%s", line);
	login->pid = pid;
	login->open = true;
	wtmp_record(&ut, login->line, user, host, pid);
	return put_everywhere(&ut, login->line, user, host);
}

int
wtmp_logout(struct wtmp_login *login)
{
	struct utmp ut;

	if (!login->open)
		return 0;
	login->open = false;
	wtmp_record(&ut, login->line, "", "", login->pid);
	return put_everywhere(&ut, login->line, "", "");
}

/*
 * Finds the newest record of this pid since then; false: there is none.  Reads
 * wtmp from its end; utmp has no order and is read as a whole.
 */
static bool
newest_of_pid(const char *path, pid_t pid, time_t since, struct utmp *found)
{
	struct utmp buf[BATCH];
	struct stat st;
	off_t left, n;
	size_t i, searched;
	bool hit = false;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return false;
	if (fstat(fd, &st) == -1)
		st.st_size = 0;
	left = st.st_size / (off_t)sizeof(buf[0]);
	for (searched = 0; !hit && left > 0 && searched < BACK_MAX;
	    left -= n, searched += (size_t)n) {
		n = left < BATCH ? left : BATCH;
		i = (size_t)n * sizeof(buf[0]);
		if (pread(fd, buf, i, (left - n) * (off_t)sizeof(buf[0])) !=
		    (ssize_t)i)
			break;
		for (i = (size_t)n; !hit && i-- > 0;) {
			hit = buf[i].ut_pid == pid &&
			    buf[i].ut_tv.tv_sec >= since &&
			    (buf[i].ut_type == USER_PROCESS ||
			    buf[i].ut_type == DEAD_PROCESS);
			if (hit)
				*found = buf[i];
		}
	}
	close(fd);
	return hit;
}

static bool
is_open(const struct utmp *ut)
{
	/* pppd 2.4 writes a logout as a USER_PROCESS without a user. */
	return ut->ut_type == USER_PROCESS && ut->ut_user[0] != '\0';
}

int
wtmp_close_killed(pid_t pid, time_t since, const char *line)
{
	struct wtmp_login login;
	struct utmp ut;
	bool found;

	memset(&login, 0, sizeof(login));
	found = newest_of_pid(wtmp_file, pid, since, &ut) ||
	    newest_of_pid(utmp_file, pid, since, &ut);
	if (found ? !is_open(&ut) : line == NULL)
		return 0;
	login.pid = pid;
	login.open = true;
	if (found)
		memcpy(login.line, ut.ut_line, sizeof(ut.ut_line));
	else
		snprintf(login.line, sizeof(login.line), "%s", line);
	/* No record, but a line: the login may be in wtmpdb. */
	if (!found)
		return wtmp_db_log(login.line, "", "") == -1 ? -1 : 0;
	return wtmp_logout(&login) == -1 ? -1 : 1;
}
