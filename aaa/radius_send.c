/* Attributes that the administrator has us send; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "radius_send.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/digit.h"

#define HEADER		2	/* octets before a value */
#define VENDOR_HEADER	6	/* ... and within a vendor's attribute */
#define TAG_FREE	0xffffffU	/* a number beside a tag */

/* Those that a request has anyway, or that stand for who sends it. */
static const uint8_t ours[] = {
	1, 2, 3, 4, 5, 6, 7, 8, 24, 25, 26, 30, 31, 32, 33, 40, 41, 42, 43, 44,
	45, 46, 47, 48, 49, 52, 53, 55, 60, 61, 64, 65, 66, 67, 79, 80, 87
};

static bool
is_ours(const struct dict_attr *a)
{
	if (a->vendor == RADIUS_MICROSOFT)
		return a->number <= RADIUS_MS_MPPE_RECV_KEY ||
		    a->number == RADIUS_MS_CHAP2_RESPONSE ||
		    a->number == RADIUS_MS_CHAP2_SUCCESS;
	return a->vendor == 0 && memchr(ours, (int)a->number,
	    sizeof(ours)) != NULL;
}

void
radius_send_seek(const struct radius_send *s, struct dict_attr *a)
{
	memset(a, 0, sizeof(*a));
	memcpy(a->name, s->name, sizeof(a->name));
	if (strlen(s->text) < sizeof(a->word))
		memcpy(a->word, s->text, strlen(s->text));
}

static const char *
set_number(struct radius_send *s, const struct dict_attr *a)
{
	uint32_t value = a->value;

	if (!a->has_value && !dict_number(s->text, &value))
		return "the dictionary has no such value, and it is no number";
	if (a->tagged && value > TAG_FREE)
		return "a number of more than three octets, of which one is "
		    "the tag's";
	value = htonl(value);
	memcpy(s->octets, &value, sizeof(value));
	s->len = sizeof(value);
	return NULL;
}

/* 0x and two digits for each octet. */
static const char *
set_octets(struct radius_send *s)
{
	const char *text = s->text;
	int high, low;

	if (text[0] != '0' || text[1] != 'x')
		return "not 0x and digits";
	s->len = 0;
	for (text += 2; *text != '\0'; text += 2) {
		high = digit_value(text[0], 16);
		low = high == -1 ? -1 : digit_value(text[1], 16);
		if (low == -1 || s->len == sizeof(s->octets))
			return "not 0x and digits, two for each octet";
		s->octets[s->len++] = (uint8_t)(high << 4 | low);
	}
	return NULL;
}

static const char *
set_address(struct radius_send *s, int family, size_t len)
{
	s->len = len;
	return inet_pton(family, s->text, s->octets) == 1 ? NULL :
	    "not an address of its type";
}

static const char *
set_value(struct radius_send *s, const struct dict_attr *a)
{
	switch (a->type) {
	case DICT_TEXT:
		s->len = strlen(s->text);
		if (s->len > sizeof(s->octets))
			return "longer than 253 octets";
		memcpy(s->octets, s->text, s->len);
		return NULL;
	case DICT_OCTETS:
		return set_octets(s);
	case DICT_NUMBER:
		return set_number(s, a);
	case DICT_ADDRESS:
		return set_address(s, AF_INET, 4);
	case DICT_ADDRESS6:
		return set_address(s, AF_INET6, 16);
	case DICT_OTHER:
		break;
	}
	return "a type that cannot be sent";
}

const char *
radius_send_resolve(struct radius_send *s, const struct dict_attr *a)
{
	const char *why;

	if (!a->found)
		return "no dictionary has this attribute";
	if (is_ours(a))
		return "pptpd-aaa sends it itself, or nobody may";
	if (a->hidden)
		return "its value would have to be hidden";
	if (a->odd)
		return "its form is not that of one octet for the number";
	why = set_value(s, a);
	if (why != NULL)
		return why;
	if (s->len == 0)
		return "the value is empty";
	if (a->vendor != 0 && s->len > RADIUS_VENDOR_VALUE_MAX)
		return "longer than 247 octets";
	s->vendor = a->vendor;
	s->type = (uint8_t)a->number;
	return NULL;
}

bool
radius_sends_fit(const struct radius_send *s, unsigned n)
{
	size_t octets = 0;

	for (unsigned i = 0; i < n; i++)
		octets += HEADER + s[i].len +
		    (s[i].vendor != 0 ? VENDOR_HEADER : 0);
	return octets <= RADIUS_SENDS_OCTETS;
}

void
radius_send_put(struct radius_out *o, const struct radius_send *s)
{
	if (s->vendor != 0)
		radius_put_vendor(o, s->vendor, s->type, s->octets, s->len);
	else
		radius_put(o, s->type, s->octets, s->len);
}
