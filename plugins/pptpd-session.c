/*
 * pptpd-session.so: a pppd plugin that reports the events of a call to pptpd,
 * over a socket that pppd inherits.  The call goes on if nobody reads the
 * reports.  When a user has logged in, before he gets an address, the plugin
 * gives pppd the options of his file, waits for pptpd's word if his calls are
 * counted, and takes an address of his pool.  It also seeds pppd's random
 * numbers.
 */
/* SPDX-License-Identifier: ISC */
#include "pppd-compat.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pool-lease.h"
#include "pptpd-session.h"
#include "session-encode.h"
#include "shared/leases.h"
#include "user-file.h"

/* CCP may come up after IPCP: look again, up to so many times. */
#define LOOK_S	  1
#define LOOKS_MAX 15

#define GO_MS	  10000	/* to wait for pptpd's word; the call goes on then */
#define LOGINS_MAX 1000000
#define USERS_DIR SYSCONFDIR "/pptpd/users.d"

#define CI_MPPE_OPTION 18	/* RFC 3078 */

PLUGIN_VERSION_STAMP();

static int	sock = -1;
static int	looks;
static int	mppe_told = -1;	/* last SESSION_MPPE, to report it once */

/* What a user's file says about his logins. */
static int	logins_max = -1;	/* -1: nothing */
static bool	logins_replace;

static char	logged_in[SESSION_NAME_MAX + 1];	/* who has logged in; "": nobody yet */

static char	leases_dir[POOLS_PATH_MAX];	/* "": no pools */
static struct pool_lease lease = { leases_dir, -1, 0, "" };
static char	pool[AAA_NAME_MAX + 1];	/* the user's; "": none */
static const char *pool_from;		/* who says so, for the log */
static const char by_server[] = "Framed-Pool";
static const char *reading = "an options file";
static uint32_t	began_with;		/* the peer's address before the login */
static bool	address_known;		/* take_address() has been */

PLUGIN_EXPORT pptpd_session_pool_fn pptpd_session_pool;

static int	set_fd(char **);
static int	set_leases(char **);
static int	set_pool(char **);
static void	take_address(void);

static option_t options[] = {
	{ PLUGIN_TEXT("pptpd-session-fd"), o_special, (void *)set_fd,
	    PLUGIN_TEXT("Socket on which pptpd hears about this call"),
	    OPT_PRIV, NULL, 0, 0, NULL, 0, 0 },
	{ PLUGIN_TEXT("max-logins-per-user"), o_int, &logins_max,
	    PLUGIN_TEXT("How many calls a user may have at a time"),
	    OPT_PRIV | OPT_LIMITS, NULL, LOGINS_MAX, 0, NULL, 0, 0 },
	{ PLUGIN_TEXT("deny"), o_bool, &logins_replace,
	    PLUGIN_TEXT("Refuse a call that is one too many"),
	    OPT_PRIV, NULL, 0, 0, NULL, 0, 0 },
	{ PLUGIN_TEXT("replace-oldest"), o_bool, &logins_replace,
	    PLUGIN_TEXT("End the user's oldest call instead"),
	    OPT_PRIV | 1, NULL, 0, 0, NULL, 0, 0 },
	{ PLUGIN_TEXT("pptpd-leases"), o_special, (void *)set_leases,
	    PLUGIN_TEXT("Directory with the server's pools and leases"),
	    OPT_PRIV, NULL, 0, 0, NULL, 0, 0 },
	{ PLUGIN_TEXT("pool"), o_special, (void *)set_pool,
	    PLUGIN_TEXT("Address pool of the server for this user"),
	    OPT_PRIV, NULL, 0, 0, NULL, 0, 0 },
	{ NULL, o_wild, NULL, NULL, 0, NULL, 0, 0, NULL, 0, 0 }
};

/* Never waits: a report is lost if the socket is full. */
static void
tell(const struct session_out *o)
{
	if (sock == -1)
		return;
	if (send(sock, o->buf, o->len, MSG_DONTWAIT | MSG_NOSIGNAL) == -1 &&
	    errno != EAGAIN && errno != EINTR && errno != ENOBUFS) {
		close(sock);
		sock = -1;
	}
}

static int
is_message_socket(int fd)
{
	struct stat st;
	socklen_t len;
	int type;

	len = sizeof(type);
	return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) &&
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	    (type == SOCK_SEQPACKET || type == SOCK_DGRAM);
}

