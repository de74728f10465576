/* Engine: answers what administrators ask for. */
/* SPDX-License-Identifier: ISC */
#include "engine/admin_serve.h"

#include <jansson.h>
#include <string.h>
#include <time.h>

#include "admin/admin_find.h"
#include "admin/admin_request.h"
#include "admin/admin_view.h"
#include "base/log.h"
#include "engine/admin_status.h"
#include "engine/call.h"
#include "engine/engine.h"
#include "shared/call_record.h"
#include "state/bucket.h"
#include "state/history.h"

#define STATUS_PER_S	20	/* requests for it that reach the monitor */
#define ORDERS_AT_ONCE	3	/* kept by the monitor: it does one a second */
#define SECOND_MS	1000
#define EVENTS_UNSENT	65536	/* octets queued for one that reads slowly */

static json_t *
view(const struct call_record *rec)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return admin_view_call(rec, engine_now_ms(),
	    (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000);
}

static void
serve_history(struct admin_client *c)
{
	const struct history_entry *e;

	while (!admin_client_is_full(c)) {
		e = history_after(journal_history(), c->after);
		if (e == NULL) {
			c->in_history = false;
			admin_client_answer(c, json_pack("{sI}", "entries",
			    c->listed));
			return;
		}
		c->after = e->number;
		admin_client_put(c, json_pack("{so}", "entry",
		    admin_view_entry(e, e->kind == HISTORY_ENDED ?
		    "ended" : "refused")));
		c->listed++;
	}
}

/* Finds where the last entries begin. */
static void
begin_history(struct admin_client *c)
{
	const struct history_entry *e = NULL;
	uint64_t number = UINT64_MAX;

	c->in_history = true;
	c->listed = 0;
	for (unsigned int i = 0; i < c->request.count; i++) {
		e = history_before(journal_history(), number);
		if (e == NULL)
			break;
		number = e->number;
	}
	c->after = number == UINT64_MAX ? 0 : number - 1;
}

/* The networks that never get GRE through; they fit into one answer. */
static void
serve_networks(struct admin_client *c)
{
	const struct vain_network *n;
	uint64_t last_s = UINT64_MAX;
	uint32_t net = 0;
	json_t *all = json_array();

	while ((n = vain_networks_next(&journal_history()->networks, &last_s,
	    &net)) != NULL)
		(void)json_array_append_new(all, admin_view_network(n));
	admin_client_answer(c, json_pack("{so}", "networks", all));
}

static void
kick(const struct admin_client *c, const struct call_record *rec, uint16_t id)
{
	const char *message = c->request.message;
	char safe[LOG_LINE_MAX / 2];

	log_escape(safe, sizeof(safe), message, strlen(message));
	log_notice("CTRL: pptpdctl[%ld] of user %lu ends call %04X, session "
	    "%.*s%s%s%s", (long)c->pid, (unsigned long)c->uid, id,
	    SESSION_ID_LEN, rec->session, safe[0] != '\0' ? ": \"" : "", safe,
	    safe[0] != '\0' ? "\"" : "");
	(c->request.now ? call_kick_now : call_kick)(id, CTRL_END_ADMIN);
}

/* One call of the list: shows it, or ends it if the request is to. */
static void
serve_call(struct admin_client *c, const struct call_record *rec, uint16_t id)
{
	bool kicks = c->request.verb == ADMIN_KICK;

	if (kicks && !admin_find_fits(rec, c->request.call))
		return;
	admin_client_put(c, json_pack("{so}", "call", view(rec)));
	c->listed++;
	if (kicks)
		kick(c, rec, id);
}

static void
list_over(struct admin_client *c)
{
	struct admin_find none;
	struct admin_error e;

	c->next_id = 0;
	if (c->request.verb == ADMIN_LIST || c->listed > 0) {
		admin_client_answer(c, json_pack("{sI}", "calls", c->listed));
		return;
	}
	admin_find_init(&none, c->request.call);
	(void)admin_find_verdict(&none, &e);
	admin_client_refuse(c, &e);
}

/* Stops when the buffer is full: the client may read slowly. */
void
admin_serve_list(struct admin_client *c)
{
	const struct call_record *rec;

	if (c->in_history) {
		serve_history(c);
		return;
	}
	while (!admin_client_is_full(c)) {
		rec = call_next_record(&c->next_id);
		if (rec == NULL) {
			list_over(c);
			return;
		}
		serve_call(c, rec, (uint16_t)(c->next_id - 1));
	}
}

/* --- events -------------------------------------------------------------- */

