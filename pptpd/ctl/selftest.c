/* pptpdctl doctor --self-test: calls this machine's server. */
/* SPDX-License-Identifier: ISC */
#include "config.h"
#include "ctl/selftest.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/addr.h"
#include "ctl/doctor_find.h"
#include "ctl/pptpdctl_link.h"
#include "ctl/selftest_client.h"
#include "ctl/selftest_room.h"
#include "shared/linux_calls.h"
#include "shared/subprocess.h"

#define SERVER		(SBINDIR "/pptpd")
/*
 * The cable between server and client, in the part of the link-local network
 * that RFC 3927 2.1 gives to nobody.
 */
#define NEAR_IFACE	"pptpd-test0"
#define FAR_IFACE	"pptpd-test1"
#define NEAR		"169.254.255.45"
#define FAR		"169.254.255.46"
#define NEAR_BITS	"169.254.255.45/30"
#define FAR_BITS	"169.254.255.46/30"
/* The ends of the tunnel (RFC 5737): they are in no other network. */
#define TUNNEL_NEAR	"192.0.2.1"
#define TUNNEL_FAR	"192.0.2.2"

#define SETUP_MS	10000	/* to make a room */
#define CALL_MS		(SELFTEST_STEPS * SELFTEST_SILENCE_MS + SETUP_MS)
#define LOG_LINE	1024	/* octets of a line of syslog */

struct plan {
	struct doctor	*d;
	bool		 own;		/* a private server is called */
	uint32_t	 server;	/* that is called, network order */
	char		 secret[SELFTEST_SECRET];
};

static const struct {
	const char *check, *good, *bad;
	const char *mend_running, *mend_own;
} steps[SELFTEST_STEPS] = {
#define RULE "pptpdctl doctor: its check \"firewall\" names the rule"
#define LOOK "pptpdctl history; and what the log says of client " FAR
#define ASK_DOCTOR "pptpdctl doctor"
	[SELFTEST_CONNECT] = { "self-test-connect", "TCP port 1723 answers",
	    "TCP port 1723 does not answer", RULE, ASK_DOCTOR },
	[SELFTEST_CONTROL] = { "self-test-control", "it takes a control "
	    "connection (SCCRQ, SCCRP)", "no control connection", LOOK,
	    ASK_DOCTOR },
	[SELFTEST_CALL] = { "self-test-call", "it gives a call (OCRQ, OCRP)",
	    "no call", LOOK, ASK_DOCTOR },
	[SELFTEST_GRE_OUT] = { "self-test-gre-out", "the client's GRE gets to "
	    "the server", "GRE (IP protocol 47) from the client does not get "
	    "to the server", RULE, RULE },
	[SELFTEST_GRE_IN] = { "self-test-gre-in", "the server's GRE gets to "
	    "the client", "GRE (IP protocol 47) from the server does not get "
	    "to the client", RULE, RULE },
	[SELFTEST_LCP] = { "self-test-lcp", "LCP is open",
	    "LCP does not open", LOOK, ASK_DOCTOR },
	[SELFTEST_AUTH] = { "self-test-authentication", "a user gets in",
	    "a user does not get in", LOOK, ASK_DOCTOR },
	[SELFTEST_MPPE] = { "self-test-mppe", "what passes is encrypted",
	    "no encryption (CCP, MPPE)", LOOK, "modprobe ppp_mppe, or a "
	    "kernel with CONFIG_PPP_MPPE" },
	[SELFTEST_IPCP] = { "self-test-ipcp", "IPCP is open: the tunnel has "
	    "its addresses", "no addresses (IPCP)", LOOK, ASK_DOCTOR },
	[SELFTEST_PING] = { "self-test-ping", "a ping through the tunnel comes "
	    "back", "a ping through the tunnel does not come back", LOOK,
	    ASK_DOCTOR },
};

/* --- the client's room --------------------------------------------------- */

