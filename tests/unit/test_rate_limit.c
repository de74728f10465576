/* Rates in the words of many vendors, and which direction each of them means. */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "rate_limit.h"
#include "unit.h"

#define M	UINT64_C(1000000)

static struct radius_out packet;
static struct rate_limits got;
static char fault[RATE_LIMIT_FAULT];

static void
is(const struct rate_limits *l, uint64_t down, uint64_t up)
{
	ck_assert_uint_eq(l->rate_down, down);
	ck_assert_uint_eq(l->rate_up, up);
	ck_assert(rate_limits_sane(l));
}

START_TEST(numbers)
{
	static const struct {
		const char *text;
		size_t	 len;
		uint64_t n;
	} rows[] = {
		{ "0", 1, 0 }, { "64k", 3, 64000 }, { "2M", 2, 2 * M },
		{ "2m/1", 2, 2 * M }, { "1G", 2, 1000 * M },
		{ "18446744073709551615", 20, UINT64_MAX },
		{ "18446744073709551616", 0, 0 },
		{ "18446744073709552k", 0, 0 }, { "", 0, 0 }, { "-1", 0, 0 },
		{ " 1", 0, 0 }, { "k", 0, 0 }
	};
	uint64_t n, a, b;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		n = 0;
		ck_assert_uint_eq(rate_number(rows[i].text, &n), rows[i].len);
		ck_assert_uint_eq(n, rows[i].n);
	}
	ck_assert_uint_eq(rate_pair("10M/2M x", &a, &b), 6);
	ck_assert_uint_eq(a, 10 * M);
	ck_assert_uint_eq(b, 2 * M);
	ck_assert_uint_eq(rate_pair("5k", &a, &b), 2);
	ck_assert_uint_eq(b, 5000);
	ck_assert_uint_eq(rate_pair("5k/", &a, &b), 0);
	ck_assert_uint_eq(rate_pair("/5k", &a, &b), 0);
}
END_TEST

START_TEST(of_the_configuration)
{
	static const char *const bad[] = { "", "fast", "10M/", "10M/x", "1",
	    "10M/1", "10M/2M/3M", "33G", "10M 2M", "10Mbit", "-5M" };
	char text[RATE_TEXT];

	ck_assert(rate_limits_read(&got, "10M/2M"));
	is(&got, 10 * M, 2 * M);
	rate_limits_text(&got, text);
	ck_assert_str_eq(text, "10000000/2000000");
	ck_assert(rate_limits_read(&got, "512k"));
	is(&got, 512000, 512000);
	ck_assert(rate_limits_read(&got, "10M/0"));
	is(&got, 10 * M, 0);
	ck_assert(rate_limits_read(&got, "none"));
	is(&got, 0, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_msg(!rate_limits_read(&got, bad[i]), "%s", bad[i]);
		is(&got, 0, 0);
	}
}
END_TEST

/* "rx" is what the router receives: the client's upload. */
START_TEST(mikrotik)
{
	ck_assert(rate_limit_mikrotik(&got, "128k/256k"));
	is(&got, 256000, 128000);
	ck_assert_uint_eq(got.burst_down, 0);
	ck_assert(rate_limit_mikrotik(&got, "64k"));
	is(&got, 64000, 64000);
	ck_assert(rate_limit_mikrotik(&got, " 1M/2M 2M/4M 1M/2M 8/16 5 1M/1M"));
	is(&got, 2 * M, M);
	ck_assert_uint_eq(got.peak_down, 4 * M);
	ck_assert_uint_eq(got.peak_up, 2 * M);
	/* 8 s of 2M over 4M: 8 s; 4M - 2M more than the rate. */
	ck_assert_uint_eq(got.burst_down, 8 * 2 * M / 8);
	ck_assert_uint_eq(got.burst_up, 4 * M / 8);
	/* Without a threshold it is the rate, and the time 1 s. */
	ck_assert(rate_limit_mikrotik(&got, "1M/1M 2M"));
	ck_assert_uint_eq(got.burst_down, M / 2 / 8);
	/* A burst that is none, no limit, and rates beyond what can be. */
	ck_assert(rate_limit_mikrotik(&got, "1M/1M 1M/500k"));
	ck_assert_uint_eq(got.peak_down, 0);
	ck_assert(rate_limit_mikrotik(&got, "0/0 1M/1M 1M/1M 10/10"));
	is(&got, 0, 0);
	ck_assert(rate_limit_mikrotik(&got, "1/100G 2/200G 1/1 3600/3600"));
	is(&got, RATE_MAX, RATE_MIN);
	ck_assert(rate_limit_mikrotik(&got, "8k/8k 32G/32G 32G/32G 3600/3600"));
	ck_assert_uint_eq(got.burst_up, RATE_BURST_MAX);
	ck_assert(rate_limits_sane(&got));
}
END_TEST

START_TEST(mikrotik_that_is_none)
{
	static const char *const bad[] = { "", "fast", "1M/", "1M/2M/3M",
	    "1M/2M x", "1M/2M 2M/4M 1M/2M 9999", "1M,2M", "-1/2", "1M/2Mbit",
	    "99999999999999999999/1" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!rate_limit_mikrotik(&got, bad[i]), "%s",
		    bad[i]);
}
END_TEST

