/* Command "up": frames from client to stand-in. */
/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <err.h>

#include "loadclient.h"

#define BATCH		32		/* frames of a call before the next */
#define STALL		((uint64_t)SECOND)	/* RFC 2637 4.4: wait, go on */
#define IDLE_WAIT	(50000U)	/* ns, while a window is full */
#define PACE_WAIT	(50000U)
#define LAG_MAX		((uint64_t)SECOND / 10)
#define QUIET		(3 * (uint64_t)SECOND / 2)

/* One run of "up". */
struct up {
	const struct params *p;
	struct call *calls;
	unsigned int n, turn;
	struct slot *before;	/* of each call's slot */
	uint64_t sent;		/* frames, copies not counted */
	uint64_t skipped, copies, swapped, stalls, probes;
	uint64_t t_begin, t_probe;
	uint64_t chance;	/* state of the random numbers */
};

/* 0 to 999,999 (xorshift). */
static uint64_t
chance(struct up *u)
{
	u->chance ^= u->chance << 13;
	u->chance ^= u->chance >> 7;
	u->chance ^= u->chance << 17;
	return u->chance % 1000000;
}

/* Sends one frame, or two in the wrong order, after what the network lost. */
static void
send_next(struct client *c, struct up *u, struct call *call)
{
	const struct params *p = u->p;

	while (p->loss > 0 && chance(u) < p->loss) {
		call_advance(call, 1);
		u->skipped++;
	}
	if (p->reorder > 0 && chance(u) < p->reorder) {
		call_frame(c, call, 1, OP_DATA, p->size);
		call_frame(c, call, 0, OP_DATA, p->size);
		call_advance(call, 2);
		u->sent += 2;
		u->swapped++;
		return;
	}
	call_frame(c, call, 0, OP_DATA, p->size);
	if (p->dup > 0 && chance(u) < p->dup) {
		call_frame(c, call, 0, OP_DATA, p->size);
		u->copies++;
	}
	call_advance(call, 1);
	u->sent++;
}

/*
 * How many frames a call may send now.  A window that has not moved for a
 * second lets one frame through, as a client's time-out does.
 */
static uint64_t
room(struct client *c, struct up *u, struct call *call, uint64_t now)
{
	uint32_t next = __atomic_load_n(&call_slot(c, call)->next,
	    __ATOMIC_RELAXED);
	uint32_t edge = u->p->window ? call->acked : next;
	uint64_t used, n = BATCH;

	if ((int32_t)(call->base - next) > 0)
		next = call->base;
	if (edge != call->progress) {
		call->progress = edge;
		call->t_progress = now;
	}
	if (u->p->inflight) {
		used = call->number - next;
		n = used >= u->p->inflight ? 0 : u->p->inflight - used;
	}
	if (u->p->window) {
		used = call->seq - call->acked;
		if (used >= u->p->window)
			n = 0;
		else if (u->p->window - used < n)
			n = u->p->window - used;
	}
	if (n == 0 && now - call->t_progress > STALL) {
		u->stalls++;
		call->t_progress = now;
		if (u->p->window)
			call->acked = call->seq;	/* taken for lost */
		n = 1;
	}
	return n < BATCH ? n : BATCH;
}

/* As many frames as windows allow.  Returns how many that were. */
static uint64_t
send_saturated(struct client *c, struct up *u, uint64_t now)
{
	uint64_t n, before = u->sent;
	unsigned int i;

	for (i = 0; i < u->n; i++) {
		for (n = room(c, u, &u->calls[i], now); n > 0; n--)
			send_next(c, u, &u->calls[i]);
	}
	return u->sent - before;
}

/* The frames that are due at this time, the calls in turn. */
static uint64_t
send_paced(struct client *c, struct up *u, uint64_t now)
{
	uint64_t due, lag, before = u->sent;
	unsigned int tries;

	due = (now - u->t_begin) * u->p->rate / SECOND;
	lag = u->p->rate * LAG_MAX / SECOND + 1;
	if (due > u->sent + u->skipped + lag) {
		/* We are the bottleneck: offer less, but no bursts. */
		u->t_begin += (due - u->sent - u->skipped - lag) * SECOND /
		    u->p->rate;
	}
	for (tries = 0; u->sent + u->skipped < due &&
	    u->sent - before < BATCH && tries < u->n; u->turn++) {
		struct call *call = &u->calls[u->turn % u->n];

		if (room(c, u, call, now) == 0) {
			tries++;
			continue;
		}
		tries = 0;
		send_next(c, u, call);
	}
	return u->sent - before;
}

/* Echoes beside the traffic, on the call after the busy ones. */
static void
send_probe(struct client *c, struct up *u, uint64_t now)
{
	struct call *call = &u->calls[u->n];

	if (u->p->probe == 0 || now < u->t_probe)
		return;
	u->t_probe = now + SECOND / u->p->probe;
	call_frame(c, call, 0, OP_ECHO, FRAME_MIN + 36);
	call_advance(call, 1);
	u->probes++;
}