/* Whether a program took its orders; it complains if not. */
static bool
ordered(struct plan *p, int fd, const char *const words[])
{
	int status = doctor_exec(p->d, words);

	if (status == 0)
		return true;
	room_complain(fd, "%s %s %s: %s", words[0], words[1], words[2],
	    status == DOCTOR_NO_PROGRAM ? "there is no such program" :
	    p->d->out);
	return false;
}

static bool
plug_in(struct plan *p, int fd)
{
	char server[ADDR_TEXT];
	const char *const addr[] = { "ip", "address", "add", FAR_BITS, "dev",
	    FAR_IFACE, NULL };
	const char *const up[] = { "ip", "link", "set", FAR_IFACE, "up",
	    NULL };
	const char *const route[] = { "ip", "route", "add",
	    addr_text(p->server, server), "via", NEAR, NULL };

	return ordered(p, fd, addr) && ordered(p, fd, up) &&
	    (p->server == inet_addr(NEAR) || ordered(p, fd, route));
}

/* The client asks for what the server's options require of it. */
static const char *
encryption(const struct plan *p)
{
	const struct options_lint *l = &p->d->lint;

	if (l->mppe_128)
		return "require-mppe-128";
	return l->mppe || l->mppe_40 ? "require-mppe" : "nomppe";
}

static void
be_pppd(const struct plan *p, int line, int log)
{
	const char *const words[] = { p->d->conf.ppp, "notty", "nodetach",
	    "noauth", "logfd", "2", "user", SELFTEST_USER, "noipdefault",
	    "nodefaultroute", "ipcp-accept-local", "ipcp-accept-remote",
	    "nobsdcomp", "nodeflate", encryption(p), NULL };

	subprocess_signals();
	if (dup2(line, 0) == 0 && dup2(line, 1) == 1 && dup2(log, 2) == 2 &&
	    linux_close_from(3, -1) == 0)
		execv(words[0], (char *const *)(uintptr_t)words);
	_exit(127);
}

/* Reads what the server sends, and has no rights for it. */
static void
be_front(const struct plan *p, const struct selftest_client *c, int fd)
{
	static struct selftest_walk w;

	if (!link_give_up_root() ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		_exit(1);
	selftest_walk_init(&w, p->own ? SELFTEST_PING : SELFTEST_LCP,
	    strcmp(encryption(p), "nomppe") != 0);
	selftest_dial(c, &w);
	room_say(fd, ROOM_DONE, &w.r);
	_exit(0);
}

static bool
open_sockets(struct plan *p, struct selftest_client *c, int *line)
{
	int fds[2];

	c->server.sin_family = AF_INET;
	c->server.sin_port = htons(p->d->port);
	c->server.sin_addr.s_addr = p->server;
	c->far_end = inet_addr(TUNNEL_NEAR);
	c->gre = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_GRE);
	c->icmp = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	c->log = linux_memfd("pppd", 0);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == -1)
		return false;
	c->pppd = fds[0];
	*line = fds[1];
	return c->gre != -1 && c->icmp != -1 && c->log != -1 &&
	    connect(c->gre, (struct sockaddr *)&c->server,
	    sizeof(c->server)) == 0;
}

/* First process of the client's room; what it forks ends with it. */
static void
client_room(int fd, void *arg)
{
	struct selftest_client c = { .gre = -1 };
	struct plan *p = arg;
	const char *what = "its secrets";
	struct room_msg m;
	pid_t front;
	int line;

	if (!room_furnish(NULL, &what) || !room_secrets(p->secret)) {
		room_complain(fd, "%s: %s", what, strerror(errno));
		return;
	}
	room_say(fd, ROOM_READY, NULL);
	if (!room_hear(fd, ROOM_GO, SETUP_MS, &m) || !plug_in(p, fd))
		return;
	if (!open_sockets(p, &c, &line)) {
		room_complain(fd, "sockets: %s", strerror(errno));
		return;
	}
	if (fork() == 0)
		be_pppd(p, line, c.log);
	close(line);
	front = fork();
	if (front == 0)
		be_front(p, &c, fd);
	while (front != -1 && waitpid(front, NULL, 0) == -1 && errno == EINTR)
		;
}

