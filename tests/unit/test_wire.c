/* Bounded reader and writer: the ends, the sticky error, nothing unwritten. */
/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/fnv.h"
#include "base/wire.h"
#include "unit.h"

static const uint8_t octets[] = { 0x80, 0x01, 0xfe, 0x7f, 0x00, 0xff, 0x12,
	0x34 };

START_TEST(addresses_as_text)
{
	static const uint8_t dotted[4] = { 198, 51, 100, 7 };
	uint32_t addr;
	char text[ADDR_TEXT];

	memcpy(&addr, dotted, sizeof(addr));
	ck_assert_str_eq(addr_text(addr, text), "198.51.100.7");
	ck_assert_str_eq(addr_text(0, text), "0.0.0.0");
	ck_assert_str_eq(addr_text(UINT32_MAX, text), "255.255.255.255");
}
END_TEST

/* Published values of FNV-1a with 32 bits. */
START_TEST(sums)
{
	ck_assert_uint_eq(fnv1a(FNV_BASIS, "", 0), 0x811c9dc5);
	ck_assert_uint_eq(fnv1a(FNV_BASIS, "a", 1), 0xe40c292c);
	ck_assert_uint_eq(fnv1a(FNV_BASIS, "foobar", 6), 0xbf9cf968);
	ck_assert_uint_eq(fnv1a(fnv1a(FNV_BASIS, "foo", 3), "bar", 3),
	    0xbf9cf968);
}
END_TEST

START_TEST(reads_big_endian)
{
	struct wire_reader r;

	wire_reader_init(&r, octets, sizeof(octets));
	ck_assert_uint_eq(wire_get_u8(&r), 0x80);
	ck_assert_uint_eq(wire_get_u16(&r), 0x01fe);
	ck_assert_uint_eq(wire_get_u32(&r), 0x7f00ff12);
	ck_assert_uint_eq(r.left, 1);
	ck_assert_uint_eq(wire_get_u8(&r), 0x34);
	ck_assert(!r.bad);
	ck_assert_uint_eq(r.left, 0);

	wire_reader_init(&r, octets, sizeof(octets));
	ck_assert_uint_eq(wire_get_u32(&r), 0x8001fe7f);
	ck_assert_uint_eq(wire_get_u16(&r), 0x00ff);
	ck_assert(!r.bad);
}
END_TEST

START_TEST(numbers_of_eight_octets_and_addresses)
{
	const uint8_t want[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 10, 0, 0, 2 };
	struct wire_reader r;
	struct wire_writer w;
	uint8_t buf[12];
	uint32_t addr;

	memcpy(&addr, want + 8, sizeof(addr));	/* in network order */
	wire_writer_init(&w, buf, sizeof(buf));
	wire_put_u64(&w, UINT64_C(0x0102030405060708));
	wire_put_addr(&w, addr);
	ck_assert(!w.bad);
	ck_assert_mem_eq(buf, want, sizeof(want));
	wire_put_u64(&w, 1);
	ck_assert(w.bad);
	wire_reader_init(&r, buf, sizeof(buf));
	ck_assert_uint_eq(wire_get_u64(&r), UINT64_C(0x0102030405060708));
	ck_assert_uint_eq(wire_get_addr(&r), addr);
	ck_assert(!r.bad);

	/* One octet too few: nothing is read of it, nothing is written. */
	wire_reader_init(&r, buf, 7);
	ck_assert_uint_eq(wire_get_u64(&r), 0);
	ck_assert(r.bad);
	ck_assert_uint_eq(r.left, 7);
	memset(buf, 0xa5, sizeof(buf));
	wire_writer_init(&w, buf, 7);
	wire_put_u64(&w, UINT64_MAX);
	ck_assert(w.bad);
	ck_assert_mem_eq(buf, "\0\0\0\0\0\0\0\xa5", 8);
}
END_TEST

START_TEST(reads_bytes_and_skips)
{
	struct wire_reader r;
	uint8_t buf[4] = { 9, 9, 9, 9 };

	wire_reader_init(&r, octets, sizeof(octets));
	wire_skip(&r, 2);
	wire_get_bytes(&r, buf, 3);
	ck_assert_mem_eq(buf, "\xfe\x7f\x00\x09", 4);
	wire_skip(&r, 3);
	ck_assert(!r.bad);
	ck_assert_uint_eq(r.left, 0);
	wire_skip(&r, 0);
	wire_get_bytes(&r, buf, 0);
	ck_assert(!r.bad);
	ck_assert_uint_eq(buf[0], 0xfe);
}
END_TEST

/* From memory that ends where the reader ends: sanitizers see an overrun. */
START_TEST(getter_never_passes_the_end)
{
	static const size_t widths[] = { 1, 2, 4, 7 };
	size_t len = (size_t)_i, i, width;
	uint8_t *p = malloc(len > 0 ? len : 1), buf[7];
	struct wire_reader r;
	uint32_t got;

	ck_assert_ptr_nonnull(p);
	memset(p, 0xff, len > 0 ? len : 1);
	for (i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		width = widths[i];
		wire_reader_init(&r, p, len);
		memset(buf, 0xff, sizeof(buf));
		if (width == 1)
			got = wire_get_u8(&r);
		else if (width == 2)
			got = wire_get_u16(&r);
		else if (width == 4)
			got = wire_get_u32(&r);
		else {
			wire_get_bytes(&r, buf, width);
			got = buf[0] | buf[6];
		}
		ck_assert_int_eq(r.bad, width > len);
		ck_assert_uint_eq(r.left, width > len ? len : len - width);
		if (width > len)
			ck_assert_uint_eq(got, 0);
		else
			ck_assert_uint_ne(got, 0);

		wire_reader_init(&r, p, len);
		wire_skip(&r, width);
		ck_assert_int_eq(r.bad, width > len);
	}
	free(p);
}
END_TEST

