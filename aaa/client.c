/* The RADIUS client: requests under way; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "client.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "radius_answer.h"
#include "attempt.h"
#include "base/log.h"
#include "base/queue.h"
#include "radius.h"
#include "radius_request.h"
#include "shared/loop.h"
#include "shared/mono.h"
#include "state/histogram.h"

#define IDS		256	/* Identifiers of a port */
#define PACKETS_MAX	64	/* read in a row */
#define SAY_MS		10000	/* between lines about wrong packets */
#define MS		1000
#define HURRY_MS	200

_Static_assert(AAA_TIMES == HISTOGRAM_BOUNDS + 1, "a class is left out");
_Static_assert(AAA_SERVERS_MAX == RADIUS_SERVERS_MAX, "or a server");

/*
 * A socket to one server.  Each Identifier is used once: so a late answer never
 * meets another request, and each 256 requests have a new source port.
 */
struct port {
	int	 fd;
	struct loop_watch watch;
	unsigned server;
	bool	 acct;
	unsigned used;			/* Identifiers, from 0 on */
	unsigned under_way;
	struct client_request *request[IDS];	/* NULL: answered */
};

struct client_request {
	bool	 acct;
	struct loop_timer timer;
	struct attempt attempt;
	struct port *port;		/* NULL: not sent */
	uint8_t	 id;			/* on that port */
	uint8_t	 authenticator[DIGEST_LEN];
	uint64_t made_us;		/* when the packet was made */
	bool	 hurried;		/* its timer was cut short */
	uint8_t	*packet;		/* NULL: none */
	size_t	 packet_len;
	void	*arg;
	/* Logins. */
	backend_done *done;
	/* Accounting. */
	LIST_ENTRY(client_request) entry;
	client_taken *taken;
	enum acct_kind kind;
	int64_t	 event_ms;		/* when it happened */
	uint32_t event_time;		/* the same, Unix time */
	union {
		struct aaa_login login;
		struct aaa_acct acct;
	} u;
};

/* What pptpdctl is told of a server. */
struct tally {
	uint64_t count[AAA_SERVER_COUNTS];
	struct histogram times;
};

static struct {
	const struct radius_conf *conf;
	struct tally tally[RADIUS_SERVERS_MAX];
	struct pool_state pool;
	struct port *port[RADIUS_SERVERS_MAX][2];	/* the newest */
	bool	 signs[RADIUS_SERVERS_MAX];	/* has sent a signed one */
	LIST_HEAD(, client_request) acct;	/* under way */
	uint64_t said_wrong;		/* ms */
	unsigned unsaid;
} client;

static uint32_t
random_u32(void)
{
	uint32_t n;

	return getrandom(&n, sizeof(n), 0) == sizeof(n) ? n : 0;
}

static struct radius_secret
secret_of(unsigned server)
{
	const struct radius_server *s = &client.conf->servers[server];

	return (struct radius_secret){ s->secret_octets, s->secret_len };
}

static const char *
name_of(unsigned server)
{
	return client.conf->servers[server].address;
}

/* --- ports --------------------------------------------------------------- */

static void on_readable(int, void *);

static socklen_t
address_of(const struct radius_server *s, bool acct,
    struct sockaddr_storage *ss)
{
	uint16_t port = htons(acct ? s->acct_port : s->auth_port);
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *in = (struct sockaddr_in *)ss;

	memset(ss, 0, sizeof(*ss));
	if (s->v6) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = port;
		memcpy(&in6->sin6_addr, s->octets, sizeof(in6->sin6_addr));
		return sizeof(*in6);
	}
	in->sin_family = AF_INET;
	in->sin_port = port;
	memcpy(&in->sin_addr, s->octets, sizeof(in->sin_addr));
	return sizeof(*in);
}

/* Connected: the kernel passes nothing on that comes from another address. */
static int
open_socket(unsigned server, bool acct)
{
	const struct radius_server *s = &client.conf->servers[server];
	struct sockaddr_storage ss;
	socklen_t len = address_of(s, acct, &ss);
	int fd = socket(s->v6 ? AF_INET6 : AF_INET,
	    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd != -1 && connect(fd, (struct sockaddr *)&ss, len) == 0)
		return fd;
	log_warn("AAA: no socket to RADIUS server %s: %s", s->address,
	    strerror(errno));
	if (fd != -1)
		close(fd);
	return -1;
}

