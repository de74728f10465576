/* The system's interfaces, as the kernel tells them by rtnetlink(7). */
/* SPDX-License-Identifier: ISC */
#include "links.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

/* The position of the interface with this index, or where to insert it. */
static size_t
place_of(const struct links *links, int index)
{
	size_t low = 0, high = links->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (links->all[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct links_if *
links_find(const struct links *links, int index)
{
	size_t i = place_of(links, index);

	if (i == links->n || links->all[i].index != index)
		return NULL;
	return &links->all[i];
}

/* The interface with this index, which is added if needed.  NULL: no memory. */
static struct links_if *
find_or_add(struct links *links, int index)
{
	size_t i = place_of(links, index);
	struct links_if *all;

	if (i < links->n && links->all[i].index == index)
		return &links->all[i];
	all = reallocarray(links->all, links->n + 1, sizeof(*all));
	if (all == NULL)
		return NULL;
	links->all = all;
	memmove(&all[i + 1], &all[i], (links->n - i) * sizeof(*all));
	memset(&all[i], 0, sizeof(all[i]));
	all[i].index = index;
	links->n++;
	return &all[i];
}

static void
delete(struct links *links, int index)
{
	size_t i = place_of(links, index);

	if (i == links->n || links->all[i].index != index)
		return;
	free(links->all[i].addr);
	links->n--;
	memmove(&links->all[i], &links->all[i + 1],
	    (links->n - i) * sizeof(links->all[0]));
}

void
links_free(struct links *links)
{
	size_t i;

	for (i = 0; i < links->n; i++)
		free(links->all[i].addr);
	free(links->all);
	memset(links, 0, sizeof(*links));
}

/* Finds the attribute of this type behind the `own` octets of a message. */
static const struct rtattr *
find_attr(const struct nlmsghdr *nh, size_t own, unsigned short type)
{
	const struct rtattr *a = (const struct rtattr *)
	    ((const char *)NLMSG_DATA(nh) + NLMSG_ALIGN(own));
	int left = (int)(nh->nlmsg_len - NLMSG_SPACE(own));

	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type == type)
			return a;
	}
	return NULL;
}

static bool
has_own_part(const struct nlmsghdr *nh, size_t own)
{
	return nh->nlmsg_len >= NLMSG_SPACE(own);
}

static bool
take_link(struct links *links, const struct nlmsghdr *nh)
{
	const struct ifinfomsg *ifi = NLMSG_DATA(nh);
	const struct rtattr *name;
	struct links_if *link;
	size_t len;

	if (!has_own_part(nh, sizeof(*ifi)) || ifi->ifi_family != AF_UNSPEC)
		return true;		/* a bridge's view of its port */
	if (nh->nlmsg_type == RTM_DELLINK) {
		delete(links, ifi->ifi_index);
		return true;
	}
	link = find_or_add(links, ifi->ifi_index);
	if (link == NULL)
		return false;
	link->flags = ifi->ifi_flags;
	link->type = ifi->ifi_type;
	name = find_attr(nh, sizeof(*ifi), IFLA_IFNAME);
	if (name == NULL)
		return true;
	len = strnlen(RTA_DATA(name), RTA_PAYLOAD(name));
	if (len >= sizeof(link->name))
		len = sizeof(link->name) - 1;
	memset(link->name, 0, sizeof(link->name));
	memcpy(link->name, RTA_DATA(name), len);
	return true;
}

/* Reads an attribute that is an IPv4 address; 0: there is none. */
static uint32_t
get_addr(const struct nlmsghdr *nh, unsigned short type)
{
	const struct rtattr *a = find_attr(nh, sizeof(struct ifaddrmsg), type);
	uint32_t addr;

	if (a == NULL || RTA_PAYLOAD(a) < sizeof(addr))
		return 0;
	memcpy(&addr, RTA_DATA(a), sizeof(addr));
	return ntohl(addr);
}

static bool
take_addr(struct links *links, const struct nlmsghdr *nh)
{
	const struct ifaddrmsg *ifa = NLMSG_DATA(nh);
	struct links_addr addr, *more;
	struct links_if *link;
	size_t i;

	if (!has_own_part(nh, sizeof(*ifa)) || ifa->ifa_family != AF_INET)
		return true;
	link = links_find(links, (int)ifa->ifa_index);
	if (link == NULL)
		return true;		/* the interface is gone already */
	addr.peer = get_addr(nh, IFA_ADDRESS);
	addr.local = get_addr(nh, IFA_LOCAL);
	if (addr.local == 0)
		addr.local = addr.peer;
	if (addr.local == 0)
		return true;
	for (i = 0; i < link->n_addr; i++) {
		if (memcmp(&link->addr[i], &addr, sizeof(addr)) == 0)
			break;
	}
	if (nh->nlmsg_type == RTM_DELADDR) {
		if (i == link->n_addr)
			return true;
		link->n_addr--;
		memmove(&link->addr[i], &link->addr[i + 1],
		    (link->n_addr - i) * sizeof(addr));
		return true;
	}
	if (i < link->n_addr)
		return true;
	more = reallocarray(link->addr, link->n_addr + 1, sizeof(addr));
	if (more == NULL)
		return false;
	link->addr = more;
	link->addr[link->n_addr++] = addr;
	return true;
}

static enum links_end
take(struct links *links, const struct nlmsghdr *nh)
{
	bool torn, done = true;

	if ((nh->nlmsg_flags & NLM_F_DUMP_INTR) != 0)
		links->torn = true;
	switch (nh->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		done = take_link(links, nh);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		done = take_addr(links, nh);
		break;
	case NLMSG_DONE:
		torn = links->torn;
		links->torn = false;
		return torn ? LINKS_TORN : LINKS_DONE;
	case NLMSG_ERROR:
		return LINKS_ERROR;
	}
	return done ? LINKS_MORE : LINKS_ERROR;
}

enum links_end
links_input(struct links *links, const void *data, size_t len)
{
	const char *p = data;

	while (len >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *nh = (const void *)p;
		size_t step = NLMSG_ALIGN(nh->nlmsg_len);
		enum links_end end;

		if (nh->nlmsg_len < sizeof(*nh) || nh->nlmsg_len > len)
			break;
		end = take(links, nh);
		if (end != LINKS_MORE || step >= len)
			return end;
		p += step;
		len -= step;
	}
	return LINKS_MORE;
}
