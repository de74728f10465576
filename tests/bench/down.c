/* Commands "down" and "echo": frames from stand-in to client. */
/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>

#include "loadclient.h"

/* "echo size=S ms=T rate=R": round trips on call 0, one packet at a time. */
void
echo_run(struct client *c, const struct params *p)
{
	uint64_t begin = now_ns(), end = begin + p->ms * MILLISECOND;
	uint64_t next = begin, now, sent = 0;
	struct call *call = &c->calls[0];

	if (c->ncalls == 0 || p->rate == 0 || p->size < FRAME_MIN ||
	    p->size > FRAME_MAX - 100) {
		printf("{\"error\":\"no call, no rate or bad size\"}\n");
		return;
	}
	clear_counts(c);
	while ((now = now_ns()) < end && !c->quit) {
		if (now >= next) {
			call_frame(c, call, 0, OP_ECHO, p->size);
			call_advance(call, 1);
			gre_flush(c);
			sent++;
			next = begin + sent * SECOND / p->rate;
		}
		now = now_ns();
		client_wait(c, next > now ? next - now : 0);
		gre_acks(c);
	}
	for (end = now_ns() + SECOND; c->echoes < sent && now_ns() < end;)
		client_wait(c, MILLISECOND);
	printf("{\"sent\":%" PRIu64 ",\"echoes\":%" PRIu64 ",\"bad\":%" PRIu64
	    ",", sent, c->echoes, c->bad_data + c->bad_call);
	hist_print("echo", &c->echo);
	printf("}\n");
}

/* Tells a stand-in what to send; until it does, tells it again. */
static void
source_start(struct client *c, struct call *call, const struct params *p)
{
	struct slot *s = call_slot(c, call);

	if (s->source_begun == c->source_id)
		return;
	s->source_size = (uint32_t)p->size;
	s->source_rate = (uint32_t)p->rate;
	s->source_ms = (uint32_t)p->ms;
	__atomic_store_n(&s->source_id, c->source_id, __ATOMIC_RELEASE);
	call_frame(c, call, 0, OP_SOURCE, FRAME_MIN);
	call_advance(call, 1);
}

/* Whether all sources have ended; sums up. */
static int
down_sum(struct client *c, unsigned int n, uint64_t *sent, uint64_t *received)
{
	unsigned int i, done = 0;

	*sent = *received = 0;
	for (i = 0; i < n; i++) {
		struct slot *s = call_slot(c, &c->calls[i]);

		done += __atomic_load_n(&s->source_done, __ATOMIC_ACQUIRE) ==
		    c->source_id;
		*sent += s->source_begun == c->source_id ? s->sent : 0;
		*received += c->calls[i].received;
	}
	return done == n;
}

/* "down calls=N size=S ms=T rate=R": stand-in to client, R for each call. */
void
down_run(struct client *c, const struct params *p)
{
	uint64_t begin = now_ns(), limit, t = begin, again = begin, now;
	uint64_t sent = 0, received = 0, last = 0, late = 0;
	unsigned int i, n = (unsigned int)p->calls;
	int done;

	if (n == 0 || n > c->ncalls || p->size < FRAME_MIN ||
	    p->size > FRAME_MAX - 100) {
		printf("{\"error\":\"not so many calls, or bad size\"}\n");
		return;
	}
	clear_counts(c);
	c->source_id++;
	for (i = 0; i < n; i++) {
		c->calls[i].received = c->calls[i].late = 0;
		c->calls[i].missing = c->calls[i].down_next = 0;
	}
	limit = begin + p->ms * MILLISECOND + 10 * (uint64_t)SECOND;
	while ((now = now_ns()) < limit && !c->quit) {
		if (now >= again) {
			again = now + SECOND / 5;
			for (i = 0; i < n; i++)
				source_start(c, &c->calls[i], p);
			gre_flush(c);
		}
		client_wait(c, MILLISECOND);
		gre_acks(c);
		done = down_sum(c, n, &sent, &received);
		if (received != last) {
			last = received;
			t = now_ns();
		}
		if (done && (received >= sent || now_ns() - t > SECOND / 2))
			break;
	}
	for (i = 0; i < n; i++)
		late += c->calls[i].late;
	printf("{\"sent\":%" PRIu64 ",\"delivered\":%" PRIu64 ",\"late\":%"
	    PRIu64 ",\"bad\":%" PRIu64 ",\"lost\":%" PRId64 ",\"ns\":%" PRIu64
	    ",\"overrun\":%" PRIu64 ",", sent, received, late,
	    c->bad_data + c->bad_call, (int64_t)(sent - (received - late)),
	    t - begin, gre_drops(c) - c->drops);
	hist_print("latency", &c->down);
	printf("}\n");
}
