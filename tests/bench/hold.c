/* Commands about calls: set them up and hold them, or in loops; drop them. */
/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "loadclient.h"

#define PARALLEL_MAX	1024
#define CALL_LIMIT	(20ULL * SECOND)	/* for one call's set-up */

static uint64_t
deadline(const struct params *p)
{
	return now_ns() + p->ms * MILLISECOND;
}

static int
overdue(const struct call *call)
{
	uint64_t since = call->t_clear != 0 ? call->t_clear : call->t_open;

	return now_ns() - since > CALL_LIMIT;
}

/* "hold calls=N parallel=K ms=LIMIT": calls 0 to N - 1 are up afterwards. */
void
hold_run(struct client *c, const struct params *p)
{
	uint64_t begin = now_ns(), end = deadline(p), failed = 0;
	struct call *opening[PARALLEL_MAX];
	unsigned int n = 0, i, started = c->ncalls, up = c->ncalls;
	unsigned int calls = (unsigned int)p->calls;

	c->reason[0] = '\0';
	while (up < calls && now_ns() < end) {
		while (started < calls && n < p->parallel &&
		    n < PARALLEL_MAX) {
			opening[n] = &c->calls[started];
			call_open(c, opening[n++], started++);
			c->ncalls = started;
		}
		for (i = 0; i < n; i++) {
			struct call *call = opening[i];

			if (call->state < CALL_UP && overdue(call))
				call_fail(c, call, "timed out");
			if (call->state == CALL_UP) {
				up++;
				opening[i--] = opening[--n];
			} else if (call->state == CALL_FAILED) {
				failed++;
				call_release(c, call);
				call_open(c, call,
				    (unsigned int)(call - c->calls));
			}
		}
		if (up < calls)
			client_wait(c, MILLISECOND);
	}
	printf("{\"up\":%u,\"failed\":%" PRIu64 ",\"ns\":%" PRIu64
	    ",\"reason\":\"%s\"}\n", up, failed, now_ns() - begin, c->reason);
}

/* "drop": forgets all calls at once, as a client does that loses its line. */
void
drop_run(struct client *c, const struct params *p)
{
	unsigned int i;

	(void)p;
	for (i = 0; i < c->ncalls; i++)
		call_release(c, &c->calls[i]);
	c->ncalls = 0;
	printf("{}\n");
}

/* A connection that never says anything. */
static int
connect_silent(const struct client *c)
{
	struct sockaddr_in to = { 0 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_family = AF_INET;
	to.sin_addr = c->server;
	to.sin_port = htons(1723);
	if (fd != -1 && connect(fd, (struct sockaddr *)&to, sizeof to) == -1) {
		close(fd);
		fd = -1;
	}
	usleep(50000);	/* pace */
	return fd;
}

static struct {
	uint64_t started, done, failed;
	struct hist ocrp, up, down;	/* SYN to reply, to frame; to close */
} loops;

static void
loop_step(struct client *c, const struct params *p, struct call *call)
{
	switch (call->state) {
	case CALL_FREE:
		if (loops.started < p->calls)
			call_open(c, call, (unsigned int)loops.started++);
		break;
	case CALL_UP:
		hist_add(&loops.ocrp, call->t_ocrp - call->t_open);
		hist_add(&loops.up, call->t_up - call->t_open);
		call_clear(c, call);
		break;
	case CALL_CLOSED:
		hist_add(&loops.down, now_ns() - call->t_clear);
		loops.done++;
		call_release(c, call);
		loop_step(c, p, call);
		break;
	case CALL_FAILED:
		loops.failed++;
		call_release(c, call);
		break;
	default:
		if (overdue(call))
			call_fail(c, call, "timed out");
		break;
	}
}

/*
 * "loops calls=N parallel=K silent=0|1 ms=LIMIT": sets up N calls, clears
 * each as soon as pppd has sent a frame, K at a time.
 */
void
loops_run(struct client *c, const struct params *p)
{
	uint64_t begin, end = deadline(p), took;
	unsigned int i;
	int silent = -1;

	memset(&loops, 0, sizeof loops);
	c->reason[0] = '\0';
	c->ncalls = (unsigned int)p->parallel;
	for (i = 0; i < c->ncalls; i++)
		c->calls[i].state = CALL_FREE;
	if (p->silent)
		silent = connect_silent(c);
	begin = now_ns();
	while (loops.done + loops.failed < p->calls && now_ns() < end) {
		for (i = 0; i < c->ncalls; i++)
			loop_step(c, p, &c->calls[i]);
		if (loops.done + loops.failed < p->calls)
			client_wait(c, MILLISECOND);
	}
	took = now_ns() - begin;
	for (i = 0; i < c->ncalls; i++)
		call_release(c, &c->calls[i]);
	c->ncalls = 0;
	if (silent != -1)
		close(silent);
	printf("{\"done\":%" PRIu64 ",\"failed\":%" PRIu64 ",\"started\":%"
	    PRIu64 ",\"ns\":%" PRIu64 ",\"reason\":\"%s\",", loops.done,
	    loops.failed, loops.started, took, c->reason);
	hist_print("ocrp", &loops.ocrp);
	printf(",");
	hist_print("ready", &loops.up);
	printf(",");
	hist_print("clear", &loops.down);
	printf("}\n");
}