static struct port *
port_new(unsigned server, bool acct)
{
	struct port *port = calloc(1, sizeof(*port));

	if (port == NULL)
		return NULL;
	port->server = server;
	port->acct = acct;
	port->fd = open_socket(server, acct);
	if (port->fd != -1) {
		loop_watch_init(&port->watch, port->fd, LOOP_READ, on_readable,
		    port);
		if (loop_watch_on(&port->watch))
			return port;
		close(port->fd);
	}
	free(port);
	return NULL;
}

/* Closes a port that has no Identifiers left and waits for no answer. */
static void
port_look(struct port *port)
{
	struct port **newest = &client.port[port->server][port->acct];

	if (port->under_way > 0 || port->used < IDS)
		return;
	if (*newest == port)
		*newest = NULL;
	loop_watch_off(&port->watch);
	close(port->fd);
	free(port);
}

static void
leave_port(struct client_request *r)
{
	struct port *port = r->port;

	if (port == NULL)
		return;
	r->port = NULL;
	port->request[r->id] = NULL;
	port->under_way--;
	port_look(port);
}

/* Takes a new Identifier for a request.  False: there is no socket. */
static bool
take_port(struct client_request *r)
{
	struct port **newest = &client.port[r->attempt.server][r->acct];

	leave_port(r);
	if (*newest == NULL || (*newest)->used == IDS)
		*newest = port_new(r->attempt.server, r->acct);
	if (*newest == NULL)
		return false;
	r->port = *newest;
	r->id = (uint8_t)r->port->used++;
	r->port->request[r->id] = r;
	r->port->under_way++;
	return true;
}

/* --- requests ------------------------------------------------------------ */

static void
forget_packet(struct client_request *r)
{
	if (r->packet != NULL)
		explicit_bzero(r->packet, r->packet_len);
	free(r->packet);
	r->packet = NULL;
}

static void
request_free(struct client_request *r)
{
	loop_timer_stop(&r->timer);
	leave_port(r);
	forget_packet(r);
	attempt_end(&r->attempt, &client.pool);
	if (r->acct)
		LIST_REMOVE(r, entry);
	explicit_bzero(r, sizeof(*r));
	free(r);
}

static bool
write_acct(const struct client_request *r, struct radius_out *out,
    const struct radius_secret *secret)
{
	int64_t delay = ((int64_t)mono_ms() - r->event_ms) / MS;
	const struct request_time when = {
	    .delay = delay > 0 ? (uint32_t)delay : 0, .event = r->event_time };

	switch (r->kind) {
	case ACCT_RECORD:
		return request_acct(out, r->id, &r->u.acct, client.conf,
		    secret, &when);
	case ACCT_ON:
		return request_nas(out, r->id, true, client.conf, secret,
		    &when);
	case ACCT_OFF:
		return request_nas(out, r->id, false, client.conf, secret,
		    &when);
	case ACCT_SESSION:
	case ACCT_KINDS:
		break;
	}
	return false;
}

static bool
write_packet(struct client_request *r, struct radius_out *out)
{
	struct radius_secret secret = secret_of(r->attempt.server);
	uint8_t random[DIGEST_LEN];

	if (r->acct)
		return write_acct(r, out, &secret);
	return getrandom(random, sizeof(random), 0) == sizeof(random) &&
	    request_login(out, r->id, random, &r->u.login, client.conf,
	    &secret);
}

/*
 * Makes the packet for the server that the attempt has chosen.  False: it
 * cannot be sent now, and a timeout will come.
 */
static bool
prepare(struct client_request *r)
{
	struct radius_out *out;
	char user[REQUEST_USER];
	bool done;

	forget_packet(r);
	r->made_us = mono_us();
	if (!take_port(r))
		return false;
	out = calloc(1, sizeof(*out));
	if (out == NULL)
		return false;
	done = write_packet(r, out);
	if (!done)
		log_err("AAA: a request of user \"%s\" does not fit into a "
		    "packet", request_user(r->acct ? &r->u.acct.call :
		    &r->u.login.call, user));
	else if ((r->packet = malloc(out->len)) != NULL) {
		r->packet_len = out->len;
		memcpy(r->packet, out->buf, out->len);
		memcpy(r->authenticator, radius_authenticator(out),
		    DIGEST_LEN);
	}
	explicit_bzero(out, sizeof(*out));
	free(out);
	return r->packet != NULL;
}

/* A packet that the kernel does not take is as good as one that got lost. */
static void
send_packet(struct client_request *r)
{
	if (r->packet == NULL)
		return;
	if (send(r->port->fd, r->packet, r->packet_len,
	    MSG_NOSIGNAL | MSG_DONTWAIT) == -1)
		log_debug("AAA: RADIUS server %s: send: %s",
		    name_of(r->attempt.server), strerror(errno));
}

