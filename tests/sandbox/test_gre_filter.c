/* What the raw GRE socket lets through when some calls are the kernel's. */
/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/gre_filter.h"

#define SKIPPED	77
#define IP_HEADER 20
#define ID	0x9234

static unsigned int passed, failed;
static int raw, from, map;

static void
verdict(const char *what, bool ok)
{
	if (ok)
		passed++;
	else {
		failed++;
		printf("FAIL %s\n", what);
	}
}

/* Whether it came through. */
static bool
comes(const uint8_t *gre, size_t len)
{
	struct sockaddr_in home = { .sin_family = AF_INET };
	char buf[128];
	ssize_t n;

	home.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (sendto(from, gre, len, 0, (struct sockaddr *)&home,
	    sizeof(home)) != (ssize_t)len) {
		perror("sendto");
		exit(1);
	}
	while ((n = recv(raw, buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		/* Others may use GRE here, too. */
		if (n == IP_HEADER + (ssize_t)len &&
		    memcmp(buf + IP_HEADER, gre, len) == 0)
			return true;
	}
	return false;
}

static uint64_t
count(uint16_t id)
{
	uint64_t n = 0;

	verdict("it is counted", gre_filter_count(map, id, &n) == 0);
	return n;
}

static void
test_others(void)
{
	static const uint8_t plain[] = { 0x00, 0x00, 0x08, 0x00, 0x45, 0, 0, 0,
	    0, 0, 0, 0 };
	static const uint8_t version0[] = { 0x30, 0x00, 0x88, 0x0b, 0, 1,
	    0x92, 0x34, 0, 0, 0, 1, 0x21 };
	static const uint8_t ours[] = { 0x30, 0x01, 0x88, 0x0b, 0, 1, 0x12,
	    0x34, 0, 0, 0, 1, 0x21 };

	verdict("GRE of another kind stays outside",
	    !comes(plain, sizeof(plain)));
	verdict("so does another version", !comes(version0,
	    sizeof(version0)));
	verdict("a call of ours comes in", comes(ours, sizeof(ours)));
}

/* Octets behind an enhanced GRE header; whether they count. */
static const struct row {
	const char *what;
	uint8_t flags, version;
	size_t	len;
	uint8_t rest[12];
	bool	counts;
} rows[] = {
	{ "IP", 0x30, 0x01, 8,
	    { 0, 0, 0, 1, 0xff, 0x03, 0x00, 0x21 }, true },
	{ "IP with an acknowledgement", 0x30, 0x81, 12,
	    { 0, 0, 0, 1, 0, 0, 0, 1, 0xff, 0x03, 0x00, 0x21 }, true },
	{ "MPPE, address and control compressed", 0x30, 0x01, 8,
	    { 0, 0, 0, 1, 0x00, 0xfd, 0x90, 0x00 }, true },
	{ "MPPE, protocol compressed too", 0x30, 0x81, 11,
	    { 0, 0, 0, 1, 0, 0, 0, 1, 0xfd, 0x90, 0x00 }, true },
	{ "IPCP", 0x30, 0x01, 9,
	    { 0, 0, 0, 1, 0xff, 0x03, 0x80, 0x21, 1 }, true },
	{ "LCP", 0x30, 0x01, 9,
	    { 0, 0, 0, 1, 0xff, 0x03, 0xc0, 0x21, 9 }, false },
	{ "LCP, address and control compressed", 0x30, 0x81, 11,
	    { 0, 0, 0, 1, 0, 0, 0, 1, 0xc0, 0x21, 9 }, false },
	{ "CHAP", 0x30, 0x01, 9,
	    { 0, 0, 0, 1, 0xff, 0x03, 0xc2, 0x23, 1 }, false },
	{ "an acknowledgement alone", 0x20, 0x81, 4,
	    { 0, 0, 0, 1 }, false },
	{ "a number without a frame", 0x30, 0x01, 4,
	    { 0, 0, 0, 1 }, false },
	{ "half a frame", 0x30, 0x01, 6,
	    { 0, 0, 0, 1, 0xff, 0x03 }, false },
	{ "no number", 0x30, 0x01, 0, { 0 }, false },
};

static void
test_kernel(void)
{
	uint8_t gre[20] = { 0, 0, 0x88, 0x0b, 0, 0, ID >> 8, ID & 0xff };
	uint64_t was;

	gre_filter_set(map, ID, htonl(INADDR_LOOPBACK));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];

		gre[0] = r->flags;
		gre[1] = r->version;
		memcpy(gre + 8, r->rest, r->len);
		was = count(ID);
		verdict(r->what, !comes(gre, 8 + r->len));
		verdict(r->what, count(ID) - was == r->counts);
	}
}

static void
test_entries(void)
{
	static const uint8_t gre[] = { 0x30, 0x01, 0x88, 0x0b, 0, 1, ID >> 8,
	    ID & 0xff, 0, 0, 0, 1, 0x21, 0x45 };

	gre_filter_set(map, ID, htonl(INADDR_LOOPBACK + 1));
	verdict("a packet from elsewhere does not come in",
	    !comes(gre, sizeof(gre)));
	verdict("and does not count", count(ID) == 0);
	gre_filter_set(map, ID, 0);
	verdict("back with us it comes in", comes(gre, sizeof(gre)));
	gre_filter_set(map, UINT16_MAX, htonl(INADDR_LOOPBACK));
	verdict("the last ID has an entry too", count(UINT16_MAX) == 0);
}

static void
test_lock(void)
{
	int off = 0;

	verdict("nobody takes it off", setsockopt(raw, SOL_SOCKET,
	    SO_DETACH_FILTER, &off, sizeof(off)) == -1 && errno == EPERM);
	verdict("nor puts another on", gre_filter_attach(raw, 0, 1) == -1 &&
	    errno == EPERM);
}

/* Sockets of three engines: each Call ID comes in at its own. */
static void
test_engines(bool with_map)
{
	uint8_t gre[] = { 0x30, 0x01, 0x88, 0x0b, 0, 1, 0, 0, 0, 0, 0, 1,
	    0x21 };
	int one = raw;

	for (unsigned int index = 0; index < 3; index++) {
		raw = socket(AF_INET, SOCK_RAW, IPPROTO_GRE);
		verdict("a filter for one of three", (with_map ?
		    gre_filter_attach_map(raw, map, index, 3) :
		    gre_filter_attach(raw, index, 3)) == 0);
		for (unsigned int id = 0xfffc; id <= UINT16_MAX; id++) {
			gre[6] = (uint8_t)(id >> 8);
			gre[7] = (uint8_t)id;
			verdict("a call comes in at its engine",
			    comes(gre, sizeof(gre)) == (id % 3 == index));
		}
		close(raw);
	}
	raw = one;
}

int
main(void)
{
	raw = socket(AF_INET, SOCK_RAW, IPPROTO_GRE);
	from = socket(AF_INET, SOCK_RAW, IPPROTO_GRE);
	if (raw == -1 || from == -1) {
		perror("raw socket");
		return SKIPPED;
	}
	map = gre_filter_map();
	if (map == -1 || gre_filter_attach_map(raw, map, 0, 1) == -1) {
		perror("bpf");
		return errno == ENOSYS || errno == EPERM ? SKIPPED : 1;
	}
	test_others();
	test_kernel();
	test_entries();
	gre_filter_set(map, UINT16_MAX, 0);
	test_engines(true);
	test_engines(false);
	test_lock();
	printf("%u passed, %u failed\n", passed, failed);
	return failed == 0 ? 0 : 1;
}