/* --- a call -------------------------------------------------------------- */

static bool
lay_cable(struct plan *p, pid_t client, struct room_msg *m)
{
	char pid[24];
	const char *const add[] = { "ip", "link", "add", NEAR_IFACE, "type",
	    "veth", "peer", "name", FAR_IFACE, "netns", pid, NULL };
	const char *const addr[] = { "ip", "address", "add", NEAR_BITS, "dev",
	    NEAR_IFACE, NULL };
	const char *const up[] = { "ip", "link", "set", NEAR_IFACE, "up",
	    NULL };
	const char *const *const orders[] = { add, addr, up };

	snprintf(pid, sizeof(pid), "%ld", (long)client);
	for (int i = 0; i < 3; i++) {
		int status = doctor_exec(p->d, orders[i]);

		if (status == 0)
			continue;
		m->type = ROOM_TROUBLE;
		snprintf(m->r.why, sizeof(m->r.why), "%s: %.160s",
		    "a cable (ip link add " NEAR_IFACE " type veth)",
		    status == DOCTOR_NO_PROGRAM ? "there is no program ip" :
		    strstr(p->d->out, "File exists") != NULL ?
		    "another self-test runs" : p->d->out);
		return false;
	}
	return true;
}

/* Calls the server in this process's network.  *m: what became of it. */
static void
make_call(struct plan *p, struct room_msg *m)
{
	const char *const away[] = { "ip", "link", "delete", NEAR_IFACE,
	    NULL };
	struct room room;

	memset(m, 0, sizeof(*m));
	m->type = ROOM_TROUBLE;
	if (!room_open(&room, client_room, p)) {
		snprintf(m->r.why, sizeof(m->r.why), "%s", strerror(errno));
		return;
	}
	if (room_hear(room.fd, ROOM_READY, SETUP_MS, m) &&
	    lay_cable(p, room.pid, m)) {
		room_say(room.fd, ROOM_GO, NULL);
		(void)room_hear(room.fd, ROOM_DONE, CALL_MS, m);
		/* Else it would go with the room, a little later. */
		(void)doctor_exec(p->d, away);
	}
	room_close(&room);
}

/* --- the private server's room ------------------------------------------- */

/* The last line of the log that says anything, of pppd and of all others. */
struct words {
	char pppd[SELFTEST_WHY], others[SELFTEST_WHY];
};

static void
be_syslog(int log, struct words *shared)
{
	char line[LOG_LINE], words[SELFTEST_WHY], *text;
	ssize_t n;

	for (;;) {
		n = recv(log, line, sizeof(line) - 1, 0);
		if (n == -1 && errno != EINTR)
			_exit(0);
		line[n > 0 ? n : 0] = '\0';
		text = strstr(line, "]: ");
		text = text != NULL ? text + 3 : line;
		selftest_last_words(text, words);
		if (words[0] != '\0')
			memcpy(strstr(line, "pppd[") != NULL ? shared->pppd :
			    shared->others, words, sizeof(words));
	}
}

static bool
write_conf(const struct plan *p)
{
	const struct conf *c = &p->d->conf;

	return room_write("/run/pptpd.conf", "ppp %s\n%s%s\n%s"
	    "localip " TUNNEL_NEAR "\nremoteip " TUNNEL_FAR "\n", c->ppp,
	    c->option != NULL ? "option " : "",
	    c->option != NULL ? c->option : "",
	    conf_datapath_any(c) ? "datapath kernel\n" : "");
}