/* A shorter field is not read where a longer one was missing. */
START_TEST(read_error_is_sticky)
{
	struct wire_reader r;
	uint8_t buf[2] = { 9, 9 };

	wire_reader_init(&r, octets, 3);
	ck_assert_uint_eq(wire_get_u32(&r), 0);
	ck_assert(r.bad);
	ck_assert_uint_eq(wire_get_u8(&r), 0);
	ck_assert_uint_eq(wire_get_u16(&r), 0);
	wire_get_bytes(&r, buf, sizeof(buf));
	ck_assert_mem_eq(buf, "\0\0", 2);
	wire_skip(&r, 0);
	ck_assert(r.bad);
	ck_assert_uint_eq(r.left, 3);
	ck_assert_ptr_eq(r.p, octets);
}
END_TEST

START_TEST(huge_lengths_do_not_wrap)
{
	struct wire_reader r;
	struct wire_writer w;
	uint8_t buf[4];

	wire_reader_init(&r, octets, sizeof(octets));
	wire_skip(&r, 1);
	wire_skip(&r, SIZE_MAX);
	ck_assert(r.bad);
	ck_assert_uint_eq(r.left, sizeof(octets) - 1);

	wire_writer_init(&w, buf, sizeof(buf));
	wire_put_u8(&w, 1);
	wire_put_zero(&w, SIZE_MAX);
	ck_assert(w.bad);
	ck_assert_uint_eq(w.len, 1);
}
END_TEST

START_TEST(no_buffer_at_all)
{
	struct wire_reader r;
	struct wire_writer w;

	wire_reader_init(&r, NULL, 0);
	wire_get_bytes(&r, NULL, 0);
	ck_assert(!r.bad);
	ck_assert_uint_eq(wire_get_u8(&r), 0);
	ck_assert(r.bad);

	wire_writer_init(&w, NULL, 0);
	wire_put_bytes(&w, NULL, 0);
	ck_assert(!w.bad);
	wire_put_u8(&w, 1);
	ck_assert(w.bad);
	ck_assert_uint_eq(w.len, 0);
}
END_TEST

START_TEST(writes_big_endian)
{
	struct wire_writer w;
	uint8_t buf[14];

	memset(buf, 0xa5, sizeof(buf));
	wire_writer_init(&w, buf, 12);
	wire_put_u8(&w, 0x80);
	wire_put_u16(&w, 0x01fe);
	wire_put_u32(&w, 0x7f00ff12);
	wire_put_zero(&w, 2);
	wire_put_bytes(&w, "ab", 2);
	ck_assert(!w.bad);
	ck_assert_uint_eq(w.len, 11);
	/* The octet that nobody wrote is zero; those outside are untouched. */
	ck_assert_mem_eq(buf,
	    "\x80\x01\xfe\x7f\x00\xff\x12\x00\x00\x61\x62\x00\xa5\xa5", 14);
}
END_TEST

START_TEST(putter_never_passes_the_end)
{
	static const size_t widths[] = { 1, 2, 4, 7, 7 };
	size_t size = (size_t)_i, i, j, width;
	struct wire_writer w;
	uint8_t buf[16];

	for (i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		width = widths[i];
		memset(buf, 0xa5, sizeof(buf));
		wire_writer_init(&w, buf, size);
		switch (i) {
		case 0:
			wire_put_u8(&w, 0xff);
			break;
		case 1:
			wire_put_u16(&w, 0xffff);
			break;
		case 2:
			wire_put_u32(&w, 0xffffffff);
			break;
		case 3:
			wire_put_bytes(&w, "\xff\xff\xff\xff\xff\xff\xff", 7);
			break;
		case 4:
			wire_put_zero(&w, 7);
			break;
		}
		ck_assert_int_eq(w.bad, width > size);
		ck_assert_uint_eq(w.len, width > size ? 0 : width);
		/* Not even a part of what did not fit. */
		for (j = 0; j < size; j++)
			ck_assert_uint_eq(buf[j],
			    j < w.len && i != 4 ? 0xff : 0);
		for (; j < sizeof(buf); j++)
			ck_assert_uint_eq(buf[j], 0xa5);
	}
}
END_TEST

START_TEST(write_error_is_sticky)
{
	struct wire_writer w;
	uint8_t buf[3];

	wire_writer_init(&w, buf, sizeof(buf));
	wire_put_u32(&w, 0x01020304);
	ck_assert(w.bad);
	wire_put_u8(&w, 5);
	wire_put_u16(&w, 6);
	wire_put_bytes(&w, "x", 1);
	wire_put_zero(&w, 0);
	ck_assert(w.bad);
	ck_assert_uint_eq(w.len, 0);
	ck_assert_mem_eq(buf, "\0\0\0", 3);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_test(tc, addresses_as_text);
	tcase_add_test(tc, sums);
	tcase_add_test(tc, reads_big_endian);
	tcase_add_test(tc, reads_bytes_and_skips);
	tcase_add_loop_test(tc, getter_never_passes_the_end, 0, 10);
	tcase_add_test(tc, read_error_is_sticky);
	tcase_add_test(tc, huge_lengths_do_not_wrap);
	tcase_add_test(tc, no_buffer_at_all);
	tcase_add_test(tc, numbers_of_eight_octets_and_addresses);
	tcase_add_test(tc, writes_big_endian);
	tcase_add_loop_test(tc, putter_never_passes_the_end, 0, 10);
	tcase_add_test(tc, write_error_is_sticky);
}

int
main(void)
{
	return unit_main("wire", tests);
}
