/*
 * pptpd-aaa.so: a pppd plugin that asks pptpd-aaa, over a Unix socket, whether
 * a peer may have the call, and tells it what the call has used.  Whoever it
 * cannot ask about is refused.  A call that is up never depends on it.
 */
/* SPDX-License-Identifier: ISC */
#include "pppd-compat.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <linux/ppp_defs.h>

#include "pptpd-net.h"
#include "pptpd-session.h"
#include "protocol/aaa_msg.h"

/* Longer than pptpd-aaa takes for a login, shorter than clients wait. */
#define LOGIN_MS	28000
#define START_MS	1000
#define TICK_MS		500	/* of a call that is up */
#define STOP_MS		5000	/* less than pptpctrl waits for us */
#define RETRY_MS	100	/* between connections */
#define TICK_S		10
#define LOOK_S		1	/* for orders */
#define IDLE_S		10	/* between looks whether the call is idle */

#define MS_CHALLENGE	8	/* octets of MS-CHAPv1's */

/* Acct-Terminate-Cause (RFC 2866, 5.10). */
enum {
	CAUSE_USER_REQUEST = 1,
	CAUSE_LOST_CARRIER = 2,
	CAUSE_IDLE_TIMEOUT = 4,
	CAUSE_SESSION_TIMEOUT = 5,
	CAUSE_ADMIN_RESET = 6,
	CAUSE_NAS_ERROR = 9,
	CAUSE_NAS_REQUEST = 10
};

PLUGIN_VERSION_STAMP();

static struct sockaddr_un service;	/* sun_path "": option not given */
static int	sock = -1;
static volatile sig_atomic_t ending;	/* a signal has come */

static struct aaa_call call;
static enum aaa_method method;
static bool	approved;		/* pptpd-aaa has accepted the peer */
static bool	fresh;			/* and pppd has not noted it yet */
static struct aaa_reply reply;		/* of the first time */

static bool	started;		/* IP has been up */
static bool	start_told;		/* and pptpd-aaa knows */
static bool	looks;			/* on_look() runs */
static int64_t	up_ms;			/* when it came up; first, when the
					   peer was let in */
static int64_t	interim_ms;		/* when the next report is due */
static struct aaa_acct usage;		/* the last figures */
static int	down_status;		/* of pppd, when IP went down */
static struct aaa_order order;		/* not carried out yet, if ordered */
static bool	ordered;
static bool	idle_ordered;		/* an order counts, no option of pppd's */

static int	set_socket(char **);
static int	set_called(char **);
static int	set_session(char **);

static option_t options[] = {
	{ PLUGIN_TEXT("pptpd-aaa-socket"), o_special, (void *)set_socket,
	    PLUGIN_TEXT("Socket of pptpd-aaa"),
	    OPT_PRIV, NULL, 0, 0, NULL, 0, 0 },
	{ PLUGIN_TEXT("pptpd-aaa-called"), o_special, (void *)set_called,
	    PLUGIN_TEXT("Address of the server that was called"),
	    OPT_PRIV, NULL, 0, 0, NULL, 0, 0 },
	{ PLUGIN_TEXT("pptpd-aaa-session"), o_special, (void *)set_session,
	    PLUGIN_TEXT("Session id of the call"),
	    OPT_PRIV, NULL, 0, 0, NULL, 0, 0 },
	{ NULL, o_wild, NULL, NULL, 0, NULL, 0, 0, NULL, 0, 0 }
};

static int
set_socket(char **argv)
{
	size_t len = strlen(argv[0]);

	if (len == 0 || len >= sizeof(service.sun_path)) {
		plugin_warn("pptpd-aaa.so: \"%s\" is not the path of a socket",
		    argv[0]);
		return 0;
	}
	service.sun_family = AF_UNIX;
	memcpy(service.sun_path, argv[0], len + 1);
	return 1;
}

static int
set_called(char **argv)
{
	if (inet_pton(AF_INET, argv[0], &call.server) == 1)
		return 1;
	plugin_warn("pptpd-aaa.so: \"%s\" is not an address", argv[0]);
	return 0;
}

