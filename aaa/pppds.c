/* The connections from pptpd-aaa.so in each pppd, and from pptpdctl; in
 * pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "pppds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/queue.h"
#include "protocol/aaa_msg.h"
#include "radius_request.h"
#include "shared/loop.h"
#include "shared/mono.h"

#define PAUSE_US	500000U	/* without descriptors or memory */
#define CAUSE_NAS_ERROR	9	/* RFC 2866, 5.10 */
#define ORDER_MS	5000	/* plugins look once a second */
/*
 * A plugin that had no answer in time closes its connection, and opens another
 * within ten seconds: only then its pppd is gone.
 */
#define BACK_MS		15000

struct link {
	LIST_ENTRY(link) entry;
	int		 fd;
	struct loop_watch watch;
	void		*login;		/* NULL: none under way */
	struct aaa_call	 asking;	/* of that login */
	bool		 counts;	/* last is there */
	struct aaa_acct	 last;		/* what pppd has told last */
	time_t		 last_s;	/* CLOCK_MONOTONIC */
	struct batch	*order;		/* that it has not answered; or NULL */
};

/* A call whose connection is closed. */
struct parting {
	LIST_ENTRY(parting) entry;
	struct loop_timer timer;
	struct aaa_acct	 stop;
};

/* An order that several calls may have. */
struct batch {
	struct aaa_order order;
	unsigned	 left;		/* answers that are missing */
	bool		 failed;	/* one of them was no */
	pppds_done	*done;
	void		*arg;
	struct loop_timer timer, answered;
};

static LIST_HEAD(, link) links = LIST_HEAD_INITIALIZER(links);
static LIST_HEAD(, parting) partings = LIST_HEAD_INITIALIZER(partings);
static struct loop_listener listener;
static struct pppds_conf conf;
static uint64_t verdicts[AAA_VERDICTS];	/* how often each was given */

static void	leave_order(struct link *);

static void
link_free(struct link *l)
{
	/* Its call may be up, and has perhaps never heard of the order. */
	if (l->order != NULL && l->counts)
		l->order->failed = true;
	leave_order(l);
	if (l->login != NULL)
		conf.backend->cancel(l->login);
	loop_watch_off(&l->watch);
	close(l->fd);
	LIST_REMOVE(l, entry);
	explicit_bzero(l, sizeof(*l));
	free(l);
}

/* pppd reads each answer before it asks again: there is room for it. */
static void
answer(struct link *l, const struct aaa_msg *m)
{
	uint8_t buf[AAA_MSG_MAX];
	size_t len = aaa_msg_encode(m, buf);

	if (len == 0)
		log_err("AAA: an answer to pppd cannot be written");
	else if (send(l->fd, buf, len, MSG_NOSIGNAL | MSG_DONTWAIT) == -1)
		log_debug("AAA: an answer to pppd: %s", strerror(errno));
	explicit_bzero(buf, sizeof(buf));
}

/* --- logins -------------------------------------------------------------- */

static void
say_verdict(const struct aaa_call *call, enum aaa_verdict verdict)
{
	char user[REQUEST_USER];

	request_user(call, user);
	verdicts[verdict]++;
	switch (verdict) {
	case AAA_ACCEPT:
		log_info("AAA: user \"%s\" is accepted, session %s",
		    user, call->id);
		break;
	case AAA_REJECT:
		log_notice("AAA: user \"%s\" is rejected", user);
		break;
	case AAA_UNAVAILABLE:
	case AAA_VERDICTS:
		if (conf.backend->silence != NULL)
			log_err("AAA: user \"%s\" is refused, since %s", user,
			    conf.backend->silence);
		break;
	}
}

static void
on_reply(const struct aaa_reply *reply, void *arg)
{
	struct link *l = arg;
	struct aaa_msg m = { .type = AAA_REPLY, .u.reply = *reply };

	l->login = NULL;
	if (reply->verdict == AAA_ACCEPT && reply->interim == 0)
		m.u.reply.interim = conf.interim;
	say_verdict(&l->asking, reply->verdict);
	answer(l, &m);
	explicit_bzero(&m, sizeof(m));
}

