/* The files of a server in the run directory: one name each, always the same. */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "config/instance.h"
#include "unit.h"

static const char *
path_of(const char *name, const char *pidfile)
{
	static char buf[2][200];
	static int turn;
	char *path = buf[turn++ % 2];

	ck_assert_int_eq(instance_path(path, sizeof(buf[0]), name, pidfile),
	    0);
	return path;
}

START_TEST(default_pidfile_has_plain_names)
{
	ck_assert_str_eq(path_of("control", RUNDIR "/pptpd.pid"),
	    RUNDIR "/pptpd/control");
	ck_assert_str_eq(path_of("keepers", RUNDIR "/pptpd.pid"),
	    RUNDIR "/pptpd/keepers");
}
END_TEST

/* /var/run is a link to /run: tools and files have either name. */
START_TEST(run_and_var_run_are_one_directory)
{
	const char *other;

	if (strcmp(RUNDIR, "/run") == 0)
		other = "/var/run/pptpd.pid";
	else if (strcmp(RUNDIR, "/var/run") == 0)
		other = "/run/pptpd.pid";
	else
		other = RUNDIR "/pptpd.pid";
	ck_assert_str_eq(path_of("control", other), RUNDIR "/pptpd/control");
	ck_assert_str_ne(path_of("control", "/srv/run/pptpd.pid"),
	    RUNDIR "/pptpd/control");
}
END_TEST

/* The hashes are of another implementation of FNV-1a. */
START_TEST(other_pidfiles_have_names_of_their_own)
{
	ck_assert_str_eq(path_of("control", "/run/second.pid"),
	    RUNDIR "/pptpd/control-298dc9c7");
	ck_assert_str_eq(path_of("calls", "/run/second.pid"),
	    RUNDIR "/pptpd/calls-298dc9c7");
	ck_assert_str_eq(path_of("calls", ""), RUNDIR "/pptpd/calls-2a0c975e");
	ck_assert_str_ne(path_of("control", "/run/second.pid"),
	    path_of("control", "/run/third.pid"));
	ck_assert_str_eq(path_of("control", "run/second.pid"),
	    path_of("control", "/run/second.pid"));
}
END_TEST

START_TEST(tables_have_names_that_nft_takes)
{
	char table[INSTANCE_TABLE];

	ck_assert_int_eq(instance_table(table, RUNDIR "/pptpd.pid"), 0);
	ck_assert_str_eq(table, "pptpd");
	ck_assert_int_eq(instance_table(table, "/run/second.pid"), 0);
	ck_assert_str_eq(table, "pptpd_298dc9c7");
}
END_TEST

START_TEST(too_long_is_an_error)
{
	char path[sizeof(RUNDIR "/pptpd/control")];

	ck_assert_int_eq(instance_path(path, sizeof(path), "control",
	    RUNDIR "/pptpd.pid"), 0);
	ck_assert_int_eq(instance_path(path, sizeof(path) - 1, "control",
	    RUNDIR "/pptpd.pid"), -1);
	ck_assert_int_eq(instance_path(path, sizeof(path), "control",
	    "/run/second.pid"), -1);
}
END_TEST

static void
tests(TCase *t)
{
	tcase_add_test(t, default_pidfile_has_plain_names);
	tcase_add_test(t, run_and_var_run_are_one_directory);
	tcase_add_test(t, other_pidfiles_have_names_of_their_own);
	tcase_add_test(t, tables_have_names_that_nft_takes);
	tcase_add_test(t, too_long_is_an_error);
}

int
main(void)
{
	return unit_main("instance", tests);
}