static int
set_session(char **argv)
{
	size_t len = strlen(argv[0]);

	if (len > 0 && len <= AAA_ID_MAX &&
	    strspn(argv[0], "0123456789ABCDEFabcdef") == len) {
		memcpy(call.id, argv[0], len + 1);
		return 1;
	}
	plugin_warn("pptpd-aaa.so: \"%s\" is not a session id", argv[0]);
	return 0;
}

/* --- asking -------------------------------------------------------------- */

static void
disconnect(void)
{
	if (sock != -1)
		close(sock);
	sock = -1;
}

static bool
open_connection(void)
{
	union {
		struct sockaddr sa;
		struct sockaddr_un un;
	} addr = { .un = service };

	if (sock != -1)
		return 1;
	sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (sock != -1 && connect(sock, &addr.sa, sizeof(addr.un)) == 0)
		return 1;
	disconnect();
	return 0;
}

/* Waits until the socket (or, without one, only time) says something. */
static bool
wait_for(int fd, int64_t until)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t left = until - plugin_now_ms();

	return left > 0 && poll(&p, 1, (int)left) == 1;
}

/* What is carried out as soon as pppd is not amid something. */
static void
keep_order(const struct aaa_order *o)
{
	order = *o;
	ordered = 1;
}

/*
 * The next message, once there is one.  Orders may come before the answer that
 * we wait for: it is one if they have not ended in time.  False: the time is
 * over, or the connection cannot be used.
 */
static bool
await_answer(struct aaa_msg *answer, int64_t until)
{
	uint8_t buf[AAA_MSG_MAX];
	ssize_t n;
	bool fine;

	do {
		while (!ending && !wait_for(sock, until)) {
			if (plugin_now_ms() >= until)
				break;
		}
		n = recv(sock, buf, sizeof(buf), MSG_DONTWAIT | MSG_TRUNC);
		fine = n > 0 && (size_t)n <= sizeof(buf) &&
		    aaa_msg_decode(buf, (size_t)n, answer);
		if (fine && answer->type == AAA_ORDER)
			keep_order(&answer->u.order);
	} while (fine && answer->type == AAA_ORDER && !ending &&
	    plugin_now_ms() < until);
	if (n > 0 && !fine)
		plugin_warn("pptpd-aaa.so: an answer of pptpd-aaa cannot be "
		    "read: was it installed with this plugin?");
	explicit_bzero(buf, sizeof(buf));
	return fine;
}

/* One message there and one back.  Whatever fails ends the connection. */
static bool
exchange(const uint8_t *out, size_t len, struct aaa_msg *answer, int64_t until)
{
	bool fine;

	if (!open_connection())
		return 0;
	fine = send(sock, out, len, MSG_DONTWAIT | MSG_NOSIGNAL) ==
	    (ssize_t)len && await_answer(answer, until);
	/* A late answer must not be taken for that to the next question. */
	if (!fine)
		disconnect();
	return fine;
}

/*
 * Asks, and asks anew if pptpd-aaa is started again meanwhile.  False: there
 * was no answer of this type in time.
 */
static bool
ask(const struct aaa_msg *m, struct aaa_msg *answer, enum aaa_msg_type type,
    int ms)
{
	int64_t until = plugin_now_ms() + ms, pause;
	uint8_t out[AAA_MSG_MAX];
	size_t len = aaa_msg_encode(m, out);
	bool done = 0;

	while (len > 0 && !done && !ending && plugin_now_ms() < until) {
		done = exchange(out, len, answer, until);
		if (!done) {
			pause = plugin_now_ms() + RETRY_MS;
			while (!ending && plugin_now_ms() < pause)
				(void)wait_for(-1, pause);
		}
	}
	explicit_bzero(out, sizeof(out));
	if (done && answer->type != type) {
		disconnect();
		done = 0;
	}
	return done;
}

/* --- logins -------------------------------------------------------------- */

static void
set_env(const char *name, const struct aaa_text *t)
{
	static char value[2][AAA_NAME_MAX + 1];
	char *copy = value[t == &reply.framed_route];

	if (t->len == 0)
		return;
	memcpy(copy, t->text, sizeof(t->text));
	ppp_script_setenv((char *)name, copy, 0);
}