START_TEST(cisco)
{
	static const char *const other[] = { "", "ip:addr-pool=gold",
	    "lcp:interface-config=ip unnumbered Loopback0",
	    "lcp:interface-config#1 rate-limit output 8000" };
	static const char *const bad[] = {
	    "lcp:interface-config#1=rate-limit both 8000",
	    "lcp:interface-config#1=rate-limit output fast",
	    "lcp:interface-config#1=rate-limit output access-group x 8000",
	    "lcp:interface-config#1=rate-limit" };
	bool fine;

	memset(&got, 0, sizeof(got));
	ck_assert(rate_limit_cisco(&got, "lcp:interface-config#1=rate-limit "
	    "output 512000 96000 192000 conform-action transmit", &fine));
	ck_assert(fine);
	ck_assert(rate_limit_cisco(&got, "lcp:interface-config=rate-limit "
	    "input access-group 101 256000", &fine));
	ck_assert(fine);
	is(&got, 512000, 256000);
	ck_assert_uint_eq(got.burst_down, 96000);
	ck_assert_uint_eq(got.burst_up, 0);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		ck_assert(!rate_limit_cisco(&got, other[i], &fine));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert(rate_limit_cisco(&got, bad[i], &fine));
		ck_assert(!fine);
	}
	is(&got, 512000, 256000);
}
END_TEST

START_TEST(filter)
{
	ck_assert(rate_limit_filter(&got, "2048/512"));
	is(&got, 2048000, 512000);
	ck_assert(rate_limit_filter(&got, "10M/2M"));
	is(&got, 10 * M, 2 * M);
	ck_assert(rate_limit_filter(&got, "18446744073709551615/8"));
	is(&got, RATE_MAX, RATE_MIN);
	/* Names of filters, which scripts know. */
	ck_assert(!rate_limit_filter(&got, "gold"));
	ck_assert(!rate_limit_filter(&got, "101"));
	ck_assert(!rate_limit_filter(&got, "10M/2M fast"));
	ck_assert(!rate_limit_filter(&got, "a/b"));
}
END_TEST

static void
put_number(uint32_t vendor, uint8_t type, uint32_t n)
{
	uint8_t octets[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16),
	    (uint8_t)(n >> 8), (uint8_t)n };

	radius_put_vendor(&packet, vendor, type, octets, sizeof(octets));
}

static void
put_text(uint32_t vendor, uint8_t type, const char *text)
{
	radius_put_vendor(&packet, vendor, type, text, strlen(text));
}

static void
begin(void)
{
	radius_begin(&packet, RADIUS_ACCESS_ACCEPT, 1, NULL);
}

static bool
read_it(void)
{
	memset(&got, 0xa5, sizeof(got));
	return rate_limit_read(&got, packet.buf, packet.len, fault);
}

START_TEST(dialects)
{
	begin();
	ck_assert(read_it());
	is(&got, 0, 0);
	put_number(10055, 1, 128);
	put_number(10055, 2, 256);
	ck_assert(read_it());
	is(&got, 256000, 128000);
	put_number(14559, 4, 300);
	ck_assert(read_it());
	is(&got, 0, 300000);
	put_number(14122, 7, 100000);
	put_number(14122, 8, UINT32_MAX);
	ck_assert(read_it());
	is(&got, UINT32_MAX, 100000);
	put_text(9, 1, "lcp:interface-config#1=rate-limit output 64000");
	ck_assert(read_it());
	is(&got, 64000, 0);
	put_text(14988, 8, "1M/2M");
	ck_assert(read_it());
	is(&got, 2 * M, M);
}
END_TEST

START_TEST(ascend)
{
	begin();
	put_number(529, 197, 64000);
	ck_assert(read_it());
	is(&got, 64000, 64000);
	put_number(529, 197, 32000);
	ck_assert(read_it());
	is(&got, 64000, 32000);
	begin();
	put_number(529, 255, 64000);
	put_number(529, 197, 32000);
	ck_assert(read_it());
	is(&got, 64000, 32000);
	begin();
	put_number(529, 197, 32000);
	put_number(529, 255, 64000);
	ck_assert(read_it());
	is(&got, 64000, 32000);
}
END_TEST

START_TEST(what_cannot_be_read_is_said)
{
	begin();
	put_text(14988, 8, "1M/fast");
	put_number(14122, 8, 64000);
	ck_assert(!read_it());
	ck_assert_str_eq(fault, "Mikrotik-Rate-Limit \"1M/fast\"");
	is(&got, 64000, 0);		/* the other still counts */
	begin();
	put_text(14988, 8, "1M/\n");
	ck_assert(!read_it());
	ck_assert_str_eq(fault, "Mikrotik-Rate-Limit \"\"");
	begin();
	put_text(9, 1, "lcp:interface-config#1=rate-limit output lots");
	ck_assert(!read_it());
	ck_assert_ptr_nonnull(strstr(fault, "output lots"));
	/* Numbers of other lengths are passed over, as elsewhere. */
	begin();
	put_text(14122, 8, "abc");
	ck_assert(read_it());
	is(&got, 0, 0);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, numbers);
	tcase_add_test(tc, of_the_configuration);
	tcase_add_test(tc, mikrotik);
	tcase_add_test(tc, mikrotik_that_is_none);
	tcase_add_test(tc, cisco);
	tcase_add_test(tc, filter);
	tcase_add_test(tc, dialects);
	tcase_add_test(tc, ascend);
	tcase_add_test(tc, what_cannot_be_read_is_said);
}

int
main(void)
{
	return unit_main("rate_limit", add);
}
