/* The process that relays, without any rights. */
/* SPDX-License-Identifier: ISC */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/queue.h"
#include "lockdown.h"
#include "port.h"
#include "shared/mono.h"
#include "shared/syslog_sink.h"

#define EVENTS_MAX	64	/* taken from the kernel in one go */

/*
 * The processor time that we use is limited over a window of WINDOW_US
 * microseconds.  It is read once in LOOK_US only, because asking the kernel
 * costs as much as sending a packet.
 */
#define WINDOW_US	100000
#define LOOK_US		2000

/* A trouble that repeats is logged in SAY_LINES lines in SAY_MS at most. */
#define SAY_LINES	5
#define SAY_MS		60000

LIST_HEAD(ports, port);

static struct {
	const struct args	*args;
	int			 epoll;
	int			 link;
	struct ports		 ports;
	struct packet_net	 net;
	uint32_t		*addr;		/* what net points to */
	struct bucket_rate	 rate;
	uint64_t		 window_at;	/* us, when it began */
	uint64_t		 window_cpu;	/* us, used before it */
} worker = { .ports = LIST_HEAD_INITIALIZER(ports) };

static void __attribute__((format(printf, 1, 2)))
say(const char *fmt, ...)
{
	static const struct bucket_rate seldom = {
		SAY_MS / SAY_LINES * 1000, SAY_LINES
	};
	static struct bucket bucket;
	char line[LOG_LINE_MAX];
	va_list ap;

	if (!bucket_take(&bucket, &seldom, mono_ms()))
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	log_notice("%s", line);
}

/* --- the opener's messages ----------------------------------------------- */

static struct port *
find(int index)
{
	struct port *port;

	LIST_FOREACH(port, &worker.ports, entry) {
		if (port->index == index)
			return port;
	}
	return NULL;
}

/* Puts the addresses of all ports into one array, for packet_look(). */
static void
collect(void)
{
	struct port *port;
	uint32_t *all;
	size_t n = 0;

	LIST_FOREACH(port, &worker.ports, entry)
		n += port->n_addr;
	all = reallocarray(NULL, n + 1, sizeof(*all));
	if (all == NULL)
		return;			/* keep the old array */
	n = 0;
	LIST_FOREACH(port, &worker.ports, entry) {
		if (port->n_addr > 0)
			memcpy(&all[n], port->addr,
			    port->n_addr * sizeof(*all));
		n += port->n_addr;
	}
	free(worker.addr);
	worker.addr = all;
	worker.net.addr = all;
	worker.net.n_addr = n;
}

static void
forget(struct port *port)
{
	LIST_REMOVE(port, entry);
	port_free(port);		/* closing removes it from epoll */
}

/* Keeps the ports in the order of their indices, which the log shows. */
static void
insert(struct port *port)
{
	struct port *p, *last = NULL;

	LIST_FOREACH(p, &worker.ports, entry) {
		if (p->index > port->index)
			break;
		last = p;
	}
	if (last == NULL)
		LIST_INSERT_HEAD(&worker.ports, port, entry);
	else
		LIST_INSERT_AFTER(last, port, entry);
}

static void
add(const struct link_msg *m, const uint32_t *addr, int fd)
{
	struct port *port = port_new(m, addr, fd);
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = port };

	if (port != NULL && epoll_ctl(worker.epoll, EPOLL_CTL_ADD, fd,
	    &ev) == 0) {
		insert(port);
		return;
	}
	log_err("%s is left out: %s", m->name, strerror(errno));
	if (port != NULL)
		port_free(port);
}

/*
 * Adds or changes an interface.  A new one without a descriptor means that we
 * had none free, and the kernel dropped it.
 */
static void
set(const struct link_msg *m, const uint32_t *addr, int fd)
{
	struct port *port = find(m->index);

	if (fd != -1) {
		if (port != NULL)
			forget(port);
		add(m, addr, fd);
	} else if (port == NULL)
		log_err("%s is left out: out of descriptors", m->name);
	else if (!port_change(port, m, addr))
		log_err("%s: out of memory", m->name);
}

static void
on_link(void)
{
	static uint32_t addr[LINK_ADDR_MAX];
	struct link_msg m;
	struct port *port;
	int got, fd;

	while ((got = link_recv(worker.link, &m, addr, &fd)) == 1) {
		switch (m.type) {
		case LINK_SET:
			set(&m, addr, fd);
			break;
		case LINK_GONE:
			port = find(m.index);
			if (port != NULL)
				forget(port);
			break;
		case LINK_LOG:
			if (fd != -1)
				syslog_sink_take(fd);
			break;
		}
	}
	if (got == -1)
		exit(0);		/* the opener has gone */
	collect();
}

/* --- relaying ------------------------------------------------------------ */

