/* Disconnect and CoA: sockets, clients, and what calls are told; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "coa.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "coa_packet.h"
#include "lockdown.h"
#include "pppds.h"
#include "replay_guard.h"
#include "shared/loop.h"
#include "shared/mono.h"

#define MS		1000U
#define PACKETS_MAX	64	/* read in a row */
#define SAY_MS		10000	/* between lines about wrong packets */
/* Until then the plugins of calls that are up may not have found us yet. */
#define FOUND_MS	12000

_Static_assert(AAA_COA_MAX == COA_LISTEN_MAX, "a socket without descriptor");

/* Where an answer goes. */
struct peer {
	int	 fd;
	struct sockaddr_storage ss;
	socklen_t len;
};

/* A request whose calls have not answered yet. */
struct pending {
	struct peer peer;
	unsigned client;
	struct replay_entry *entry;
	size_t	 len;
	uint8_t	 packet[];
};

static struct {
	const struct radius_conf *conf;
	unsigned sockets;
	struct loop_watch watch[AAA_COA_MAX];
	bool	 signs[RADIUS_SERVERS_MAX];	/* has sent a signed one */
	struct replay_guard guard;
	uint64_t found_at, said_ms;	/* found_at: all calls are known */
	unsigned unsaid;
	bool	 closed;
	uint64_t done, refused, ignored;	/* requests */
} coa;

/* --- sockets ------------------------------------------------------------- */

static socklen_t
set_sockaddr(const struct radius_listen *l, struct sockaddr_storage *ss)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *in = (struct sockaddr_in *)ss;

	memset(ss, 0, sizeof(*ss));
	if (l->v6) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(l->port);
		memcpy(&in6->sin6_addr, l->octets, sizeof(in6->sin6_addr));
		return sizeof(*in6);
	}
	in->sin_family = AF_INET;
	in->sin_port = htons(l->port);
	memcpy(&in->sin_addr, l->octets, sizeof(in->sin_addr));
	return sizeof(*in);
}

/*
 * The address need not be there yet, and the pptpd-aaa before us may have the
 * port for another moment.
 */
static bool
set_options(int fd, bool v6)
{
	const int on = 1;

	return setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0 &&
	    setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on)) == 0 &&
	    (!v6 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
	    sizeof(on)) == 0);
}

static bool
open_one(const struct radius_listen *l, int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = set_sockaddr(l, &ss);
	int got = socket(l->v6 ? AF_INET6 : AF_INET,
	    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool done = got != -1 && set_options(got, l->v6) &&
	    bind(got, (struct sockaddr *)&ss, len) == 0 &&
	    (got == fd || dup3(got, fd, O_CLOEXEC) == fd);

	if (!done)
		log_err("AAA: no CoA on %s port %u: %s", l->address, l->port,
		    strerror(errno));
	if (got != -1 && (got != fd || !done))
		close(got);
	return done;
}

unsigned
coa_open(const struct radius_conf *conf)
{
	coa.conf = conf;
	for (unsigned i = 0; i < conf->coa.listens; i++) {
		if (open_one(&conf->coa.listen[i], AAA_FD_COA +
		    (int)coa.sockets))
			coa.sockets++;
	}
	return coa.sockets;
}

/* --- clients ------------------------------------------------------------- */

/* The number of the client with this address; -1: there is none. */
static int
find_client(const struct peer *p)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&p->ss;
	const struct sockaddr_in *in = (const struct sockaddr_in *)&p->ss;
	bool v6 = p->ss.ss_family == AF_INET6;
	const void *octets = v6 ? (const void *)&in6->sin6_addr :
	    (const void *)&in->sin_addr;

	for (unsigned i = 0; i < coa.conf->coa.clients; i++) {
		const struct radius_server *c = &coa.conf->coa.client[i];

		if (c->v6 == v6 && memcmp(c->octets, octets, v6 ? 16 : 4) == 0)
			return (int)i;
	}
	return -1;
}

