/* Fuzz target: the value of localip or remoteip. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <string.h>

#include "config/iprange.h"
#include "fuzz.h"

#define TEXT_MAX	600

/* Half of all names have an address. */
static bool
resolve(const char *name, uint32_t *addr, void *arg)
{
	(void)arg;
	*addr = htonl(0xc0000201U + (uint32_t)strlen(name));
	return strlen(name) % 2 == 0;
}

static void
check_list(const struct iprange_list *list, size_t limit)
{
	struct in_addr in;
	uint32_t addr;

	MUST(list->n <= limit);
	for (size_t i = 0; i < list->n; i++) {
		const char *text = list->addr[i];

		MUST(memchr(text, '\0', IPRANGE_TEXT) != NULL);
		/* pppd gets nothing but addresses. */
		MUST(strspn(text, "0123456789abcdefABCDEFxX.") ==
		    strlen(text));
		MUST(iprange_number(text, &addr));
		MUST(inet_aton(text, &in) == 0 || in.s_addr == addr);
	}
}

static void
check_result(const struct iprange_result *r)
{
	MUST(memchr(r->bad, '\0', sizeof(r->bad)) != NULL);
	MUST(memchr(r->cut, '\0', sizeof(r->cut)) != NULL);
	MUST(r->status == IPRANGE_OK || r->status == IPRANGE_BAD_ADDRESS ||
	    r->status == IPRANGE_BAD_RANGE);
	MUST(!r->limited || r->status == IPRANGE_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct iprange_list list = { NULL, 0 };
	struct iprange_result result;
	char text[TEXT_MAX];
	size_t limit, first, duplicate;
	uint32_t a, b;

	limit = fuzz_u8(&in);
	if (limit == 255)
		limit = 65535;
	if (in.left >= sizeof(text))
		in.left = sizeof(text) - 1;
	if (in.left > 0)
		memcpy(text, in.data, in.left);
	text[in.left] = '\0';
	memset(&result, 0xa5, sizeof(result));
	iprange_expand(&list, text, limit, resolve, NULL, &result);
	check_result(&result);
	check_list(&list, limit);
	duplicate = iprange_duplicate(&list);
	MUST(duplicate <= list.n);
	if (duplicate < list.n) {
		MUST(iprange_number(list.addr[duplicate], &a));
		for (first = 0; first < duplicate; first++) {
			MUST(iprange_number(list.addr[first], &b));
			if (a == b)
				break;
		}
		MUST(first < duplicate);
	}
	if (list.n == 1) {
		MUST(iprange_repeat(&list, 5) && list.n == 5);
		check_list(&list, 5);
	}
	iprange_free(&list);
	return 0;
}
