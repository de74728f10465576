/* Networks whose GRE never gets through: which are kept, and for how long. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <string.h>

#include "prng.h"
#include "state/vain_networks.h"
#include "unit.h"

static struct vain_networks v;

static uint32_t
addr(unsigned int net, unsigned int host)
{
	return htonl(0xC6330000U + (net << 8) + host);
}

static void
ended(unsigned int net, unsigned int host, enum diagnosis_verdict verdict,
    bool through, uint64_t now)
{
	vain_networks_ended(&v, addr(net, host), verdict, through, now);
}

/* How many there are; they come in their order. */
static unsigned int
count(void)
{
	const struct vain_network *n;
	uint64_t last = UINT64_MAX, before = UINT64_MAX;
	uint32_t net = 0;
	unsigned int found = 0;

	while ((n = vain_networks_next(&v, &last, &net)) != NULL) {
		ck_assert(n->last_s <= before);
		before = n->last_s;
		found++;
		ck_assert_uint_le(found, VAIN_NETWORKS);
	}
	return found;
}

static const struct vain_network *
first(void)
{
	uint64_t last = UINT64_MAX;
	uint32_t net = 0;

	return vain_networks_next(&v, &last, &net);
}

START_TEST(clients_of_one_network_are_counted_together)
{
	ended(1, 7, DIAGNOSIS_NO_GRE, false, 100);
	ended(1, 9, DIAGNOSIS_NOT_HEARD, false, 130);
	ended(2, 9, DIAGNOSIS_UNKNOWN_ID, false, 120);
	ck_assert_uint_eq(count(), 2);
	ck_assert_uint_eq(first()->net, addr(1, 0));
	ck_assert_uint_eq(first()->calls, 2);
	ck_assert_uint_eq(first()->first_s, 100);
	ck_assert_uint_eq(first()->last_s, 130);
	ck_assert_uint_eq(first()->verdict, DIAGNOSIS_NOT_HEARD);
}
END_TEST

START_TEST(one_call_that_gets_through_is_enough)
{
	ended(1, 7, DIAGNOSIS_NO_GRE, false, 100);
	ended(1, 8, DIAGNOSIS_NONE, false, 110);	/* it says nothing */
	ck_assert_uint_eq(count(), 1);
	ended(2, 8, DIAGNOSIS_NONE, true, 110);		/* another's */
	ck_assert_uint_eq(count(), 1);
	ended(1, 8, DIAGNOSIS_NONE, true, 120);
	ck_assert_uint_eq(count(), 0);
	ended(1, 7, DIAGNOSIS_NO_GRE, false, 130);
	ck_assert_uint_eq(first()->calls, 1);
	ck_assert_uint_eq(first()->first_s, 130);
	/* A wrong password has come by GRE. */
	ended(1, 9, DIAGNOSIS_AUTH_REFUSED, false, 140);
	ck_assert_uint_eq(count(), 0);
}
END_TEST

START_TEST(memory_is_bounded_and_the_oldest_goes)
{
	for (unsigned int net = 1; net <= VAIN_NETWORKS + 20; net++)
		ended(net, 1, DIAGNOSIS_NO_GRE, false, 1000 + net);
	ck_assert_uint_eq(count(), VAIN_NETWORKS);
	ck_assert_uint_eq(first()->net, addr(VAIN_NETWORKS + 20, 0));
	for (unsigned int i = 0; i < VAIN_NETWORKS; i++)
		ck_assert_uint_gt(ntohl(v.entry[i].net), ntohl(addr(20, 0)));
}
END_TEST

START_TEST(all_at_one_moment_are_told_apart)
{
	for (unsigned int net = 1; net <= 50; net++)
		ended(net, 1, DIAGNOSIS_NO_GRE, false, 1000);
	ck_assert_uint_eq(count(), 50);
}
END_TEST

START_TEST(a_clock_that_is_set_back)
{
	ended(1, 1, DIAGNOSIS_NO_GRE, false, 1000);
	ended(1, 1, DIAGNOSIS_NO_GRE, false, 10);
	ck_assert_uint_eq(first()->first_s, 10);
	ck_assert_uint_eq(first()->last_s, 10);
	ck_assert_uint_eq(first()->calls, 2);
	vain_networks_use(&v);
	ck_assert_uint_eq(count(), 1);
}
END_TEST

/* Of a clock that was wrong, or of an engine that a peer had taken over. */
START_TEST(what_lies_in_the_future_does_not_stay)
{
	for (unsigned int net = 1; net <= VAIN_NETWORKS; net++)
		ended(net, 1, DIAGNOSIS_NO_GRE, false, INT64_MAX);
	vain_networks_use(&v);
	for (unsigned int net = 201; net <= 203; net++)
		ended(net, 1, DIAGNOSIS_NO_GRE, false, 800 + net);
	ck_assert_uint_eq(count(), 3);
	ck_assert_uint_eq(first()->net, addr(203, 0));
}
END_TEST

START_TEST(nonsense_does_no_harm)
{
	uint8_t *p = (uint8_t *)&v;

	for (int round = 0; round < 50; round++) {
		for (size_t i = 0; i < sizeof(v); i++)
			p[i] = (uint8_t)prng();
		(void)first();
		vain_networks_use(&v);
		for (int i = 0; i < VAIN_NETWORKS; i++) {
			const struct vain_network *n = &v.entry[i];

			ck_assert(n->net == 0 || (n->calls > 0 &&
			    n->first_s <= n->last_s));
		}
		(void)count();
		ended(1, 1, DIAGNOSIS_NO_GRE, false, 1000);
		ck_assert_uint_ge(count(), 1);
	}
}
END_TEST

static void
setup(void)
{
	memset(&v, 0, sizeof(v));
}

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, clients_of_one_network_are_counted_together);
	tcase_add_test(tc, one_call_that_gets_through_is_enough);
	tcase_add_test(tc, memory_is_bounded_and_the_oldest_goes);
	tcase_add_test(tc, all_at_one_moment_are_told_apart);
	tcase_add_test(tc, a_clock_that_is_set_back);
	tcase_add_test(tc, what_lies_in_the_future_does_not_stay);
	tcase_add_test(tc, nonsense_does_no_harm);
}

int
main(void)
{
	return unit_main("vain_networks", add);
}