static struct radius_secret
secret_of(unsigned client)
{
	const struct radius_server *c = &coa.conf->coa.client[client];

	return (struct radius_secret){ c->secret_octets, c->secret_len };
}

static const char *
name_of(unsigned client)
{
	return coa.conf->coa.client[client].address;
}

/* Whoever cannot be trusted gets no answer, and few lines. */
static void
say_ignored(const char *who, const char *why)
{
	uint64_t now = mono_ms();

	coa.ignored++;
	if (coa.said_ms != 0 && now - coa.said_ms < SAY_MS) {
		coa.unsaid++;
		return;
	}
	log_warn("AAA: a CoA packet of %s is ignored: %s (%u more before it)",
	    who, why, coa.unsaid);
	coa.said_ms = now;
	coa.unsaid = 0;
}

/* --- answers ------------------------------------------------------------- */

static void
send_octets(const struct peer *p, const uint8_t *octets, size_t len)
{
	if (!coa.closed && sendto(p->fd, octets, len, MSG_DONTWAIT,
	    (const struct sockaddr *)&p->ss, p->len) == -1)
		log_debug("AAA: an answer to a CoA client: %s",
		    strerror(errno));
}

static void
reply(const struct pending *q, enum coa_error error)
{
	struct radius_secret secret = secret_of(q->client);
	struct radius_out *o = calloc(1, sizeof(*o));

	if (error == COA_FINE)
		coa.done++;
	else
		coa.refused++;
	if (error != COA_FINE)
		log_notice("AAA: a request of CoA client %s is refused: %s "
		    "(Error-Cause %d)", name_of(q->client),
		    coa_error_text(error), (int)error);
	if (o == NULL || !coa_answer(o, q->packet, q->len, error, &secret))
		log_err("AAA: an answer to CoA client %s cannot be made",
		    name_of(q->client));
	else {
		replay_answer(q->entry, o->buf, o->len);
		send_octets(&q->peer, o->buf, o->len);
	}
	free(o);
}

/* All calls have answered, or their time is over. */
static void
on_done(bool fine, void *arg)
{
	struct pending *q = arg;

	reply(q, fine ? COA_FINE : COA_NO_RESOURCES);
	free(q);
}

/* --- requests ------------------------------------------------------------ */

static bool
fits(const struct aaa_acct *call, const void *arg)
{
	const struct pending *q = arg;

	return coa_fits(q->packet, q->len, call);
}

static void
say_order(const struct pending *q, const struct aaa_order *order, int calls)
{
	char words[COA_WORDS];

	if (order->end)
		log_notice("AAA: CoA client %s ends %d call%s",
		    name_of(q->client), calls, calls == 1 ? "" : "s");
	else
		log_notice("AAA: CoA client %s changes %d call%s: %s",
		    name_of(q->client), calls, calls == 1 ? "" : "s",
		    coa_words(order, words));
}

/* False: the request is over; true: its calls will answer. */
static bool
carry_out(struct pending *q)
{
	static struct aaa_order order;
	enum coa_error error = coa_read(q->packet, q->len, coa.conf, &order);
	int calls = error != COA_FINE ? 0 :
	    pppds_order(&order, fits, q, on_done, q);

	if (calls > 0) {
		say_order(q, &order, calls);
		return true;
	}
	if (error == COA_FINE)
		error = calls == 0 ? COA_NO_SESSION : COA_NO_RESOURCES;
	if (error == COA_NO_SESSION && mono_ms() < coa.found_at) {
		/* It may be a call whose plugin has not found us yet. */
		q->entry->until = 0;
		log_debug("AAA: a CoA request for an unknown call has no "
		    "answer yet");
		return false;
	}
	reply(q, error);
	return false;
}