/* The option pptpd-session-fd; with a wrong descriptor there are no reports. */
static int
set_fd(char **argv)
{
	struct session_out o;
	int fd;

	if (!ppp_int_option(argv[0], &fd))
		return 0;
	if (fd <= 2 || !is_message_socket(fd) ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) == -1) {
		plugin_warn("pptpd-session.so: descriptor %d is no socket "
		    "of pptpd's", fd);
		return 1;
	}
	sock = fd;
	began_with = ipcp_wantoptions[0].hisaddr;
	session_encode_hello(&o, (uint32_t)getpid(), PPPD_VERSION);
	tell(&o);
	return 1;
}

/* Ends the call before the peer gets an address. */
static void
refuse(const char *why)
{
	lcp_close(0, PLUGIN_TEXT(why));
}

/* --- the pool ------------------------------------------------------------ */

static int
set_leases(char **argv)
{
	size_t len = strlen(argv[0]);

	if (len >= sizeof(leases_dir)) {
		plugin_warn("pptpd-session.so: the path of pptpd-leases is too "
		    "long");
		return 0;
	}
	memcpy(leases_dir, argv[0], len + 1);
	return 1;
}

static int
set_pool(char **argv)
{
	size_t len = strlen(argv[0]);

	if (!pool_name_fits(argv[0], len)) {
		plugin_warn("pptpd-session.so: \"%s\" is not the name of a "
		    "pool", argv[0]);
		return 0;
	}
	memcpy(pool, argv[0], len + 1);
	pool_from = reading;
	if (address_known)	/* pppd reads options of the secret now */
		take_address();
	return 1;
}

void
pptpd_session_pool(const struct aaa_text *name)
{
	memcpy(pool, name->text, sizeof(name->text));
	pool_from = by_server;
}

/*
 * pppd asks its secrets, and any plugin's hook, which compares with the address
 * that the peer is to have.
 */
static bool
is_allowed(uint32_t addr)
{
	ipcp_wantoptions[0].hisaddr = addr;
	return auth_ip_addr(0, addr) != 0;
}

/*
 * The peer's address if somebody has said one, not a pool: the fourth column of
 * chap-secrets, the user's file, or a server; 0: nobody.  pppd asks the hook
 * itself in a moment.
 */
static uint32_t
address_said(void)
{
	uint32_t addr = 0;

	if (ip_choose_hook != NULL)
		ip_choose_hook(&addr);
	if (addr == 0 && ipcp_wantoptions[0].hisaddr != began_with)
		addr = ipcp_wantoptions[0].hisaddr;
	return addr;
}

static enum pool_lease_result
ask_pool(char *why, size_t size)
{
	ipcp_options *wo = &ipcp_wantoptions[0];
	enum pool_lease_result got = pool_lease_take(&lease, pool, is_allowed,
	    why, size);

	wo->hisaddr = began_with;
	if (got == POOL_LEASE_TAKEN) {
		wo->hisaddr = lease.addr;
		wo->accept_remote = 0;	/* no other one */
	} else if (got == POOL_LEASE_NOT_ALLOWED)
		plugin_notice("pptpd-session.so: the user's secret allows no "
		    "address of pool \"%s\": it is not asked", pool);
	else if (got == POOL_LEASE_NO_POOLS)
		plugin_notice("pptpd-session.so: pool \"%s\" of %s: %s", pool,
		    pool_from, why);
	return got;
}

/* Ends the call: it has no address, or one that another has. */
static void
has_none(const char *pool_name, const char *why)
{
	const char *peer = ppp_peer_authname(NULL, 0);
	char text[SESSION_TEXT_LEN];
	struct session_out o;

	if (pool_name[0] != '\0')
		snprintf(text, sizeof(text), "user '%.64s', pool '%.63s' of "
		    "%s: %s", peer, pool_name, pool_from, why);
	else
		snprintf(text, sizeof(text), "user '%.64s': %s", peer, why);
	plugin_warn("pptpd-session.so: %s", text);
	session_encode_no_address(&o, text);
	tell(&o);
	refuse("no address");
}

/* The peer has this address, of no pool: none must give it to another. */
static void
note_address(uint32_t addr)
{
	char why[SESSION_TEXT_LEN];

	if (!pool_lease_note(&lease, addr, why, sizeof(why)))
		has_none("", why);
	else if (why[0] != '\0')
		plugin_warn("pptpd-session.so: %s", why);
}