/* Each login has keys of its own, also a second one within a call. */
static void
take_keys(struct aaa_reply *r, const uint8_t *challenge)
{
	uint8_t copy[MS_CHALLENGE];

	if (r->mppe_policy != 0)
		mppe_set_enc_types((int)r->mppe_policy, (int)r->mppe_types);
	if (!r->has_keys)
		return;
	if (method == AAA_MSCHAP) {
		memcpy(copy, challenge, sizeof(copy));
		plugin_mppe_chapv1(copy, r->send_key);
	} else
		plugin_mppe_keys(r->send_key, r->recv_key);
	explicit_bzero(r->send_key, sizeof(r->send_key));
	explicit_bzero(r->recv_key, sizeof(r->recv_key));
}

/* What pptpd-net.so sets up, if there is anything. */
static void
pass_on(void)
{
	const struct rate_limits *l = &reply.limits;
	bool limited = l->rate_down != 0 || l->rate_up != 0;
	pptpd_net_limit_fn *limit = pptpd_net_find(PPTPD_NET_LIMIT);
	pptpd_net_reach_fn *reach = pptpd_net_find(PPTPD_NET_REACH);

	if (!limited && reply.nroutes == 0 && reply.nprefixes == 0)
		return;
	if (limit == NULL || reach == NULL) {
		plugin_warn("pptpd-aaa.so: pptpd-net.so is not there: limits "
		    "and routes of this call are left out");
		return;
	}
	if (limited)
		(void)limit(l);
	reach(&reply);
}

/* The server may say an address as well: then pptpd-session.so asks no pool. */
static void
want_pool(void)
{
	pptpd_session_pool_fn *want = pptpd_session_find(PPTPD_SESSION_POOL);

	if (reply.pool.len == 0)
		return;
	if (want != NULL)
		want(&reply.pool);
	else
		plugin_warn("pptpd-aaa.so: pptpd-session.so is not there: "
		    "Framed-Pool \"%s\" is left out", reply.pool.text);
}

/* What the server wants of this call.  pppd has not begun with IP yet. */
static void
take_reply(const struct aaa_reply *r)
{
	ipcp_options *ao = &ipcp_allowoptions[0];
	int i;

	approved = 1;
	reply = *r;
	/* The server's word counts, not that of pppd's options. */
	if (reply.session_timeout != 0)
		ppp_set_max_connect_time(0);
	for (i = 0; i < 2; i++) {
		if (reply.dns[0] != 0)
			ao->dnsaddr[i] = reply.dns[i] != 0 ? reply.dns[i] :
			    reply.dns[0];
		if (reply.wins[0] != 0)
			ao->winsaddr[i] = reply.wins[i] != 0 ? reply.wins[i] :
			    reply.wins[0];
	}
	set_env("RADIUS_FILTER_ID", &reply.filter_id);
	set_env("RADIUS_FRAMED_ROUTE", &reply.framed_route);
	if (reply.has_ifid && !plugin_set_peer_ifid(reply.ifid))
		plugin_warn("pptpd-aaa.so: Framed-Interface-Id is left out: "
		    "this pppd has no IPv6");
	pass_on();
	want_pool();
}

/* The names of two users in one call would mix the rights of both. */
static bool
is_another(const char *name)
{
	return approved && strcmp(name, call.name.text) != 0;
}

static void
describe_call(void)
{
	(void)inet_pton(AF_INET, ppp_get_remote_number(), &call.client);
	call.unit = ppp_ifunit() >= 0 ? (uint32_t)ppp_ifunit() : 0;
}

/*
 * Asks about a login whose method, challenge and response are in m.  ours is
 * our name, as a secret's second word has it.  False: the peer is refused; text
 * is for the peer in either case.
 */
