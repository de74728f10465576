/* Engine: traces, copies of a call's packets for an administrator's file. */
/* SPDX-License-Identifier: ISC */
#include "engine/trace.h"

#include <errno.h>
#include <event2/buffer.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "admin/admin_view.h"
#include "base/addr.h"
#include "base/base64.h"
#include "base/log.h"
#include "engine/engine.h"
#include "shared/call_record.h"
#include "shared/loop.h"

#define PLACES		2	/* line and connection */
#define UNSENT_MAX	(1U << 20)	/* octets kept for a slow reader */
#define PACKET_MAX	16384	/* octets of a packet, head included */
#define LAST_MS		10000	/* for the rest, when the trace is over */

struct trace {
	int		 fd;		/* owned */
	uint16_t	 id;
	char		 session[SESSION_ID_TEXT];
	uint32_t	 client;	/* network order */
	struct trace	**place[PLACES];
	uint64_t	 taken, left, lost;
	uint64_t	 untold;	/* of lost */
	bool		 over;		/* only what is queued is still sent */
	struct evbuffer	*out;
	struct loop_watch writable, closed;
	struct loop_timer timer;
	struct engine_ended ended;
};

static unsigned int traces;

/* --- the end ------------------------------------------------------------- */

static void
trace_free(void *arg)
{
	struct trace *t = arg;

	evbuffer_free(t->out);
	free(t);
}

/* Closes the socket; the memory stays until the event is over. */
static void
leave(struct trace *t)
{
	if (t->fd == -1)
		return;
	for (int i = 0; i < PLACES; i++) {
		if (t->place[i] != NULL)
			*t->place[i] = NULL;
		t->place[i] = NULL;
	}
	t->over = true;
	loop_watch_off(&t->writable);
	loop_watch_off(&t->closed);
	loop_timer_stop(&t->timer);
	close(t->fd);
	t->fd = -1;
	traces--;
	engine_free_later(&t->ended, trace_free, t);
}

/* Queues a line; takes the object. */
static void
put(struct trace *t, json_t *object)
{
	char *line = object != NULL ? json_dumps(object, JSON_COMPACT |
	    JSON_ENSURE_ASCII) : NULL;

	json_decref(object);
	if (line == NULL ||
	    evbuffer_add_printf(t->out, "%s\n", line) == -1)
		t->lost++;
	free(line);
	(void)loop_watch_on(&t->writable);
}

static void
finish(struct trace *t, const char *why)
{
	if (t->over)
		return;
	t->over = true;
	for (int i = 0; i < PLACES; i++) {
		if (t->place[i] != NULL)
			*t->place[i] = NULL;
		t->place[i] = NULL;
	}
	log_notice("CTRL: trace of call %04X, session %.*s, is over (%s): %llu "
	    "packets, %llu of them lost", t->id, SESSION_ID_LEN, t->session,
	    why, (unsigned long long)(t->taken + t->lost),
	    (unsigned long long)t->lost);
	put(t, json_pack("{ss sI sI}", "end", why, "packets",
	    (json_int_t)t->taken, "lost", (json_int_t)t->lost));
	(void)loop_timer_in_ms(&t->timer, LAST_MS);
}

/* --- the socket ---------------------------------------------------------- */

