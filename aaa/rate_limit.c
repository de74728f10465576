/* How fast a call may be, as RADIUS servers say it; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "rate_limit.h"

#include <stdio.h>
#include <string.h>

#define MIKROTIK	14988
#define MIKROTIK_RATE_LIMIT 8
#define CISCO		9
#define CISCO_AVPAIR	1
#define WISPR		14122
#define WISPR_UP	7		/* bit/s */
#define WISPR_DOWN	8
#define ASCEND		529
#define ASCEND_DATA_RATE 197		/* bit/s */
#define ASCEND_XMIT_RATE 255
#define CHILLISPOT	14559
#define CHILLISPOT_UP	4		/* kbit/s */
#define CHILLISPOT_DOWN	5
#define ROARING_PENGUIN	10055
#define RP_UP		1		/* kbit/s */
#define RP_DOWN		2

#define BURST_TIME_MAX	3600		/* s */

/* The first of them that a packet has counts. */
enum dialect {
	D_MIKROTIK,
	D_CISCO,
	D_WISPR,
	D_ASCEND,
	D_CHILLISPOT,
	D_RP,
	D_FILTER_ID,
	DIALECTS
};

struct reader {
	struct rate_limits limits[DIALECTS];
	bool	 has[DIALECTS];
	unsigned data_rates;		/* Ascend's, which have an order */
	bool	 xmit_rate;
	char	*fault;			/* "": none */
};

/* --- texts --------------------------------------------------------------- */

/* The value as a text of ASCII; false: it is none. */
static bool
text_of(const struct radius_attr *a, char text[RADIUS_VALUE_MAX + 1])
{
	for (size_t i = 0; i < a->len; i++) {
		if (a->value[i] < ' ' || a->value[i] > '~')
			return false;
	}
	memcpy(text, a->value, a->len);
	text[a->len] = '\0';
	return a->len > 0;
}

static const char *
skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/* One pair of a list, at *s, which moves on to the next. */
static bool
next_pair(const char **s, uint64_t *a, uint64_t *b)
{
	size_t len = rate_pair(*s, a, b);

	if (len == 0 || ((*s)[len] != '\0' && (*s)[len] != ' '))
		return false;
	*s = skip_blanks(*s + len);
	return true;
}

/* The octets that may go at a burst's rate before its average is too high:
 * that of so many seconds reaches the threshold. */
static uint64_t
burst_octets(uint64_t rate, uint64_t peak, uint64_t threshold, uint64_t s)
{
	uint64_t ms, octets;

	if (threshold == 0)
		threshold = rate;
	if (threshold > peak)
		threshold = peak;
	ms = threshold * s * 1000 / peak;
	octets = (peak - rate) / 8 * ms / 1000;
	return octets < RATE_BURST_MAX ? octets : RATE_BURST_MAX;
}

static void
set_burst(uint64_t rate, uint64_t peak, uint64_t threshold, uint64_t s,
    uint64_t *burst_to, uint64_t *peak_to)
{
	peak = rate_cut(peak);
	if (rate == 0 || peak <= rate)
		return;
	*peak_to = peak;
	*burst_to = burst_octets(rate, peak, threshold, s);
}

bool
rate_limit_mikrotik(struct rate_limits *l, const char *s)
{
	uint64_t up, down, peak_up = 0, peak_down = 0, over_up = 0;
	uint64_t over_down = 0, time_up = 1, time_down = 1;

	memset(l, 0, sizeof(*l));
	s = skip_blanks(s);
	if (!next_pair(&s, &up, &down) ||
	    (*s != '\0' && !next_pair(&s, &peak_up, &peak_down)) ||
	    (*s != '\0' && !next_pair(&s, &over_up, &over_down)) ||
	    (*s != '\0' && !next_pair(&s, &time_up, &time_down)))
		return false;
	if (time_up > BURST_TIME_MAX || time_down > BURST_TIME_MAX)
		return false;
	over_up = rate_cut(over_up);
	over_down = rate_cut(over_down);
	l->rate_up = rate_cut(up);
	l->rate_down = rate_cut(down);
	set_burst(l->rate_up, peak_up, over_up, time_up, &l->burst_up,
	    &l->peak_up);
	set_burst(l->rate_down, peak_down, over_down, time_down,
	    &l->burst_down, &l->peak_down);
	return true;
}