static void
be_server(void)
{
	static char name[] = "pptpd", fg[] = "-f", conf[] = "-c",
	    file[] = "/run/pptpd.conf", pid[] = "-p", pidfile[] =
	    "/run/pptpd.pid";
	char *const argv[] = { name, fg, conf, file, pid, pidfile, NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	subprocess_signals();
	if (dup2(null, 0) == 0 && dup2(null, 1) == 1 && dup2(null, 2) == 2 &&
	    linux_close_from(3, -1) == 0)
		execv(SERVER, argv);
	_exit(127);
}

/* First process of the server's room. */
static void
server_room(int fd, void *arg)
{
	static const char *const up[] = { "ip", "link", "set", "lo", "up",
	    NULL };
	struct plan *p = arg;
	const char *what = "its files";
	struct words *words;
	struct room_msg m;
	int log;

	words = mmap(NULL, sizeof(*words), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (words == MAP_FAILED || !room_furnish(&log, &what) ||
	    !room_secrets(p->secret) || !write_conf(p)) {
		room_complain(fd, "%s: %s", what, strerror(errno));
		return;
	}
	if (!ordered(p, fd, up))
		return;
	if (log != -1 && fork() == 0)
		be_syslog(log, words);
	/* Who reads what the server sends cannot write there. */
	if (madvise(words, sizeof(*words), MADV_DONTFORK) == -1) {
		room_complain(fd, "the log: %s", strerror(errno));
		return;
	}
	if (fork() == 0)
		be_server();
	make_call(p, &m);
	if (m.type == ROOM_DONE && m.r.failed != SELFTEST_STEPS) {
		const char *said = words->pppd[0] != '\0' ? words->pppd :
		    words->others;
		size_t len = strlen(m.r.why);

		if (said[0] != '\0')
			snprintf(m.r.why + len, sizeof(m.r.why) - len,
			    "; the log: %s", said);
	}
	room_say(fd, m.type, &m.r);
}

/* --- words --------------------------------------------------------------- */

static const char *
whom(const struct plan *p)
{
	return p->own ? "a server of its own" : "the server that runs";
}

static void
say_passed(struct plan *p, const struct selftest_result *r, int step)
{
	struct doctor *d = p->d;

	if (step == SELFTEST_AUTH)
		doctor_find(d, DOCTOR_OK, NULL, "%s: %s, by %s", whom(p),
		    steps[step].good, ppp_auth_kind_word(r->auth));
	else if (step == SELFTEST_MPPE)
		doctor_find(d, DOCTOR_OK, NULL, "%s: %s with %u bits",
		    whom(p), steps[step].good, r->bits);
	else
		doctor_find(d, DOCTOR_OK, NULL, "%s: %s", whom(p),
		    steps[step].good);
}

static void
say_result(struct plan *p, const struct selftest_result *r)
{
	struct doctor *d = p->d;
	int last = p->own ? SELFTEST_PING : SELFTEST_LCP;

	for (int s = SELFTEST_CONNECT; s <= last; s++) {
		d->check = steps[s].check;
		if (s == r->failed)
			doctor_find(d, DOCTOR_ERROR, p->own ?
			    steps[s].mend_own : steps[s].mend_running,
			    "%s: %s: %s", whom(p), steps[s].bad, r->why);
		else if ((r->passed & 1U << s) != 0)
			say_passed(p, r, s);
		else if (r->failed == SELFTEST_STEPS)
			doctor_find(d, DOCTOR_NOTE, NULL, "%s: nothing is "
			    "encrypted: pppd's options do not require MPPE",
			    whom(p));
		else
			doctor_find(d, DOCTOR_UNKNOWN, NULL, "%s: the call "
			    "did not get so far", whom(p));
	}
}

static void
say(struct plan *p, const struct room_msg *m)
{
	if (m->type == ROOM_DONE)
		say_result(p, &m->r);
	else
		doctor_find(p->d, DOCTOR_WARNING, NULL, "%s could not be "
		    "called: %s", whom(p), m->r.why);
}

/* --- both calls ---------------------------------------------------------- */

/* Whether a process is in our network. */
static bool
is_near(pid_t pid)
{
	char path[64], theirs[64], ours[64];
	ssize_t n, m;

	snprintf(path, sizeof(path), "/proc/%ld/ns/net", (long)pid);
	n = readlink(path, theirs, sizeof(theirs));
	m = readlink("/proc/self/ns/net", ours, sizeof(ours));
	return n > 0 && n == m && memcmp(theirs, ours, (size_t)n) == 0;
}

static void
call_running(struct plan *p)
{
	const struct conf *c = &p->d->conf;
	struct room_msg m;

	p->own = false;
	p->server = c->listen_addr != 0 ? c->listen_addr : inet_addr(NEAR);
	if (p->d->server == 0)
		doctor_find(p->d, DOCTOR_NOTE, NULL, "no server runs: this "
		    "machine's firewall has not been tried");
	else if (!is_near(p->d->server))
		doctor_find(p->d, DOCTOR_UNKNOWN, NULL, "the server that runs "
		    "is in another network namespace: run this there");
	else if (ntohl(p->server) >> 24 == 127)
		doctor_find(p->d, DOCTOR_NOTE, NULL, "the server that runs "
		    "listens for this machine only");
	else {
		make_call(p, &m);
		say(p, &m);
	}
}

static void
call_own(struct plan *p)
{
	struct room_msg m;
	struct room room;

	p->own = true;
	p->server = inet_addr(NEAR);
	p->d->check = "self-test";
	if (p->d->lint.radius) {
		doctor_find(p->d, DOCTOR_UNKNOWN, NULL, "%s asks RADIUS, by "
		    "radius.so: a user of its own cannot log in",
		    p->d->options);
		return;
	}
	if (!room_open(&room, server_room, p)) {
		doctor_find(p->d, DOCTOR_WARNING, NULL, "a process: %s",
		    strerror(errno));
		return;
	}
	(void)room_hear(room.fd, ROOM_DONE, CALL_MS + 2 * SETUP_MS, &m);
	room_close(&room);
	say(p, &m);
	p->d->check = "self-test";
	if (p->d->conf.aaa != CONF_AAA_NONE)
		doctor_find(p->d, DOCTOR_NOTE, "pptpdctl doctor --radius USER",
		    "that user was in a chap-secrets; \"aaa %s\" was not asked",
		    conf_aaa_name(p->d->conf.aaa));
}

/* Octets that nobody can guess, in hexadecimal digits. */
static bool
make_secret(char secret[SELFTEST_SECRET])
{
	uint8_t octets[(SELFTEST_SECRET - 1) / 2];

	if (getrandom(octets, sizeof(octets), 0) != sizeof(octets))
		return false;
	for (size_t i = 0; i < sizeof(octets); i++)
		snprintf(secret + 2 * i, 3, "%02x", octets[i]);
	return true;
}

void
doctor_self_test(struct doctor *d)
{
	struct plan p = { .d = d };
	int ppp = open("/dev/ppp", O_RDWR | O_CLOEXEC);

	d->check = "self-test";
	if (!d->conf_good) {
		doctor_find(d, DOCTOR_ERROR, "pptpdctl doctor", "the "
		    "configuration has errors: no call can be tried");
		return;
	}
	if (ppp == -1) {
		doctor_find(d, DOCTOR_ERROR, "pptpdctl doctor: its check "
		    "\"ppp\" says what is missing", "this kernel has no PPP "
		    "(/dev/ppp: %s): no call can be tried", strerror(errno));
		return;
	}
	close(ppp);
	if (!make_secret(p.secret)) {
		doctor_find(d, DOCTOR_WARNING, NULL, "no random numbers");
		return;
	}
	call_running(&p);
	call_own(&p);
	explicit_bzero(p.secret, sizeof(p.secret));
}
