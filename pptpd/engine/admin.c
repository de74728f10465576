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

#define IDLE_S		30	/* no request, or answers unread */
#define ACCEPT_PAUSE_S	1	/* when accept4() has failed */
#define GROUPS_MAX	65536	/* NGROUPS_MAX of the kernel */

static LIST_HEAD(, admin_client) clients = LIST_HEAD_INITIALIZER(clients);
static unsigned int count;
static struct event *listen_ev, *resume_ev;
static gid_t group = (gid_t)-1;

static void
client_free(struct admin_client *c)
{
	event_del(&c->readable);
	event_del(&c->writable);
	event_del(&c->again);
	event_del(&c->idle);
	LIST_REMOVE(c, entry);
	count--;
	admin_client_free(c);
}

static void
used(struct admin_client *c)
{
	struct timeval tv = { IDLE_S, 0 };

	c->used_at = engine_now_ms();
	event_add(&c->idle, &tv);
}

/* --- octets -------------------------------------------------------------- */

static bool
is_busy(const struct admin_client *c)
{
	return c->token != 0 || c->next_id != 0;
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
	event_del(&c->readable);
	if (unsent || c->next_id != 0)
		return event_add(&c->writable, NULL) == 0;
	if (c->token != 0)
		return true;		/* admin_reply() goes on */
	if (!has_line(c))
		return event_add(&c->readable, NULL) == 0;
	event_active(&c->again, EV_TIMEOUT, 0);
	return true;
}

/* Does what there is to do for a client, and waits for the next thing. */
static void
proceed(struct admin_client *c)
{
	bool unsent = admin_client_unsent(c) > 0;

	if (!is_busy(c) && !unsent && !c->closing)
		take_line(c);
	if (c->next_id != 0)
		admin_serve_list(c);
	if (c->broken || !flush(c)) {
		client_free(c);
		return;
	}
	unsent = admin_client_unsent(c) > 0;
	if (!unsent && !is_busy(c) && (c->closing ||
	    (c->eof && !has_line(c)))) {
		client_free(c);
		return;
	}
	if (!wait_for(c, unsent))
		client_free(c);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct admin_client *c = arg;

	(void)fd;
	(void)what;
	if (admin_client_read(c))
		proceed(c);
	else
		client_free(c);
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
	event_assign(&c->readable, engine.base, fd, EV_READ | EV_PERSIST,
	    on_readable, c);
	event_assign(&c->writable, engine.base, fd, EV_WRITE, on_turn, c);
	event_assign(&c->again, engine.base, -1, 0, on_turn, c);
	event_assign(&c->idle, engine.base, -1, 0, on_idle, c);
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

/* Closes the client that was quiet for longest, to make room for a new one. */
static void
make_room(void)
{
	struct admin_client *c, *oldest = NULL;

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
admin_init(void)
{
	size_t seed = 0;

	/* Without a seed Jansson would open /dev/urandom, which is not here. */
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed)) {
		log_err("engine: getrandom: %s", strerror(errno));
		return false;
	}
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
