/* Address lists: the values of localip and remoteip, ranges expanded. */
/* SPDX-License-Identifier: ISC */
#include "config/iprange.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS	"0123456789"
#define BLANKS	" \t"

struct expansion {
	struct iprange_list	*list;
	size_t			 limit;
	iprange_resolve		*resolve;
	void			*arg;
	struct iprange_result	*result;
};

bool
iprange_number(const char *text, uint32_t *addr)
{
	struct in_addr in;

	/* inet_aton() ignores text after white space; the caller does not. */
	if (strpbrk(text, BLANKS "\n\v\f\r") != NULL || inet_aton(text, &in) == 0)
		return false;
	*addr = in.s_addr;
	return true;
}

static void
dotted(char *dst, uint32_t addr)
{
	struct in_addr in = { .s_addr = addr };

	if (inet_ntop(AF_INET, &in, dst, IPRANGE_TEXT) == NULL)
		dst[0] = '\0';
}

static bool
grow(struct iprange_list *list)
{
	char (*addr)[IPRANGE_TEXT];

	/* The size doubles whenever n is a power of two. */
	if ((list->n & (list->n - 1)) != 0)
		return true;
	addr = reallocarray(list->addr, list->n > 0 ? list->n * 2 : 1,
	    sizeof(*addr));
	if (addr == NULL)
		return false;
	list->addr = addr;
	return true;
}

static bool
fail(struct expansion *e, enum iprange_status status, const char *text)
{
	e->result->status = status;
	snprintf(e->result->bad, sizeof(e->result->bad), "%.*s",
	    IPRANGE_ENTRY - 1, text != NULL ? text : "");
	return false;
}

/* Appends an address.  False: stop here, the list is limited or has failed. */
static bool
append(struct expansion *e, const char *text, uint32_t addr)
{
	char *dst;

	if (e->list->n >= e->limit) {
		e->result->limited = true;
		return false;
	}
	if (!grow(e->list))
		return fail(e, IPRANGE_NO_MEMORY, text);
	dst = e->list->addr[e->list->n++];
	if (text != NULL && strlen(text) < IPRANGE_TEXT)
		memcpy(dst, text, strlen(text) + 1);
	else
		dotted(dst, addr);
	return true;
}

/*
 * Reads an address, perhaps with words after a blank.  inet_addr(3) and pppd
 * ignore such words, so files with them worked with Poptop.
 */
static bool
number(struct expansion *e, char *entry, uint32_t *addr)
{
	size_t len = strcspn(entry, BLANKS);
	char head[IPRANGE_ENTRY];

	if (len >= sizeof(head))
		return false;
	memcpy(head, entry, len);
	head[len] = '\0';
	if (!iprange_number(head, addr))
		return false;
	if (entry[len + strspn(entry + len, BLANKS)] != '\0')
		snprintf(e->result->cut, sizeof(e->result->cut), "%s", entry);
	entry[len] = '\0';
	return true;
}

static bool
expand_single(struct expansion *e, char *entry)
{
	uint32_t addr;

	if (number(e, entry, &addr))
		return append(e, entry, addr);
	/* Digits and dots are no name: do not look up 10.0.0.256 in the DNS. */
	if (strpbrk(entry, BLANKS) == NULL &&
	    entry[strspn(entry, DIGITS ".-")] != '\0' && e->resolve != NULL &&
	    e->resolve(entry, &addr, e->arg))
		return append(e, NULL, addr);
	return fail(e, IPRANGE_BAD_ADDRESS, entry);
}

/* Whether an entry consists of digits, three dots and one hyphen only. */
static bool
is_range(const char *entry)
{
	int dots = 0, hyphens = 0;

	for (; *entry != '\0'; entry++) {
		if (*entry == '.')
			dots++;
		else if (*entry == '-')
			hyphens++;
		else if (!isdigit((unsigned char)*entry))
			return false;
	}
	return dots == 3 && hyphens == 1;
}

/* Reads a bound of a range: one to three digits that reach to end. */
static bool
bound(const char *p, const char *end, long *value)
{
	if (end - p < 1 || end - p > 3)
		return false;
	*value = strtol(p, NULL, 10);
	return true;
}

static bool
expand_range(struct expansion *e, const char *entry)
{
	const char *hyphen = strchr(entry, '-'), *low = hyphen, *end;
	char text[IPRANGE_ENTRY + 4];
	long from, to;
	uint32_t addr;

	while (low > entry && low[-1] != '.')
		low--;
	end = hyphen + 1 + strspn(hyphen + 1, DIGITS);
	if (!bound(low, hyphen, &from) || !bound(hyphen + 1, end, &to) ||
	    from > to)
		return fail(e, IPRANGE_BAD_RANGE, entry);
	for (; from <= to; from++) {
		/* Keep the text of the other three numbers as it is. */
		snprintf(text, sizeof(text), "%.*s%ld%s", (int)(low - entry),
		    entry, from, end);
		if (!iprange_number(text, &addr))
			return fail(e, IPRANGE_BAD_ADDRESS, text);
		if (!append(e, text, addr))
			return false;
	}
	return true;
}

static bool
expand_entry(struct expansion *e, const char *text, size_t len)
{
	char entry[IPRANGE_ENTRY];

	if (len >= sizeof(entry)) {
		memcpy(entry, text, sizeof(entry) - 1);
		entry[sizeof(entry) - 1] = '\0';
		return fail(e, IPRANGE_BAD_ADDRESS, entry);
	}
	memcpy(entry, text, len);
	entry[len] = '\0';
	return is_range(entry) ? expand_range(e, entry) :
	    expand_single(e, entry);
}

void
iprange_expand(struct iprange_list *list, const char *text, size_t limit,
    iprange_resolve *resolve, void *arg, struct iprange_result *result)
{
	struct expansion e = { list, limit, resolve, arg, result };
	size_t len;

	memset(result, 0, sizeof(*result));
	for (;; text += len + 1) {
		len = strcspn(text, ",");
		if (!expand_entry(&e, text, len) || text[len] == '\0')
			break;
	}
}

/* An address and where it stands. */
struct place {
	uint32_t addr;
	size_t	 index;
};

static int
compare(const void *a, const void *b)
{
	const struct place *p = a, *q = b;

	if (p->addr != q->addr)
		return p->addr < q->addr ? -1 : 1;
	return p->index < q->index ? -1 : p->index > q->index;
}

size_t
iprange_duplicate(const struct iprange_list *list)
{
	struct place *place;
	size_t i, first = list->n;

	if (list->n < 2)
		return list->n;
	place = calloc(list->n, sizeof(*place));
	if (place == NULL)
		return list->n + 1;
	for (i = 0; i < list->n; i++) {
		place[i].index = i;
		iprange_number(list->addr[i], &place[i].addr);
	}
	qsort(place, list->n, sizeof(*place), compare);
	for (i = 1; i < list->n; i++) {
		if (place[i].addr == place[i - 1].addr &&
		    place[i].index < first)
			first = place[i].index;
	}
	free(place);
	return first;
}

bool
iprange_repeat(struct iprange_list *list, size_t n)
{
	while (list->n > 0 && list->n < n) {
		if (!grow(list))
			return false;
		memcpy(list->addr[list->n], list->addr[0], IPRANGE_TEXT);
		list->n++;
	}
	return true;
}

void
iprange_free(struct iprange_list *list)
{
	free(list->addr);
	memset(list, 0, sizeof(*list));
}
