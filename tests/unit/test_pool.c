/* Slots: lowest free one first, never more than there are addresses. */
#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"

static void
quiet(int priority, const char *text, void *arg)
{
	(void)priority;
	(void)text;
	(void)arg;
}

static const struct conf_env env = { quiet, NULL, NULL, NULL, "1", NULL };

/* The pool that a configuration file makes. */
static struct pool
pool_of(const char *text)
{
	struct conf conf;
	struct pool pool;

	conf_init(&conf);
	conf_parse_file(&conf, text, strlen(text), &env);
	conf_finish(&conf, &env);
	ck_assert_uint_eq(conf.errors, 0);
	ck_assert_int_eq(pool_init(&pool, &conf), 0);
	conf_free(&conf);
	return pool;
}

static void
take_all(struct pool *pool, int n)
{
	int i;

	for (i = 0; i < n; i++)
		ck_assert_int_eq(pool_take(pool), i);
	ck_assert_int_eq(pool_take(pool), -1);
}

START_TEST(gives_lowest_free)
{
	struct pool pool = pool_of("localip 10.0.0.2\n"
	    "remoteip 10.0.0.200-220\n");

	take_all(&pool, 21);
	ck_assert_str_eq(pool_local(&pool, 0), "10.0.0.2");
	ck_assert_str_eq(pool_remote(&pool, 0), "10.0.0.200");
	ck_assert_str_eq(pool_local(&pool, 20), "10.0.0.2");
	ck_assert_str_eq(pool_remote(&pool, 20), "10.0.0.220");
	pool_release(&pool, 7);
	pool_release(&pool, 3);
	pool_release(&pool, 20);
	ck_assert_int_eq(pool_take(&pool), 3);
	ck_assert_int_eq(pool_take(&pool), 7);
	ck_assert_int_eq(pool_take(&pool), 20);
	ck_assert_int_eq(pool_take(&pool), -1);
	ck_assert_int_eq(pool.taken, 21);
	pool_free(&pool);
}
END_TEST

/* Poptop has 100 slots here, and no address for its third client. */
START_TEST(fewer_addresses_than_connections)
{
	struct pool pool = pool_of("remoteip 10.0.0.1-2\n");

	take_all(&pool, 2);
	pool_release(&pool, 1);
	ck_assert_int_eq(pool_take(&pool), 1);
	pool_free(&pool);
}
END_TEST

START_TEST(smaller_list_counts)
{
	struct pool pool = pool_of("localip 10.0.0.1-3\n"
	    "remoteip 10.1.0.1-10\n");

	take_all(&pool, 3);
	ck_assert_str_eq(pool_local(&pool, 2), "10.0.0.3");
	ck_assert_str_eq(pool_remote(&pool, 2), "10.1.0.3");
	pool_free(&pool);

	pool = pool_of("connections 2\nlocalip 10.0.0.1-3\n"
	    "remoteip 10.1.0.1-10\n");
	take_all(&pool, 2);
	pool_free(&pool);
}
END_TEST

START_TEST(delegate_without_limit)
{
	struct pool pool = pool_of("delegate\n");
	int i;

	for (i = 0; i < 5000; i++) {
		ck_assert_int_eq(pool_take(&pool), i);
		ck_assert_ptr_null(pool_local(&pool, i));
		ck_assert_ptr_null(pool_remote(&pool, i));
	}
	pool_release(&pool, 4321);
	pool_release(&pool, 17);
	ck_assert_int_eq(pool_take(&pool), 17);
	ck_assert_int_eq(pool_take(&pool), 4321);
	ck_assert_int_eq(pool_take(&pool), 5000);
	pool_free(&pool);

	/* As many as there are Call IDs. */
	pool = pool_of("delegate\n");
	take_all(&pool, 65535);
	pool_free(&pool);
}
END_TEST

START_TEST(delegate_with_limit)
{
	struct pool pool = pool_of("delegate\nconnections 21\n");

	take_all(&pool, 21);
	pool_release(&pool, 20);
	ck_assert_int_eq(pool_take(&pool), 20);
	ck_assert_int_eq(pool_take(&pool), -1);
	pool_free(&pool);
}
END_TEST