static bool
log_in(struct aaa_msg *m, const char *name, const char *ours, char *text,
    size_t size)
{
	static struct aaa_msg answer;
	struct aaa_reply *r = &answer.u.reply;
	bool accepted = 0;

	describe_call();
	if (is_another(name))
		plugin_warn("pptpd-aaa.so: a second login of session %s in "
		    "another user's name is refused", call.id);
	else if (!aaa_text_set(&call.name, name, strlen(name)))
		plugin_warn("pptpd-aaa.so: a user name of more than %d octets",
		    AAA_NAME_MAX);
	else if (service.sun_path[0] == '\0' || call.id[0] == '\0')
		plugin_warn("pptpd-aaa.so: its options are missing");
	else {
		m->type = AAA_LOGIN;
		m->u.login.call = call;
		(void)aaa_text_set(&m->u.login.our_name, ours, strlen(ours));
		if (!ask(m, &answer, AAA_REPLY, LOGIN_MS))
			plugin_warn("pptpd-aaa.so: no answer of pptpd-aaa "
			    "(%s): the peer is refused", service.sun_path);
		else
			accepted = r->verdict == AAA_ACCEPT;
	}
	if (r->message.len > 0 && answer.type == AAA_REPLY)
		snprintf(text, size, "%s", r->message.text);
	if (accepted) {
		method = m->u.login.method;
		take_keys(r, m->u.login.challenge.octets);
		fresh = 1;
	}
	/* A second challenge of the same call changes nothing else. */
	if (accepted && !approved)
		take_reply(r);
	explicit_bzero(&answer, sizeof(answer));
	explicit_bzero(m, sizeof(*m));
	return accepted;
}

static int
pap_login(char *name, char *password, char **msgp, struct wordlist **addrs,
    struct wordlist **opts)
{
	static struct aaa_msg m;
	static char text[AAA_NAME_MAX + 1];
	struct aaa_octets *response = &m.u.login.response;

	(void)addrs;
	(void)opts;
	memset(&m, 0, sizeof(m));
	text[0] = '\0';
	*msgp = text;
	m.u.login.method = AAA_PAP;
	if (!aaa_octets_set(response, password, strlen(password))) {
		plugin_warn("pptpd-aaa.so: a password of more than %d octets",
		    AAA_SECRET_MAX);
		return 0;
	}
	return log_in(&m, name, our_name, text, sizeof(text));
}

/*
 * The words of a refusal that the server has not given: 691 means that name or
 * password is wrong; R=0 that there is no second try on this link.
 */
static void
refuse_mschap(const uint8_t *challenge, bool v2, char *text, size_t size)
{
	char digits[2 * UINT8_MAX + 1] = "";
	unsigned int i;

	for (i = 0; i < challenge[0]; i++)
		snprintf(digits + 2 * i, 3, "%02X", challenge[1 + i]);
	snprintf(text, size, "E=691 R=0 C=%s V=%d%s", digits, v2 ? 3 : 2,
	    v2 ? " M=Access denied" : "");
}

/* challenge and response begin with their length. */
static int
chap_login(char *name, char *ourname, int id, struct chap_digest_type *digest,
    unsigned char *challenge, unsigned char *response, char *text, int size)
{
	static struct aaa_msg m;
	struct aaa_login *l = &m.u.login;
	bool v2 = digest->code == CHAP_MICROSOFT_V2;

	if (size <= 0)
		return 0;
	memset(&m, 0, sizeof(m));
	text[0] = '\0';
	l->method = v2 ? AAA_MSCHAP_V2 : digest->code == CHAP_MICROSOFT ?
	    AAA_MSCHAP : AAA_CHAP_MD5;
	l->chap_id = (uint8_t)id;
	if (aaa_octets_set(&l->challenge, challenge + 1, challenge[0]) &&
	    aaa_octets_set(&l->response, response + 1, response[0]) &&
	    log_in(&m, name, ourname, text, (size_t)size))
		return 1;
	if (text[0] != '\0')
		return 0;
	if (digest->code == CHAP_MD5)
		snprintf(text, (size_t)size, "Access denied");
	else
		refuse_mschap(challenge, v2, text, (size_t)size);
	return 0;
}

static int
take_logins(void)
{
	return 1;
}

/* --- addresses ----------------------------------------------------------- */

/* Whether the server has chosen the peer's address. */
static bool
is_chosen(void)
{
	return reply.address != 0 && reply.address != AAA_ADDRESS_PEER &&
	    ntohl(reply.address) != AAA_ADDRESS_NAS;
}

/*
 * pppd cannot change its timer later, and it is about to set it: so the limit of
 * its options, or of a user's file, is looked at here.
 */
