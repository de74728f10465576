/* The table of reasons. */
/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "protocol/pptp_msg.h"
#include "state/ctrl_end.h"
#include "unit.h"

START_TEST(every_reason_has_words)
{
	for (int end = CTRL_END_NONE; end < CTRL_END_COUNT; end++) {
		ck_assert_ptr_nonnull(ctrl_end_text(end));
		ck_assert_str_ne(ctrl_end_text(end), "");
		ck_assert_str_ne(ctrl_end_text(end), "unknown reason");
		ck_assert_int_eq(ctrl_end_is_known(end),
		    end != CTRL_END_NONE);
	}
}
END_TEST

/* From another version, or damaged. */
START_TEST(a_number_that_is_no_reason)
{
	const int none[] = { CTRL_END_COUNT, CTRL_END_COUNT + 1, -1, 0x7FFFFFFF,
	    -0x7FFFFFFF };

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		enum ctrl_end end = (enum ctrl_end)none[i];

		ck_assert(!ctrl_end_is_known(end));
		ck_assert_str_eq(ctrl_end_text(end), "unknown reason");
		ck_assert_ptr_null(ctrl_end_counter(end));
		ck_assert_uint_eq(ctrl_end_stop_reason(end), PPTP_STOP_NONE);
		ck_assert_uint_eq(ctrl_end_cdn_result(end),
		    PPTP_CDN_LOST_CARRIER);
		ck_assert_uint_eq(ctrl_end_ocrp_result(end), PPTP_OCRP_ERROR);
	}
}
END_TEST

/* Keepers of the version before have them in their records. */
START_TEST(numbers_stay)
{
	ck_assert_int_eq(CTRL_END_CLEARED, 1);
	ck_assert_int_eq(CTRL_END_ADMIN, 12);
	ck_assert_int_eq(CTRL_END_DAMAGED, 17);
	ck_assert_int_eq(CTRL_END_STALLED, 27);
	ck_assert_int_eq(CTRL_END_DRAIN, 29);
}
END_TEST

static const struct {
	enum ctrl_end	 end;
	uint8_t		 stop, cdn, ocrp;
	const char	*counter;
} rows[] = {
	{ CTRL_END_CLEARED, 1, 4, 2, NULL },
	{ CTRL_END_EOF, 1, 1, 2, NULL },
	{ CTRL_END_PPPD, 1, 1, 2, NULL },
	{ CTRL_END_ADMIN, 1, 3, 2, NULL },
	{ CTRL_END_SHUTDOWN, 3, 3, 2, NULL },
	{ CTRL_END_LOST, 1, 2, 2, NULL },
	{ CTRL_END_CRASH, 1, 2, 2, NULL },
	{ CTRL_END_NO_AUTH, 1, 3, 2, "auth-failed" },
	{ CTRL_END_RATE, 1, 1, 4, "rate-per-ip" },
	{ CTRL_END_PER_IP, 1, 1, 4, "max-per-ip" },
	{ CTRL_END_PENALTY, 1, 1, 7, "auth-penalty" },
	{ CTRL_END_ADDRESS, 1, 1, 7, "address" },
	{ CTRL_END_RESOURCE, 1, 1, 2, "resources" },
	{ CTRL_END_BUSY, 1, 1, 2, "busy" },
	{ CTRL_END_DRAIN, 1, 1, 7, "draining" },
};

START_TEST(codes)
{
	enum ctrl_end end = rows[_i].end;

	ck_assert_uint_eq(ctrl_end_stop_reason(end), rows[_i].stop);
	ck_assert_uint_eq(ctrl_end_cdn_result(end), rows[_i].cdn);
	ck_assert_uint_eq(ctrl_end_ocrp_result(end), rows[_i].ocrp);
	ck_assert_pstr_eq(ctrl_end_counter(end), rows[_i].counter);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_test(tc, every_reason_has_words);
	tcase_add_test(tc, a_number_that_is_no_reason);
	tcase_add_test(tc, numbers_stay);
	tcase_add_loop_test(tc, codes, 0, sizeof(rows) / sizeof(rows[0]));
}

int
main(void)
{
	return unit_main("ctrl_end", tests);
}
