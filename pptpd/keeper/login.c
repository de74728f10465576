/* Keeper: the user of the call, from pptpd-session.so; login records. */
/* SPDX-License-Identifier: ISC */
#include "keeper/login.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/addr.h"
#include "base/fnv.h"
#include "base/log.h"
#include "config/iprange.h"
#include "keeper/wtmp_line.h"
#include "shared/mono.h"

/* How often to look for the interface of a pppd without our plugin. */
#define LOOK_MS		1000
#define LOOK_LATER_MS	10000
#define LOOK_SOON_MS	60000	/* every LOOK_MS up to this age */
#define PPPD_FATAL_SIGNAL 127	/* pppd's exit status then */
#define SUM_TEXT 9		/* octets of "~0123abcd" */

void
login_init(struct login *l, struct call_record *rec,
    const struct keeper_call *call, const char *client)
{
	memset(l, 0, sizeof(*l));
	l->rec = rec;
	l->client = client;
	l->flags = call->flags;
	l->call = call;
	l->mppe_bits = -1;
	l->look_at = UINT64_MAX;
}

/* From now on the keeper looks for the interface, by its addresses. */
static void
begin_to_look(struct login *l, uint64_t now)
{
	(void)iprange_number(l->call->local, &l->local);
	(void)iprange_number(l->call->remote, &l->remote);
	l->look_at = now + LOOK_MS;
}

void
login_started(struct login *l, pid_t pppd, bool plugin, uint64_t now)
{
	l->pppd = pppd;
	l->since = time(NULL);
	if (!plugin && (l->flags & CALL_FLAG_LOGWTMP) != 0)
		l->flags = (l->flags & ~(uint32_t)CALL_FLAG_LOGWTMP) |
		    CALL_FLAG_OWN_WTMP;
	if ((l->flags & CALL_FLAG_OWN_WTMP) != 0)
		begin_to_look(l, now);
}

/* The engine can write there too: what is sealed is what we know. */
void
login_publish(const struct login *l)
{
	struct login_words sealed = { .ms = l->login_ms, .max = l->max,
	    .own = l->own_limit, .replace = l->replace };

	memcpy(sealed.user, l->user, sizeof(sealed.user));
	memcpy(l->rec->user, l->user, sizeof(l->rec->user));
	l->rec->login_ms = sealed.ms;
	l->rec->login_max = sealed.max;
	l->rec->login_own = sealed.own;
	l->rec->login_replace = sealed.replace;
	l->rec->login_waits = l->waits;
	l->rec->login_seal = login_seal(&l->call->login_key, &sealed);
}

static void
publish(struct login *l)
{
	login_publish(l);
	if (strcmp(l->user, l->told_user) == 0 &&
	    strcmp(l->ifname, l->told_ifname) == 0 && !l->waits)
		return;
	l->news = true;
	memcpy(l->told_user, l->user, sizeof(l->user));
	memcpy(l->told_ifname, l->ifname, sizeof(l->ifname));
	memcpy(l->rec->ifname, l->ifname, sizeof(l->ifname));
}

/* Records the login, because no plugin does. */
static void
record(struct login *l)
{
	l->look_at = UINT64_MAX;
	if ((l->flags & CALL_FLAG_OWN_WTMP) == 0 || l->wtmp.open)
		return;
	if (wtmp_login(&l->wtmp, l->line, l->user, l->client,
	    l->pppd) == -1)
		log_warn("CTRL: Client %s: login cannot be recorded: %s",
		    l->client, strerror(errno));
}

/* Logs the login in one line, for people and for scripts. */
static void
log_up(const struct login *l)
{
	char local[ADDR_TEXT], remote[ADDR_TEXT], mppe[40];

	if (l->mppe_bits == -1)
		snprintf(mppe, sizeof(mppe), "MPPE not known yet");
	else if (l->mppe_bits == 0)
		snprintf(mppe, sizeof(mppe), "not encrypted");
	else
		snprintf(mppe, sizeof(mppe), "MPPE %d bit %s", l->mppe_bits,
		    l->mppe_stateful ? "stateful" : "stateless");
	log_info("CTRL: Client %s is up: user \"%s\", %s, %s, %s, local %s "
	    "remote %s, session %s", l->client, l->user,
	    session_auth_name(l->method), mppe, l->line,
	    addr_text(l->local, local), addr_text(l->remote, remote),
	    l->call->session);
}

/* --- answers to the plugin ----------------------------------------------- */

