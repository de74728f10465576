/* Calls dealt over several engines: what the front one hears of the others'. */
#include "deal.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include "engines.h"

#define TELL_MAX	64	/* in one turn of the event loop */

TAILQ_HEAD(deals, deal);
static struct deals told = TAILQ_HEAD_INITIALIZER(told);
static struct deals untold = TAILQ_HEAD_INITIALIZER(untold);
static struct deal *by_id[UINT16_MAX + 1];
static struct event *tell_ev;	/* NULL: there is no front */
static bool listening;		/* it is */

const struct deal *
deal_find(uint16_t id)
{
	return by_id[id];
}

static void
queue(struct deal *d)
{
	d->untold = true;
	TAILQ_INSERT_TAIL(&untold, d, entry);
	if (tell_ev != NULL)
		event_add(tell_ev, NULL);
}

bool
deal_begin(struct deal *d, uint16_t id, uint32_t client, int record)
{
	if (id % engines_count() == 0)
		return true;
	d->record = fcntl(record, F_DUPFD_CLOEXEC, 0);
	if (d->record == -1)
		return false;
	d->id = id;
	d->client = client;
	d->untold = false;
	TAILQ_INSERT_TAIL(&told, d, entry);
	by_id[id] = d;
	return true;
}

bool
deal_rejoin(struct deal *d, uint16_t id, uint32_t client, int record)
{
	if (!deal_begin(d, id, client, record))
		return false;
	if (d->id == 0)
		return true;
	TAILQ_REMOVE(&told, d, entry);
	queue(d);
	return true;
}

void
deal_end(struct deal *d)
{
	struct ipc_msg m;

	if (d->id == 0)
		return;
	TAILQ_REMOVE(d->untold ? &untold : &told, d, entry);
	if (by_id[d->id] == d) {
		by_id[d->id] = NULL;
		ipc_msg_init(&m, IPC_CALL_NEWS, d->id);
		m.u.news.what = IPC_NEWS_OVER;
		(void)engines_tell(&m, NULL, 0);
	}
	close(d->record);
	d->id = 0;
}

void
deal_news(const struct ipc_msg *m)
{
	struct deal *d = by_id[m->call_id];

	if (d == NULL)
		return;			/* it has just ended */
	if (m->u.news.what == IPC_NEWS_OVER)
		deal_end(d);
	else
		(void)engines_tell(m, NULL, 0);
}

/* False: it has to read first. */
static bool
tell(int sock, enum ipc_type type, const struct deal *d)
{
	struct ipc_msg m;

	ipc_msg_init(&m, type, d != NULL ? d->id : 0);
	if (d == NULL)
		return ipc_send(sock, &m, NULL, 0) == 0 || errno != EAGAIN;
	m.u.elsewhere.client_addr = d->client;
	return ipc_send(sock, &m, &d->record, 1) == 0 || errno != EAGAIN;
}

/* The front has room for messages: a crowd of calls would not fit at once. */
static void
on_writable(evutil_socket_t sock, short what, void *arg)
{
	struct deal *d;

	(void)what;
	(void)arg;
	for (int i = 0; i < TELL_MAX; i++) {
		d = TAILQ_FIRST(&untold);
		if (d == NULL)
			break;
		if (!tell(sock, IPC_ELSEWHERE, d))
			return;
		d->untold = false;
		TAILQ_REMOVE(&untold, d, entry);
		TAILQ_INSERT_TAIL(&told, d, entry);
	}
	if (!TAILQ_EMPTY(&untold) ||
	    (!listening && !tell(sock, IPC_LISTEN, NULL)))
		return;
	listening = true;
	event_del(tell_ev);
}

void
deal_greet(struct event_base *base, int sock)
{
	struct deal *d;

	TAILQ_FOREACH(d, &told, entry)
		d->untold = true;
	TAILQ_CONCAT(&untold, &told, entry);
	listening = false;
	tell_ev = event_new(base, sock, EV_WRITE | EV_PERSIST, on_writable,
	    NULL);
	event_add(tell_ev, NULL);
}

void
deal_front_gone(void)
{
	if (tell_ev != NULL)
		event_free(tell_ev);
	tell_ev = NULL;
}
