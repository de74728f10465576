/* Rates, as texts and as limits; in all processes that hear of them. */
/* SPDX-License-Identifier: ISC */
#include "base/rate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static uint64_t
unit(char c)
{
	switch (c) {
	case 'k':
	case 'K':
		return 1000;
	case 'm':
	case 'M':
		return 1000000;
	case 'g':
	case 'G':
		return 1000000000;
	default:
		return 1;
	}
}

size_t
rate_number(const char *text, uint64_t *number)
{
	const char *s = text;
	uint64_t n = 0, factor, digit;

	for (; *s >= '0' && *s <= '9'; s++) {
		digit = (uint64_t)(*s - '0');
		if (n > (UINT64_MAX - digit) / 10)
			return 0;
		n = n * 10 + digit;
	}
	if (s == text)
		return 0;
	factor = unit(*s);
	if (n > UINT64_MAX / factor)
		return 0;
	*number = n * factor;
	return (size_t)(s - text) + (factor != 1 ? 1 : 0);
}

size_t
rate_pair(const char *text, uint64_t *a, uint64_t *b)
{
	size_t first = rate_number(text, a), second;

	if (first == 0)
		return 0;
	*b = *a;
	if (text[first] != '/')
		return first;
	second = rate_number(text + first + 1, b);
	return second != 0 ? first + 1 + second : 0;
}

uint64_t
rate_cut(uint64_t rate)
{
	if (rate == 0)
		return 0;
	return rate < RATE_MIN ? RATE_MIN : rate > RATE_MAX ? RATE_MAX : rate;
}

static bool
is_sane(uint64_t rate, uint64_t burst, uint64_t peak)
{
	if (rate == 0)
		return burst == 0 && peak == 0;
	return rate == rate_cut(rate) && burst <= RATE_BURST_MAX &&
	    (peak == 0 || (peak > rate && peak <= RATE_MAX));
}

bool
rate_limits_sane(const struct rate_limits *l)
{
	return is_sane(l->rate_down, l->burst_down, l->peak_down) &&
	    is_sane(l->rate_up, l->burst_up, l->peak_up);
}

bool
rate_limits_read(struct rate_limits *l, const char *text)
{
	size_t len;

	memset(l, 0, sizeof(*l));
	if (strcmp(text, "none") == 0)
		return true;
	len = rate_pair(text, &l->rate_down, &l->rate_up);
	if (len != 0 && text[len] == '\0' && rate_limits_sane(l))
		return true;
	memset(l, 0, sizeof(*l));
	return false;
}

void
rate_limits_text(const struct rate_limits *l, char text[RATE_TEXT])
{
	snprintf(text, RATE_TEXT, "%" PRIu64 "/%" PRIu64, l->rate_down,
	    l->rate_up);
}