static void
take_time_limit(void)
{
	int own = ppp_get_max_connect_time();

	if (own > 0 && (reply.session_timeout == 0 ||
	    (uint32_t)own < reply.session_timeout))
		reply.session_timeout = (uint32_t)own;
	ppp_set_max_connect_time(0);
}

/* pppd asks when it begins with IP. */
static void
choose_address(uint32_t *addr)
{
	if (approved)
		take_time_limit();
	if (approved && is_chosen())
		*addr = reply.address;
}

static int
is_allowed(uint32_t addr)
{
	if (!approved)
		return 0;
	if (is_chosen())
		return addr == reply.address;
	if (reply.address == AAA_ADDRESS_PEER)
		return 1;
	/* What pptpd gave the call, or what an options file says. */
	return ipcp_wantoptions[0].hisaddr != 0 &&
	    ipcp_wantoptions[0].hisaddr == addr;
}

/* No peer gets here that was not asked about: neither by "noauth", nor by EAP
 * with a secret of /etc/ppp. */
static void
guard(bool asked)
{
	if (asked)
		return;
	plugin_warn("pptpd-aaa.so: nobody was asked about this peer (noauth, "
	    "or a method of EAP?): the call ends");
	ppp_set_status(EXIT_PEER_AUTH_FAILED);
	lcp_close(0, PLUGIN_TEXT("authentication is missing"));
}

/* Challenges in between were answered for nothing. */
static void
on_link_down(void *ctx, int arg)
{
	(void)ctx;
	(void)arg;
	fresh = 0;
}

/* --- accounting ---------------------------------------------------------- */

static void
look_at_usage(void)
{
	ppp_link_stats_st st;

	memset(&st, 0, sizeof(st));
	usage.seconds = (uint32_t)((plugin_now_ms() - up_ms) / 1000);
	if (!ppp_get_link_stats(&st))
		return;
	usage.octets_in = st.bytes_in;
	usage.octets_out = st.bytes_out;
	usage.packets_in = st.pkts_in;
	usage.packets_out = st.pkts_out;
}

static bool
tell(enum aaa_status what, uint32_t cause, int ms)
{
	static struct aaa_msg m, answer;

	memset(&m, 0, sizeof(m));
	m.type = AAA_ACCT;
	m.u.acct = usage;
	m.u.acct.status = what;
	m.u.acct.cause = cause;
	return ask(&m, &answer, AAA_TAKEN, ms);
}

static void
set_interim(void)
{
	uint16_t random = 0;

	/* Up to a tenth later: many calls that began at once spread out. */
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) == -1)
		random = 0;
	if (reply.interim != 0)
		interim_ms = plugin_now_ms() + (int64_t)reply.interim * 1000 +
		    (int64_t)reply.interim * 100 * random / UINT16_MAX;
}

/* Whether the other side has closed: a new pptpd-aaa must hear of the call. */
static bool
is_disconnected(void)
{
	uint8_t octet;

	return sock == -1 || recv(sock, &octet, 1, MSG_PEEK | MSG_DONTWAIT) ==
	    0;
}

/* pppd's own limit, maxoctets, has 32 bits and one direction. */
static bool
is_used_up(void)
{
	const struct aaa_quota *q = &reply.quota;
	uint64_t in = usage.octets_in, out = usage.octets_out;

	return (q->in != 0 && in >= q->in) || (q->out != 0 && out >= q->out) ||
	    (q->total != 0 && in + out >= q->total);
}

static void
look_at_quota(void)
{
	const struct aaa_quota *q = &reply.quota;

	if (q->in == 0 && q->out == 0 && q->total == 0)
		return;
	look_at_usage();
	if (!is_used_up())
		return;
	plugin_notice("pptpd-aaa.so: the octets of session %s are used up",
	    call.id);
	ppp_set_status(EXIT_TRAFFIC_LIMIT);
	lcp_close(0, PLUGIN_TEXT("traffic limit reached"));
}

static void
on_tick(void *arg)
{
	bool due = reply.interim != 0 && plugin_now_ms() >= interim_ms;

	(void)arg;
	look_at_quota();
	if (!start_told) {
		usage.seconds = (uint32_t)((plugin_now_ms() - up_ms) / 1000);
		start_told = tell(AAA_START, 0, TICK_MS);
	} else if (due || is_disconnected()) {
		look_at_usage();
		if (tell(AAA_INTERIM, 0, TICK_MS) && due)
			set_interim();
	}
	ppp_timeout(on_tick, NULL, TICK_S, 0);
}