static void
send_and_wait(struct client_request *r)
{
	send_packet(r);
	(void)loop_timer_in_ms(&r->timer, attempt_wait(&r->attempt,
	    mono_ms()));
}

static void
end_report(struct client_request *r, bool taken)
{
	client_taken *fn = r->taken;
	void *arg = r->arg;

	request_free(r);
	fn(taken, arg);
}

static void
give_up(struct client_request *r)
{
	const struct aaa_reply reply = { .verdict = AAA_UNAVAILABLE };
	backend_done *done = r->done;
	void *arg = r->arg;

	if (r->acct) {
		end_report(r, false);
		return;
	}
	request_free(r);
	done(&reply, arg);
}

/* Another server, or the first one, is asked. */
static void
ask_server(struct client_request *r)
{
	client.tally[r->attempt.server].count[r->acct ? AAA_SERVER_RECORDS :
	    AAA_SERVER_LOGINS]++;
	(void)prepare(r);
	send_and_wait(r);
}

static void
on_timeout(void *arg)
{
	struct client_request *r = arg;
	unsigned server = r->attempt.server;
	enum attempt_step step;
	bool died;

	if (!r->hurried)
		client.tally[server].count[AAA_SERVER_TIMEOUTS]++;
	r->hurried = false;
	step = attempt_timeout(&r->attempt, &client.pool, mono_ms(),
	    random_u32(), &died);
	if (died)
		log_warn("AAA: RADIUS server %s does not answer, others are "
		    "asked first for %u s", name_of(server),
		    client.conf->dead_time);
	switch (step) {
	case ATTEMPT_AGAIN:
		/*
		 * Acct-Delay-Time has changed, so it is another request (RFC
		 * 2866, 5.2), and so is one that could not be made before.
		 */
		if (r->acct || r->packet == NULL)
			(void)prepare(r);
		send_and_wait(r);
		break;
	case ATTEMPT_OTHER:
		ask_server(r);
		break;
	case ATTEMPT_OVER:
		give_up(r);
		break;
	}
}

static void
begin(struct client_request *r, uint64_t seconds)
{
	uint64_t now = mono_ms();

	loop_update_time();
	loop_timer_init(&r->timer, on_timeout, r);
	attempt_begin(&r->attempt, &client.pool, now, now + seconds * MS,
	    random_u32());
	ask_server(r);
}

void *
client_login(const struct aaa_login *login, backend_done *done, void *arg)
{
	struct client_request *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->u.login = *login;
	r->done = done;
	r->arg = arg;
	begin(r, client.conf->deadline);
	return r;
}

void
client_cancel(void *r)
{
	request_free(r);
}

void *
client_report(const struct client_record *record, client_taken *taken,
    void *arg)
{
	struct client_request *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	LIST_INSERT_HEAD(&client.acct, r, entry);
	r->acct = true;
	r->kind = record->kind;
	if (record->kind == ACCT_RECORD)
		r->u.acct = *record->acct;
	r->event_ms = record->event_ms;
	r->event_time = record->event_time;
	r->taken = taken;
	r->arg = arg;
	begin(r, CLIENT_ACCT_S);
	return r;
}

/*
 * A server is back: what has waited for it does not wait for its timeout, and
 * Accounting-On is the first.
 */
static void
hurry(void)
{
	struct client_request *r;

	LIST_FOREACH(r, &client.acct, entry) {
		r->hurried = true;
		(void)loop_timer_in_ms(&r->timer, r->kind != ACCT_RECORD ? 0 :
		    HURRY_MS / 4 + random_u32() % HURRY_MS);
	}
}

/* --- answers ------------------------------------------------------------- */

static void
say_wrong(const struct port *port, const char *why)
{
	uint64_t now = mono_ms();

	client.tally[port->server].count[AAA_SERVER_WRONG]++;
	if (client.said_wrong != 0 && now - client.said_wrong < SAY_MS) {
		client.unsaid++;
		return;
	}
	log_warn("AAA: a packet from RADIUS server %s is ignored: %s (%u more "
	    "before it)", name_of(port->server), why, client.unsaid);
	client.said_wrong = now;
	client.unsaid = 0;
}

static bool
fits(const struct port *port, uint8_t code)
{
	if (port->acct)
		return code == RADIUS_ACCT_RESPONSE;
	return code == RADIUS_ACCESS_ACCEPT || code == RADIUS_ACCESS_REJECT ||
	    code == RADIUS_ACCESS_CHALLENGE;
}

