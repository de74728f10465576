/* Whether large packets get to a client, when small ones do. */
/* SPDX-License-Identifier: ISC */
#include "state/large_path.h"

void
large_path_sent(struct large_path *p, uint32_t seq, uint32_t len,
    uint64_t now)
{
	unsigned int i = seq % LARGE_PATH_MAP;

	p->sent[i].at = (uint32_t)(now / 1000);
	p->sent[i].len = (uint16_t)(len < UINT16_MAX ? len : UINT16_MAX);
	p->sent[i].counted = false;
}

static bool
is_large(const struct large_path *p, uint32_t seq)
{
	return p->sent[seq % LARGE_PATH_MAP].len >= LARGE_PATH_OCTETS;
}

/* Whether a is a later number than b. */
static bool
is_after(uint32_t a, uint32_t b)
{
	return a != b && a - b < UINT32_MAX / 2;
}

/* ms since a packet was sent. */
static uint32_t
age(const struct large_path *p, uint32_t seq, uint64_t ms)
{
	return (uint32_t)ms - p->sent[seq % LARGE_PATH_MAP].at;
}

static uint32_t
shortest_trip(const struct large_path *p)
{
	uint32_t least = LARGE_PATH_MOST_MS;

	for (int i = 0; i < LARGE_PATH_TRIPS; i++) {
		if (p->trip[i] != 0 && p->trip[i] < least)
			least = p->trip[i];
	}
	return least;
}

static void
small_comes(struct large_path *p, uint32_t ack, uint64_t ms)
{
	uint32_t trip = age(p, ack, ms) + 1;

	p->small_came = true;
	p->trip[p->trips++ % LARGE_PATH_TRIPS] = (uint16_t)(trip <
	    LARGE_PATH_MOST_MS ? trip : LARGE_PATH_MOST_MS);
	p->quick += p->wait != 0 && trip <= p->wait / 2;
	p->wait = 2 * shortest_trip(p) + LARGE_PATH_MORE_MS;
}

static enum large_news
large_comes(struct large_path *p)
{
	p->lost = p->rounds = 0;
	p->small_came = false;
	if (!p->said || ++p->come < LARGE_PATH_BACK)
		return LARGE_NOTHING_NEW;
	p->said = false;
	return LARGE_COME_AGAIN;
}

static void
count_lost(struct large_path *p, uint32_t seq, uint64_t ms)
{
	uint16_t len = p->sent[seq % LARGE_PATH_MAP].len;

	p->sent[seq % LARGE_PATH_MAP].counted = true;
	if (p->lost == 0) {
		p->quick = 0;
		p->first_at = ms;
		p->least = len;
	}
	if (p->lost == 0 || p->small_came)
		p->rounds++;
	p->small_came = false;
	p->lost++;
	if (len < p->least)
		p->least = len;
}

/* Looks at what is owed for a good while: the oldest come first. */
static void
look(struct large_path *p, uint32_t next, uint64_t ms)
{
	uint32_t wait = p->wait != 0 ? p->wait : LARGE_PATH_UNKNOWN_MS;
	uint32_t end = p->ack + 1;

	while (end != next && age(p, end, ms) >= wait) {
		if (!is_large(p, end))
			return;		/* small ones are late, too */
		end++;
	}
	for (uint32_t seq = p->ack + 1; seq != end; seq++) {
		if (!p->sent[seq % LARGE_PATH_MAP].counted)
			count_lost(p, seq, ms);
	}
}

static enum large_news
judge(struct large_path *p, uint32_t next, uint64_t ms)
{
	look(p, next, ms);
	if (p->said || p->lost < LARGE_PATH_LOST ||
	    p->rounds < LARGE_PATH_ROUNDS || p->quick < LARGE_PATH_QUICK ||
	    ms < p->first_at + LARGE_PATH_MS)
		return LARGE_NOTHING_NEW;
	p->said = true;
	p->come = 0;
	return LARGE_ARE_LOST;
}

enum large_news
large_path_acked(struct large_path *p, uint32_t ack, uint32_t next,
    uint64_t now)
{
	enum large_news news = LARGE_NOTHING_NEW;
	bool more = !p->any || ack != p->ack;

	/* Of no packet, of one that is overtaken, or that is forgotten. */
	if (next - ack - 1 >= LARGE_PATH_MAP ||
	    (p->any && is_after(p->ack, ack)))
		return LARGE_NOTHING_NEW;
	p->any = true;
	p->ack = ack;
	if (more && is_large(p, ack))
		news = large_comes(p);
	else if (more)
		small_comes(p, ack, now / 1000);
	return news != LARGE_NOTHING_NEW ? news : judge(p, next, now / 1000);
}
