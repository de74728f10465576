/* Files of traces: blocks, headers that are put back, base64. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/wire.h"
#include "ctl/pcapng.h"
#include "ctl/trace_frame.h"
#include "prng.h"
#include "unit.h"

static struct pcapng_block b;

static void
is(const uint8_t *octets, size_t len)
{
	ck_assert_uint_eq(b.len, len);
	for (size_t i = 0; i < len; i++)
		ck_assert_msg(b.octets[i] == octets[i], "octet %zu: %02x", i,
		    b.octets[i]);
}

START_TEST(section)
{
	static const uint8_t octets[] = {
		0x0a, 0x0d, 0x0d, 0x0a, 0, 0, 0, 52, 0x1a, 0x2b, 0x3c, 0x4d,
		0, 1, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255,
		0, 1, 0, 5, 'h', 'e', 'l', 'l', 'o', 0, 0, 0,
		0, 4, 0, 4, 'p', 'r', 'o', 'g',
		0, 0, 0, 0, 0, 0, 0, 52
	};

	pcapng_section(&b, "prog", "hello");
	is(octets, sizeof(octets));
}
END_TEST

START_TEST(interface)
{
	static const uint8_t octets[] = {
		0, 0, 0, 1, 0, 0, 0, 32, 0, 101, 0, 0, 0, 0, 0, 0,
		0, 2, 0, 3, 'g', 'r', 'e', 0, 0, 0, 0, 0, 0, 0, 0, 32
	};

	pcapng_interface(&b, PCAPNG_RAW, "gre");
	is(octets, sizeof(octets));
}
END_TEST

START_TEST(packet)
{
	static const uint8_t octets[] = {
		0, 0, 0, 6, 0, 0, 0, 64, 0, 0, 0, 1,
		0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0,
		0, 0, 0, 5, 0, 0, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0,
		0, 2, 0, 4, 0, 0, 0, 2, 0, 4, 0, 8, 0, 0, 0, 0, 0, 0, 0, 9,
		0, 0, 0, 0, 0, 0, 0, 64
	};
	static const uint8_t head[] = { 1, 2 }, data[] = { 3, 4, 5 };

	ck_assert(pcapng_packet(&b, 1, 0x123456789abcdef0, true, 9, head, 2,
	    data, 3));
	is(octets, sizeof(octets));
}
END_TEST

START_TEST(a_packet_that_is_too_long)
{
	static uint8_t data[PCAPNG_BLOCK_MAX];

	ck_assert(!pcapng_packet(&b, 0, 0, false, 0, NULL, 0, data,
	    sizeof(data) - 30));
	ck_assert(pcapng_packet(&b, 0, 0, false, 0, NULL, 0, data, 16384));
}
END_TEST

START_TEST(statistics)
{
	pcapng_statistics(&b, 1, 1, 0x0102, 0x0304, NULL);
	ck_assert_uint_eq(b.len, 52);
	ck_assert_int_eq(memcmp(b.octets + 20, "\0\4\0\10\0\0\0\0\0\0\1\2"
	    "\0\5\0\10\0\0\0\0\0\0\3\4\0\0\0\0", 28), 0);
}
END_TEST

/* --- headers ------------------------------------------------------------- */

/* Zero if the checksum in there is right (RFC 1071). */
static uint32_t
checksum(uint32_t sum, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum ^ 0xffff;
}

static struct trace_ends ends;

static void
setup(void)
{
	memset(&ends, 0, sizeof(ends));
	ends.client = inet_addr("198.51.100.20");
	ends.server = inet_addr("192.0.2.1");
	ends.client_port = 40000;
	ends.server_port = 1723;
}

START_TEST(gre_gets_an_ip_header)
{
	uint8_t head[TRACE_FRAME_MAX];
	uint32_t stranger = inet_addr("203.0.113.5");

	ck_assert_uint_eq(trace_frame_gre(&ends, true, ends.client, 100, head),
	    20);
	ck_assert_uint_eq(head[3], 120);
	ck_assert_uint_eq(head[9], 47);
	ck_assert_int_eq(memcmp(head + 12, &ends.server, 4), 0);
	ck_assert_int_eq(memcmp(head + 16, &ends.client, 4), 0);
	ck_assert_uint_eq(checksum(0, head, 20), 0);
	(void)trace_frame_gre(&ends, false, stranger, 100, head);
	ck_assert_int_eq(memcmp(head + 12, &stranger, 4), 0);
	ck_assert_int_eq(memcmp(head + 16, &ends.server, 4), 0);
}
END_TEST

