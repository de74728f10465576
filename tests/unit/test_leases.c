/* Leases of addresses: who has one, for how long, and what pools there are. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pool-lease.h"
#include "shared/leases.h"
#include "unit.h"
#include "unit_fork.h"

static char dir[] = "/tmp/test_leases.XXXXXX";

static uint32_t allowed_net;	/* /24, host order; 0: all are allowed */

static bool
fits(uint32_t addr)
{
	return allowed_net == 0 || ntohl(addr) >> 8 == allowed_net >> 8;
}

static void
setup(void)
{
	strcpy(dir, "/tmp/test_leases.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	allowed_net = 0;
}

static void
teardown(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", dir);
	ck_assert_int_eq(system(command), 0);
}

/* Writes pools as "NAME FIRST LAST", each after the other. */
static void
write_pools(const char *const lines[][3], size_t n)
{
	struct pool_range ranges[8];
	struct pools_file f = { "/etc/pptpd.conf", ranges, n, -1 };

	for (size_t i = 0; i < n; i++) {
		snprintf(ranges[i].name, sizeof(ranges[i].name), "%s",
		    lines[i][0]);
		ranges[i].first = ntohl(inet_addr(lines[i][1]));
		ranges[i].last = ntohl(inet_addr(lines[i][2]));
	}
	ck_assert_int_eq(pools_file_write(&f, dir), 0);
}

static const char *const two_pools[][3] = {
	{ "staff", "10.1.0.254", "10.1.1.0" },
	{ "guests", "10.2.0.1", "10.2.0.1" },
	{ "staff", "10.1.3.7", "10.1.3.7" },
};
#define TWO_POOLS	two_pools, 3

/* As pppd's plugin does; a text where there is no address. */
static const char *
take(struct pool_lease *l, const char *pool)
{
	static char why[200];
	struct in_addr in;

	switch (pool_lease_take(l, pool, fits, why, sizeof(why))) {
	case POOL_LEASE_TAKEN:
		in.s_addr = l->addr;
		return inet_ntoa(in);
	case POOL_LEASE_NOT_ALLOWED:
		return "not allowed";
	case POOL_LEASE_NO_POOLS:
	case POOL_LEASE_REFUSED:
		break;
	}
	ck_assert_int_eq(l->fd, -1);
	return why;
}

static struct pool_lease
lease(void)
{
	return (struct pool_lease){ dir, -1, 0, "" };
}

START_TEST(each_gets_an_address_of_its_own)
{
	struct pool_lease l[5];

	write_pools(TWO_POOLS);
	for (int i = 0; i < 5; i++)
		l[i] = lease();
	ck_assert_str_eq(take(&l[0], "staff"), "10.1.0.254");
	ck_assert_str_eq(take(&l[1], "staff"), "10.1.0.255");
	ck_assert_str_eq(take(&l[2], "staff"), "10.1.1.0");
	ck_assert_str_eq(take(&l[3], "staff"), "10.1.3.7");
	ck_assert_str_eq(take(&l[4], "staff"), "its addresses in "
	    "/etc/pptpd.conf are all in use: 4");
	ck_assert_str_eq(take(&l[4], "guests"), "10.2.0.1");
	ck_assert_str_eq(take(&l[1], "staff"), "10.1.0.255");	/* once more */
	pool_lease_end(&l[1]);
	pool_lease_end(&l[1]);
	ck_assert_str_eq(take(&l[4], "staff"), "10.1.0.255");
	ck_assert_str_eq(take(&l[1], "guests"), "10.2.0.1");
	for (int i = 0; i < 5; i++)
		pool_lease_end(&l[i]);
	ck_assert(!lease_is_held(dir, inet_addr("10.1.0.254")));
}
END_TEST

START_TEST(what_is_said_of_pools_that_are_none)
{
	static const char *const one[][3] = {
	    { "staff", "10.1.0.1", "10.1.0.9" } };
	struct pool_lease l = lease();
	char why[200];

	ck_assert_str_eq(take(&l, "staff"),
	    (snprintf(why, sizeof(why), "no list of pools: %s/pools: No such "
	    "file or directory", dir), why));
	write_pools(NULL, 0);
	ck_assert_str_eq(take(&l, "staff"), "/etc/pptpd.conf has no pools");
	ck_assert_int_eq(pool_lease_take(&l, "x", fits, why, sizeof(why)),
	    POOL_LEASE_NO_POOLS);
	write_pools(one, 1);
	ck_assert_str_eq(take(&l, "staf"),
	    "there is no such pool in /etc/pptpd.conf");
	allowed_net = 0x0a010100;
	ck_assert_str_eq(take(&l, "staff"), "not allowed");
	ck_assert_int_eq(l.fd, -1);
	l.dir = "";
	ck_assert_str_eq(take(&l, "staff"),
	    "the server has not said option pptpd-leases");
	ck_assert_int_eq(pool_lease_take(&l, "x", fits, why, sizeof(why)),
	    POOL_LEASE_NO_POOLS);
}
END_TEST

START_TEST(only_what_is_allowed_is_given)
{
	struct pool_lease l = lease(), other = lease();

	write_pools(TWO_POOLS);
	allowed_net = 0x0a010300;
	ck_assert_str_eq(take(&l, "staff"), "10.1.3.7");
	ck_assert_str_eq(take(&other, "staff"), "its addresses in "
	    "/etc/pptpd.conf are all in use: 1");
	pool_lease_end(&l);
}
END_TEST

/* By chap-secrets, a server, or remoteip: several may have it, but no pool. */
START_TEST(an_address_that_is_given_without_a_pool)
{
	struct pool_lease l[3] = { lease(), lease(), lease() };
	uint32_t fixed = inet_addr("10.2.0.1");
	char why[200];

	write_pools(TWO_POOLS);
	ck_assert(pool_lease_note(&l[0], fixed, why, sizeof(why)));
	ck_assert(pool_lease_note(&l[1], fixed, why, sizeof(why)));
	ck_assert(lease_is_held(dir, fixed));
	ck_assert_str_eq(take(&l[2], "guests"), "its addresses in "
	    "/etc/pptpd.conf are all in use: 1");
	pool_lease_end(&l[0]);
	ck_assert(lease_is_held(dir, fixed));
	ck_assert(pool_lease_note(&l[1], inet_addr("10.9.9.9"), why,
	    sizeof(why)));
	ck_assert(!lease_is_held(dir, fixed));
	ck_assert_str_eq(take(&l[2], "guests"), "10.2.0.1");
	ck_assert(!pool_lease_note(&l[0], fixed, why, sizeof(why)));
	ck_assert_str_eq(why, "another call has 10.2.0.1 from a pool");
	ck_assert(pool_lease_note(&l[2], fixed, why, sizeof(why)));
	ck_assert_str_eq(l[2].pool, "guests");
	ck_assert(pool_lease_note(&l[0], 0, why, sizeof(why)));
	l[0].dir = "/nonexistent";	/* no pools there, so no harm */
	ck_assert(pool_lease_note(&l[0], fixed, why, sizeof(why)));
	ck_assert_str_eq(why, "");
	l[0].dir = "/dev/null";
	ck_assert(pool_lease_note(&l[0], fixed, why, sizeof(why)));
	ck_assert_str_eq(why, "a pool may give 10.2.0.1 to another call: "
	    "/dev/null: Not a directory");
	pool_lease_end(&l[1]);
	pool_lease_end(&l[2]);
}
END_TEST

/* --- processes that die -------------------------------------------------- */

/* A process that has taken an address, and lives until it is killed. */
static pid_t
holder(const char *pool, const char *address)
{
	struct pool_lease l = lease();
	int ready[2];
	char octet;
	pid_t pid;

	ck_assert_int_eq(pipe(ready), 0);
	pid = unit_fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (strcmp(take(&l, pool), address) == 0)
			(void)!write(ready[1], "x", 1);
		close(ready[0]);
		close(ready[1]);
		for (;;)
			pause();
	}
	close(ready[1]);
	ck_assert_int_eq(read(ready[0], &octet, 1), 1);
	close(ready[0]);
	return pid;
}

