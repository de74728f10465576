/* Slots: lowest free one first, never more than there are addresses. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/pool.h"
#include "unit.h"

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

/* The same pool after the file has become another one. */
static void
change(struct pool *pool, const char *text)
{
	struct conf conf;

	conf_init(&conf);
	conf_parse_file(&conf, text, strlen(text), &env);
	conf_finish(&conf, &env);
	ck_assert_uint_eq(conf.errors, 0);
	ck_assert_int_eq(pool_change(pool, &conf), 0);
	conf_free(&conf);
}

/* Takes one, which has this remote address; NULL: there is none to take. */
static int
take(struct pool *pool, const char *remote)
{
	int slot = pool_take(pool);

	if (remote == NULL)
		ck_assert_int_eq(slot, -1);
	else
		ck_assert_str_eq(pool_remote(pool, slot), remote);
	return slot;
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

START_TEST(delegate_with_many)
{
	struct pool pool = pool_of("delegate\nconnections 65535\n");
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
	pool = pool_of("delegate\nconnections 65535\n");
	take_all(&pool, 65535);
	pool_free(&pool);
}
END_TEST

START_TEST(delegate_without_limit)
{
	struct pool pool = pool_of("delegate\n");

	take_all(&pool, 4096);
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

static bool
second_is_leased(uint32_t addr)
{
	return addr == inet_addr("10.0.0.11");
}

/* chap-secrets, or a pool with a name, has given it to another call. */
START_TEST(an_address_that_is_leased_is_passed_over)
{
	struct pool pool = pool_of("localip 10.0.0.1\n"
	    "remoteip 10.0.0.10-12\n");

	pool.leased = second_is_leased;
	(void)take(&pool, "10.0.0.10");
	(void)take(&pool, "10.0.0.12");
	(void)take(&pool, NULL);
	change(&pool, "localip 10.0.0.1\nremoteip 10.0.0.10-13\n");
	(void)take(&pool, "10.0.0.13");
	pool.leased = NULL;
	(void)take(&pool, "10.0.0.11");
	pool_free(&pool);
}
END_TEST

START_TEST(addresses_of_named_pools_are_no_clients)
{
	struct pool pool = pool_of("localip 10.0.0.1\nremoteip 10.0.0.10\n"
	    "pool a 10.1.0.1-3\npool b 10.2.0.1\n");

	ck_assert(pool_has(&pool, inet_addr("10.1.0.3")));
	ck_assert(pool_has(&pool, inet_addr("10.2.0.1")));
	(void)take(&pool, "10.0.0.10");
	(void)take(&pool, NULL);	/* nobody gets them without asking */
	change(&pool, "localip 10.0.0.1\nremoteip 10.0.0.10\n"
	    "pool b 10.2.0.2\n");
	ck_assert(!pool_has(&pool, inet_addr("10.1.0.3")));
	ck_assert(pool_has(&pool, inet_addr("10.2.0.2")));
	pool_free(&pool);
}
END_TEST

/* --- another configuration while there are calls ------------------------- */

START_TEST(fl8_pool_grows)
{
	struct pool pool = pool_of("localip 10.0.0.1\nremoteip 10.1.0.1-2\n");

	take_all(&pool, 2);
	change(&pool, "localip 10.0.0.1\nremoteip 10.1.0.1-4\n");
	ck_assert_str_eq(pool_remote(&pool, 1), "10.1.0.2");
	take(&pool, "10.1.0.3");
	take(&pool, "10.1.0.4");
	take(&pool, NULL);
	pool_free(&pool);
}
END_TEST

/* Who is there stays; nobody comes before there are fewer than allowed. */
START_TEST(fl8_pool_shrinks)
{
	struct pool pool = pool_of("localip 10.0.0.1\nremoteip 10.1.0.1-4\n");

	take_all(&pool, 4);
	change(&pool, "localip 10.0.0.1\nremoteip 10.1.0.1-2\n");
	ck_assert_int_eq(pool.taken, 4);
	ck_assert_str_eq(pool_remote(&pool, 3), "10.1.0.4");
	ck_assert(pool_has(&pool, inet_addr("10.1.0.4")));
	pool_release(&pool, 0);		/* 3 are left, 2 allowed */
	take(&pool, NULL);
	pool_release(&pool, 3);
	ck_assert(!pool_has(&pool, inet_addr("10.1.0.4")));
	take(&pool, NULL);
	pool_release(&pool, 2);
	ck_assert(!pool_has(&pool, inet_addr("10.1.0.3")));
	ck_assert_int_eq(take(&pool, "10.1.0.1"), 0);
	take(&pool, NULL);
	pool_free(&pool);
}
END_TEST

START_TEST(fl8_connections_shrink)
{
	struct pool pool = pool_of("localip 10.0.0.1\nremoteip 10.1.0.1-4\n");

	take_all(&pool, 4);
	change(&pool, "connections 1\nlocalip 10.0.0.1\n"
	    "remoteip 10.1.0.1-4\n");
	for (int i = 0; i < 3; i++) {
		pool_release(&pool, i);
		take(&pool, NULL);
	}
	pool_release(&pool, 3);
	take(&pool, "10.1.0.1");
	pool_free(&pool);
}
END_TEST

/* An address in use is not given out by the new list, wherever it stands. */
START_TEST(changed_pool_gives_no_address_twice)
{
	struct pool pool = pool_of("localip 10.0.0.1\nremoteip 10.1.0.1-3\n");

	take_all(&pool, 3);
	pool_release(&pool, 1);
	change(&pool, "localip 10.0.0.9\n"
	    "remoteip 10.1.0.9,10.1.0.3,10.1.0.2,10.1.0.1,10.1.0.8\n");
	take(&pool, "10.1.0.9");
	ck_assert_str_eq(pool_local(&pool, take(&pool, "10.1.0.2")),
	    "10.0.0.9");
	take(&pool, "10.1.0.8");
	take(&pool, NULL);
	pool_release(&pool, 2);
	ck_assert_int_eq(take(&pool, "10.1.0.3"), 2);
	pool_free(&pool);
}
END_TEST

/* It went, its call stayed, and it came back. */
START_TEST(address_comes_back)
{
	struct pool pool = pool_of("localip 10.0.0.1\nremoteip 10.1.0.1-2\n");

	take_all(&pool, 2);
	change(&pool, "localip 10.0.0.1\nremoteip 10.2.0.1-9\n");
	take(&pool, "10.2.0.1");
	change(&pool, "localip 10.0.0.1\nremoteip 10.1.0.1-3\n");
	ck_assert_int_eq(pool.taken, 3);
	take(&pool, NULL);		/* as many as there may be */
	pool_release(&pool, 0);
	take(&pool, "10.1.0.1");
	take(&pool, NULL);
	pool_free(&pool);
}
END_TEST

START_TEST(change_to_delegate_and_back)
{
	struct pool pool = pool_of("localip 10.0.0.1\nremoteip 10.1.0.1-2\n");
	int slot;

	take_all(&pool, 2);
	change(&pool, "delegate\nconnections 4\n");
	ck_assert_str_eq(pool_remote(&pool, 1), "10.1.0.2");
	ck_assert_ptr_null(pool_remote(&pool, pool_take(&pool)));
	slot = pool_take(&pool);
	ck_assert_int_eq(pool_take(&pool), -1);
	pool_release(&pool, 0);
	ck_assert_int_eq(pool_take(&pool), 0);
	ck_assert_ptr_null(pool_local(&pool, 0));
	change(&pool, "localip 10.0.0.1\nremoteip 10.1.0.1-9\n");
	ck_assert_int_eq(pool.taken, 4);
	take(&pool, "10.1.0.1");
	take(&pool, "10.1.0.3");
	pool_release(&pool, slot);
	take(&pool, "10.1.0.4");
	pool_free(&pool);
}
END_TEST

static int
find_remote(const struct pool *pool, const char *remote)
{
	int i = 0;

	while (pool_remote(pool, i) == NULL ||
	    strcmp(pool_remote(pool, i), remote) != 0)
		i++;
	return i;
}

/* pppd's choice from RADIUS, which then stands in a list. */
START_TEST(chosen_by_pppd)
{
	struct pool pool = pool_of("delegate\n");
	int slot = pool_take(&pool), other = pool_take(&pool);

	const uint32_t peers[] = { inet_addr("10.1.0.2"),
	    inet_addr("10.1.0.9"), inet_addr("10.1.0.2") };

	change(&pool, "localip 10.0.0.1\nremoteip 10.1.0.1-4\n");
	ck_assert(pool_chosen(&pool, peers, 3));
	take(&pool, "10.1.0.1");
	take(&pool, "10.1.0.3");
	take(&pool, NULL);		/* four calls */
	pool_release(&pool, other);
	pool_release(&pool, slot);
	take(&pool, "10.1.0.4");
	take(&pool, NULL);
	change(&pool, "localip 10.0.0.1\nremoteip 10.1.0.1-5\n");
	take(&pool, "10.1.0.5");
	ck_assert_int_ge(pool_claim(&pool, "10.0.0.1", "10.1.0.2"), 0);
	ck_assert(pool_chosen(&pool, peers, 3));
	pool_release(&pool, find_remote(&pool, "10.1.0.2"));
	take(&pool, "10.1.0.2");	/* its tunnel went with its call */
	pool_release(&pool, find_remote(&pool, "10.1.0.2"));
	ck_assert(pool_chosen(&pool, peers, 3));
	take(&pool, NULL);
	ck_assert(pool_chosen(&pool, NULL, 0));
	take(&pool, "10.1.0.2");
	pool_free(&pool);
}
END_TEST

/* A call that outlives many of them keeps nothing but its slot. */
START_TEST(many_changes_do_not_grow_it)
{
	struct pool pool = pool_of("localip 10.0.0.1\nremoteip 10.1.0.1-9\n");

	take_all(&pool, 9);
	for (int i = 0; i < 8; i++)
		pool_release(&pool, i);
	for (int i = 0; i < 1000; i++)
		change(&pool, i % 2 == 0 ?
		    "localip 10.0.0.1\nremoteip 10.2.0.1-9\n" :
		    "localip 10.0.0.1\nremoteip 10.3.0.1-9\n");
	ck_assert_int_le(pool.n, 10);
	ck_assert_uint_le(pool.addr.size, 20);
	ck_assert_str_eq(pool_remote(&pool, 8), "10.1.0.9");
	pool_release(&pool, 8);
	change(&pool, "delegate\n");
	ck_assert_int_eq(pool.n, 0);
	pool_free(&pool);
}
END_TEST

/* --- calls that began elsewhere ------------------------------------------ */

START_TEST(claims_its_address)
{
	struct pool pool = pool_of("localip 10.0.0.1\nremoteip 10.1.0.1-3\n");
	int slot = pool_claim(&pool, "10.0.0.1", "10.1.0.2");

	ck_assert_int_eq(slot, 1);
	ck_assert_int_eq(pool_claim(&pool, "10.0.0.1", "10.1.0.2"),
	    POOL_TAKEN);
	/* However it is written. */
	ck_assert_int_eq(pool_claim(&pool, NULL, "10.1.2"), POOL_TAKEN);
	ck_assert_int_eq(pool_claim(&pool, "10.0.0.1", "10.1.0.4"),
	    POOL_NONE);
	ck_assert_int_eq(pool_claim(&pool, NULL, NULL), POOL_NONE);
	ck_assert_int_eq(pool_claim(&pool, "", ""), POOL_NONE);
	take(&pool, "10.1.0.1");
	take(&pool, "10.1.0.3");
	take(&pool, NULL);
	pool_release(&pool, slot);
	ck_assert_int_eq(take(&pool, "10.1.0.2"), slot);
	pool_free(&pool);
}
END_TEST

/* The limit keeps out new calls, not those that were there before. */
START_TEST(claims_above_the_limit)
{
	struct pool pool = pool_of("delegate\nconnections 1\n");
	int slot = pool_take(&pool), claimed, other;

	claimed = pool_claim(&pool, "10.0.0.1", "10.1.0.7");
	ck_assert_int_ge(claimed, 0);
	ck_assert_int_ne(claimed, slot);
	ck_assert_str_eq(pool_local(&pool, claimed), "10.0.0.1");
	ck_assert_str_eq(pool_remote(&pool, claimed), "10.1.0.7");
	ck_assert(pool_has(&pool, inet_addr("10.1.0.7")));
	ck_assert_int_eq(pool_claim(&pool, "10.0.0.1", "10.1.0.7"),
	    POOL_TAKEN);
	other = pool_claim(&pool, NULL, NULL);
	ck_assert_int_ge(other, 0);
	pool_release(&pool, other);
	pool_release(&pool, slot);
	ck_assert_int_eq(pool_take(&pool), -1);
	pool_release(&pool, claimed);
	ck_assert(!pool_has(&pool, inet_addr("10.1.0.7")));
	ck_assert_int_ge(pool_take(&pool), 0);
	pool_free(&pool);
}
END_TEST

START_TEST(reserved_is_not_given_out)
{
	struct pool pool = pool_of("localip 10.0.0.1\nremoteip 10.1.0.1-3\n");

	ck_assert(pool_reserve(&pool, "10.1.0.1"));
	ck_assert(pool_reserve(&pool, "10.1.0.1"));
	ck_assert(!pool_has(&pool, inet_addr("10.9.0.1")));
	ck_assert(pool_reserve(&pool, "10.9.0.1"));
	ck_assert(pool_has(&pool, inet_addr("10.9.0.1")));
	ck_assert_int_eq(pool_take(&pool), -1);	/* three calls, three slots */
	pool_unreserve(&pool, "10.1.0.1");
	ck_assert_int_eq(pool_claim(&pool, NULL, "10.1.0.1"), POOL_TAKEN);
	ck_assert_int_eq(pool_claim(&pool, NULL, "10.9.0.1"), POOL_TAKEN);
	take(&pool, "10.1.0.2");
	take(&pool, NULL);
	pool_unreserve(&pool, "10.1.0.1");
	take(&pool, "10.1.0.1");
	pool_unreserve(&pool, "10.9.0.1");
	ck_assert(!pool_has(&pool, inet_addr("10.9.0.1")));
	take(&pool, "10.1.0.3");
	pool_free(&pool);

	pool = pool_of("delegate\nconnections 2\n");
	ck_assert(pool_reserve(&pool, NULL));
	ck_assert(pool_reserve(&pool, ""));
	ck_assert_int_eq(pool_take(&pool), -1);
	pool_unreserve(&pool, NULL);
	ck_assert_int_eq(pool_take(&pool), 0);
	pool_free(&pool);
}
END_TEST

START_TEST(reserved_stays_when_the_pool_changes)
{
	struct pool pool = pool_of("localip 10.0.0.1\nremoteip 10.1.0.1-3\n");

	ck_assert(pool_reserve(&pool, "10.2.0.1"));
	change(&pool, "localip 10.0.0.1\nremoteip 10.2.0.1-3\n");
	take(&pool, "10.2.0.2");
	take(&pool, "10.2.0.3");
	take(&pool, NULL);
	pool_unreserve(&pool, "10.2.0.1");
	take(&pool, "10.2.0.1");
	pool_free(&pool);
}
END_TEST

#define REMOTES	64

/* All that can happen, at random: no address with two, none is lost. */
START_TEST(random_changes)
{
	struct pool pool = pool_of("localip 10.0.0.1\nremoteip 10.1.0.1-9\n");
	int holder[REMOTES], calls = 0, slot, first = 1, last = 9;
	unsigned seed = 815, n;
	char text[80], addr[16];

	for (n = 0; n < REMOTES; n++)
		holder[n] = -1;
	for (int i = 0; i < 30000; i++) {
		seed = seed * 1103515245 + 12345;
		n = (seed >> 16) % REMOTES;
		snprintf(addr, sizeof(addr), "10.1.0.%u", n);
		switch ((seed >> 8) % 16) {
		case 0:
			first = (int)n > 0 ? (int)n : 1;
			last = first + (int)(seed >> 24) % 20;
			if (last >= REMOTES)
				last = REMOTES - 1;
			snprintf(text, sizeof(text), "localip 10.0.0.%u\n"
			    "remoteip 10.1.0.%d-%d\n", n + 100, first, last);
			change(&pool, first == last ? "delegate\n" : text);
			break;
		case 1:
			slot = pool_claim(&pool, "10.0.0.1", addr);
			ck_assert((slot == POOL_TAKEN) == (holder[n] != -1));
			if (slot >= 0) {
				holder[n] = slot;
				calls++;
			}
			break;
		case 2: case 3: case 4: case 5: case 6: case 7:
			slot = pool_take(&pool);
			if (pool.delegate) {
				pool_release(&pool, slot);
				break;
			}
			if (slot == -1) {
				ck_assert(calls > last - first);
				break;
			}
			n = ntohl(inet_addr(pool_remote(&pool, slot))) & 0xff;
			ck_assert((int)n >= first && (int)n <= last);
			ck_assert_int_eq(holder[n], -1);
			holder[n] = slot;
			calls++;
			break;
		default:
			if (holder[n] == -1)
				break;
			ck_assert_str_eq(pool_remote(&pool, holder[n]), addr);
			pool_release(&pool, holder[n]);
			holder[n] = -1;
			calls--;
			break;
		}
		ck_assert_int_eq(pool.taken, calls);
	}
	pool_free(&pool);
}
END_TEST

static void
tests(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_test(t, gives_lowest_free);
	tcase_add_test(t, fewer_addresses_than_connections);
	tcase_add_test(t, smaller_list_counts);
	tcase_add_test(t, delegate_with_many);
	tcase_add_test(t, delegate_without_limit);
	tcase_add_test(t, delegate_with_limit);
	tcase_add_test(t, none_at_all);
	tcase_add_test(t, one_end_only);
	tcase_add_test(t, random_take_and_release);
	tcase_add_test(t, an_address_that_is_leased_is_passed_over);
	tcase_add_test(t, addresses_of_named_pools_are_no_clients);
	tcase_add_test(t, t31_addresses_of_tunnels_are_known);
	tcase_add_test(t, fl8_pool_grows);
	tcase_add_test(t, fl8_pool_shrinks);
	tcase_add_test(t, fl8_connections_shrink);
	tcase_add_test(t, changed_pool_gives_no_address_twice);
	tcase_add_test(t, address_comes_back);
	tcase_add_test(t, change_to_delegate_and_back);
	tcase_add_test(t, chosen_by_pppd);
	tcase_add_test(t, many_changes_do_not_grow_it);
	tcase_add_test(t, claims_its_address);
	tcase_add_test(t, claims_above_the_limit);
	tcase_add_test(t, reserved_is_not_given_out);
	tcase_add_test(t, reserved_stays_when_the_pool_changes);
	tcase_add_test(t, random_changes);
}

int
main(void)
{
	return unit_main("pool", tests);
}
