/* Engine: clients of the control socket, administrators with pptpdctl(8). */
/* SPDX-License-Identifier: ISC */
#include "config.h"
#include "engine/admin.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/admin_client.h"
#include "engine/admin_serve.h"
#include "engine/engine.h"
#include "engine/journal.h"
#include "shared/loop.h"
#include "state/history.h"

#define IDLE_MS		30000	/* no request, or answers unread */
#define ACCEPT_PAUSE_US	1000000	/* when accept4() has failed */
#define GROUPS_MAX	65536	/* NGROUPS_MAX of the kernel */

static LIST_HEAD(, admin_client) clients = LIST_HEAD_INITIALIZER(clients);
static unsigned int count;
static struct loop_listener listener;
static bool listens;
static gid_t group = (gid_t)-1;

static void
client_free(struct admin_client *c)
{
	loop_watch_off(&c->readable);
	loop_watch_off(&c->writable);
	loop_timer_stop(&c->again);
	loop_timer_stop(&c->idle);
	LIST_REMOVE(c, entry);
	count--;
	admin_client_free(c);
}

static void
used(struct admin_client *c)
{
	c->used_at = engine_now_ms();
	/* Who watches has nothing to say, and may read when it likes. */
	if (c->watches || c->awaits)
		loop_timer_stop(&c->idle);
	else
		(void)loop_timer_in_ms(&c->idle, IDLE_MS);
}

/* --- octets -------------------------------------------------------------- */

static bool
is_busy(const struct admin_client *c)
{
	return c->token != 0 || c->next_id != 0 || c->in_history || c->awaits;
}

static bool
has_line(const struct admin_client *c)
{
	size_t len;

	return admin_client_line(c, &len) != NULL;
}

/* Serves one line only: a client that sent many must not hold up the others. */
static void
take_line(struct admin_client *c)
{
	size_t len;
	const char *line = admin_client_line(c, &len);

	if (line != NULL) {
		used(c);
		admin_serve(c, line, len);
		admin_client_line_done(c, len);
	} else if (admin_client_line_too_long(c)) {
		admin_client_refuse_text(c, "bad-request",
		    "the line is too long");
		c->closing = true;
	}
}

/* False: the connection has failed. */
static bool
flush(struct admin_client *c)
{
	size_t sent;
	bool there = admin_client_flush(c, &sent);

	if (sent > 0)
		used(c);
	return there;
}

/* Waits for the client's next event; false: no memory. */
static bool
wait_for(struct admin_client *c, bool unsent)
{
	loop_watch_off(&c->readable);
	if (unsent || c->next_id != 0 || c->in_history)
		return loop_watch_on(&c->writable);
	if (c->token != 0)
		return true;		/* admin_reply() goes on */
	if (c->awaits || !has_line(c))
		return loop_watch_on(&c->readable);
	loop_timer_now(&c->again);
	return true;
}

/* Does what there is to do for a client, and waits for the next thing. */
static void
proceed(struct admin_client *c)
{
	bool unsent = admin_client_unsent(c) > 0;

	if (!is_busy(c) && !unsent && !c->closing)
		take_line(c);
	if (c->next_id != 0 || c->in_history)
		admin_serve_list(c);
	if (c->awaits)
		used(c);		/* for as long as it takes */
	/* A trace may have its socket, or it does not wait any more. */
	if (c->fd == -1 || c->broken || (c->awaits && c->eof) || !flush(c)) {
		client_free(c);
		return;
	}
	admin_serve_lost(c);
	unsent = admin_client_unsent(c) > 0;
	if (!unsent && !is_busy(c) && (c->closing ||
	    (c->eof && !has_line(c)))) {
		client_free(c);
		return;
	}
	if (!wait_for(c, unsent))
		client_free(c);
}

/* Something has happened: tells the clients that watch. */
static void
on_event(enum journal_what what, const struct history_entry *e)
{
	struct admin_client *c, *next;

	for (c = LIST_FIRST(&clients); c != NULL; c = next) {
		next = LIST_NEXT(c, entry);
		if (c->awaits && what == JOURNAL_STARTED) {
			admin_serve_started(c, e->call_id);
			/* A trace watches the socket that was its. */
			loop_watch_off(&c->readable);
			loop_timer_now(&c->again);
		}
		if (c->watches && c->fd != -1) {
			admin_serve_event(c, what, e);
			loop_timer_now(&c->again);
		}
	}
}

static void
on_readable(int fd, void *arg)
{
	struct admin_client *c = arg;

	(void)fd;
	if (admin_client_read(c))
		proceed(c);
	else
		client_free(c);
}

static void
on_writable(int fd, void *arg)
{
	(void)fd;
	proceed(arg);
}

static void
on_turn(void *arg)
{
	proceed(arg);
}

static void
on_idle(void *arg)
{
	client_free(arg);
}

/* --- new clients --------------------------------------------------------- */

/* The mode of the socket's file allows the same users, but may be changed. */
static bool
may_use(struct admin_client *c)
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
	struct admin_client *c = admin_client_new(fd);

	if (c == NULL) {
		close(fd);
		return;
	}
	loop_watch_init(&c->readable, fd, LOOP_READ, on_readable, c);
	loop_watch_init(&c->writable, fd, LOOP_WRITE | LOOP_ONCE, on_writable,
	    c);
	loop_timer_init(&c->again, on_turn, c);
	loop_timer_init(&c->idle, on_idle, c);
	LIST_INSERT_HEAD(&clients, c, entry);
	count++;
	used(c);
	if (may_use(c))
		admin_client_put(c, json_pack("{si ss}", "protocol",
		    ADMIN_PROTOCOL, "version", PACKAGE_VERSION));
	else {
		log_warn("MGR: control socket: user %lu may not use it",
		    (unsigned long)c->uid);
		admin_client_refuse_text(c, "permission",
		    "this user may not control the server");
		c->closing = true;
	}
	proceed(c);
}

/* Who watches is quiet by nature, and goes last. */
static bool
is_quieter(const struct admin_client *c, const struct admin_client *than)
{
	if (c->watches != than->watches)
		return than->watches;
	return c->used_at <= than->used_at;
}

/* Closes the client that was quiet for longest, to make room for a new one. */
static void
make_room(void)
{
	struct admin_client *c, *oldest = NULL;

	if (count < ADMIN_CLIENTS_MAX)
		return;
	LIST_FOREACH(c, &clients, entry) {
		if (oldest == NULL || is_quieter(c, oldest))
			oldest = c;
	}
	if (oldest != NULL)
		client_free(oldest);
}

static void
on_listener(int fd, void *arg)
{
	int s;

	(void)fd;
	(void)arg;
	s = loop_accept(&listener, ACCEPT_PAUSE_US);
	if (s == -1)
		return;
	make_room();
	client_new(s);
}

bool
admin_init(void)
{
	size_t seed = 0;

	/* Without a seed Jansson would open /dev/urandom, which is not here. */
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed)) {
		log_err("engine: getrandom: %s", strerror(errno));
		return false;
	}
	json_object_seed(seed);
	journal_watch(on_event);
	loop_listener_init(&listener, IPC_FD_ADMIN, on_listener, NULL);
	listens = true;
	return true;
}

void
admin_configure(gid_t gid)
{
	group = gid;
	if (listens)
		(void)loop_listener_on(&listener);
}

void
admin_reply(const struct ipc_msg *m)
{
	struct admin_client *c;

	LIST_FOREACH(c, &clients, entry) {
		if (c->token != 0 && c->token == m->u.admin_reply.token)
			break;
	}
	if (c == NULL)
		return;
	admin_serve_reply(c, m);
	proceed(c);
}