static void
refuse(struct link *l, const struct aaa_call *call, const char *why)
{
	const struct aaa_msg m = { .type = AAA_REPLY,
	    .u.reply.verdict = AAA_REJECT };
	char user[REQUEST_USER];

	verdicts[AAA_REJECT]++;
	log_notice("AAA: user \"%s\" is rejected: %s",
	    request_user(call, user), why);
	answer(l, &m);
}

static void
login(struct link *l, const struct aaa_login *login)
{
	const char *fault = request_login_fault(login);

	if (l->login != NULL) {		/* pppd has asked anew */
		conf.backend->cancel(l->login);
		l->login = NULL;
	}
	if (fault != NULL) {
		refuse(l, &login->call, fault);
		return;
	}
	l->asking = login->call;
	l->login = conf.backend->login(login, on_reply, l);
	if (l->login == NULL)
		refuse(l, &login->call, "no memory");
}

/* --- accounting ---------------------------------------------------------- */

static void
parting_free(struct parting *p)
{
	loop_timer_stop(&p->timer);
	LIST_REMOVE(p, entry);
	explicit_bzero(p, sizeof(*p));
	free(p);
}

/* The call's pppd is there, by another connection. */
static void
come_back(const char *id)
{
	struct parting *p, *next;

	for (p = LIST_FIRST(&partings); p != NULL; p = next) {
		next = LIST_NEXT(p, entry);
		if (strcmp(p->stop.call.id, id) == 0)
			parting_free(p);
	}
}

static void
account(struct link *l, const struct aaa_acct *acct)
{
	const struct aaa_msg taken = { .type = AAA_TAKEN };

	come_back(acct->call.id);
	if (conf.accounting)
		(void)conf.backend->acct(acct);
	l->counts = acct->status != AAA_STOP;
	l->last = *acct;
	l->last_s = mono_s();
	answer(l, &taken);
}

static void
say_stop(const struct aaa_acct *stop)
{
	log_notice("AAA: the pppd of session %s is gone without a word, its "
	    "accounting ends with its last report", stop->call.id);
	(void)conf.backend->acct(stop);
}

static void
on_parting(void *arg)
{
	struct parting *p = arg;

	say_stop(&p->stop);
	parting_free(p);
}

/* Whether its pppd has told of the call by another connection already. */
static bool
is_back(const struct link *gone)
{
	struct link *l;

	LIST_FOREACH(l, &links, entry) {
		if (l != gone && strcmp(l->last.call.id,
		    gone->last.call.id) == 0)
			return true;
	}
	return false;
}

/*
 * A pppd that was killed tells nothing more.  What it used since its last
 * report is not known.
 */
static void
stop_for(struct link *l)
{
	struct aaa_acct stop = l->last;
	struct parting *p;

	if (!l->counts || !conf.accounting || is_back(l))
		return;
	stop.status = AAA_STOP;
	stop.cause = CAUSE_NAS_ERROR;
	stop.seconds += (uint32_t)(mono_s() - l->last_s);
	p = calloc(1, sizeof(*p));
	if (p == NULL) {
		say_stop(&stop);
		return;
	}
	p->stop = stop;
	LIST_INSERT_HEAD(&partings, p, entry);
	loop_timer_init(&p->timer, on_parting, p);
	(void)loop_timer_in_ms(&p->timer, BACK_MS);
}

/* --- orders -------------------------------------------------------------- */

static void
batch_over(struct batch *b, bool fine)
{
	pppds_done *done = b->done;
	void *arg = b->arg;
	struct link *l;

	LIST_FOREACH(l, &links, entry) {
		if (l->order == b)
			l->order = NULL;
	}
	loop_timer_stop(&b->timer);
	loop_timer_stop(&b->answered);
	free(b);
	done(fine, arg);
}

static void
on_batch_time(void *arg)
{
	batch_over(arg, false);
}

/* A call that has ended needs no answer: there is nothing left to change. */
static void
leave_order(struct link *l)
{
	struct batch *b = l->order;

	l->order = NULL;
	if (b != NULL && --b->left == 0)
		loop_timer_now(&b->answered);
}

static void
on_batch_answered(void *arg)
{
	struct batch *b = arg;

	batch_over(b, !b->failed);
}

/* An answer may be late, to an order that we have given up. */
static void
order_done(struct link *l, const struct aaa_done *d)
{
	if (l->order == NULL || l->order->order.number != d->number)
		return;
	if (!d->fine)
		l->order->failed = true;
	leave_order(l);
}

