/* Whether a file is still the one that it was. */
/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "monitor/file_id.h"
#include "unit.h"

static char dir[] = "/tmp/pptpd-file-id-XXXXXX", path[64], other[64];

/* A file of so many octets, last changed that long after the epoch. */
static void
make(const char *name, size_t octets, long seconds)
{
	const struct timespec times[2] = { { seconds, 0 }, { seconds, 7 } };
	static const char zeroes[64];
	int fd = open(name, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	ck_assert_int_eq(write(fd, zeroes, octets), (ssize_t)octets);
	ck_assert_int_eq(futimens(fd, times), 0);
	close(fd);
}

static void
setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/file", dir);
	snprintf(other, sizeof(other), "%s/other", dir);
	make(path, 10, 1000);
}

static void
teardown(void)
{
	(void)unlink(path);
	(void)unlink(other);
	(void)rmdir(dir);
}

START_TEST(a_file_is_itself)
{
	const struct file_id none = { 0 };
	struct file_id id;

	ck_assert(!file_id_is(path, &none));
	file_id_get(path, &id);
	ck_assert_int_eq(id.error, 0);
	ck_assert(file_id_is(path, &id));
	ck_assert_int_eq(symlink(path, other), 0);
	ck_assert(file_id_is(other, &id));	/* it leads there */
}
END_TEST

START_TEST(a_file_that_has_changed_is_another)
{
	struct file_id id;

	file_id_get(path, &id);
	if (_i == 0)
		make(path, 11, 1000);		/* its size */
	else if (_i == 1)
		make(path, 10, 1001);		/* its time */
	else if (_i == 2)
		ck_assert_int_eq(unlink(path), 0);
	else {					/* put in its place */
		make(other, 10, 1000);
		ck_assert_int_eq(rename(other, path), 0);
	}
	ck_assert(!file_id_is(path, &id));
}
END_TEST

START_TEST(a_file_that_is_not_there_stays_the_same)
{
	const struct file_id none = { 0 };
	struct file_id id;

	file_id_get(other, &id);
	ck_assert_int_eq(id.error, ENOENT);
	ck_assert(!file_id_equals(&id, &none));
	ck_assert(file_id_is(other, &id));
	make(other, 1, 1);
	ck_assert(!file_id_is(other, &id));
}
END_TEST

START_TEST(only_our_own_file_is_removed)
{
	struct stat made;

	ck_assert_int_eq(lstat(path, &made), 0);
	make(other, 10, 1000);
	ck_assert_int_eq(rename(other, path), 0);
	file_id_unlink(path, &made);
	ck_assert_int_eq(access(path, F_OK), 0);
	ck_assert_int_eq(lstat(path, &made), 0);
	file_id_unlink(path, &made);
	ck_assert_int_eq(access(path, F_OK), -1);
	file_id_unlink(path, &made);	/* gone already */
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_file_is_itself);
	tcase_add_loop_test(tc, a_file_that_has_changed_is_another, 0, 4);
	tcase_add_test(tc, a_file_that_is_not_there_stays_the_same);
	tcase_add_test(tc, only_our_own_file_is_removed);
}

int
main(void)
{
	return unit_main("file_id", tests);
}