static const char *const event_names[] = {
	[JOURNAL_CONNECTED] = "connected",
	[JOURNAL_STARTED] = "started",
	[JOURNAL_AUTHENTICATED] = "authenticated",
	[JOURNAL_UP] = "up",
	[JOURNAL_CHANGED] = "changed",
	[JOURNAL_ENDED] = "ended",
	[JOURNAL_REFUSED] = "refused",
	[JOURNAL_RELOADED] = "reloaded",
};

void
admin_serve_lost(struct admin_client *c)
{
	if (c->lost == 0 || admin_client_unsent(c) >= EVENTS_UNSENT)
		return;
	admin_client_put(c, json_pack("{ss sI}", "event", "lost", "count",
	    c->lost));
	c->lost = 0;
}

void
admin_serve_event(struct admin_client *c, enum journal_what what,
    const struct history_entry *e)
{
	admin_serve_lost(c);
	if (c->lost > 0 || admin_client_unsent(c) >= EVENTS_UNSENT)
		c->lost++;
	else
		admin_client_put(c, admin_view_entry(e, event_names[what]));
}

/* --- requests ------------------------------------------------------------ */

/* *id is the call's, whatever an engine may have written to the record. */
static const struct call_record *
find(struct admin_client *c, uint16_t *id)
{
	const struct call_record *rec, *last = NULL;
	struct admin_find f;
	struct admin_error e;
	uint32_t next = 1;

	admin_find_init(&f, c->request.call);
	while ((rec = call_next_record(&next)) != NULL) {
		unsigned int n = f.n;

		admin_find_look(&f, rec);
		if (f.n == n)
			continue;
		last = rec;
		*id = (uint16_t)(next - 1);
	}
	if (admin_find_verdict(&f, &e))
		return last;
	admin_client_refuse(c, &e);
	return NULL;
}

static void
about_call(struct admin_client *c)
{
	uint16_t id;
	const struct call_record *rec = find(c, &id);
	bool kicks = c->request.verb == ADMIN_KICK;

	if (rec == NULL)
		return;
	admin_client_answer(c, json_pack("{so}", "call", view(rec)));
	if (kicks)
		kick(c, rec, id);
}

/* --- traces -------------------------------------------------------------- */

/* From here on the trace has the client's socket, or it is refused. */
static void
trace(struct admin_client *c, const struct call_record *rec, uint16_t id)
{
	c->awaits = false;
	log_notice("CTRL: pptpdctl[%ld] of user %lu traces call %04X, session "
	    "%.*s", (long)c->pid, (unsigned long)c->uid, id, SESSION_ID_LEN,
	    rec->session);
	switch (call_trace(id, c->fd, c->request.seconds,
	    c->request.packets)) {
	case CALL_TRACED:
		c->fd = -1;
		break;
	case CALL_TRACE_ELSEWHERE:
		c->closing = true;	/* that engine has it, too */
		break;
	case CALL_TRACE_BUSY:
		admin_client_refuse_text(c, "busy", CALL_TRACE_BUSY_TEXT);
		break;
	case CALL_TRACE_NONE:
		admin_client_refuse_text(c, "failed",
		    "the call is about to end");
		break;
	}
}

static bool
fits_any(const char *what)
{
	const struct call_record *rec;
	uint32_t next = 1;

	while ((rec = call_next_record(&next)) != NULL) {
		if (admin_find_fits(rec, what))
			return true;
	}
	return false;
}

/* What passes through a call has secrets in it: it is for root alone. */
static void
begin_trace(struct admin_client *c)
{
	const struct call_record *rec;
	uint16_t id;

	if (c->uid != 0) {
		admin_client_refuse_text(c, "permission",
		    "only root may trace calls");
		return;
	}
	if (c->request.wait && !fits_any(c->request.call)) {
		c->awaits = true;
		admin_client_put(c, json_pack("{sb}", "waiting", 1));
		return;
	}
	rec = find(c, &id);
	if (rec != NULL)
		trace(c, rec, id);
}

void
admin_serve_started(struct admin_client *c, uint16_t call_id)
{
	const struct call_record *rec;
	uint32_t next = call_id;

	rec = call_next_record(&next);
	if (rec != NULL && next - 1 == call_id &&
	    admin_find_fits(rec, c->request.call))
		trace(c, rec, call_id);
}

static void
begin_list(struct admin_client *c)
{
	c->next_id = 1;
	c->listed = 0;
}

