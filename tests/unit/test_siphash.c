/* SipHash-2-4 beside the values of its authors. */
/* SPDX-License-Identifier: ISC */
#include "base/siphash.h"
#include "unit.h"

/* The paper's key and texts: the octets 0, 1, 2 and so on. */
static uint64_t
sum(size_t len)
{
	uint8_t key[SIPHASH_KEY], text[64];

	for (uint8_t i = 0; i < sizeof(key); i++)
		key[i] = i;
	for (uint8_t i = 0; i < sizeof(text); i++)
		text[i] = i;
	return siphash(key, text, len);
}

START_TEST(known_values)
{
	ck_assert(sum(15) == 0xa129ca6149be45e5);	/* appendix A */
	ck_assert(sum(0) == 0x726fdb47dd0e0e31);
	ck_assert(sum(8) == 0x93f5f5799a932462);
}
END_TEST

START_TEST(each_length_has_its_own)
{
	for (size_t a = 0; a <= 64; a++) {
		for (size_t b = 0; b < a; b++)
			ck_assert(sum(a) != sum(b));
	}
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, known_values);
	tcase_add_test(tc, each_length_has_its_own);
}

int
main(void)
{
	return unit_main("siphash", add);
}