static struct replay_time
now_is(void)
{
	struct timespec now = { 0, 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (struct replay_time){ .mono_ms = mono_ms(), .unix_ms =
	    (uint64_t)now.tv_sec * MS + (uint64_t)now.tv_nsec / 1000000 };
}

/* Why a request is not looked at; NULL: it is.  Sets when it was made. */
static const char *
judge(unsigned client, const uint8_t *buf, size_t len, bool is_signed,
    uint32_t *made)
{
	enum radius_require require = coa.conf->require;
	struct replay_time now = now_is();

	*made = 0;
	if (!coa_is_request(buf))
		return "its code is none of a request";
	if (!is_signed && require != RADIUS_REQUIRE_NO &&
	    (require == RADIUS_REQUIRE_YES || coa.signs[client]))
		return "it has no Message-Authenticator";
	if (is_signed)
		coa.signs[client] = true;
	if (coa.guard.window == 0)
		return NULL;
	if (!coa_time(buf, len, made))
		return "it has no Event-Timestamp";
	return replay_is_fresh(&coa.guard, *made, &now) ? NULL :
	    "its Event-Timestamp is not within coa-window, or from before we "
	    "began (are both clocks right?)";
}

static void
take(const struct peer *p, unsigned client, const uint8_t *buf, size_t len,
    bool is_signed)
{
	const uint8_t *authenticator = buf + RADIUS_HEADER - DIGEST_LEN;
	uint64_t now = mono_ms() / MS;
	struct replay_entry *e = replay_find(&coa.guard, client, authenticator,
	    now);
	struct pending *q;
	const char *why;
	uint32_t made;

	if (e != NULL) {
		if (e->answer != NULL)
			send_octets(p, e->answer, e->len);
		return;
	}
	why = judge(client, buf, len, is_signed, &made);
	q = why == NULL ? malloc(sizeof(*q) + len) : NULL;
	e = q != NULL ? replay_add(&coa.guard, client, authenticator, made,
	    now) : NULL;
	if (e == NULL) {
		free(q);
		say_ignored(name_of(client), why != NULL ? why :
		    "there are too many of them");
		return;
	}
	q->peer = *p;
	q->client = client;
	q->entry = e;
	q->len = len;
	memcpy(q->packet, buf, len);
	if (!carry_out(q))
		free(q);
}

static void
receive(const struct peer *p, const uint8_t *buf, size_t len)
{
	int client = find_client(p);
	struct radius_secret secret;
	const char *why;
	bool is_signed;

	if (client == -1) {
		say_ignored("a stranger", "no coa-client has its address");
		return;
	}
	secret = secret_of((unsigned)client);
	why = radius_verify_request(buf, &len, &secret, &is_signed);
	if (why != NULL)
		say_ignored(name_of((unsigned)client), why);
	else
		take(p, (unsigned)client, buf, len, is_signed);
}

static void
on_readable(int fd, void *arg)
{
	struct peer p = { .fd = fd };
	uint8_t buf[RADIUS_MAX];
	ssize_t n;

	(void)arg;
	for (int i = 0; i < PACKETS_MAX; i++) {
		p.len = sizeof(p.ss);
		n = recvfrom(fd, buf, sizeof(buf), MSG_DONTWAIT,
		    (struct sockaddr *)&p.ss, &p.len);
		if (n == -1)
			break;
		receive(&p, buf, (size_t)n);
	}
}

bool
coa_init(bool fresh)
{
	replay_init(&coa.guard, coa.conf->coa.window, mono_ms());
	coa.found_at = fresh ? 0 : mono_ms() + FOUND_MS;
	for (unsigned i = 0; i < coa.sockets; i++) {
		loop_watch_init(&coa.watch[i], AAA_FD_COA + (int)i, LOOP_READ,
		    on_readable, NULL);
		if (!loop_watch_on(&coa.watch[i]))
			return false;
	}
	return true;
}

void
coa_state(struct aaa_state *s)
{
	s->count[AAA_COUNT_COA_DONE] = coa.done;
	s->count[AAA_COUNT_COA_REFUSED] = coa.refused;
	s->count[AAA_COUNT_COA_IGNORED] = coa.ignored;
}

void
coa_close(void)
{
	coa.closed = true;
	for (unsigned i = 0; i < coa.sockets; i++) {
		loop_watch_off(&coa.watch[i]);
		close(AAA_FD_COA + (int)i);
	}
	coa.sockets = 0;
}
