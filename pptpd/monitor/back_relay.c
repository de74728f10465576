/* Monitor: tells the front engine of the calls of back engines. */
/* SPDX-License-Identifier: ISC */
#include "monitor/back_relay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "shared/loop.h"
#include "shared/mono.h"

#define TELL_MAX	64	/* messages in one turn of the event loop */

TAILQ_HEAD(relayed_calls, relayed_call);
static struct relayed_calls told = TAILQ_HEAD_INITIALIZER(told);
static struct relayed_calls untold = TAILQ_HEAD_INITIALIZER(untold);
static struct relayed_calls ended = TAILQ_HEAD_INITIALIZER(ended);
static struct relayed_call *by_id[UINT16_MAX + 1];
static struct loop_watch front;	/* watches for room to write; on while there
				   are calls that it does not know */
static bool has_front;
static bool listening;		/* the front was told to listen */
static struct loop_timer ended_timer;
static unsigned int engines;
static bool (*tell_front)(const struct ipc_msg *, const int *, int);

const struct relayed_call *
back_relay_find(uint16_t id)
{
	return by_id[id];
}

static struct relayed_calls *
list_of(const struct relayed_call *d)
{
	if (d->ended != 0)
		return &ended;
	return d->untold ? &untold : &told;
}

static void
queue(struct relayed_call *d)
{
	d->untold = true;
	TAILQ_INSERT_TAIL(&untold, d, entry);
	if (has_front)
		(void)loop_watch_on(&front);
}

static struct relayed_call *
relayed_call_new(const struct keeper_call *call, int record)
{
	struct relayed_call *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->record = fcntl(record, F_DUPFD_CLOEXEC, 0);
	if (d->record == -1) {
		free(d);
		return NULL;
	}
	d->id = call->our_id;
	d->client = call->client_addr;
	d->login_key = call->login_key;
	by_id[d->id] = d;
	return d;
}

bool
back_relay_begin(struct relayed_call **d, const struct keeper_call *call,
    int record)
{
	*d = NULL;
	if (call->our_id % engines == 0)
		return true;
	*d = relayed_call_new(call, record);
	if (*d != NULL)
		TAILQ_INSERT_TAIL(&told, *d, entry);
	return *d != NULL;
}

bool
back_relay_rejoin(struct relayed_call **d, const struct keeper_call *call,
    int record)
{
	*d = NULL;
	if (call->our_id % engines == 0)
		return true;
	*d = relayed_call_new(call, record);
	if (*d != NULL)
		queue(*d);
	return *d != NULL;
}

/* Tells the front that a call has ended, and frees the entry. */
static void
finish(struct relayed_call *d)
{
	struct ipc_msg m;

	if (by_id[d->id] == d && !d->silent) {
		ipc_msg_init(&m, IPC_CALL_NEWS, d->id);
		m.u.news.what = IPC_NEWS_OVER;
		(void)tell_front(&m, NULL, 0);
	}
	if (by_id[d->id] == d)
		by_id[d->id] = NULL;
	TAILQ_REMOVE(list_of(d), d, entry);
	close(d->record);
	free(d);
}

static void
on_ended(void *arg)
{
	struct relayed_call *d;

	(void)arg;
	while ((d = TAILQ_FIRST(&ended)) != NULL &&
	    d->ended + RELAY_LINGER_S < mono_s())
		finish(d);
	if (d != NULL)
		(void)loop_timer_in_ms(&ended_timer, 1000);
}

/*
 * The engine's last message, such as that pppd's exit status meant a wrong
 * password, may come after the keeper's end; the engine may even get the call
 * itself later.  So the entry stays for a while.
 */
void
back_relay_end(struct relayed_call *d)
{
	if (d == NULL)
		return;
	TAILQ_REMOVE(list_of(d), d, entry);
	d->ended = mono_s();
	TAILQ_INSERT_TAIL(&ended, d, entry);
	if (d->silent)
		finish(d);
	else if (!loop_timer_runs(&ended_timer))
		(void)loop_timer_in_ms(&ended_timer, 1000);
}

void
back_relay_news(const struct ipc_msg *m)
{
	struct relayed_call *d = by_id[m->call_id];

	if (d == NULL)
		return;			/* the entry is gone already */
	(void)tell_front(m, NULL, 0);
	if (m->u.news.what != IPC_NEWS_OVER)
		return;
	d->silent = true;
	if (d->ended != 0)
		finish(d);
}

/* False: there is no room until the front has read. */
static bool
tell(int sock, enum ipc_type type, const struct relayed_call *d)
{
	struct ipc_msg m;

	ipc_msg_init(&m, type, d != NULL ? d->id : 0);
	if (d == NULL)
		return ipc_send(sock, &m, NULL, 0) == 0 || errno != EAGAIN;
	m.u.elsewhere.client_addr = d->client;
	m.u.elsewhere.login_key = d->login_key;
	return ipc_send(sock, &m, &d->record, 1) == 0 || errno != EAGAIN;
}

/*
 * The front has room for messages.  Calls are told in portions, because all of
 * them may not fit at once.
 */
static void
on_writable(int sock, void *arg)
{
	struct relayed_call *d;

	(void)arg;
	for (int i = 0; i < TELL_MAX; i++) {
		d = TAILQ_FIRST(&untold);
		if (d == NULL)
			break;
		if (!d->silent && !tell(sock, IPC_ELSEWHERE, d))
			return;
		d->untold = false;
		TAILQ_REMOVE(&untold, d, entry);
		TAILQ_INSERT_TAIL(&told, d, entry);
	}
	if (!TAILQ_EMPTY(&untold) ||
	    (!listening && !tell(sock, IPC_LISTEN, NULL)))
		return;
	listening = true;
	loop_watch_off(&front);
}

void
back_relay_greet(int sock)
{
	struct relayed_call *d;

	TAILQ_FOREACH(d, &told, entry)
		d->untold = true;
	TAILQ_CONCAT(&untold, &told, entry);
	listening = false;
	has_front = true;
	loop_watch_init(&front, sock, LOOP_WRITE, on_writable, NULL);
	(void)loop_watch_on(&front);
}

void
back_relay_front_gone(void)
{
	loop_watch_off(&front);
	has_front = false;
}

void
back_relay_init(unsigned int count, bool (*told_by)(const struct ipc_msg *,
    const int *, int))
{
	engines = count;
	tell_front = told_by;
	loop_timer_init(&ended_timer, on_ended, NULL);
}