/* What stands after a word and blanks; NULL: it is another word. */
static const char *
after(const char *s, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(s, word, len) != 0 || (s[len] != ' ' && s[len] != '\0'))
		return NULL;
	return skip_blanks(s + len);
}

/* A number and blanks. */
static bool
next_number(const char **s, uint64_t *n)
{
	size_t len = rate_number(*s, n);

	if (len == 0 || ((*s)[len] != '\0' && (*s)[len] != ' '))
		return false;
	*s = skip_blanks(*s + len);
	return true;
}

/* IOS: rate-limit {input|output} [access-group N] BIT/S [NORMAL [MAX ...]] */
static bool
read_ios(struct rate_limits *l, const char *s)
{
	const char *down = after(s, "output"), *group;
	uint64_t rate, burst = 0, n;

	s = down != NULL ? down : after(s, "input");
	if (s == NULL)
		return false;
	group = after(s, "access-group");
	if (group != NULL) {
		s = group;
		if (!next_number(&s, &n))
			return false;
	}
	if (!next_number(&s, &rate))
		return false;
	if (rate_number(s, &n) != 0)
		burst = n < RATE_BURST_MAX ? n : RATE_BURST_MAX;
	rate = rate_cut(rate);
	if (rate == 0)
		burst = 0;
	*(down != NULL ? &l->rate_down : &l->rate_up) = rate;
	*(down != NULL ? &l->burst_down : &l->burst_up) = burst;
	return true;
}

bool
rate_limit_cisco(struct rate_limits *l, const char *s, bool *fine)
{
	static const char config[] = "lcp:interface-config";

	*fine = false;
	if (strncmp(s, config, sizeof(config) - 1) != 0)
		return false;
	s += sizeof(config) - 1;
	if (*s == '#')
		s += 1 + strspn(s + 1, "0123456789");
	if (*s != '=')
		return false;
	s = after(skip_blanks(s + 1), "rate-limit");
	if (s == NULL)
		return false;
	*fine = read_ios(l, s);
	return true;
}

bool
rate_limit_filter(struct rate_limits *l, const char *s)
{
	uint64_t down, up;
	size_t len;

	memset(l, 0, sizeof(*l));
	/* A number alone is the name of a filter. */
	if (strchr(s, '/') == NULL)
		return false;
	len = rate_pair(s, &down, &up);
	if (len == 0 || s[len] != '\0')
		return false;
	if (s[strspn(s, "0123456789/")] == '\0') {
		down = down < RATE_MAX ? down * 1000 : down;
		up = up < RATE_MAX ? up * 1000 : up;
	}
	l->rate_down = rate_cut(down);
	l->rate_up = rate_cut(up);
	return true;
}

/* --- packets ------------------------------------------------------------- */

static void
complain(struct reader *r, const char *name, const char *text)
{
	if (r->fault[0] == '\0')
		snprintf(r->fault, RATE_LIMIT_FAULT, "%s \"%s\"", name, text);
}

static void
read_texts(struct reader *r, const struct radius_attr *vsa)
{
	char text[RADIUS_VALUE_MAX + 1];
	struct rate_limits limits;
	struct radius_attr a;
	size_t at = 0;
	bool fine;

	while (radius_vendor_next(vsa, MIKROTIK, &at, &a)) {
		if (a.type != MIKROTIK_RATE_LIMIT)
			continue;
		if (!text_of(&a, text) || !rate_limit_mikrotik(&limits, text)) {
			complain(r, "Mikrotik-Rate-Limit",
			    text_of(&a, text) ? text : "");
			continue;
		}
		r->limits[D_MIKROTIK] = limits;
		r->has[D_MIKROTIK] = true;
	}
	at = 0;
	while (radius_vendor_next(vsa, CISCO, &at, &a)) {
		if (a.type != CISCO_AVPAIR || !text_of(&a, text) ||
		    !rate_limit_cisco(&r->limits[D_CISCO], text, &fine))
			continue;
		if (fine)
			r->has[D_CISCO] = true;
		else
			complain(r, "Cisco-AVPair", text);
	}
}