static bool
may_ask(enum ipc_admin_verb verb)
{
	static struct bucket asked, ordered;
	struct bucket_rate status = bucket_rate(STATUS_PER_S, SECOND_MS,
	    STATUS_PER_S);
	struct bucket_rate order = bucket_rate(1, SECOND_MS, ORDERS_AT_ONCE);

	if (verb == IPC_ADMIN_STATUS)
		return bucket_take(&asked, &status, engine_now_ms());
	return bucket_take(&ordered, &order, engine_now_ms());
}

/* Sends the monitor a request that only the monitor can answer. */
static void
ask_monitor(struct admin_client *c, enum ipc_admin_verb verb)
{
	static uint32_t last_token;
	struct ipc_msg m;

	if (!may_ask(verb)) {
		admin_client_refuse_text(c, "busy", "too many requests, try again in a second");
		return;
	}
	if (verb != IPC_ADMIN_STATUS)
		log_notice("MGR: pptpdctl[%ld] of user %lu: %s%s%s",
		    (long)c->pid, (unsigned long)c->uid,
		    admin_verb_name(c->request.verb), c->request.level ==
		    ADMIN_LEVEL_NONE ? "" : " ", c->request.level ==
		    ADMIN_LEVEL_NONE ? "" : admin_level_name(c->request.level));
	if (++last_token == 0)
		last_token++;
	c->token = last_token;
	ipc_msg_init(&m, IPC_ADMIN_REQUEST, 0);
	m.u.admin_request.token = c->token;
	m.u.admin_request.verb = verb;
	if (engine_tell(&m, -1))
		return;
	c->token = 0;
	admin_client_refuse_text(c, "failed", "the server's main process cannot be asked");
}

void
admin_serve_reply(struct admin_client *c, const struct ipc_msg *m)
{
	char text[sizeof(m->u.admin_reply.text)];

	c->token = 0;
	memcpy(text, m->u.admin_reply.text, sizeof(text));
	text[sizeof(text) - 1] = '\0';
	if (!m->u.admin_reply.ok)
		admin_client_refuse_text(c, "failed", text);
	else if (c->request.verb == ADMIN_STATUS)
		admin_client_answer(c,
		    admin_status(&m->u.admin_reply.status));
	else if (c->request.verb == ADMIN_LOG_LEVEL)
		admin_client_answer(c, json_pack("{ss ss}", "level",
		    admin_level_name(c->request.level), "text", text));
	else
		admin_client_answer(c, json_pack("{ss si}", "text", text,
		    "pid", (int)m->u.admin_reply.status.pid));
}

static void
serve_level(struct admin_client *c)
{
	enum admin_level level = log_is_debug() ? ADMIN_LEVEL_DEBUG :
	    ADMIN_LEVEL_INFO;

	if (c->request.level == ADMIN_LEVEL_NONE)
		admin_client_answer(c, json_pack("{ss}", "level",
		    admin_level_name(level)));
	else
		ask_monitor(c, c->request.level == ADMIN_LEVEL_DEBUG ?
		    IPC_ADMIN_LOG_DEBUG : IPC_ADMIN_LOG_INFO);
}

void
admin_serve(struct admin_client *c, const char *line, size_t len)
{
	struct admin_error e;

	if (!admin_request_parse(&c->request, line, len, &e)) {
		admin_client_refuse(c, &e);
		return;
	}
	switch (c->request.verb) {
	case ADMIN_LIST:
		begin_list(c);
		break;
	case ADMIN_HISTORY:
		begin_history(c);
		break;
	case ADMIN_EVENTS:
		c->watches = true;
		admin_client_answer(c, json_pack("{sb}", "watching", 1));
		break;
	case ADMIN_TRACE:
		begin_trace(c);
		break;
	case ADMIN_SHOW:
	case ADMIN_KICK:
		if (c->request.all)
			begin_list(c);
		else
			about_call(c);
		break;
	case ADMIN_STATUS:
		ask_monitor(c, IPC_ADMIN_STATUS);
		break;
	case ADMIN_RELOAD:
		ask_monitor(c, IPC_ADMIN_RELOAD);
		break;
	case ADMIN_DRAIN:
		ask_monitor(c, IPC_ADMIN_DRAIN);
		break;
	case ADMIN_SHUTDOWN:
		ask_monitor(c, IPC_ADMIN_SHUTDOWN);
		break;
	case ADMIN_UPGRADE:
		ask_monitor(c, IPC_ADMIN_UPGRADE);
		break;
	case ADMIN_NETWORKS:
		serve_networks(c);
		break;
	case ADMIN_LOG_LEVEL:
		serve_level(c);
		break;
	case ADMIN_VERBS:
		break;			/* the number of verbs */
	}
}
