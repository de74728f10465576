/* Engine: what the front engine keeps of calls that back engines serve. */
/* SPDX-License-Identifier: ISC */
#include "engine/back_calls.h"

#include <stdlib.h>

#include "base/log.h"
#include "config/conf.h"
#include "engine/call_ids.h"
#include "engine/engine.h"
#include "engine/journal.h"
#include "engine/limiter.h"
#include "engine/tally.h"
#include "shared/call_record.h"
#include "state/bucket.h"

#define TRACES_PER_S	2	/* the monitor takes twice as many */
#define SECOND_MS	1000

struct away {
	uint32_t	 client;	/* network order */
	struct limit_conn limit;
	struct queued_call	 turn;		/* until its pppd has spoken */
	struct call_record *rec;
	struct login_key login_key;
};

static struct away *away[UINT16_MAX + 1];	/* by Call ID */
static unsigned int count, counts[CONF_ENGINES_MAX];

unsigned int
back_calls_count(void)
{
	return count;
}

const struct call_record *
back_calls_record(uint16_t id)
{
	return away[id] != NULL ? away[id]->rec : NULL;
}

const struct login_key *
back_calls_login_key(uint16_t id)
{
	return away[id] != NULL ? &away[id]->login_key : NULL;
}

bool
back_calls_has_room(uint16_t id)
{
	return engine_has_room(counts[id % engine.count]);
}

static void
add(uint16_t id, struct away *a, struct call_record *rec)
{
	a->rec = rec;
	a->limit.owner = a;
	a->limit.elsewhere = id;
	away[id] = a;
	count++;
	counts[id % engine.count]++;
}

bool
back_calls_give(struct call_record *rec, const int fds[IPC_GIVE_FDS],
    const struct login_key *login_key, struct limit_conn *limit,
    struct queued_call *turn)
{
	struct away *a = calloc(1, sizeof(*a));
	struct ipc_msg m;
	int n = IPC_GIVE_FDS;

	ipc_msg_init(&m, IPC_CALL_GIVE, rec->our_id);
	m.u.call_give.client_addr = rec->client_addr;
	m.u.call_give.server_addr = rec->server_addr;
	if (fds[IPC_GIVE_FD_PTY] == -1)
		n = IPC_GIVE_FD_PTY;
	if (a == NULL || ipc_send(IPC_FD_PARENT, &m, fds, n) == -1) {
		free(a);
		return false;
	}
	a->client = rec->client_addr;
	a->login_key = *login_key;
	limit_move(limiter_limits, &a->limit, limit);
	a->turn = *turn;		/* not in a list, so it may be copied */
	*turn = (struct queued_call){ .taken = false };
	add(rec->our_id, a, rec);
	return true;
}

void
back_calls_tell(uint16_t id, uint32_t client, int fd,
    const struct login_key *login_key)
{
	struct call_record *rec;
	struct away *a;

	if (away[id] != NULL || call_ids_find(id) != NULL)
		return;
	rec = call_record_map(fd);
	a = calloc(1, sizeof(*a));
	call_ids_lend(id);
	if (rec == NULL || a == NULL) {
		log_err("CTRL: Call %04X cannot be listed: %s", id,
		    a == NULL ? "out of memory" : "its record is none");
		call_record_unmap(rec);
		free(a);
		return;
	}
	a->client = client;
	a->login_key = *login_key;
	limit_adopt(limiter_limits, &a->limit, client, rec->ctrl.authenticated,
	    engine_now_ms());
	tally_joined(rec);
	add(id, a, rec);
	journal_found(rec);
}

static void
over(uint16_t id, struct away *a)
{
	if (a->limit.slot && limit_slots_short(limiter_limits,
	    engine_now_ms()))
		limiter_failed(&a->limit, a->client, CTRL_END_CLEARED);
	journal_ended(a->rec, a->rec->end);
	limit_close(limiter_limits, &a->limit);
	call_queue_done(&a->turn);
	call_record_unmap(a->rec);
	call_ids_give(id, engine_now_ms());
	counts[id % engine.count]--;
	count--;
	away[id] = NULL;
	free(a);
}

void
back_calls_news(const struct ipc_msg *m)
{
	struct away *a = away[m->call_id];

	if (a == NULL)
		return;
	switch (m->u.news.what) {
	case IPC_NEWS_SPOKEN:
		call_queue_done(&a->turn);
		break;
	case IPC_NEWS_AUTHENTICATED:
		/* An engine that takes the call up says it again. */
		if (!a->limit.authenticated)
			journal_call(JOURNAL_AUTHENTICATED, a->rec);
		limiter_authenticated(&a->limit, a->client);
		break;
	case IPC_NEWS_AUTH_FAILED:
		limiter_failed(&a->limit, a->client, m->u.news.end);
		break;
	case IPC_NEWS_OVER:
		over(m->call_id, a);
		break;
	case IPC_NEWS_REPORT:
		journal_report(a->rec);
		break;
	}
}

bool
back_calls_trace(uint16_t id, int fd, uint32_t seconds, uint32_t packets)
{
	static struct bucket bucket;
	const struct bucket_rate rate = bucket_rate(TRACES_PER_S, SECOND_MS,
	    TRACES_PER_S);
	struct ipc_msg m;

	if (away[id] == NULL ||
	    !bucket_take(&bucket, &rate, engine_now_ms()))
		return false;
	ipc_msg_init(&m, IPC_TRACE, id);
	m.u.trace.seconds = seconds;
	m.u.trace.packets = packets;
	return engine_tell(&m, fd);
}

bool
back_calls_kick(uint16_t id, enum ctrl_end end, bool now)
{
	struct ipc_msg m;

	if (away[id] == NULL)
		return false;
	ipc_msg_init(&m, IPC_CALL_KICK, id);
	m.u.kick.end = end;
	m.u.kick.now = now;
	if (!engine_tell(&m, -1))
		log_err("CTRL: Call %04X cannot be ended: the server's main "
		    "process cannot be told", id);
	return true;
}
