/* The table of reasons. */
/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
		ck_assert_str_eq(ctrl_end_word(end), "unknown");
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
	ck_assert_int_eq(CTRL_END_MADE_ROOM, 30);
	ck_assert_int_eq(CTRL_END_AUTH_FAILED, 31);
	ck_assert_int_eq(CTRL_END_ACCESS, 41);
	ck_assert_int_eq(CTRL_END_LOGINS, 42);
	ck_assert_int_eq(CTRL_END_REPLACED, 43);
	ck_assert_int_eq(CTRL_END_USER_FILE, 44);
	ck_assert_int_eq(CTRL_END_ORDERED, 45);
	ck_assert_int_eq(CTRL_END_NO_ADDRESS, 46);
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

START_TEST(every_reason_has_a_word_of_its_own)
{
	for (int end = CTRL_END_NONE; end < CTRL_END_COUNT; end++) {
		const char *word = ctrl_end_word(end);

		ck_assert_uint_eq(strspn(word, "abcdefghijklmnopqrstuvwxyz-"),
		    strlen(word));
		ck_assert_str_ne(word, "");
		for (int other = CTRL_END_NONE; other < end; other++)
			ck_assert_str_ne(word, ctrl_end_word(other));
		/* Programs that know the counter know the word. */
		if (ctrl_end_counter(end) != NULL && end != CTRL_END_NO_AUTH)
			ck_assert_str_eq(word, ctrl_end_counter(end));
	}
}
END_TEST

/* The first column of the table below "## Reasons", as " word word ". */
static void
documented(char *words, size_t size)
{
	const char *top = getenv("TOP");
	char path[1024], line[1024];
	bool inside = false;
	FILE *f;

	snprintf(path, sizeof(path), "%s/docs/troubleshooting.md",
	    top != NULL ? top : "../..");
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s", path);
	snprintf(words, size, " ");
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, "## ", 3) == 0)
			inside = strcmp(line, "## Reasons\n") == 0;
		if (!inside || strncmp(line, "| `", 3) != 0)
			continue;
		snprintf(words + strlen(words), size - strlen(words), "%.*s ",
		    (int)strcspn(line + 3, "`"), line + 3);
	}
	fclose(f);
}

START_TEST(every_reason_is_documented_and_no_other)
{
	char words[4096], word[64];
	size_t n = 0;

	documented(words, sizeof(words));
	for (const char *p = words + 1; *p != '\0'; p += strcspn(p, " ") + 1)
		n++;
	ck_assert_uint_eq(n, CTRL_END_COUNT - 1);
	for (int end = CTRL_END_NONE + 1; end < CTRL_END_COUNT; end++) {
		snprintf(word, sizeof(word), " %s ", ctrl_end_word(end));
		ck_assert_msg(strstr(words, word) != NULL,
		    "%sis not in docs/troubleshooting.md", word + 1);
	}
}
END_TEST

START_TEST(what_pppd_means)
{
	static const struct {
		int status;
		enum ctrl_end end;
	} all[] = {
		{ 0, CTRL_END_PPPD }, { 16, CTRL_END_PPPD },
		{ -1, CTRL_END_PPPD_SIGNAL }, { 5, CTRL_END_PPPD_SIGNAL },
		{ 2, CTRL_END_PPPD_OPTIONS }, { 4, CTRL_END_NO_PPP },
		{ 10, CTRL_END_NEGOTIATION }, { 11, CTRL_END_AUTH_FAILED },
		{ 12, CTRL_END_IDLE }, { 13, CTRL_END_TIME },
		{ 15, CTRL_END_LCP_ECHO }, { 20, CTRL_END_TRAFFIC },
		{ 1, CTRL_END_PPPD_FAILED }, { 127, CTRL_END_PPPD_FAILED },
		{ 255, CTRL_END_PPPD_FAILED },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		ck_assert_int_eq(ctrl_end_of_pppd(all[i].status), all[i].end);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_test(tc, every_reason_has_words);
	tcase_add_test(tc, a_number_that_is_no_reason);
	tcase_add_test(tc, numbers_stay);
	tcase_add_test(tc, every_reason_has_a_word_of_its_own);
	tcase_add_test(tc, every_reason_is_documented_and_no_other);
	tcase_add_test(tc, what_pppd_means);
	tcase_add_loop_test(tc, codes, 0, sizeof(rows) / sizeof(rows[0]));
}

int
main(void)
{
	return unit_main("ctrl_end", tests);
}
