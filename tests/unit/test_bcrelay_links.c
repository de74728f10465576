/* bcrelay: interfaces and addresses, from the kernel's messages. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>

#include "links.h"
#include "unit.h"

#define IP(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (c) << 8 | (d))

static struct links links;

/* Messages in a row, as a socket would deliver them. */
static union {
	char		buf[8192];
	struct nlmsghdr	align;
} in;
static size_t len;

static struct nlmsghdr *
put_header(unsigned short type, const void *own, size_t size)
{
	struct nlmsghdr *nh = (struct nlmsghdr *)(in.buf + len);

	nh->nlmsg_len = (uint32_t)NLMSG_SPACE(size);
	nh->nlmsg_type = type;
	nh->nlmsg_flags = 0;
	memcpy(NLMSG_DATA(nh), own, size);
	len += NLMSG_ALIGN(nh->nlmsg_len);
	return nh;
}

static void
put_attr(struct nlmsghdr *nh, unsigned short type, const void *data,
    size_t size)
{
	struct rtattr *a = (struct rtattr *)((char *)nh +
	    NLMSG_ALIGN(nh->nlmsg_len));

	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(size);
	memcpy(RTA_DATA(a), data, size);
	nh->nlmsg_len = NLMSG_ALIGN(nh->nlmsg_len) + RTA_ALIGN(a->rta_len);
	len = (size_t)((char *)nh - in.buf) + NLMSG_ALIGN(nh->nlmsg_len);
}

static void
put_link(unsigned short type, int index, const char *name, unsigned int flags)
{
	struct ifinfomsg ifi;
	struct nlmsghdr *nh;

	memset(&ifi, 0, sizeof(ifi));
	ifi.ifi_index = index;
	ifi.ifi_flags = flags;
	ifi.ifi_type = ARPHRD_PPP;
	nh = put_header(type, &ifi, sizeof(ifi));
	put_attr(nh, IFLA_MTU, &(uint32_t){ 1400 }, sizeof(uint32_t));
	if (name != NULL)
		put_attr(nh, IFLA_IFNAME, name, strlen(name) + 1);
}

static void
put_addr(unsigned short type, int index, uint32_t local, uint32_t peer)
{
	struct ifaddrmsg ifa;
	struct nlmsghdr *nh;

	memset(&ifa, 0, sizeof(ifa));
	ifa.ifa_family = AF_INET;
	ifa.ifa_index = (unsigned int)index;
	nh = put_header(type, &ifa, sizeof(ifa));
	local = htonl(local);
	peer = htonl(peer);
	put_attr(nh, IFA_ADDRESS, &peer, sizeof(peer));
	put_attr(nh, IFA_LOCAL, &local, sizeof(local));
}

static void
put_done(unsigned short flags)
{
	put_header(NLMSG_DONE, &(int){ 0 }, sizeof(int))->nlmsg_flags = flags;
}

static enum links_end
input(void)
{
	size_t n = len;

	len = 0;
	return links_input(&links, in.buf, n);
}

static void
set_up(void)
{
	memset(&in, 0, sizeof(in));
	len = 0;
}

static void
tear_down(void)
{
	links_free(&links);
}

START_TEST(come_and_go)
{
	struct links_if *link;

	put_link(RTM_NEWLINK, 7, "ppp1", IFF_UP | IFF_POINTOPOINT);
	put_link(RTM_NEWLINK, 3, "eth0", IFF_UP);
	put_addr(RTM_NEWADDR, 7, IP(10, 0, 0, 2), IP(10, 0, 0, 200));
	put_addr(RTM_NEWADDR, 9, IP(10, 0, 0, 9), IP(10, 0, 0, 9));
	put_done(0);
	ck_assert_int_eq(input(), LINKS_DONE);
	ck_assert_uint_eq(links.n, 2);
	ck_assert_int_eq(links.all[0].index, 3);
	link = links_find(&links, 7);
	ck_assert_ptr_nonnull(link);
	ck_assert_str_eq(link->name, "ppp1");
	ck_assert_uint_eq(link->type, ARPHRD_PPP);
	ck_assert_uint_eq(link->flags, IFF_UP | IFF_POINTOPOINT);
	ck_assert_uint_eq(link->n_addr, 1);
	ck_assert_uint_eq(link->addr[0].local, IP(10, 0, 0, 2));
	ck_assert_uint_eq(link->addr[0].peer, IP(10, 0, 0, 200));

	put_link(RTM_NEWLINK, 7, "vpn1", IFF_POINTOPOINT);	/* renamed */
	put_link(RTM_DELLINK, 3, "eth0", 0);
	ck_assert_int_eq(input(), LINKS_MORE);
	ck_assert_uint_eq(links.n, 1);
	ck_assert_str_eq(links.all[0].name, "vpn1");
	ck_assert_uint_eq(links.all[0].flags, IFF_POINTOPOINT);
	ck_assert_uint_eq(links.all[0].n_addr, 1);

	put_link(RTM_DELLINK, 7, NULL, 0);
	put_link(RTM_DELLINK, 7, NULL, 0);
	ck_assert_int_eq(input(), LINKS_MORE);
	ck_assert_uint_eq(links.n, 0);
}
END_TEST

