/* Records of accounting on the disk: written, read, damaged. */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "acct_slot.h"
#include "base/fnv.h"
#include "prng.h"
#include "unit.h"

#define LAYOUT_LEN	126
#define LAYOUT_SUM	2133814233U

static struct acct_entry
an_entry(enum acct_kind kind)
{
	struct acct_entry e = { .kind = kind, .seq = 0x123456789aU,
	    .time = 1764500000 };

	if (kind != ACCT_RECORD && kind != ACCT_SESSION)
		return e;
	strcpy(e.acct.call.id, "0123456789abcdef");
	ck_assert(aaa_text_set(&e.acct.call.name, "user1", 5));
	strcpy(e.acct.ifname, "ppp7");
	e.acct.status = AAA_STOP;
	e.acct.method = AAA_MSCHAP_V2;
	e.acct.octets_in = 5ULL << 32;
	e.acct.cause = 6;
	ck_assert(aaa_class_add(&e.acct.class, "gold", 4));
	return e;
}

START_TEST(what_is_written_is_read)
{
	for (int kind = ACCT_RECORD; kind < ACCT_KINDS; kind++) {
		struct acct_entry e = an_entry((enum acct_kind)kind), got;
		uint8_t buf[ACCT_SLOT];

		ck_assert_uint_gt(acct_slot_write(&e, buf), 0);
		ck_assert_int_eq(acct_slot_read(buf, &got), ACCT_SLOT_FULL);
		ck_assert_int_eq(got.kind, e.kind);
		ck_assert(got.seq == e.seq);
		ck_assert_uint_eq(got.time, e.time);
		ck_assert_mem_eq(&got.acct, &e.acct, sizeof(got.acct));
	}
}
END_TEST

START_TEST(the_largest_record_fits)
{
	struct acct_entry e = an_entry(ACCT_RECORD), got;
	char name[AAA_NAME_MAX], value[AAA_NAME_MAX];
	uint8_t buf[ACCT_SLOT];

	memset(name, 'u', sizeof(name));
	memset(value, 'c', sizeof(value));
	ck_assert(aaa_text_set(&e.acct.call.name, name, sizeof(name)));
	memset(e.acct.call.id, 'f', AAA_ID_MAX);
	while (aaa_class_add(&e.acct.class, value, sizeof(value)))
		continue;
	while (aaa_class_add(&e.acct.class, value, 1))
		continue;
	ck_assert_uint_gt(acct_slot_write(&e, buf), 1024);
	ck_assert_int_eq(acct_slot_read(buf, &got), ACCT_SLOT_FULL);
	ck_assert_mem_eq(&got.acct, &e.acct, sizeof(got.acct));
}
END_TEST

START_TEST(values_that_are_none_are_not_written)
{
	struct acct_entry e = an_entry(ACCT_RECORD);
	uint8_t buf[ACCT_SLOT];

	strcpy(e.acct.call.id, "not hex");
	ck_assert_uint_eq(acct_slot_write(&e, buf), 0);
	e = an_entry(ACCT_RECORD);
	e.acct.method = AAA_METHODS;
	ck_assert_uint_eq(acct_slot_write(&e, buf), 0);
}
END_TEST

/*
 * What an earlier version has written must be read.  If this fails, the message
 * AAA_ACCT has changed: give MAGIC in acct_slot.c another number.
 */
START_TEST(the_layout_stays)
{
	struct acct_entry e = an_entry(ACCT_RECORD);
	uint8_t buf[ACCT_SLOT];

	ck_assert_uint_eq(acct_slot_write(&e, buf), LAYOUT_LEN);
	ck_assert_uint_eq(fnv1a(FNV_BASIS, buf, LAYOUT_LEN), LAYOUT_SUM);
}
END_TEST

START_TEST(zeros_are_an_empty_slot)
{
	const uint8_t zero[ACCT_SLOT] = { 0 };
	struct acct_entry got;

	ck_assert_int_eq(acct_slot_read(zero, &got), ACCT_SLOT_EMPTY);
}
END_TEST

/* One octet is another; the magic's first four may make it empty. */
START_TEST(each_damaged_octet_is_seen)
{
	struct acct_entry e = an_entry(ACCT_RECORD), got;
	uint8_t buf[ACCT_SLOT];
	size_t len = acct_slot_write(&e, buf);

	for (size_t i = 0; i < len; i++) {
		buf[i] ^= (uint8_t)(1 + prng() % 255);
		ck_assert_int_ne(acct_slot_read(buf, &got), ACCT_SLOT_FULL);
		ck_assert_uint_gt(acct_slot_write(&e, buf), 0);
	}
}
END_TEST

/* The machine has stopped in the middle of a write. */
START_TEST(a_half_is_seen)
{
	struct acct_entry e = an_entry(ACCT_RECORD), got;
	uint8_t whole[ACCT_SLOT], buf[ACCT_SLOT];
	size_t len = acct_slot_write(&e, whole);

	for (size_t n = 4; n < len; n++) {
		/* The last octets may be zero as they are. */
		if (memcmp(whole + n, (uint8_t[ACCT_SLOT]){ 0 }, len - n) == 0)
			break;
		memset(buf, 0, sizeof(buf));
		memcpy(buf, whole, n);
		ck_assert_int_eq(acct_slot_read(buf, &got),
		    ACCT_SLOT_DAMAGED);
	}
}
END_TEST

START_TEST(noise_is_damaged)
{
	uint8_t buf[ACCT_SLOT];
	struct acct_entry got;

	for (int n = 0; n < 10000; n++) {
		for (size_t i = 0; i < sizeof(buf); i++)
			buf[i] = (uint8_t)prng();
		if (n % 2 != 0)		/* with a right beginning */
			memcpy(buf, "PAA1\0\1\0", 7);
		ck_assert_int_eq(acct_slot_read(buf, &got),
		    ACCT_SLOT_DAMAGED);
	}
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, what_is_written_is_read);
	tcase_add_test(tc, the_largest_record_fits);
	tcase_add_test(tc, values_that_are_none_are_not_written);
	tcase_add_test(tc, the_layout_stays);
	tcase_add_test(tc, zeros_are_an_empty_slot);
	tcase_add_test(tc, each_damaged_octet_is_seen);
	tcase_add_test(tc, a_half_is_seen);
	tcase_add_test(tc, noise_is_damaged);
}

int
main(void)
{
	return unit_main("acct_slot", add);
}
