/* Messages out of a stream of octets: split anywhere, the same messages. */
/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "state/stream.h"
#include "unit.h"

/* An Echo-Request with identifier id (RFC 2637 2.5). */
static size_t
echo(uint8_t *buf, uint32_t id)
{
	struct pptp_msg m = { .type = PPTP_ECHORQ };

	m.u.echo.id = id;
	return pptp_msg_encode(buf, PPTP_MSG_MAX, &m);
}

/* Octets with a Length, a cookie and nothing else of interest. */
static void
head(uint8_t *buf, size_t size, uint16_t length, uint32_t magic)
{
	struct wire_writer w;

	wire_writer_init(&w, buf, size);
	wire_put_u16(&w, length);
	wire_put_u16(&w, 1);
	wire_put_u32(&w, magic);
}

START_TEST(one_octet_at_a_time)
{
	struct stream s;
	uint8_t buf[PPTP_MSG_MAX];
	size_t n = echo(buf, 7), msg_len = 0;

	stream_init(&s);
	for (size_t i = 0; i < n; i++) {
		const uint8_t *p = buf + i;
		size_t len = 1;
		enum stream_result r = stream_next(&s, &p, &len, &msg_len);

		ck_assert_uint_eq(len, 0);
		ck_assert_int_eq(r, i + 1 < n ? STREAM_MORE : STREAM_MESSAGE);
	}
	ck_assert_uint_eq(msg_len, n);
	ck_assert_mem_eq(s.buf, buf, n);
}
END_TEST

/* Three messages and a half, cut in two at every place. */
START_TEST(coalesced_and_cut)
{
	uint8_t all[4 * PPTP_MSG_MAX];
	size_t total = 0;

	for (uint32_t id = 0; id < 4; id++)
		total += echo(all + total, id);
	total -= 5;
	for (size_t cut = 0; cut <= total; cut++) {
		struct stream s;
		const uint8_t *parts[2] = { all, all + cut };
		size_t lens[2] = { cut, total - cut }, msg_len;
		uint32_t seen = 0;

		stream_init(&s);
		for (int i = 0; i < 2; i++) {
			while (lens[i] > 0 && stream_next(&s, &parts[i],
			    &lens[i], &msg_len) == STREAM_MESSAGE) {
				ck_assert_uint_eq(msg_len, 16);
				ck_assert_uint_eq(s.buf[15], seen);
				seen++;
			}
		}
		ck_assert_uint_eq(seen, 3);
		ck_assert_uint_eq(s.have, 11);
	}
}
END_TEST

/* CVE-2003-0213: a Length below the header must never be read by. */
START_TEST(bad_length_is_seen_before_the_body)
{
	static const uint16_t bad[] = { 0, 1, 2, 7, 8, 11, 221, 1500, 32767,
	    32768, 65535 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct stream s;
		uint8_t buf[8];
		const uint8_t *p = buf;
		size_t len = sizeof(buf), msg_len;

		head(buf, sizeof(buf), bad[i], PPTP_MAGIC);
		stream_init(&s);
		ck_assert_int_eq(stream_next(&s, &p, &len, &msg_len),
		    STREAM_BAD_LENGTH);
		ck_assert_uint_eq(len, sizeof(buf) - 2);
	}
}
END_TEST

START_TEST(bad_magic_is_seen_before_the_body)
{
	struct stream s;
	uint8_t buf[8];
	const uint8_t *p = buf;
	size_t len = sizeof(buf), msg_len;

	head(buf, sizeof(buf), 156, PPTP_MAGIC + 1);
	stream_init(&s);
	ck_assert_int_eq(stream_next(&s, &p, &len, &msg_len),
	    STREAM_BAD_MAGIC);
}
END_TEST

START_TEST(longest_and_shortest)
{
	static const uint16_t good[] = { 12, 13, 219, 220 };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct stream s;
		uint8_t buf[PPTP_MSG_MAX];
		const uint8_t *p = buf;
		size_t len = good[i], msg_len;

		head(buf, sizeof(buf), good[i], PPTP_MAGIC);
		stream_init(&s);
		ck_assert_int_eq(stream_next(&s, &p, &len, &msg_len),
		    STREAM_MESSAGE);
		ck_assert_uint_eq(msg_len, good[i]);
		ck_assert_uint_eq(len, 0);
	}
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_test(tc, one_octet_at_a_time);
	tcase_add_test(tc, coalesced_and_cut);
	tcase_add_test(tc, bad_length_is_seen_before_the_body);
	tcase_add_test(tc, bad_magic_is_seen_before_the_body);
	tcase_add_test(tc, longest_and_shortest);
}

int
main(void)
{
	return unit_main("stream", tests);
}
