/* The process that follows the interfaces and opens sockets on them. */
/* SPDX-License-Identifier: ISC */
#include "opener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if_arp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "capture.h"
#include "filter.h"
#include "link.h"
#include "links.h"
#include "lockdown.h"
#include "netlink.h"
#include "shared/syslog_sink.h"
#include "worker.h"

#define EMPTY		RUNDIR "/bcrelay"	/* the worker's root */
#define FULL_MS		10	/* pause when the kernel has no room */
#define ASK_MS		1000	/* pause before all interfaces are read again */

/* An interface that the worker has. */
struct active {
	struct link_msg	 m;
	uint32_t	*addr;
	int		 number;	/* descriptor's number, for the log */
	int		 member;	/* of the groups: a socket; -1: none */
};

static struct {
	const struct args	*args;
	struct capture		 capture;
	struct links		 links;
	struct active		*active;	/* in the order of indices */
	size_t			 n;
	int			 sock;		/* to the worker */
	bool			 changed;	/* since the set was logged */
	bool			 broken;	/* cannot send to the worker */
} opener;

static volatile sig_atomic_t ended;

static void
on_signal(int sig)
{
	(void)sig;
	ended = 1;
}

/* --- which interfaces ---------------------------------------------------- */

static bool
is_ipsec(const struct links_if *link)
{
	return opener.args->ipsec[0] != '\0' &&
	    strcmp(opener.args->ipsec, link->name) == 0;
}

static bool
is_named(const struct links_if *link)
{
	return names_match(&opener.args->in, link->name) ||
	    names_match(&opener.args->out, link->name);
}

static bool
is_wanted(const struct links_if *link)
{
	return (link->flags & IFF_UP) != 0 && link->n_addr > 0 &&
	    (is_named(link) || is_ipsec(link));
}

/*
 * Fills in the message about an interface.  Returns the addresses of our and
 * of the far end, to be freed by the caller; NULL: no memory.
 */
static uint32_t *
describe(const struct links_if *link, struct link_msg *m)
{
	uint32_t *addr;
	size_t i, n = 0;

	memset(m, 0, sizeof(*m));
	m->type = LINK_SET;
	m->index = link->index;
	memcpy(m->name, link->name, sizeof(m->name));
	m->tunnel = (link->flags & IFF_POINTOPOINT) != 0;
	m->loopback = (link->flags & IFF_LOOPBACK) != 0;
	m->peer = m->tunnel ? link->addr[0].peer : 0;
	m->dst = is_named(link) ? 0 : opener.args->ipsec_dst;
	addr = reallocarray(NULL, link->n_addr, 2 * sizeof(*addr));
	if (addr == NULL)
		return NULL;
	for (i = 0; i < link->n_addr && n + 2 <= LINK_ADDR_MAX; i++) {
		addr[n++] = link->addr[i].local;
		if (link->addr[i].peer != link->addr[i].local)
			addr[n++] = link->addr[i].peer;
	}
	m->n_addr = (uint32_t)n;
	return addr;
}

static bool
is_same(const struct active *a, const struct link_msg *m, const uint32_t *addr)
{
	return strcmp(a->m.name, m->name) == 0 && a->m.tunnel == m->tunnel &&
	    a->m.loopback == m->loopback && a->m.peer == m->peer &&
	    a->m.dst == m->dst && a->m.n_addr == m->n_addr &&
	    memcmp(a->addr, addr, m->n_addr * sizeof(*addr)) == 0;
}

/* --- telling the worker -------------------------------------------------- */

/*
 * Sends to the worker.  The kernel limits the number of descriptors that are
 * sent and not received (ETOOMANYREFS), and the worker may be in rest(): then
 * this waits for it.
 */
static bool
tell(const struct link_msg *m, const uint32_t *addr, int fd)
{
	int done;

	do {
		done = link_send(opener.sock, m, addr, fd);
		if (done == -1 && errno == ETOOMANYREFS)
			(void)poll(NULL, 0, FULL_MS);
	} while (done == -1 && !ended &&
	    (errno == EINTR || errno == ETOOMANYREFS));
	if (done == -1)
		opener.broken = true;
	return done == 0;
}

