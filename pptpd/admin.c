/* Clients of the control socket: administrators with pptpdctl(8). */
#include "config.h"
#include "admin.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event_struct.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "admin_find.h"
#include "admin_request.h"
#include "admin_status.h"
#include "admin_view.h"
#include "bucket.h"
#include "call.h"
#include "engine.h"
#include "log.h"

#define IDLE_S		60	/* without a request, or a reader */
#define OUT_ENOUGH	16384	/* octets made before they are sent */
#define ACCEPT_PAUSE_S	1	/* when we run out of something */
#define STATUS_PER_S	20	/* that go to the monitor */
#define ORDERS_AT_ONCE	3	/* which it works on: one a second */
#define GROUPS_MAX	65536	/* NGROUPS_MAX of the kernel */
#define SECOND_MS	1000

struct client {
	LIST_ENTRY(client) entry;
	int		 fd;
	uid_t		 uid;
	pid_t		 pid;
	uint64_t	 used_at;	/* ms */
	uint32_t	 token;		/* the monitor is to answer; 0: no */
	uint32_t	 next_id;	/* of the list that it gets; 0: none */
	json_int_t	 listed;
	bool		 eof;		/* it says no more */
	bool		 closing;	/* neither do we, after this */
	bool		 broken;	/* no memory for its answer */
	struct admin_request request;	/* that is being answered */
	size_t		 in_len;
	char		 in[ADMIN_LINE_MAX];
	struct evbuffer	*out;
	struct event	 readable, writable, again, idle;
};

static LIST_HEAD(, client) clients = LIST_HEAD_INITIALIZER(clients);
static unsigned int count;
static struct event *listen_ev, *resume_ev;
static gid_t group = (gid_t)-1;
static const char *sandbox_mode;

static void proceed(struct client *);

static void
client_free(struct client *c)
{
	event_del(&c->readable);
	event_del(&c->writable);
	event_del(&c->again);
	event_del(&c->idle);
	close(c->fd);
	admin_request_free(&c->request);
	evbuffer_free(c->out);
	LIST_REMOVE(c, entry);
	free(c);
	count--;
}

static void
used(struct client *c)
{
	struct timeval tv = { IDLE_S, 0 };

	c->used_at = engine_now_ms();
	event_add(&c->idle, &tv);
}

/* --- answers ------------------------------------------------------------- */

/* Queues a line; takes the object (NULL: there was no memory for it). */
static void
put(struct client *c, json_t *object)
{
	char *line = NULL;

	if (object != NULL && c->request.id != NULL &&
	    json_object_set(object, "id", c->request.id) == -1)
		c->broken = true;
	if (object != NULL)
		line = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
	if (line == NULL || evbuffer_add(c->out, line, strlen(line)) == -1 ||
	    evbuffer_add(c->out, "\n", 1) == -1)
		c->broken = true;
	free(line);
	json_decref(object);
}

/* The last line of an answer; takes the result. */
static void
answer(struct client *c, json_t *result)
{
	put(c, json_pack("{sb so}", "ok", 1, "result", result));
	admin_request_free(&c->request);
}

static void
refuse(struct client *c, const struct admin_error *e)
{
	char safe[4 * sizeof(e->text)];
	json_t *text = json_string(e->text);

	if (text == NULL)	/* what it repeats was cut, or is no UTF-8 */
		text = json_string(log_escape(safe, sizeof(safe), e->text,
		    strlen(e->text)));
	put(c, json_pack("{sb s{ss so}}", "ok", 0, "error", "code", e->code,
	    "text", text));
	admin_request_free(&c->request);
}

static void
fail(struct client *c, const char *code, const char *text)
{
	struct admin_error e;

	admin_error_set(&e, code, "%s", text);
	refuse(c, &e);
}

/* --- requests ------------------------------------------------------------ */

/* Goes on with a list as far as there is room: its reader may be slow. */
static void
list_more(struct client *c)
{
	const struct call_record *rec;

	while (!c->broken && evbuffer_get_length(c->out) < OUT_ENOUGH) {
		rec = call_next_record(&c->next_id);
		if (rec == NULL) {
			c->next_id = 0;
			answer(c, json_pack("{sI}", "calls", c->listed));
			return;
		}
		put(c, json_pack("{so}", "call", admin_view_call(rec,
		    engine_now_ms(), time(NULL))));
		c->listed++;
	}
}