/* Why an answer without a Message-Authenticator is not taken; NULL: it is. */
static const char *
judge_unsigned(const struct port *port)
{
	if (port->acct || client.conf->require == RADIUS_REQUIRE_NO)
		return NULL;
	if (client.conf->require == RADIUS_REQUIRE_YES)
		return "it has no Message-Authenticator";
	return client.signs[port->server] ? "it has no Message-Authenticator, "
	    "and earlier ones had" : NULL;
}

static void
finish(struct client_request *r, const uint8_t *buf, size_t len)
{
	struct radius_secret secret = secret_of(r->attempt.server);
	backend_done *done = r->done;
	void *arg = r->arg;
	char user[REQUEST_USER], doubt[ANSWER_DOUBT];
	struct aaa_reply reply;
	const char *why;

	if (r->acct) {
		end_report(r, true);
		return;
	}
	why = answer_read(&reply, buf, len, &r->u.login, r->authenticator,
	    &secret);
	if (why != NULL)
		log_err("AAA: RADIUS server %s accepts user \"%s\", who is "
		    "rejected here: %s", name_of(r->attempt.server),
		    request_user(&r->u.login.call, user), why);
	else if (answer_doubt(buf, len, doubt))
		log_warn("AAA: RADIUS server %s says of user \"%s\" what does "
		    "not count: %s", name_of(r->attempt.server),
		    request_user(&r->u.login.call, user), doubt);
	else if (buf[0] == RADIUS_ACCESS_CHALLENGE)
		log_notice("AAA: RADIUS server %s wants another word of user "
		    "\"%s\" (Access-Challenge), which PPP cannot ask for",
		    name_of(r->attempt.server),
		    request_user(&r->u.login.call, user));
	request_free(r);
	done(&reply, arg);
	explicit_bzero(&reply, sizeof(reply));
}

static void
note_answer(const struct client_request *r, uint8_t code)
{
	struct tally *t = &client.tally[r->attempt.server];

	t->count[code == RADIUS_ACCESS_ACCEPT ? AAA_SERVER_ACCEPTS :
	    code == RADIUS_ACCESS_REJECT ? AAA_SERVER_REJECTS :
	    code == RADIUS_ACCESS_CHALLENGE ? AAA_SERVER_CHALLENGES :
	    AAA_SERVER_TAKEN]++;
	histogram_add(&t->times, mono_us() - r->made_us);
}

static void
receive(struct port *port, const uint8_t *buf, size_t len)
{
	struct radius_secret secret = secret_of(port->server);
	struct client_request *r;
	const char *why;
	bool is_signed;

	r = len >= RADIUS_HEADER ? port->request[buf[1]] : NULL;
	if (r == NULL) {
		client.tally[port->server].count[AAA_SERVER_LATE]++;
		log_debug("AAA: RADIUS server %s: an answer to no question, or "
		    "a late one", name_of(port->server));
		return;
	}
	why = fits(port, buf[0]) ? radius_verify(buf, &len, r->authenticator,
	    &secret, &is_signed) : "its code fits no answer";
	if (why == NULL && !is_signed)
		why = judge_unsigned(port);
	if (why != NULL) {
		say_wrong(port, why);
		return;
	}
	if (is_signed)
		client.signs[port->server] = true;
	if (attempt_answered(&r->attempt, &client.pool, mono_ms())) {
		log_notice("AAA: RADIUS server %s answers again",
		    name_of(port->server));
		hurry();
	}
	note_answer(r, buf[0]);
	finish(r, buf, len);
}

/*
 * A port that has no request left may be freed by the last of them, so the
 * number under way is raised meanwhile.
 */
static void
on_readable(int fd, void *arg)
{
	struct port *port = arg;
	uint8_t buf[RADIUS_MAX];
	ssize_t n;

	port->under_way++;
	for (int i = 0; i < PACKETS_MAX; i++) {
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n == -1 && errno == ECONNREFUSED)
			continue;	/* ICMP, which anybody could send */
		if (n == -1)
			break;
		receive(port, buf, (size_t)n);
	}
	explicit_bzero(buf, sizeof(buf));
	port->under_way--;
	port_look(port);
}

void
client_state(unsigned server, struct aaa_server *s)
{
	const struct tally *t = &client.tally[server];

	memcpy(s->address, name_of(server), sizeof(s->address));
	s->alive = !client.pool.server[server].dead;
	s->under_way = client.pool.server[server].under_way;
	memcpy(s->count, t->count, sizeof(s->count));
	memcpy(s->times, t->times.n, sizeof(s->times));
	s->sum_us = t->times.sum_us;
}

void
client_init(const struct radius_conf *conf)
{
	memset(&client, 0, sizeof(client));
	client.conf = conf;
	pool_init(&client.pool, conf);
}