static void
tell_log(void)
{
	struct link_msg m = { .type = LINK_LOG };
	int fd = syslog_sink_connect();

	if (fd == -1)
		return;
	(void)tell(&m, NULL, fd);
	close(fd);
}

/* --- multicast ----------------------------------------------------------- */

/*
 * Joins the multicast groups on an interface.  Then the network card accepts
 * their frames, and a switch that listens to IGMP sends them here.  The socket
 * is for joining only, and receives nothing.
 */
static int
join(const struct links_if *link)
{
	const struct args *args = opener.args;
	struct ip_mreqn mreq;
	size_t i;
	int fd;

	if (args->n_group == 0 || (link->flags & IFF_MULTICAST) == 0)
		return -1;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1) {
		log_warn("%s: no multicast: %s", link->name, strerror(errno));
		return -1;
	}
	for (i = 0; i < args->n_group; i++) {
		memset(&mreq, 0, sizeof(mreq));
		mreq.imr_multiaddr.s_addr = htonl(args->group[i]);
		mreq.imr_ifindex = link->index;
		if (setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mreq,
		    sizeof(mreq)) == -1)
			log_warn("%s: group %s: %s", link->name,
			    inet_ntoa(mreq.imr_multiaddr), strerror(errno));
	}
	return fd;
}

/* --- the set of interfaces ----------------------------------------------- */

static void
drop(size_t i)
{
	struct active *a = &opener.active[i];
	struct link_msg m = { .type = LINK_GONE, .index = a->m.index };

	(void)tell(&m, NULL, -1);
	if (a->member != -1)
		close(a->member);
	free(a->addr);
	opener.n--;
	memmove(a, a + 1, (opener.n - i) * sizeof(*a));
	opener.changed = true;
}

/* No error is logged if the interface is gone in the meantime. */
static void
open_failed(const struct links_if *link)
{
	if (errno == ENODEV || errno == ENXIO || errno == ENETDOWN)
		return;
	log_err("%s is left out: socket: %s", link->name, strerror(errno));
}

/* Closes our copy of the worker's socket, so that we can read no packets. */
static void
add(size_t at, const struct links_if *link, const struct link_msg *m,
    uint32_t *addr)
{
	struct active *all;
	bool told;
	int fd = capture_open(&opener.capture, link->index,
	    link->type == ARPHRD_ETHER);

	if (fd == -1) {
		open_failed(link);
		free(addr);
		return;
	}
	all = reallocarray(opener.active, opener.n + 1, sizeof(*all));
	if (all != NULL)
		opener.active = all;
	else
		log_err("%s is left out: out of memory", link->name);
	told = all != NULL && tell(m, addr, fd);
	close(fd);
	if (!told) {
		free(addr);
		return;
	}
	memmove(&all[at + 1], &all[at], (opener.n - at) * sizeof(*all));
	opener.n++;
	all[at].m = *m;
	all[at].addr = addr;
	all[at].number = fd;
	all[at].member = join(link);
	opener.changed = true;
}

static void
change(struct active *a, const struct link_msg *m, uint32_t *addr)
{
	if (is_same(a, m, addr) || !tell(m, addr, -1)) {
		free(addr);
		return;
	}
	if (strcmp(a->m.name, m->name) != 0)
		opener.changed = true;
	free(a->addr);
	a->m = *m;
	a->addr = addr;
}

static void
consider(size_t *i, const struct links_if *link)
{
	struct link_msg m;
	uint32_t *addr;

	if (!is_wanted(link))
		return;
	while (*i < opener.n && opener.active[*i].m.index < link->index)
		(*i)++;
	addr = describe(link, &m);
	if (addr == NULL)
		log_err("%s: out of memory", link->name);
	else if (*i < opener.n && opener.active[*i].m.index == link->index)
		change(&opener.active[*i], &m, addr);
	else
		add(*i, link, &m, addr);
}