/* The address that the peer is to have, before pppd offers it. */
static void
take_address(void)
{
	char why[SESSION_TEXT_LEN];
	uint32_t said;

	address_known = 1;
	/* After another negotiation of LCP it is still that of the lease. */
	if (lease.pool[0] != '\0' &&
	    ipcp_wantoptions[0].hisaddr == lease.addr)
		ipcp_wantoptions[0].hisaddr = began_with;
	said = address_said();
	if (said == 0 && pool[0] != '\0') {
		switch (ask_pool(why, sizeof(why))) {
		case POOL_LEASE_TAKEN:
			return;
		case POOL_LEASE_REFUSED:
			has_none(pool, why);
			return;
		case POOL_LEASE_NO_POOLS:
			/* A server may say it to all of its clients. */
			if (pool_from != by_server) {
				has_none(pool, why);
				return;
			}
			break;
		case POOL_LEASE_NOT_ALLOWED:
			break;
		}
	}
	note_address(said != 0 ? said : began_with);
}

/* --- encryption ---------------------------------------------------------- */

static unsigned int
key_bits(const ccp_options *co)
{
	if (co->method != CI_MPPE_OPTION)
		return 0;
	if (co->mppe & PLUGIN_MPPE_128)
		return 128;
	return co->mppe & PLUGIN_MPPE_40 ? 40 : 0;
}

/* ccp_hisoptions is for our packets, ccp_gotoptions for the peer's. */
static void
look_at_mppe(void)
{
	struct session_out o;
	unsigned int tx, rx, stateful;
	int all;

	if (ccp_fsm[0].state != OPENED)
		return;
	tx = key_bits(&ccp_hisoptions[0]);
	rx = key_bits(&ccp_gotoptions[0]);
	stateful = (tx != 0 && ccp_hisoptions[0].mppe & PLUGIN_MPPE_STATEFUL) ||
	    (rx != 0 && ccp_gotoptions[0].mppe & PLUGIN_MPPE_STATEFUL);
	all = (int)(tx << 9 | rx << 1 | stateful);
	if (all == mppe_told)
		return;
	mppe_told = all;
	session_encode_mppe(&o, tx, rx, stateful);
	tell(&o);
}

static void
look_again(void *arg)
{
	(void)arg;
	look_at_mppe();
	if (sock != -1 && ++looks < LOOKS_MAX)
		ppp_timeout(look_again, NULL, LOOK_S, 0);
}

static void
on_phase(void *ctx, int arg)
{
	struct session_out o;

	(void)ctx;
	if (arg < 0 || arg >= SESSION_PHASES)
		return;
	session_encode_number(&o, SESSION_PHASE, (unsigned int)arg);
	tell(&o);
	look_at_mppe();
}

/* The peer has authenticated by the method that LCP agreed on. */
static enum session_auth
auth_method(void)
{
	const lcp_options *go = &lcp_gotoptions[0];

	if (go->neg_upap)
		return SESSION_AUTH_PAP;
	if (go->neg_eap)
		return SESSION_AUTH_EAP;
	if (!go->neg_chap)
		return SESSION_AUTH_NONE;
	switch (CHAP_DIGEST(go->chap_mdtype)) {
	case CHAP_MICROSOFT_V2:
		return SESSION_AUTH_MSCHAP_V2;
	case CHAP_MICROSOFT:
		return SESSION_AUTH_MSCHAP;
	default:
		return SESSION_AUTH_CHAP_MD5;
	}
}

/* Takes the keeper's next message, if it is of this type; else -1. */
static int
heard(enum session_msg_type type)
{
	uint8_t buf[SESSION_MSG_MAX];
	ssize_t n = sock == -1 ? -1 : recv(sock, buf, sizeof(buf),
	    MSG_DONTWAIT);

	return n < 0 ? -1 : session_decode_bool(buf, (size_t)n, type);
}

/* Waits for pptpd's word.  Without one the user goes on: pptpd counts again. */
static bool
may_go_on(void)
{
	struct pollfd fd = { sock, POLLIN, 0 };
	int64_t end = plugin_now_ms() + GO_MS, left = GO_MS;

	for (; left > 0; left = end - plugin_now_ms()) {
		if (poll(&fd, 1, (int)left) <= 0)
			continue;	/* a signal, or the time is up */
		if ((fd.revents & POLLIN) == 0)
			return 1;	/* nobody is there any more */
		return heard(SESSION_GO) != 0;
	}
	plugin_warn("pptpd-session.so: pptpd does not say whether the user "
	    "may log in once more");
	return 1;
}

/* Whether the options of the user's file, if there is one, are in force. */
static bool
take_user_file(const char *name)
{
	char why[SESSION_TEXT_LEN];
	struct session_out o;

	reading = "the user's file";
	address_known = 0;
	if (user_file_take(USERS_DIR, name, why, sizeof(why)) != USER_FILE_BAD)
		return 1;
	plugin_warn("pptpd-session.so: %s", why);
	session_encode_user_file(&o, why);
	tell(&o);
	return 0;
}

