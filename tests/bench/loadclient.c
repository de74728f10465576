/* PPTP load client: obeys one command a line, answers each with JSON. */
/* SPDX-License-Identifier: ISC */
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <arpa/inet.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "loadclient.h"

#define EVENTS	64

static struct client client;
static int readable;		/* standard input */

static const struct {
	const char *name;
	void	(*run)(struct client *, const struct params *);
} commands[] = {
	{ "hold", hold_run },
	{ "loops", loops_run },
	{ "drop", drop_run },
	{ "up", up_run },
	{ "down", down_run },
	{ "echo", echo_run }
};

static const struct {
	const char *name;
	size_t	 offset;
} names[] = {
	{ "calls", offsetof(struct params, calls) },
	{ "parallel", offsetof(struct params, parallel) },
	{ "silent", offsetof(struct params, silent) },
	{ "ms", offsetof(struct params, ms) },
	{ "size", offsetof(struct params, size) },
	{ "rate", offsetof(struct params, rate) },
	{ "inflight", offsetof(struct params, inflight) },
	{ "window", offsetof(struct params, window) },
	{ "probe", offsetof(struct params, probe) },
	{ "loss", offsetof(struct params, loss) },
	{ "reorder", offsetof(struct params, reorder) },
	{ "dup", offsetof(struct params, dup) },
	{ "seed", offsetof(struct params, seed) }
};

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

uint64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * SECOND + (uint64_t)ts.tv_nsec;
}

void
client_wait(struct client *c, uint64_t ns)
{
	struct pollfd pfd = { c->epoll, POLLIN, 0 };
	struct timespec ts = { (time_t)(ns / SECOND), (long)(ns % SECOND) };
	struct epoll_event ev[EVENTS];
	struct call *call;
	int i, n;

	if (ns > 0 && ppoll(&pfd, 1, &ts, NULL) <= 0)
		return;
	n = epoll_wait(c->epoll, ev, EVENTS, 0);
	for (i = 0; i < n; i++) {
		if (ev[i].data.ptr == NULL)
			gre_receive(c);
		else if (ev[i].data.ptr == &readable)
			readable = 1;
		else {
			call = ev[i].data.ptr;
			if (call->state != CALL_FREE &&
			    call->state < CALL_CLOSED)
				call_input(c, call, ev[i].events);
		}
	}
}

static int
set_param(struct params *p, char *word)
{
	char *value = strchr(word, '='), *end;
	size_t i;

	if (value == NULL)
		return -1;
	*value++ = '\0';
	for (i = 0; i < COUNT(names); i++) {
		if (strcmp(word, names[i].name) == 0) {
			uint64_t v = strtoull(value, &end, 10);

			memcpy((char *)p + names[i].offset, &v, sizeof v);
			return *value == '\0' || *end != '\0' ? -1 : 0;
		}
	}
	return -1;
}

static void
command(struct client *c, char *line)
{
	struct params p = { 0 };
	char *save, *word, *name = strtok_r(line, " ", &save);
	size_t i;

	p.calls = p.parallel = 1;
	p.ms = 1000;
	p.size = 512;
	if (name == NULL)
		return;
	while ((word = strtok_r(NULL, " ", &save)) != NULL) {
		if (set_param(&p, word) == -1)
			errx(1, "%s: what is \"%s\"?", name, word);
	}
	if (p.calls > CALLS_MAX || p.parallel == 0 || p.parallel > CALLS_MAX)
		errx(1, "at most %d calls", CALLS_MAX);
	for (i = 0; i < COUNT(commands); i++) {
		if (strcmp(name, commands[i].name) == 0) {
			commands[i].run(c, &p);
			fflush(stdout);
			return;
		}
	}
	errx(1, "unknown command \"%s\"", name);
}

/* Reads what there is; runs each whole line.  End of input ends us. */
static void
commands_input(struct client *c)
{
	static char buf[512];
	static size_t len;
	char *nl;
	ssize_t n;

	readable = 0;
	n = read(STDIN_FILENO, buf + len, sizeof buf - len);
	if (n <= 0) {
		c->quit = 1;
		return;
	}
	len += (size_t)n;
	while ((nl = memchr(buf, '\n', len)) != NULL) {
		size_t used = (size_t)(nl - buf) + 1;

		*nl = '\0';
		command(c, buf);
		len -= used;
		memmove(buf, nl + 1, len);
	}
	if (len == sizeof buf)
		errx(1, "line too long");
}

static void
map_control(struct client *c, const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *p;

	if (fd == -1)
		err(1, "%s", path);
	p = mmap(NULL, sizeof *c->sh, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	    0);
	if (p == MAP_FAILED)
		err(1, "mmap %s", path);
	close(fd);
	c->sh = p;
	if (c->sh->magic != SHARED_MAGIC)
		errx(1, "%s: not a control file", path);
}

static void
prepare(struct client *c)
{
	struct epoll_event ev = { 0 };
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == 0) {
		rl.rlim_cur = rl.rlim_max;
		setrlimit(RLIMIT_NOFILE, &rl);
	}
	prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	c->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (c->epoll == -1)
		err(1, "epoll_create1");
	gre_open(c);
	ev.events = EPOLLIN;
	ev.data.ptr = &readable;
	if (epoll_ctl(c->epoll, EPOLL_CTL_ADD, STDIN_FILENO, &ev) == -1)
		err(1, "standard input");
}

static void
usage(void)
{
	fprintf(stderr, "usage: loadclient -s server -f first-address "
	    "[-n addresses] -c control-file [-w window] [-a ack-every]\n");
	exit(2);
}

int
main(int argc, char **argv)
{
	struct client *c = &client;
	const char *control = NULL;
	int ch;

	c->addresses = 1;
	c->window = 64;
	c->ack_every = 16;
	while ((ch = getopt(argc, argv, "a:c:f:n:s:w:")) != -1) {
		switch (ch) {
		case 'a':
			c->ack_every = (unsigned int)atoi(optarg);
			break;
		case 'c':
			control = optarg;
			break;
		case 'f':
			if (inet_aton(optarg, &c->from) == 0)
				usage();
			break;
		case 'n':
			c->addresses = (unsigned int)atoi(optarg);
			break;
		case 's':
			if (inet_aton(optarg, &c->server) == 0)
				usage();
			break;
		case 'w':
			c->window = (uint16_t)atoi(optarg);
			break;
		default:
			usage();
		}
	}
	if (control == NULL || c->server.s_addr == 0 || c->from.s_addr == 0 ||
	    c->addresses == 0 || argc != optind)
		usage();
	map_control(c, control);
	prepare(c);
	while (!c->quit) {
		if (readable)
			commands_input(c);
		else
			client_wait(c, c->acks_due ? MILLISECOND : SECOND);
		gre_acks(c);
	}
	return 0;
}