static const struct call_record *
find(struct client *c)
{
	const struct call_record *rec, *last = NULL;
	struct admin_find f;
	struct admin_error e;
	uint32_t next = 1;

	admin_find_init(&f, c->request.call);
	while ((rec = call_next_record(&next)) != NULL) {
		unsigned int n = f.n;

		admin_find_look(&f, rec);
		if (f.n != n)
			last = rec;
	}
	if (admin_find_verdict(&f, &e))
		return last;
	refuse(c, &e);
	return NULL;
}

static void
about_call(struct client *c)
{
	const struct call_record *rec = find(c);
	bool kick = c->request.verb == ADMIN_KICK;
	uint16_t id;

	if (rec == NULL)
		return;
	id = rec->our_id;
	answer(c, json_pack("{so}", "call", admin_view_call(rec,
	    engine_now_ms(), time(NULL))));
	if (!kick)
		return;
	log_notice("CTRL: pptpdctl[%ld] of user %lu ends call %04X",
	    (long)c->pid, (unsigned long)c->uid, id);
	call_kick(id);
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

/* What only the monitor knows, or can do. */
static void
ask_monitor(struct client *c, enum ipc_admin_verb verb)
{
	static uint32_t last_token;
	struct ipc_msg m;

	if (!may_ask(verb)) {
		fail(c, "busy", "too many requests, try again in a second");
		return;
	}
	if (verb != IPC_ADMIN_STATUS)
		log_notice("MGR: pptpdctl[%ld] of user %lu: %s", (long)c->pid,
		    (unsigned long)c->uid, admin_verb_name(c->request.verb));
	if (++last_token == 0)
		last_token++;
	c->token = last_token;
	ipc_msg_init(&m, IPC_ADMIN_REQUEST, 0);
	m.u.admin_request.token = c->token;
	m.u.admin_request.verb = verb;
	if (engine_tell(&m, -1))
		return;
	c->token = 0;
	fail(c, "failed", "the server's main process cannot be asked");
}

void
admin_reply(const struct ipc_msg *m)
{
	struct client *c;
	char text[sizeof(m->u.admin_reply.text)];

	LIST_FOREACH(c, &clients, entry) {
		if (c->token != 0 && c->token == m->u.admin_reply.token)
			break;
	}
	if (c == NULL)
		return;
	c->token = 0;
	memcpy(text, m->u.admin_reply.text, sizeof(text));
	text[sizeof(text) - 1] = '\0';
	if (!m->u.admin_reply.ok)
		fail(c, "failed", text);
	else if (c->request.verb == ADMIN_STATUS)
		answer(c, admin_status(&m->u.admin_reply.status,
		    sandbox_mode));
	else
		answer(c, json_pack("{ss si}", "text", text, "pid",
		    (int)m->u.admin_reply.status.pid));
	proceed(c);
}

static void
serve(struct client *c, const char *line, size_t len)
{
	struct admin_error e;

	if (!admin_request_parse(&c->request, line, len, &e)) {
		refuse(c, &e);
		return;
	}
	switch (c->request.verb) {
	case ADMIN_LIST:
		c->next_id = 1;
		c->listed = 0;
		break;
	case ADMIN_SHOW:
	case ADMIN_KICK:
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
	case ADMIN_VERBS:
		break;			/* is none */
	}
}

/* --- octets -------------------------------------------------------------- */

static bool
has_line(const struct client *c)
{
	return memchr(c->in, '\n', c->in_len) != NULL;
}

static bool
is_busy(const struct client *c)
{
	return c->token != 0 || c->next_id != 0;
}

/* Serves one line, so that nobody has to wait for somebody with many. */
static void
take_line(struct client *c)
{
	char *end = memchr(c->in, '\n', c->in_len);
	size_t len;

	if (end == NULL) {
		if (c->in_len == sizeof(c->in)) {
			fail(c, "bad-request", "the line is too long");
			c->closing = true;
		}
		return;
	}
	used(c);
	len = (size_t)(end - c->in);
	serve(c, c->in, len);
	c->in_len -= len + 1;
	memmove(c->in, end + 1, c->in_len);
}

/* False: it is gone. */
static bool
flush(struct client *c)
{
	size_t len;

	while ((len = evbuffer_get_contiguous_space(c->out)) > 0) {
		ssize_t n = send(c->fd, evbuffer_pullup(c->out, (ssize_t)len),
		    len, MSG_NOSIGNAL);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return errno == EAGAIN;
		evbuffer_drain(c->out, (size_t)n);
		used(c);
	}
	return true;
}

/* Does what there is to do for a client, and waits for the next thing. */
static void
proceed(struct client *c)
{
	bool unsent;

	unsent = evbuffer_get_length(c->out) > 0;
	if (c->next_id == 0 && !is_busy(c) && !unsent && !c->closing)
		take_line(c);
	if (c->next_id != 0)
		list_more(c);
	if (c->broken || !flush(c)) {
		client_free(c);
		return;
	}
	unsent = evbuffer_get_length(c->out) > 0;
	if (!unsent && !is_busy(c) && (c->closing ||
	    (c->eof && !has_line(c)))) {
		client_free(c);
		return;
	}
	event_del(&c->readable);
	if (unsent || c->next_id != 0)
		event_add(&c->writable, NULL);
	else if (c->token != 0)
		;			/* admin_reply() goes on */
	else if (has_line(c))
		event_active(&c->again, EV_TIMEOUT, 0);
	else
		event_add(&c->readable, NULL);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct client *c = arg;
	ssize_t n = recv(fd, c->in + c->in_len, sizeof(c->in) - c->in_len, 0);

	(void)what;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n == -1) {
		client_free(c);
		return;
	}
	c->eof = n == 0;
	c->in_len += (size_t)n;
	proceed(c);
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	proceed(arg);
}