/*
 * A peer can have LCP negotiated, and log in, once more within a call.  What the
 * first user's file has set stays in pppd, so no other user may have the call.
 */
static bool
is_another(const char *name)
{
	if (logged_in[0] == '\0')
		snprintf(logged_in, sizeof(logged_in), "%s", name);
	return strcmp(logged_in, name) != 0;
}

static void
on_auth(void *ctx, int arg)
{
	const char *name = ppp_peer_authname(NULL, 0);
	struct session_out o;
	int greeting = heard(SESSION_KEEPER);
	bool waits = greeting == 1, fits = 1;

	(void)ctx;
	(void)arg;
	if (is_another(name)) {
		plugin_warn("pptpd-session.so: a second login in another "
		    "user's name ends the call");
		refuse("another user");
		return;
	}
	if (name[0] != '\0')
		fits = take_user_file(name);
	if (fits && logins_max != -1) {
		session_encode_logins(&o, (uint32_t)logins_max,
		    logins_replace);
		tell(&o);
		waits = greeting != -1;
	}
	session_encode_auth(&o, auth_method(), name);
	tell(&o);
	if (!fits)
		refuse("its options cannot be used");
	else if (waits && name[0] != '\0' && !may_go_on())
		refuse("too many calls");
	else
		take_address();
	reading = "the user's secret";
	looks = 0;
	ppp_untimeout(look_again, NULL);
	ppp_timeout(look_again, NULL, LOOK_S, 0);
}

static void
on_ip_up(void *ctx, int arg)
{
	struct session_out o;
	uint32_t addr[6];

	(void)ctx;
	(void)arg;
	note_address(ipcp_hisoptions[0].hisaddr); /* he may have chosen it */
	addr[0] = ipcp_gotoptions[0].ouraddr;
	addr[1] = ipcp_hisoptions[0].hisaddr;
	/* The servers that the peer gets if it asks for them. */
	addr[2] = ipcp_allowoptions[0].dnsaddr[0];
	addr[3] = ipcp_allowoptions[0].dnsaddr[1];
	addr[4] = ipcp_allowoptions[0].winsaddr[0];
	addr[5] = ipcp_allowoptions[0].winsaddr[1];
	look_at_mppe();
	session_encode_ip_up(&o, ppp_ifname(), (uint32_t)ppp_ifunit(), addr);
	tell(&o);
}

/* The interface still exists, so all counts are final and right. */
static void
on_ip_down(void *ctx, int arg)
{
	struct session_out o;
	ppp_link_stats_st st;

	(void)ctx;
	(void)arg;
	memset(&st, 0, sizeof(st));
	if (!ppp_get_link_stats(&st))
		memset(&st, 0, sizeof(st));
	session_encode_ip_down(&o, st.bytes_in, st.bytes_out, st.pkts_in,
	    st.pkts_out, (uint32_t)ppp_get_link_uptime());
	tell(&o);
}

/* The status is final only here: a hang-up may change it until now. */
static void
on_exit_status(void *ctx, int arg)
{
	struct session_out o;

	(void)ctx;
	(void)arg;
	session_encode_number(&o, SESSION_EXIT,
	    (unsigned int)ppp_status() & 0xff);
	tell(&o);
}

/*
 * Every pppd up to 2.5.3 makes its magic numbers and CHAP challenges with
 * drand48(3).  Its magic_init() (magic.c) seeds that with 32 bits of host name,
 * time and process number, which an attacker can guess.  This seeds it with 48
 * random bits of the kernel, its whole state.  pppd reads options before LCP
 * starts, so it has not used the generator yet.
 */
static void
seed_random(void)
{
	unsigned short seed[3];

	if (getrandom(seed, sizeof(seed), GRND_NONBLOCK) ==
	    (ssize_t)sizeof(seed))
		(void)seed48(seed);
	else
		plugin_warn("pptpd-session.so: getrandom: %m: pppd's random "
		    "numbers stay easy to guess");
}

PLUGIN_EXPORT void
plugin_init(void)
{
	if (!plugin_is_new())
		return;
	seed_random();
	ppp_add_options(options);
	ppp_add_notify(NF_PHASE_CHANGE, on_phase, NULL);
	ppp_add_notify(NF_AUTH_UP, on_auth, NULL);
	ppp_add_notify(NF_IP_UP, on_ip_up, NULL);
	ppp_add_notify(NF_IP_DOWN, on_ip_down, NULL);
	ppp_add_notify(NF_EXIT, on_exit_status, NULL);
}