/* The first address is what counts as the interface's: order is kept. */
START_TEST(several_addresses)
{
	struct links_if *link;

	put_link(RTM_NEWLINK, 3, "eth0", IFF_UP);
	for (uint32_t i = 1; i <= 3; i++)
		put_addr(RTM_NEWADDR, 3, IP(10, 0, i, 1), IP(10, 0, i, 1));
	put_addr(RTM_NEWADDR, 3, IP(10, 0, 2, 1), IP(10, 0, 2, 1));
	ck_assert_int_eq(input(), LINKS_MORE);
	link = links_find(&links, 3);
	ck_assert_uint_eq(link->n_addr, 3);
	put_addr(RTM_DELADDR, 3, IP(10, 0, 1, 1), IP(10, 0, 1, 1));
	put_addr(RTM_DELADDR, 3, IP(10, 0, 9, 1), IP(10, 0, 9, 1));
	ck_assert_int_eq(input(), LINKS_MORE);
	ck_assert_uint_eq(link->n_addr, 2);
	ck_assert_uint_eq(link->addr[0].local, IP(10, 0, 2, 1));
	ck_assert_uint_eq(link->addr[1].local, IP(10, 0, 3, 1));
}
END_TEST

/* NLM_F_DUMP_INTR: what was told does not fit together. */
START_TEST(torn_dump)
{
	put_link(RTM_NEWLINK, 3, "eth0", IFF_UP);
	((struct nlmsghdr *)in.buf)->nlmsg_flags |= NLM_F_DUMP_INTR;
	ck_assert_int_eq(input(), LINKS_MORE);
	put_done(0);
	ck_assert_int_eq(input(), LINKS_TORN);
	put_done(0);
	ck_assert_int_eq(input(), LINKS_DONE);
	put_done(NLM_F_DUMP_INTR);
	ck_assert_int_eq(input(), LINKS_TORN);
}
END_TEST

START_TEST(refused)
{
	put_header(NLMSG_ERROR, &(struct nlmsgerr){ .error = -1 },
	    sizeof(struct nlmsgerr));
	ck_assert_int_eq(input(), LINKS_ERROR);
}
END_TEST

/* A bridge tells of its ports in messages that look like an interface's. */
START_TEST(other_families)
{
	struct ifinfomsg ifi;
	struct ifaddrmsg ifa;

	memset(&ifi, 0, sizeof(ifi));
	ifi.ifi_family = AF_BRIDGE;
	ifi.ifi_index = 3;
	put_header(RTM_NEWLINK, &ifi, sizeof(ifi));
	ck_assert_int_eq(input(), LINKS_MORE);
	ck_assert_uint_eq(links.n, 0);
	put_link(RTM_NEWLINK, 3, "eth0", IFF_UP);
	put_header(RTM_DELLINK, &ifi, sizeof(ifi));
	memset(&ifa, 0, sizeof(ifa));
	ifa.ifa_family = AF_INET6;
	ifa.ifa_index = 3;
	put_header(RTM_NEWADDR, &ifa, sizeof(ifa));
	ck_assert_int_eq(input(), LINKS_MORE);
	ck_assert_uint_eq(links.n, 1);
	ck_assert_uint_eq(links.all[0].n_addr, 0);
}
END_TEST

/* Nothing is read beyond what came, and a name never overruns its place. */
START_TEST(short_and_long)
{
	size_t whole;

	put_link(RTM_NEWLINK, 3, "0123456789abcdefghij", IFF_UP);
	whole = len;
	ck_assert_int_eq(input(), LINKS_MORE);
	ck_assert_str_eq(links.all[0].name, "0123456789abcde");
	for (size_t n = 0; n < whole; n++) {
		char *copy = malloc(n + 1);

		memcpy(copy, in.buf, n);
		ck_assert_int_eq(links_input(&links, copy, n), LINKS_MORE);
		if (n >= sizeof(struct nlmsghdr)) {
			((struct nlmsghdr *)copy)->nlmsg_len = (uint32_t)n;
			ck_assert_int_eq(links_input(&links, copy, n),
			    LINKS_MORE);
		}
		free(copy);
	}
	ck_assert_uint_eq(links.n, 1);
}
END_TEST

START_TEST(many)
{
	for (int i = 500; i > 0; i--) {
		put_link(RTM_NEWLINK, i, "ppp", IFF_UP);
		put_addr(RTM_NEWADDR, i, (uint32_t)i, 0);
		ck_assert_int_eq(input(), LINKS_MORE);
	}
	ck_assert_uint_eq(links.n, 500);
	for (int i = 1; i <= 500; i++) {
		ck_assert_int_eq(links.all[i - 1].index, i);
		ck_assert_uint_eq(links.all[i - 1].addr[0].local, i);
	}
	for (int i = 2; i <= 500; i += 2)
		put_link(RTM_DELLINK, i, NULL, 0), input();
	ck_assert_uint_eq(links.n, 250);
	ck_assert_ptr_null(links_find(&links, 2));
	ck_assert_uint_eq(links_find(&links, 499)->addr[0].local, 499);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, come_and_go);
	tcase_add_test(tc, several_addresses);
	tcase_add_test(tc, torn_dump);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, other_families);
	tcase_add_test(tc, short_and_long);
	tcase_add_test(tc, many);
}

int
main(void)
{
	return unit_main("bcrelay links", tests);
}