static void
on_idle(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	client_free(arg);
}

/* --- clients come -------------------------------------------------------- */

/* The file's mode says the same; this does not depend on it. */
static bool
may_use(struct client *c)
{
	static gid_t groups[GROUPS_MAX];
	struct ucred who;
	socklen_t len = sizeof(who);

	if (getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == -1)
		return false;
	c->uid = who.uid;
	c->pid = who.pid;
	if (who.uid == 0)
		return true;
	if (group == (gid_t)-1)
		return false;
	if (who.gid == group)
		return true;
	len = sizeof(groups);
	if (getsockopt(c->fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) == -1)
		return false;
	for (size_t i = 0; i < len / sizeof(groups[0]); i++) {
		if (groups[i] == group)
			return true;
	}
	return false;
}

static void
client_new(int fd)
{
	struct client *c = calloc(1, sizeof(*c));

	if (c != NULL)
		c->out = evbuffer_new();
	if (c == NULL || c->out == NULL) {
		free(c);
		close(fd);
		return;
	}
	c->fd = fd;
	event_assign(&c->readable, engine.base, fd, EV_READ | EV_PERSIST,
	    on_readable, c);
	event_assign(&c->writable, engine.base, fd, EV_WRITE, on_turn, c);
	event_assign(&c->again, engine.base, -1, 0, on_turn, c);
	event_assign(&c->idle, engine.base, -1, 0, on_idle, c);
	LIST_INSERT_HEAD(&clients, c, entry);
	count++;
	used(c);
	if (may_use(c))
		put(c, json_pack("{si ss}", "protocol", ADMIN_PROTOCOL,
		    "version", PACKAGE_VERSION));
	else {
		log_warn("MGR: control socket: user %lu may not use it",
		    (unsigned long)c->uid);
		fail(c, "permission", "this user may not control the server");
		c->closing = true;
	}
	proceed(c);
}

/* Who has been quiet for longest makes room for somebody new. */
static void
make_room(void)
{
	struct client *c, *oldest = NULL;

	if (count < ADMIN_CLIENTS_MAX)
		return;
	LIST_FOREACH(c, &clients, entry) {
		if (oldest == NULL || c->used_at <= oldest->used_at)
			oldest = c;
	}
	if (oldest != NULL)
		client_free(oldest);
}

static void
on_listener(evutil_socket_t fd, short what, void *arg)
{
	struct timeval pause = { ACCEPT_PAUSE_S, 0 };
	int s = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)what;
	(void)arg;
	if (s != -1) {
		make_room();
		client_new(s);
	} else if (errno != EAGAIN && errno != EINTR &&
	    errno != ECONNABORTED) {
		event_del(listen_ev);
		event_add(resume_ev, &pause);
	}
}

static void
on_resume(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	event_add(listen_ev, NULL);
}

bool
admin_init(const char *sandbox)
{
	size_t seed = 0;

	sandbox_mode = sandbox;
	/* Jansson would look for /dev/urandom. */
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return false;
	json_object_seed(seed);
	listen_ev = event_new(engine.base, IPC_FD_ADMIN, EV_READ | EV_PERSIST,
	    on_listener, NULL);
	resume_ev = evtimer_new(engine.base, on_resume, NULL);
	return listen_ev != NULL && resume_ev != NULL;
}

void
admin_configure(gid_t gid)
{
	group = gid;
	if (listen_ev != NULL)
		event_add(listen_ev, NULL);
}