START_TEST(none_at_all)
{
	struct conf conf;
	struct pool pool;

	conf_init(&conf);
	conf.slots = 0;
	ck_assert_int_eq(pool_init(&pool, &conf), 0);
	ck_assert_int_eq(pool_take(&pool), -1);
	pool_free(&pool);
	conf_free(&conf);
}
END_TEST

/* Under inetd an end of the link may be left to pppd. */
START_TEST(one_end_only)
{
	char name[] = "pptpd", inetd[] = "--inetd", option[] = "--remoteip",
	    addr[] = "10.0.0.9";
	char *argv[] = { name, inetd, option, addr, NULL };
	struct conf conf;
	struct pool pool;

	conf_init(&conf);
	ck_assert_int_eq(conf_parse_args(&conf, 4, argv, &env), CONF_RUN);
	conf_finish(&conf, &env);
	ck_assert_int_eq(pool_init(&pool, &conf), 0);
	ck_assert_int_eq(pool_take(&pool), 0);
	ck_assert_ptr_null(pool_local(&pool, 0));
	ck_assert_str_eq(pool_remote(&pool, 0), "10.0.0.9");
	ck_assert_int_eq(pool_take(&pool), -1);
	pool_free(&pool);
	conf_free(&conf);
}
END_TEST

/* Against a model, in random order: the lowest free one, never one twice. */
START_TEST(random_take_and_release)
{
	struct pool pool = pool_of("connections 50\nlocalip 10.0.0.1\n"
	    "remoteip 10.1.0.1-50\n");
	bool taken[50] = { false };
	unsigned seed = 4711;
	int i, want, n = 0;

	for (i = 0; i < 100000; i++) {
		seed = seed * 1103515245 + 12345;
		want = (int)(seed >> 16) % 50;
		if ((seed >> 8) % 2 == 0) {
			if (!taken[want])
				continue;
			pool_release(&pool, want);
			taken[want] = false;
			n--;
			continue;
		}
		for (want = 0; want < 50 && taken[want]; want++)
			;
		ck_assert_int_eq(pool_take(&pool), want < 50 ? want : -1);
		if (want < 50) {
			taken[want] = true;
			n++;
		}
		ck_assert_int_eq(pool.taken, n);
	}
	pool_free(&pool);
}
END_TEST

START_TEST(t31_addresses_of_tunnels_are_known)
{
	static const char *const inside[] = { "10.0.0.5", "10.0.0.6",
	    "10.1.0.200", "10.1.0.201", "10.9.9.9" };
	static const char *const outside[] = { "10.0.0.4", "10.0.0.7",
	    "10.1.0.202", "10.1.0.199", "0.0.0.0", "255.255.255.255" };
	struct pool pool = pool_of("localip 10.0.0.5-6,10.0.0.6\n"
	    "remoteip 10.1.0.200-201,10.9.9.9\n");

	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++)
		ck_assert_msg(pool_has(&pool, inet_addr(inside[i])), "%s",
		    inside[i]);
	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
		ck_assert_msg(!pool_has(&pool, inet_addr(outside[i])), "%s",
		    outside[i]);
	pool_free(&pool);

	pool = pool_of("delegate\n");
	ck_assert(!pool_has(&pool, inet_addr("10.0.0.5")));
	pool_free(&pool);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pool");
	TCase *t = tcase_create("pool");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_test(t, gives_lowest_free);
	tcase_add_test(t, fewer_addresses_than_connections);
	tcase_add_test(t, smaller_list_counts);
	tcase_add_test(t, delegate_without_limit);
	tcase_add_test(t, delegate_with_limit);
	tcase_add_test(t, none_at_all);
	tcase_add_test(t, one_end_only);
	tcase_add_test(t, random_take_and_release);
	tcase_add_test(t, t31_addresses_of_tunnels_are_known);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