/* --- orders -------------------------------------------------------------- */

/* Seconds; 0: none.  A user's file may set pppd's option after the login. */
static int64_t
idle_limit(void)
{
	if (idle_ordered || reply.idle_timeout != 0)
		return reply.idle_timeout;
	return ppp_get_max_idle_time();
}

/*
 * pppd asks how long it may wait until it asks again; 0 ends the call.  At first
 * idle is NULL.
 */
static int
look_at_idle(struct ppp_idle *idle)
{
	int64_t limit = idle_limit(), least, left;

	if (limit == 0 || idle == NULL)
		return limit != 0 && limit < IDLE_S ? (int)limit : IDLE_S;
	least = idle->xmit_idle < idle->recv_idle ? idle->xmit_idle :
	    idle->recv_idle;
	left = limit - least;
	if (left <= 0)
		return 0;
	return left < IDLE_S ? (int)left : IDLE_S;
}

static void
end_call(int code, const char *why)
{
	plugin_notice("%s", why);
	ppp_set_status(code);
	lcp_close(0, PLUGIN_TEXT(why));
}

/* Limits first: they are all that can fail. */
static bool
change_call(const struct aaa_order *o)
{
	pptpd_net_limit_fn *limit = pptpd_net_find(PPTPD_NET_LIMIT);

	if (o->changes & AAA_CHANGE_LIMITS && (limit == NULL ||
	    !limit(&o->limits)))
		return 0;
	if (o->changes & AAA_CHANGE_SESSION)
		reply.session_timeout = o->session_timeout;
	if (o->changes & AAA_CHANGE_IDLE) {
		reply.idle_timeout = o->idle_timeout;
		idle_ordered = 1;
	}
	if (o->changes & AAA_CHANGE_INTERIM) {
		reply.interim = o->interim;
		set_interim();
	}
	if (o->changes & AAA_CHANGE_CLASS)
		usage.class = o->class;
	if (o->changes & AAA_CHANGE_FILTER) {
		reply.filter_id = o->filter_id;
		set_env("RADIUS_FILTER_ID", &reply.filter_id);
	}
	return 1;
}

static void
carry_out(void)
{
	static struct aaa_msg m;
	uint8_t out[AAA_MSG_MAX];
	size_t len;

	ordered = 0;
	memset(&m, 0, sizeof(m));
	m.type = AAA_DONE;
	m.u.done.number = order.number;
	m.u.done.fine = 1;
	if (order.end)
		end_call(AAA_EXIT_ORDERED, "The RADIUS server ends the call");
	else
		m.u.done.fine = change_call(&order);
	len = aaa_msg_encode(&m, out);
	if (sock != -1 && send(sock, out, len, MSG_DONTWAIT | MSG_NOSIGNAL) ==
	    -1)
		plugin_dbglog("pptpd-aaa.so: an order's answer: %m");
}

/* Reads an order; without one, a closed connection is for on_tick(). */
static void
hear(void)
{
	static struct aaa_msg m;
	uint8_t buf[AAA_MSG_MAX];
	ssize_t n = sock == -1 ? -1 : recv(sock, buf, sizeof(buf),
	    MSG_DONTWAIT | MSG_TRUNC);

	if (n <= 0)
		return;
	if ((size_t)n <= sizeof(buf) && aaa_msg_decode(buf, (size_t)n, &m) &&
	    m.type == AAA_ORDER)
		keep_order(&m.u.order);
	else
		disconnect();
}

static void
on_look(void *arg)
{
	(void)arg;
	if (!ordered)
		hear();
	if (ordered)
		carry_out();
	if (reply.session_timeout != 0 &&
	    plugin_now_ms() - up_ms >= (int64_t)reply.session_timeout * 1000)
		end_call(EXIT_CONNECT_TIME, "Connect time expired");
	else
		ppp_timeout(on_look, NULL, LOOK_S, 0);
}

/*
 * Each time that LCP comes up; a second login may be by another method.  A call
 * that never has an IPv4 address has a limit, too.
 */