static void
complain(const struct port *port, int error)
{
	switch (error) {
	case 0:
		return;
	case ENETDOWN:
		say("ignored ENETDOWN from sendto(), a network interface was "
		    "going down?");
		return;
	case ENXIO:
	case ENODEV:
		say("ignored ENXIO from sendto(), a network interface went "
		    "down?");
		return;
	case ENOBUFS:
	case EAGAIN:
		say("ignored ENOBUFS from sendto(), temporary shortage of "
		    "buffer memory");
		return;
	case EMSGSIZE:
		say("a broadcast is too long for %s", port->name);
		return;
	default:
		say("sending to %s: %s", port->name, strerror(error));
	}
}

/* A line for each packet, as in Poptop: the interfaces it was sent to. */
struct trace {
	char	line[LOG_LINE_MAX];
	size_t	len;
};

static void __attribute__((format(printf, 2, 3)))
trace_add(struct trace *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->line + t->len, sizeof(t->line) - t->len, fmt, ap);
	va_end(ap);
	if (n > 0)
		t->len += (size_t)n;
	if (t->len >= sizeof(t->line))
		t->len = sizeof(t->line) - 1;
}

static void
trace_begin(struct trace *traces, const struct port *from,
    const struct packet *packets, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		traces[i].len = 0;
		trace_add(&traces[i],
		    "UDP_BroadCast(sp=%d,dp=%d) from: %s relayed to: ",
		    packets[i].sport, packets[i].dport, from->name);
	}
}

static void
relay(struct port *from, struct packet *packets, size_t n)
{
	static struct trace traces[PORT_BATCH];
	bool sent[PORT_BATCH], quiet = worker.args->quiet;
	struct port *to;
	size_t i;

	if (!quiet)
		trace_begin(traces, from, packets, n);
	LIST_FOREACH(to, &worker.ports, entry) {
		if (to == from)
			continue;
		complain(to, port_send(to, packets, n, sent));
		for (i = 0; !quiet && i < n; i++) {
			if (sent[i])
				trace_add(&traces[i], "%s ", to->name);
		}
	}
	for (i = 0; !quiet && i < n; i++)
		log_info("%s", traces[i].line);
}

/* Drops the packets above the port's rate; returns how many are left. */
static size_t
limit(struct port *port, size_t n)
{
	uint64_t now;
	size_t i;

	if (worker.rate.interval_us == 0)
		return n;
	now = mono_ms();
	for (i = 0; i < n && bucket_take(&port->bucket, &worker.rate, now); i++)
		;
	if (i < n)
		say("more broadcasts come from %s than --rate allows",
		    port->name);
	return i;
}

static uint64_t
cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/*
 * Limits our processor time, so that a flood does not slow the machine down.
 * When we have used the share of a window, sleeps until the time used is no
 * more than the share.  Packets that come meanwhile fill the sockets; the
 * kernel drops the rest, which costs little.
 */
static void
rest(void)
{
	static uint64_t look_at;
	uint64_t cpu = worker.args->cpu, now = mono_us(), used, due;
	struct timespec ts;

	if (cpu == 100 || now < look_at)
		return;
	look_at = now + LOOK_US;
	used = cpu_us() - worker.window_cpu;
	if (used >= WINDOW_US * cpu / 100) {
		due = worker.window_at + used * 100 / cpu;
		if (due > now) {
			say("more broadcasts come than can be relayed with "
			    "%u %% of a processor", worker.args->cpu);
			ts.tv_sec = (time_t)((due - now) / 1000000);
			ts.tv_nsec = (long)((due - now) % 1000000 * 1000);
			(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL);
			now = mono_us();
		}
	} else if (now < worker.window_at + WINDOW_US)
		return;
	worker.window_at = now;
	worker.window_cpu += used;
}

static void
on_packets(struct port *port)
{
	struct packet packets[PORT_BATCH];
	size_t n, came;

	n = port_receive(port, &worker.net, packets, &came);
	n = limit(port, n);
	if (n > 0)
		relay(port, packets, n);
	if (came > 0)
		rest();
}

/* --- the process --------------------------------------------------------- */

/*
 * The opener's messages come last: an interface that they take away may have
 * an event in the same batch.
 */
static void
turn(void)
{
	struct epoll_event events[EVENTS_MAX];
	bool told = false;
	int i, n;

	n = epoll_wait(worker.epoll, events, EVENTS_MAX, -1);
	for (i = 0; i < n; i++) {
		if (events[i].data.ptr == NULL)
			told = true;
		else
			on_packets(events[i].data.ptr);
	}
	if (told)
		on_link();
}

void
worker_run(const struct args *args, int sock, const char *empty)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = NULL };

	worker.args = args;
	worker.net.group = args->group;
	worker.net.n_group = args->n_group;
	worker.rate = bucket_rate(args->rate, 1000, args->rate);
	worker.link = lockdown_enter(sock, empty);
	if (worker.link == -1)
		exit(1);
	worker.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (worker.epoll == -1 || epoll_ctl(worker.epoll, EPOLL_CTL_ADD,
	    worker.link, &ev) == -1) {
		log_err("epoll: %s", strerror(errno));
		exit(1);
	}
	if (lockdown_lock() == -1)
		exit(1);
	worker.window_at = mono_us();
	worker.window_cpu = cpu_us();
	for (;;)
		turn();
}