static void
answer(int fd, const struct session_msg *m)
{
	uint8_t buf[SESSION_MSG_MAX];
	size_t len = session_msg_encode(m, buf);

	if (fd != -1)		/* who has died hears nothing */
		(void)send(fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void
login_greet(const struct login *l, int fd)
{
	struct session_msg m = { .type = SESSION_KEEPER };

	m.u.waits_for_all = (l->flags & CALL_FLAG_LOGINS) != 0;
	answer(fd, &m);
}

void
login_go(struct login *l, int fd, bool go)
{
	struct session_msg m = { .type = SESSION_GO };

	if (!l->waits)
		return;
	l->waits = false;
	l->rec->login_waits = 0;
	m.u.go = go;
	answer(fd, &m);
}

/* --- reports of the plugin ----------------------------------------------- */

/*
 * Takes the user's name as the log writes it.  One that is too long ends in a
 * sum of all of it, without regard to case: users are counted by this name, and
 * who has only the same beginning is another one.
 */
static void
take_name(struct login *l, const char *name)
{
	char all[4 * SESSION_NAME_MAX + 1];
	size_t len = strlen(log_escape(all, sizeof(all), name, strlen(name)));

	log_escape(l->user, sizeof(l->user), name, strlen(name));
	if (len < sizeof(l->user))
		return;
	for (size_t i = 0; i < len; i++)
		all[i] = (char)tolower((unsigned char)all[i]);
	log_escape(l->user, sizeof(l->user) - SUM_TEXT, name, strlen(name));
	snprintf(l->user + strlen(l->user), SUM_TEXT + 1, "~%08x",
	    (unsigned int)fnv1a(FNV_BASIS, all, len));
}

/* The user is known from now on, and his calls are counted. */
static void
logged_in(struct login *l)
{
	l->authenticated = true;
	if (l->unfit != CTRL_END_NONE)
		return;		/* the call ends, and replaces none */
	l->waits = l->user[0] != '\0' && ((l->flags & CALL_FLAG_LOGINS) != 0 ||
	    l->own_limit);
	l->login_ms = mono_ms();
}

static void
message(struct login *l, const struct session_msg *m)
{
	char safe[4 * SESSION_TEXT_LEN];

	switch (m->type) {
	case SESSION_LOGINS:
		l->own_limit = true;
		l->max = m->u.logins.max;
		l->replace = m->u.logins.replace;
		break;
	case SESSION_USER_FILE:
	case SESSION_NO_ADDRESS:
		l->unfit = m->type == SESSION_USER_FILE ?
		    CTRL_END_USER_FILE : CTRL_END_NO_ADDRESS;
		log_err("CTRL: Client %s refused: %s (%s)", l->client,
		    log_escape(safe, sizeof(safe), m->u.why,
		    strlen(m->u.why)), ctrl_end_word(l->unfit));
		break;
	case SESSION_AUTH:
		l->method = m->u.auth.method;
		take_name(l, m->u.auth.name);
		logged_in(l);
		log_debug("CTRL: Client %s: user \"%s\" authenticated by %s",
		    l->client, l->user, session_auth_name(l->method));
		break;
	case SESSION_MPPE:
		l->mppe_bits = m->u.mppe.send_bits < m->u.mppe.recv_bits ?
		    m->u.mppe.send_bits : m->u.mppe.recv_bits;
		l->mppe_stateful = m->u.mppe.stateful;
		if (l->ifname[0] != '\0')
			log_up(l);
		break;
	case SESSION_IP_UP:
		l->local = m->u.ip_up.local;
		l->remote = m->u.ip_up.remote;
		l->ip_known = true;
		l->rec->ip_local = l->local;
		l->rec->ip_remote = l->remote;
		log_escape(l->ifname, sizeof(l->ifname),
		    m->u.ip_up.ifname, strlen(m->u.ip_up.ifname));
		snprintf(l->line, sizeof(l->line), "%s", l->ifname);
		record(l);
		if (l->mppe_bits != -1)
			log_up(l);
		break;
	case SESSION_IP_DOWN:
		if (l->ifname[0] != '\0' && l->mppe_bits == -1)
			log_up(l);	/* no report of MPPE came */
		l->ifname[0] = '\0';
		(void)wtmp_logout(&l->wtmp);
		l->counted = true;
		l->octets_in = m->u.ip_down.octets_in;
		l->octets_out = m->u.ip_down.octets_out;
		l->packets_in = m->u.ip_down.packets_in;
		l->packets_out = m->u.ip_down.packets_out;
		break;
	case SESSION_PHASE:
		log_debug("CTRL: Client %s: pppd is in phase %s", l->client,
		    session_phase_name(m->u.phase));
		break;
	case SESSION_HELLO:
	case SESSION_EXIT:
	case SESSION_KEEPER:	/* these two are ours */
	case SESSION_GO:
		break;
	}
}

bool
login_read(struct login *l, int fd)
{
	uint8_t buf[SESSION_MSG_MAX + 1];	/* + 1: to see excess */
	struct session_msg m;
	ssize_t n;

	while ((n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		l->reports = true;
		if (session_msg_decode(buf, n, &m)) {
			message(l, &m);
			publish(l);
		} else
			log_warn("CTRL: Client %s: pptpd-session.so sent %zd "
			    "octets that make no sense", l->client, n);
	}
	return n == -1 && (errno == EAGAIN || errno == EINTR);
}

uint64_t
login_deadline(const struct login *l)
{
	return l->look_at;
}

void
login_timer(struct login *l, uint64_t now)
{
	if (now < l->look_at)
		return;
	if (l->reports)			/* the plugin will tell */
		l->look_at = UINT64_MAX;
	else if (wtmp_find_line(l->pppd, l->local, l->remote, l->line))
		record(l);
	else
		l->look_at = now + (time(NULL) - l->since <
		    LOOK_SOON_MS / 1000 ? LOOK_MS : LOOK_LATER_MS);
}

void
login_ended(struct login *l, int wait_status)
{
	(void)wtmp_logout(&l->wtmp);
	/*
	 * After SIGKILL or another fatal signal pppd had no time to close its
	 * login record.
	 */
	if ((l->flags & CALL_FLAG_LOGWTMP) != 0 && (WIFSIGNALED(wait_status) ||
	    (WIFEXITED(wait_status) &&
	    WEXITSTATUS(wait_status) == PPPD_FATAL_SIGNAL)))
		(void)wtmp_close_killed(l->pppd, l->since,
		    l->line[0] != '\0' ? l->line : NULL);
}