/* Attributes with one number: a rate, in units of so many bit/s. */
static const struct {
	enum dialect dialect;
	uint32_t vendor, factor;
	uint8_t	 down, up;
} numbers[] = {
	{ D_WISPR, WISPR, 1, WISPR_DOWN, WISPR_UP },
	{ D_CHILLISPOT, CHILLISPOT, 1000, CHILLISPOT_DOWN, CHILLISPOT_UP },
	{ D_RP, ROARING_PENGUIN, 1000, RP_DOWN, RP_UP }
};

static void
read_numbers(struct reader *r, const struct radius_attr *vsa)
{
	struct rate_limits *l;
	struct radius_attr a;
	uint32_t n;
	size_t at;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		l = &r->limits[numbers[i].dialect];
		at = 0;
		while (radius_vendor_next(vsa, numbers[i].vendor, &at, &a)) {
			if ((a.type != numbers[i].down &&
			    a.type != numbers[i].up) || !radius_get_u32(&a, &n))
				continue;
			*(a.type == numbers[i].down ? &l->rate_down :
			    &l->rate_up) = rate_cut((uint64_t)n *
			    numbers[i].factor);
			r->has[numbers[i].dialect] = true;
		}
	}
}

/*
 * Ascend-Xmit-Rate is what we send.  One Ascend-Data-Rate beside it is what we
 * receive; alone it is both, and of two the first is what we send.
 */
static void
read_ascend(struct reader *r, const struct radius_attr *vsa)
{
	struct rate_limits *l = &r->limits[D_ASCEND];
	struct radius_attr a;
	size_t at = 0;
	uint32_t n;

	while (radius_vendor_next(vsa, ASCEND, &at, &a)) {
		if ((a.type != ASCEND_DATA_RATE &&
		    a.type != ASCEND_XMIT_RATE) || !radius_get_u32(&a, &n))
			continue;
		r->has[D_ASCEND] = true;
		if (a.type == ASCEND_XMIT_RATE) {
			l->rate_down = rate_cut(n);
			r->xmit_rate = true;
			continue;
		}
		l->rate_up = rate_cut(n);
		if (r->data_rates++ == 0 && !r->xmit_rate)
			l->rate_down = l->rate_up;
	}
}

static void
read_filter(struct reader *r, const struct radius_attr *a)
{
	char text[RADIUS_VALUE_MAX + 1];
	struct rate_limits limits;

	if (text_of(a, text) && rate_limit_filter(&limits, text)) {
		r->limits[D_FILTER_ID] = limits;
		r->has[D_FILTER_ID] = true;
	}
}

static void
read_attr(struct reader *r, const struct radius_attr *a)
{
	if (a->type == RADIUS_VENDOR_SPECIFIC) {
		read_texts(r, a);
		read_numbers(r, a);
		read_ascend(r, a);
	} else if (a->type == RADIUS_FILTER_ID)
		read_filter(r, a);
}

bool
rate_limit_is_one(const struct radius_attr *a)
{
	char fault[RATE_LIMIT_FAULT] = "";
	struct reader r = { .fault = fault };
	bool is = false;

	read_attr(&r, a);
	for (size_t i = 0; i < DIALECTS; i++)
		is = is || r.has[i];
	return is || fault[0] != '\0';
}

bool
rate_limit_read(struct rate_limits *limits, const uint8_t *packet, size_t len,
    char fault[RATE_LIMIT_FAULT])
{
	struct reader r = { .fault = fault };
	struct radius_attr a;
	size_t at = 0;

	fault[0] = '\0';
	memset(limits, 0, sizeof(*limits));
	while (radius_next(packet, len, &at, &a))
		read_attr(&r, &a);
	for (size_t i = 0; i < DIALECTS; i++) {
		if (r.has[i]) {
			*limits = r.limits[i];
			break;
		}
	}
	return fault[0] == '\0';
}