static void
on_auth(void *ctx, int arg)
{
	(void)ctx;
	(void)arg;
	guard(fresh);
	fresh = 0;
	if (!approved || looks)
		return;
	looks = 1;
	up_ms = plugin_now_ms();
	ppp_timeout(on_look, NULL, LOOK_S, 0);
}

static void
on_ip_up(void *ctx, int arg)
{
	int mtu;

	(void)ctx;
	(void)arg;
	guard(approved);
	if (!approved)
		return;
	mtu = ppp_get_mtu(0);
	if (reply.mtu != 0 && (int)reply.mtu < mtu)
		ppp_set_mtu(0, (int)reply.mtu);
	if (started)		/* IPCP was negotiated again */
		return;
	started = 1;
	up_ms = plugin_now_ms();
	usage.call = call;
	usage.method = method;
	usage.class = reply.class;
	usage.address = ipcp_hisoptions[0].hisaddr;
	snprintf(usage.ifname, sizeof(usage.ifname), "%s", ppp_ifname());
	set_interim();
	start_told = tell(AAA_START, 0, START_MS);
	ppp_timeout(on_tick, NULL, TICK_S, 0);
}

static void
on_ip_down(void *ctx, int arg)
{
	(void)ctx;
	(void)arg;
	if (!started)
		return;
	look_at_usage();
	down_status = ppp_status();
}

/* When the peer hangs up, pppd's status is 0 until the line is closed. */
static uint32_t
terminate_cause(void)
{
	switch ((int)ppp_status()) {	/* one of them is none of pppd's */
	case EXIT_IDLE_TIMEOUT:
		return CAUSE_IDLE_TIMEOUT;
	case EXIT_CONNECT_TIME:
		return CAUSE_SESSION_TIMEOUT;
	case EXIT_PEER_DEAD:
		return CAUSE_LOST_CARRIER;
	case EXIT_TRAFFIC_LIMIT:
		return CAUSE_NAS_REQUEST;
	case AAA_EXIT_ORDERED:
	case EXIT_USER_REQUEST:
		return CAUSE_ADMIN_RESET;
	case EXIT_OK:
		return CAUSE_USER_REQUEST;
	case EXIT_HANGUP:
		return down_status == EXIT_OK ? CAUSE_USER_REQUEST :
		    CAUSE_LOST_CARRIER;
	default:
		return CAUSE_NAS_ERROR;
	}
}

static void
on_exit_status(void *ctx, int arg)
{
	(void)ctx;
	(void)arg;
	ppp_untimeout(on_tick, NULL);
	ppp_untimeout(on_look, NULL);
	if (!started)
		return;
	ending = 0;		/* the last word is said in any case */
	if (!start_told)
		start_told = tell(AAA_START, 0, START_MS);
	if (!tell(AAA_STOP, terminate_cause(), STOP_MS))
		plugin_warn("pptpd-aaa.so: no answer of pptpd-aaa (%s): the "
		    "end of session %s is not accounted for",
		    service.sun_path, call.id);
}

/* --- the start ----------------------------------------------------------- */

/* Runs in pppd's signal handler: pppd wants to end, and is not kept. */
static void
on_signal(void *ctx, int sig)
{
	(void)ctx;
	if (sig == SIGHUP || sig == SIGTERM || sig == SIGINT)
		ending = 1;
}

PLUGIN_EXPORT void
plugin_init(void)
{
	if (!plugin_is_new())
		return;
	ppp_add_options(options);
	pap_check_hook = take_logins;
	pap_auth_hook = pap_login;
	chap_check_hook = take_logins;
	chap_verify_hook = chap_login;
	ip_choose_hook = choose_address;
	allowed_address_hook = is_allowed;
	idle_time_hook = look_at_idle;
	ppp_add_notify(NF_SIGNALED, on_signal, NULL);
	ppp_add_notify(NF_AUTH_UP, on_auth, NULL);
	ppp_add_notify(NF_LINK_DOWN, on_link_down, NULL);
	ppp_add_notify(NF_IP_UP, on_ip_up, NULL);
	ppp_add_notify(NF_IP_DOWN, on_ip_down, NULL);
	ppp_add_notify(NF_EXIT, on_exit_status, NULL);
}