START_TEST(messages_become_segments)
{
	uint8_t octets[TRACE_FRAME_MAX + 7];
	struct wire_reader r;

	memcpy(octets + 40, "message", 7);
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_eq(trace_frame_tcp(&ends, false, octets + 40, 7,
		    octets), 40);
		wire_reader_init(&r, octets + 20, 12);
		ck_assert_uint_eq(wire_get_u16(&r), 40000);
		ck_assert_uint_eq(wire_get_u16(&r), 1723);
		ck_assert_uint_eq(wire_get_u32(&r), i == 0 ? 1 : 8);
		ck_assert_uint_eq(wire_get_u32(&r), 1);
		ck_assert_uint_eq(checksum(0, octets, 20), 0);
		ck_assert_uint_eq(checksum(checksum(6 + 27, octets + 12, 8) ^
		    0xffff, octets + 20, 27), 0);
	}
	(void)trace_frame_tcp(&ends, true, octets + 40, 7, octets);
	wire_reader_init(&r, octets + 20, 12);
	ck_assert_uint_eq(wire_get_u16(&r), 1723);
	(void)wire_get_u16(&r);
	ck_assert_uint_eq(wire_get_u32(&r), 1);
	ck_assert_uint_eq(wire_get_u32(&r), 15);
}
END_TEST

/* --- base64 -------------------------------------------------------------- */

/* The examples of RFC 4648 section 10. */
START_TEST(base64_of_the_rfc)
{
	static const char *const all[][2] = { { "", "" }, { "f", "Zg==" },
	    { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
	    { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" } };
	uint8_t octets[8];
	char text[16];
	size_t n;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		size_t len = strlen(all[i][0]);

		memset(text, 0, sizeof(text));
		base64_encode(text, (const uint8_t *)all[i][0], len);
		ck_assert_str_eq(text, all[i][1]);
		ck_assert_uint_eq(BASE64_LEN(len), strlen(text));
		ck_assert(base64_decode(octets, sizeof(octets), &n, text,
		    strlen(text)));
		ck_assert_uint_eq(n, len);
		ck_assert_int_eq(memcmp(octets, all[i][0], len), 0);
	}
}
END_TEST

START_TEST(no_base64)
{
	static const char *const bad[] = { "Z", "Zg=", "Z===", "====", "Zg==Zg=",
	    "Zm9v\n", "Zm 9v", "Zg=a", "\xc3\xa4zz" };
	uint8_t octets[3];
	size_t n;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!base64_decode(octets, sizeof(octets), &n,
		    bad[i], strlen(bad[i])), "%s", bad[i]);
	ck_assert(!base64_decode(octets, 2, &n, "Zm9v", 4));
	ck_assert(base64_decode(octets, 3, &n, "Zm9v", 4));
}
END_TEST

START_TEST(base64_there_and_back)
{
	uint8_t octets[64], back[64];
	char text[BASE64_LEN(64)];
	size_t n;

	for (int i = 0; i < 1000; i++) {
		size_t len = prng() % (sizeof(octets) + 1);

		for (size_t k = 0; k < len; k++)
			octets[k] = (uint8_t)prng();
		base64_encode(text, octets, len);
		ck_assert(base64_decode(back, sizeof(back), &n, text,
		    BASE64_LEN(len)));
		ck_assert_uint_eq(n, len);
		ck_assert_int_eq(memcmp(octets, back, len), 0);
	}
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, section);
	tcase_add_test(tc, interface);
	tcase_add_test(tc, packet);
	tcase_add_test(tc, a_packet_that_is_too_long);
	tcase_add_test(tc, statistics);
	tcase_add_test(tc, gre_gets_an_ip_header);
	tcase_add_test(tc, messages_become_segments);
	tcase_add_test(tc, base64_of_the_rfc);
	tcase_add_test(tc, no_base64);
	tcase_add_test(tc, base64_there_and_back);
}

int
main(void)
{
	return unit_main("pcapng", tests);
}