static void
kill_it(pid_t pid)
{
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

START_TEST(a_lease_ends_with_its_process_and_not_before)
{
	struct pool_lease l = lease();
	uint32_t addr = inet_addr("10.2.0.1"), *held;
	size_t n;
	pid_t pid;

	write_pools(TWO_POOLS);
	pid = holder("guests", "10.2.0.1");
	/* Whoever looks ends nothing by that: these are no locks of fcntl()
	   that a process loses by any close(). */
	ck_assert(lease_is_held(dir, addr));
	ck_assert(lease_is_held(dir, addr));
	held = leases_held(dir, &n);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(held[0], addr);
	free(held);
	ck_assert_str_eq(take(&l, "guests"), "its addresses in "
	    "/etc/pptpd.conf are all in use: 1");
	kill_it(pid);
	ck_assert(!lease_is_held(dir, addr));
	ck_assert_str_eq(take(&l, "guests"), "10.2.0.1");
	pool_lease_end(&l);
	free(leases_held(dir, &n));
	ck_assert_uint_eq(n, 0);
}
END_TEST

/* pppd may fork, as for its scripts: one that goes away takes no lease along. */
START_TEST(a_child_that_ends_leaves_the_lease)
{
	struct pool_lease l = lease();
	pid_t child;

	write_pools(TWO_POOLS);
	ck_assert_str_eq(take(&l, "guests"), "10.2.0.1");
	child = fork();
	if (child == 0) {
		pool_lease_end(&l);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert(lease_is_held(dir, inet_addr("10.2.0.1")));
	pool_lease_end(&l);
}
END_TEST

START_TEST(pools_that_change_while_there_are_calls)
{
	static const char *const smaller[][3] = {
	    { "staff", "10.1.0.255", "10.1.1.0" } };
	static const char *const moved[][3] = {
	    { "guests", "10.1.0.254", "10.1.0.255" } };
	struct pool_lease l = lease();
	pid_t pid;

	write_pools(TWO_POOLS);
	pid = holder("staff", "10.1.0.254");
	write_pools(smaller, 1);
	ck_assert_str_eq(take(&l, "staff"), "10.1.0.255");
	pool_lease_end(&l);
	write_pools(moved, 1);
	ck_assert_str_eq(take(&l, "guests"), "10.1.0.255");
	/* One whose pool has gone is not kept at another negotiation. */
	write_pools(smaller, 1);
	ck_assert_str_eq(take(&l, "staff"), "10.1.0.255");
	ck_assert_str_eq(l.pool, "staff");
	kill_it(pid);
	write_pools(moved, 1);
	ck_assert_str_eq(take(&l, "guests"), "10.1.0.254");
	pool_lease_end(&l);
}
END_TEST

static bool
fits_and_moves(uint32_t addr)
{
	static const char *const moved[][3] = {
	    { "guests", "10.1.0.254", "10.1.3.8" } };
	static int calls;

	if (calls++ == 0)
		write_pools(moved, 1);
	(void)addr;
	return true;
}

/* The server has read its file again between our reading and our lock. */
START_TEST(a_lease_counts_only_if_the_pool_is_still_there)
{
	struct pool_lease l = lease();
	char why[200];

	write_pools(TWO_POOLS);
	ck_assert_int_eq(pool_lease_take(&l, "staff", fits_and_moves, why,
	    sizeof(why)), POOL_LEASE_REFUSED);
	ck_assert_str_eq(why, "there is no such pool in /etc/pptpd.conf");
	ck_assert(!lease_is_held(dir, inet_addr("10.1.0.254")));
}
END_TEST

/* --- the file ------------------------------------------------------------ */

static void
write_raw(const char *text)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/pools", dir);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
}

START_TEST(a_file_that_is_none_gives_nothing)
{
	static const char *const bad[] = { "", "pptpd-pools 2 /etc/p\n",
	    "pptpd-pools 1 /etc/p\nstaff 10.0.0.1\n",
	    "pptpd-pools 1 /etc/p\nstaff 10.0.0.2 10.0.0.1\n",
	    "pptpd-pools 1 /etc/p\nst/ff 10.0.0.1 10.0.0.1\n",
	    "pptpd-pools 1 /etc/p\nstaff 10.0.0.1 10.0.0\n" };
	struct pools_file f;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_raw(bad[i]);
		ck_assert_int_eq(pools_file_read(&f, dir), -1);
		ck_assert_int_eq(errno, EINVAL);
		ck_assert_ptr_null(f.range);
	}
	write_pools(TWO_POOLS);
	ck_assert_int_eq(pools_file_read(&f, dir), 0);
	ck_assert_str_eq(f.conf, "/etc/pptpd.conf");
	ck_assert_uint_eq(f.n, 3);
	ck_assert_str_eq(f.range[2].name, "staff");
	ck_assert_uint_eq(f.range[0].last, 0x0a010100);
	ck_assert(pools_file_is_current(&f, dir));
	write_pools(TWO_POOLS);
	ck_assert(!pools_file_is_current(&f, dir));
	pools_file_free(&f);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, each_gets_an_address_of_its_own);
	tcase_add_test(t, what_is_said_of_pools_that_are_none);
	tcase_add_test(t, only_what_is_allowed_is_given);
	tcase_add_test(t, an_address_that_is_given_without_a_pool);
	tcase_add_test(t, a_lease_ends_with_its_process_and_not_before);
	tcase_add_test(t, a_child_that_ends_leaves_the_lease);
	tcase_add_test(t, pools_that_change_while_there_are_calls);
	tcase_add_test(t, a_lease_counts_only_if_the_pool_is_still_there);
	tcase_add_test(t, a_file_that_is_none_gives_nothing);
}

int
main(void)
{
	return unit_main("leases", add);
}