static void
send_order(struct batch *b, pppds_fits *fits, const void *key)
{
	const struct aaa_msg m = { .type = AAA_ORDER, .u.order = b->order };
	struct link *l;

	LIST_FOREACH(l, &links, entry) {
		if (!l->counts || !fits(&l->last, key))
			continue;
		l->order = b;
		answer(l, &m);
	}
}

int
pppds_order(const struct aaa_order *order, pppds_fits *fits, const void *key,
    pppds_done *done, void *arg)
{
	static uint32_t number;
	struct batch *b;
	struct link *l;
	unsigned n = 0;

	LIST_FOREACH(l, &links, entry) {
		if (!l->counts || !fits(&l->last, key))
			continue;
		if (l->order != NULL)
			return -1;
		n++;
	}
	if (n == 0)
		return 0;
	b = calloc(1, sizeof(*b));
	if (b == NULL)
		return -1;
	b->order = *order;
	b->order.number = ++number;
	b->left = n;
	b->done = done;
	b->arg = arg;
	loop_timer_init(&b->timer, on_batch_time, b);
	loop_timer_init(&b->answered, on_batch_answered, b);
	(void)loop_timer_in_ms(&b->timer, ORDER_MS);
	send_order(b, fits, key);
	return (int)n;
}

/* --- what pptpdctl asks -------------------------------------------------- */

static void
look(struct link *l, uint8_t at)
{
	struct aaa_msg m = { .type = AAA_STATE };
	struct aaa_state *s = &m.u.state;

	conf.state(at, s);
	s->at = at;
	s->count[AAA_COUNT_ACCEPTED] = verdicts[AAA_ACCEPT];
	s->count[AAA_COUNT_REJECTED] = verdicts[AAA_REJECT];
	s->count[AAA_COUNT_UNAVAILABLE] = verdicts[AAA_UNAVAILABLE];
	answer(l, &m);
}

/* --- the connections ----------------------------------------------------- */

/* False: the connection is to be closed. */
static bool
serve(struct link *l, const void *buf, size_t len)
{
	struct aaa_msg m;
	bool good = aaa_msg_decode(buf, len, &m);

	if (good && m.type == AAA_LOGIN)
		login(l, &m.u.login);
	else if (good && m.type == AAA_ACCT)
		account(l, &m.u.acct);
	else if (good && m.type == AAA_DONE)
		order_done(l, &m.u.done);
	else if (good && m.type == AAA_LOOK)
		look(l, m.u.look);
	else
		good = false;
	explicit_bzero(&m, sizeof(m));
	return good;
}

static void
on_message(int fd, void *arg)
{
	struct link *l = arg;
	uint8_t buf[AAA_MSG_MAX];
	ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT | MSG_TRUNC);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0 && (size_t)n <= sizeof(buf) && serve(l, buf, (size_t)n)) {
		explicit_bzero(buf, sizeof(buf));
		return;
	}
	if (n > 0)
		log_err("AAA: a message of pppd is none of version %d: was "
		    "pptpd-aaa.so installed with this pptpd?",
		    AAA_MSG_VERSION);
	explicit_bzero(buf, sizeof(buf));
	stop_for(l);
	link_free(l);
}

static void
on_connection(int fd, void *arg)
{
	struct link *l;

	(void)fd;
	(void)arg;
	fd = loop_accept(&listener, PAUSE_US);
	if (fd == -1)
		return;
	l = calloc(1, sizeof(*l));
	if (l == NULL) {
		close(fd);
		return;
	}
	l->fd = fd;
	loop_watch_init(&l->watch, fd, LOOP_READ, on_message, l);
	LIST_INSERT_HEAD(&links, l, entry);
	if (!loop_watch_on(&l->watch))
		link_free(l);
}

bool
pppds_init(int fd, const struct pppds_conf *c)
{
	conf = *c;
	loop_listener_init(&listener, fd, on_connection, NULL);
	return loop_listener_on(&listener);
}

void
pppds_close(void)
{
	struct parting *p;
	struct link *l;

	loop_listener_off(&listener);
	while ((l = LIST_FIRST(&links)) != NULL)
		link_free(l);
	while ((p = LIST_FIRST(&partings)) != NULL)
		parting_free(p);
}