static uint64_t
delivered(struct client *c, struct up *u)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < u->n; i++)
		sum += __atomic_load_n(&call_slot(c, &u->calls[i])->frames,
		    __ATOMIC_ACQUIRE) - u->before[i].frames;
	return sum;
}

/* Waits until all has arrived, or nothing moves any more. */
static void
settle(struct client *c, struct up *u)
{
	uint64_t last = 0, n, t = now_ns();

	while (now_ns() - t < QUIET) {
		n = delivered(c, u);
		if (n >= u->sent && c->echoes >= u->probes)
			break;
		if (n != last) {
			last = n;
			t = now_ns();
		}
		client_wait(c, MILLISECOND);
		gre_acks(c);
	}
}

static void
up_report(struct client *c, struct up *u, uint64_t ns, uint64_t in_time)
{
	static struct hist sum;
	uint64_t all = delivered(c, u), late = 0, bad = 0;
	unsigned int i, k;

	memset(&sum, 0, sizeof sum);
	for (i = 0; i < u->n; i++) {
		const struct slot *s = call_slot(c, &u->calls[i]);
		const struct slot *b = &u->before[i];

		late += s->late - b->late;
		bad += s->bad_fcs - b->bad_fcs + s->bad_data - b->bad_data +
		    s->foreign - b->foreign + s->aborted - b->aborted;
	}
	for (i = 0; i < HISTS; i++) {
		for (k = 0; k < HIST_BUCKETS; k++)
			sum.n[k] += c->sh->hists[i].n[k];
	}
	printf("{\"sent\":%" PRIu64 ",\"delivered\":%" PRIu64
	    ",\"in_time\":%" PRIu64 ",\"late\":%" PRIu64 ",\"bad\":%" PRIu64
	    ",\"lost\":%" PRId64 ",\"ns\":%" PRIu64 ",", u->sent, all,
	    in_time, late, bad + c->bad_data + c->bad_call,
	    (int64_t)(u->sent - (all - late)), ns);
	printf("\"skipped\":%" PRIu64 ",\"copies\":%" PRIu64
	    ",\"swapped\":%" PRIu64 ",\"stalls\":%" PRIu64
	    ",\"probes\":%" PRIu64 ",\"echoes\":%" PRIu64
	    ",\"overrun\":%" PRIu64 ",", u->skipped, u->copies, u->swapped,
	    u->stalls, u->probes, c->echoes, gre_drops(c) - c->drops);
	hist_print("latency", &sum);
	printf(",");
	hist_print("echo", &c->echo);
	printf("}\n");
}

static int
up_begin(struct client *c, struct up *u, const struct params *p)
{
	unsigned int i;

	memset(u, 0, sizeof *u);
	u->p = p;
	u->calls = c->calls;
	u->n = (unsigned int)p->calls;
	u->chance = 88172645463325252U ^ p->seed << 32;
	if (u->n == 0 || u->n + (p->probe > 0) > c->ncalls ||
	    p->size < FRAME_MIN || p->size > FRAME_MAX - 100) {
		printf("{\"error\":\"not so many calls, or bad size\"}\n");
		return -1;
	}
	u->before = calloc(u->n, sizeof *u->before);
	if (u->before == NULL)
		err(1, NULL);
	clear_counts(c);
	u->t_begin = now_ns();
	for (i = 0; i < u->n; i++) {
		u->before[i] = *call_slot(c, &u->calls[i]);
		u->calls[i].t_progress = u->t_begin;
		/* What an earlier command has left under way is gone. */
		u->calls[i].base = u->calls[i].number;
		u->calls[i].acked = u->calls[i].seq;
	}
	return 0;
}

/*
 * "up calls=N size=S ms=T rate=R inflight=F window=W loss=L reorder=O dup=D
 * seed=X probe=P": client to stand-in.
 */
void
up_run(struct client *c, const struct params *p)
{
	struct up u;
	uint64_t now, begin, end, in_time, n, wait;

	if (up_begin(c, &u, p) == -1)
		return;
	begin = now = u.t_begin;
	end = begin + p->ms * MILLISECOND;
	while (now < end && !c->quit) {
		send_probe(c, &u, now);
		if (p->rate > 0) {
			n = send_paced(c, &u, now);
			wait = n == BATCH ? 0 : PACE_WAIT;
		} else {
			n = send_saturated(c, &u, now);
			wait = n > 0 ? 0 : IDLE_WAIT;
		}
		gre_flush(c);
		client_wait(c, wait);
		gre_acks(c);
		now = now_ns();
	}
	in_time = delivered(c, &u);
	now = now_ns() - begin;
	settle(c, &u);
	up_report(c, &u, now, in_time);
	free(u.before);
}