/* Sends what it takes; false: the client is gone. */
static bool
flush(struct trace *t)
{
	size_t len;

	while ((len = evbuffer_get_contiguous_space(t->out)) > 0) {
		ssize_t n = send(t->fd, evbuffer_pullup(t->out, (ssize_t)len),
		    len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return errno == EAGAIN;
		evbuffer_drain(t->out, (size_t)n);
	}
	return true;
}

static void
on_writable(int fd, void *arg)
{
	struct trace *t = arg;

	(void)fd;
	if (!flush(t)) {
		finish(t, "interrupted");
		leave(t);
	} else if (evbuffer_get_length(t->out) > 0)
		(void)loop_watch_on(&t->writable);
	else if (t->over)
		leave(t);
}

static void
on_closed(int fd, void *arg)
{
	struct trace *t = arg;

	(void)fd;
	finish(t, "interrupted");
	leave(t);
}

static void
on_timer(void *arg)
{
	struct trace *t = arg;

	if (t->over)
		leave(t);
	else
		finish(t, "seconds");
}

/* --- packets ------------------------------------------------------------- */

static uint64_t
calendar_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* The end of the line's octets: the packet as base64. */
static bool
put_data(struct trace *t, const uint8_t *octets, size_t len)
{
	static char text[BASE64_LEN(PACKET_MAX)];

	base64_encode(text, octets, len);
	return evbuffer_add(t->out, ",\"data\":\"", 9) == 0 &&
	    evbuffer_add(t->out, text, BASE64_LEN(len)) == 0 &&
	    evbuffer_add(t->out, "\"}\n", 3) == 0;
}

void
trace_packet(struct trace *t, enum trace_what what, enum trace_way way,
    uint32_t client, const uint8_t *head, size_t head_len,
    const uint8_t *data, size_t len)
{
	static const char *const kinds[] = { "control", "gre", "ppp" };
	static uint8_t octets[PACKET_MAX];
	char addr[ADDR_TEXT];

	if (evbuffer_get_length(t->out) >= UNSENT_MAX || len > PACKET_MAX ||
	    head_len > PACKET_MAX - len) {
		t->lost++;
		t->untold++;
		return;
	}
	if (head_len > 0)
		memcpy(octets, head, head_len);
	if (len > 0)
		memcpy(octets + head_len, data, len);
	if (evbuffer_add_printf(t->out, "{\"packet\":\"%s\",\"way\":\"%s\","
	    "\"at\":%llu,\"client\":\"%s\",\"lost\":%llu", kinds[what],
	    way == TRACE_IN ? "in" : "out",
	    (unsigned long long)calendar_us(), addr_text(client, addr),
	    (unsigned long long)t->untold) == -1 ||
	    !put_data(t, octets, head_len + len)) {
		/* Half a line is worse than none. */
		finish(t, "no memory");
		leave(t);
		return;
	}
	t->untold = 0;
	t->taken++;
	(void)loop_watch_on(&t->writable);
	if (--t->left == 0)
		finish(t, "packets");
}

/* --- beginning ----------------------------------------------------------- */

/* The words are ours, and need no escapes. */
void
trace_refuse(int fd, const char *code, const char *text)
{
	char line[256];
	int n = snprintf(line, sizeof(line), "{\"ok\":false,\"error\":"
	    "{\"code\":\"%s\",\"text\":\"%s\"}}\n", code, text);

	(void)send(fd, line, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
}

/* The port at one end of the control connection, in host order; 0: unknown. */
static int
port(int control, int (*name)(int, struct sockaddr *, socklen_t *))
{
	struct sockaddr_in sin = { .sin_family = AF_UNSPEC };
	socklen_t len = sizeof(sin);

	if (name(control, (struct sockaddr *)&sin, &len) == -1 ||
	    sin.sin_family != AF_INET)
		return 0;
	return ntohs(sin.sin_port);
}

static void
answer(struct trace *t, const struct call_record *rec, int control)
{
	json_t *call = admin_view_call(rec, engine_now_ms(),
	    calendar_us() / 1000);

	put(t, json_pack("{sb s{so si si}}", "ok", 1, "result",
	    "call", call, "client_port", port(control, getpeername),
	    "server_port", port(control, getsockname)));
}

struct trace *
trace_begin(int fd, const struct call_record *rec, int control,
    uint32_t seconds, uint32_t packets)
{
	struct trace *t = traces < TRACES_MAX ? calloc(1, sizeof(*t)) : NULL;

	if (t != NULL)
		t->out = evbuffer_new();
	if (t == NULL || t->out == NULL) {
		free(t);
		return NULL;
	}
	t->fd = fd;
	t->id = rec->our_id;
	t->client = rec->client_addr;
	snprintf(t->session, sizeof(t->session), "%.*s", SESSION_ID_LEN,
	    rec->session);
	t->left = packets;
	loop_watch_init(&t->writable, fd, LOOP_WRITE | LOOP_ONCE, on_writable,
	    t);
	loop_watch_init(&t->closed, fd, LOOP_CLOSED | LOOP_ONCE, on_closed, t);
	loop_timer_init(&t->timer, on_timer, t);
	traces++;
	(void)loop_watch_on(&t->closed);
	(void)loop_timer_in_ms(&t->timer, (uint64_t)seconds * 1000);
	answer(t, rec, control);
	return t;
}

void
trace_attach(struct trace *t, struct trace **place)
{
	for (int i = 0; i < PLACES; i++) {
		if (t->place[i] == NULL) {
			t->place[i] = place;
			*place = t;
			return;
		}
	}
}

void
trace_detach(struct trace **place)
{
	struct trace *t = *place;
	bool none = true;

	if (t == NULL)
		return;
	*place = NULL;
	for (int i = 0; i < PLACES; i++) {
		if (t->place[i] == place)
			t->place[i] = NULL;
		none = none && t->place[i] == NULL;
	}
	if (none)
		finish(t, "call ended");
}