/* Logs the set as Poptop does: NAME(position/index/descriptor). */
static void
log_set(const char *what)
{
	char line[LOG_LINE_MAX];
	size_t i, len;

	len = (size_t)snprintf(line, sizeof(line), "%s: ", what);
	for (i = 0; i < opener.n; i++) {
		const struct active *a = &opener.active[i];
		char one[IFNAMSIZ + 48];
		size_t n = (size_t)snprintf(one, sizeof(one), "%s(%zu/%d/%d) ",
		    a->m.name, i, a->m.index, a->number);

		if (len + n >= sizeof(line)) {
			log_info("%s", line);
			len = (size_t)snprintf(line, sizeof(line),
			    "%s, more: ", what);
		}
		memcpy(line + len, one, n + 1);
		len += n;
	}
	log_info("%s", line);
}

/* Tells the worker how its set of interfaces differs from the system's. */
static void
update(void)
{
	size_t i;

	opener.changed = false;
	for (i = opener.n; i-- > 0;) {
		const struct links_if *link = links_find(&opener.links,
		    opener.active[i].m.index);

		if (link == NULL || !is_wanted(link))
			drop(i);
	}
	for (size_t l = i = 0; l < opener.links.n; l++)
		consider(&i, &opener.links.all[l]);
	if (opener.changed)
		tell_log();
}

static void
update_and_log(void)
{
	update();
	if (opener.changed && !opener.args->quiet)
		log_set("Active interface set changed to");
}

/* --- the process --------------------------------------------------------- */

/* Shuts down our end of the socket pair for reading: see link.h. */
static pid_t
start_worker(int parent)
{
	int pair[2];
	pid_t pid;

	if ((mkdir(EMPTY, 0555) == -1 && errno != EEXIST) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1) {
		log_err("%s: %s", EMPTY, strerror(errno));
		return -1;
	}
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		if (parent != -1)
			close(parent);
		worker_run(opener.args, pair[1], EMPTY);
	}
	if (pid == -1)
		log_err("fork: %s", strerror(errno));
	close(pair[1]);
	(void)shutdown(pair[0], SHUT_RD);
	opener.sock = pair[0];
	return pid;
}

static bool
init_capture(void)
{
	char *text = filter_text(opener.args->group, opener.args->n_group);
	bool done;

	if (text == NULL) {
		log_err("out of memory");
		return false;
	}
	done = capture_init(&opener.capture, text);
	free(text);
	return done;
}

/*
 * Blocks the signals outside of ppoll(2): one that came between the test of
 * `ended` and the wait would be missed.
 */
static void
catch_signals(sigset_t *before)
{
	struct sigaction sa;
	sigset_t both;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;
	sigemptyset(&sa.sa_mask);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sigemptyset(&both);
	sigaddset(&both, SIGTERM);
	sigaddset(&both, SIGINT);
	sigprocmask(SIG_BLOCK, &both, before);
	sigdelset(before, SIGTERM);
	sigdelset(before, SIGINT);
}

static int
serve(int netlink, int parent, const sigset_t *mask)
{
	struct pollfd pfd[] = {
		{ .fd = netlink, .events = POLLIN },
		{ .fd = opener.sock },		/* no events: POLLHUP only */
		{ .fd = parent },
	};

	for (;;) {
		int n = ppoll(pfd, 3, NULL, mask);

		if (ended)
			return 0;
		if (n == -1)
			continue;		/* another signal */
		if (pfd[2].revents != 0)
			return 0;
		if (pfd[1].revents != 0 || opener.broken) {
			log_err("the relaying process has ended");
			return 1;
		}
		if (pfd[0].revents == 0)
			continue;
		if (!netlink_read(netlink, &opener.links)) {
			(void)poll(NULL, 0, ASK_MS);
			if (!netlink_ask(netlink, &opener.links))
				return 1;
		}
		update_and_log();
	}
}

int
opener_run(const struct args *args, int parent)
{
	sigset_t mask;
	int netlink;

	opener.args = args;
	if (!init_capture())
		return 1;
	if (start_worker(parent) == -1 || lockdown_opener() == -1)
		return 1;
	catch_signals(&mask);
	netlink = netlink_open();
	if (netlink == -1 || !netlink_ask(netlink, &opener.links))
		return 1;
	update();
	if (!args->quiet)
		log_set("Initial active interfaces");
	return serve(netlink, parent, &mask);
}
