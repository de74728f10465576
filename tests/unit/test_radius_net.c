/* Routes, prefixes and quotas as servers say them. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "radius_net.h"
#include "unit.h"

static struct radius_out packet;
static struct aaa_reply got;
static char fault[RADIUS_NET_FAULT];

START_TEST(routes)
{
	static const struct {
		const char *text;
		uint32_t net;
		uint8_t	 bits;
		uint32_t metric;
	} good[] = {
		{ "10.40.0.0/16 0.0.0.0 1", 0x0a280000, 16, 1 },
		{ "10.40.0.0/16 10.9.8.7 5 6 7", 0x0a280000, 16, 5 },
		{ "192.0.2.0/24", 0xc0000200, 24, 0 },
		{ "192.0.2.0 0.0.0.0", 0xc0000200, 24, 0 },
		{ "172.16.0.0", 0xac100000, 16, 0 },
		{ "10.0.0.0", 0x0a000000, 8, 0 },
		{ " 192.0.2.7/32  0.0.0.0  2147483647", 0xc0000207, 32,
		    INT32_MAX }
	};
	static const char *const bad[] = { "", "/24", "0.0.0.0/0", "10/8",
	    "192.0.2.0/33", "192.0.2.0/", "192.0.2.1/24", "192.0.2.0/-1",
	    "127.0.0.1/32", "224.0.0.0/8", "192.0.2.0/24 gate 1",
	    "192.0.2.0/24 0.0.0.0 x", "192.0.2.0/24 0.0.0.0 2147483648",
	    "192.0.2.0/24x", "192.0.2.000000000000/24",
	    "192.0.2.0/24 0.0.0.0 1;reboot", "2001:db8::/32" };
	struct aaa_route r;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ck_assert_msg(radius_net_route(&r, good[i].text), "%s",
		    good[i].text);
		ck_assert_uint_eq(ntohl(r.net), good[i].net);
		ck_assert_uint_eq(r.bits, good[i].bits);
		ck_assert_uint_eq(r.metric, good[i].metric);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!radius_net_route(&r, bad[i]), "%s", bad[i]);
}
END_TEST

static void
begin(void)
{
	radius_begin(&packet, RADIUS_ACCESS_ACCEPT, 1, NULL);
}

static bool
read_it(void)
{
	memset(&got, 0xa5, sizeof(got));
	return radius_net_read(&got, packet.buf, packet.len, fault);
}

static void
put_number(uint32_t vendor, uint8_t type, uint32_t n)
{
	n = htonl(n);
	if (vendor == 0)
		radius_put(&packet, type, &n, sizeof(n));
	else
		radius_put_vendor(&packet, vendor, type, &n, sizeof(n));
}

START_TEST(many_routes)
{
	char text[RADIUS_VALUE_MAX + 1];

	begin();
	for (int i = 0; i <= AAA_ROUTES_MAX; i++) {
		snprintf(text, sizeof(text), "10.%d.0.0/16 0.0.0.0 %d", i, i);
		radius_put_text(&packet, RADIUS_FRAMED_ROUTE, text);
	}
	ck_assert(!read_it());
	ck_assert_uint_eq(got.nroutes, AAA_ROUTES_MAX);
	ck_assert_uint_eq(got.routes[31].metric, 31);
	ck_assert_str_eq(fault,
	    "one Framed-Route too many, \"10.32.0.0/16 0.0.0.0 32\"");
	/* One that is none does not cost the others. */
	begin();
	radius_put_text(&packet, RADIUS_FRAMED_ROUTE, "a\nb");
	radius_put_text(&packet, RADIUS_FRAMED_ROUTE, "192.0.2.0/24");
	ck_assert(!read_it());
	ck_assert_str_eq(fault, "Framed-Route \"a?b\"");
	ck_assert_uint_eq(got.nroutes, 1);
}
END_TEST

START_TEST(ipv6)
{
	begin();
	radius_put(&packet, RADIUS_FRAMED_IPV6_PREFIX,
	    "\0\x30\x20\x01\x0d\xb8\0\1", 8);
	radius_put(&packet, RADIUS_DELEGATED_IPV6_PREFIX,
	    "\0\x40\x20\x01\x0d\xb8\0\2\0\0\0\0\0\0\0\0\0\0", 18);
	radius_put(&packet, RADIUS_FRAMED_INTERFACE_ID, "\0\0\0\0\0\0\0\2", 8);
	ck_assert(read_it());
	ck_assert_uint_eq(got.nprefixes, 2);
	ck_assert_uint_eq(got.prefixes[0].bits, 48);
	ck_assert_mem_eq(got.prefixes[0].net, "\x20\x01\x0d\xb8\0\1\0", 7);
	ck_assert(got.has_ifid);
	/* Octets are missing, link-local, too many of them. */
	begin();
	radius_put(&packet, RADIUS_FRAMED_IPV6_PREFIX, "\0\x30\x20\x01", 4);
	ck_assert(!read_it());
	begin();
	radius_put(&packet, RADIUS_FRAMED_IPV6_PREFIX, "\0\x10\xfe\x80", 4);
	ck_assert(!read_it());
	ck_assert_str_eq(fault, "Framed-IPv6-Prefix \"fe80::\"");
	begin();
	for (int i = 0; i <= AAA_PREFIXES_MAX; i++)
		radius_put(&packet, RADIUS_FRAMED_IPV6_PREFIX,
		    "\0\x10\x20\x01", 4);
	ck_assert(!read_it());
	ck_assert_uint_eq(got.nprefixes, AAA_PREFIXES_MAX);
	begin();
	radius_put(&packet, RADIUS_FRAMED_INTERFACE_ID, "\0\0\0\0\0\0\0\0", 8);
	ck_assert(!read_it());
	ck_assert(!got.has_ifid);
}
END_TEST

START_TEST(quotas)
{
	begin();
	ck_assert(read_it());
	ck_assert_uint_eq(got.quota.in + got.quota.out + got.quota.total, 0);
	put_number(14988, 1, 100);		/* received by the router */
	put_number(14988, 15, 1);
	put_number(14988, 17, 7);
	put_number(14988, 18, 3);
	ck_assert(read_it());
	ck_assert_uint_eq(got.quota.in, 100);
	ck_assert_uint_eq(got.quota.out, UINT64_C(1) << 32);
	ck_assert_uint_eq(got.quota.total, (UINT64_C(3) << 32) + 7);
	/* pppd's own; the smaller one counts. */
	put_number(0, 227, 50);
	ck_assert(read_it());
	ck_assert_uint_eq(got.quota.total, 50);
	put_number(0, 228, 1);
	ck_assert(read_it());
	ck_assert_uint_eq(got.quota.in, 50);
	ck_assert_uint_eq(got.quota.total, (UINT64_C(3) << 32) + 7);
	begin();
	put_number(14559, 3, 9);
	put_number(14559, 22, 1);
	ck_assert(read_it());
	ck_assert_uint_eq(got.quota.total, 9);
	ck_assert_uint_eq(got.quota.out, UINT64_C(1) << 32);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, routes);
	tcase_add_test(tc, many_routes);
	tcase_add_test(tc, ipv6);
	tcase_add_test(tc, quotas);
}

int
main(void)
{
	return unit_main("radius_net", add);
}
