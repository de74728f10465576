/* Stand-in for pppd: counts, echoes or sends frames on the server's pty. */
/* SPDX-License-Identifier: ISC */

/*
 * Takes pppd's arguments and looks at one pair only, "file F": F.ctl is the
 * control file (shared.h).  The server may clean the environment, so nothing
 * comes from there.  First of all it sends a frame, as pppd would: Poptop
 * listens to the client only after that.
 */
#include "standin_hdlc.h"
#include "standin_sys.h"

#define CHUNK		4096	/* of writes while saturated: n_tty's own */
#define EXIT_FATAL	1	/* pppd's exit codes */
#define EXIT_OPTION	2
#define EXIT_SIGNAL	5
#define EXIT_HANGUP	16
#define SECOND		1000000000U

void	standin_start(long *);

static struct shared *sh;
static struct slot *self;
static struct hdlc hdlc;
static uint8_t in[CHUNK], out[CHUNK + HDLC_MAX];
static uint8_t frame_out[FRAME_MAX];

#ifndef STANDIN_LIBC
/* The compiler may call these; there is no library that has them. */
void	*memcpy(void *, const void *, size_t);
void	*memset(void *, int, size_t);

void *
memcpy(void *to, const void *from, size_t len)
{
	uint8_t *d = to;
	const uint8_t *s = from;
	uint64_t x;

	for (; len >= 8; d += 8, s += 8, len -= 8) {
		__builtin_memcpy(&x, s, 8);
		__builtin_memcpy(d, &x, 8);
	}
	while (len-- > 0)
		*d++ = *s++;
	return to;
}

void *
memset(void *to, int c, size_t len)
{
	uint8_t *d = to;

	while (len-- > 0)
		*d++ = (uint8_t)c;
	return to;
}
#endif

static void
finish(int status)
{
	if (self != NULL) {
		self->cpu_end = sys_clock(CLOCK_PROCESS_CPUTIME_ID);
		__atomic_store_n(&self->state, SLOT_ENDED, __ATOMIC_RELEASE);
	}
	sys_exit(status);
}

static void
on_signal(int sig)
{
	finish(sig == SIGHUP ? EXIT_HANGUP : EXIT_SIGNAL);
}

/* Never reached: on_signal() does not return.  The kernel wants it named. */
static void
no_return(void)
{
	sys_exit(EXIT_FATAL);
}

static void
catch_signals(void)
{
	struct {
		void (*handler)(int);
		unsigned long flags;
		void (*restorer)(void);
		uint64_t mask;
	} sa = { on_signal, 0, no_return, 0 };

#ifdef SA_RESTORER
	sa.flags = SA_RESTORER;
#endif
	sys6(__NR_rt_sigaction, SIGHUP, (long)&sa, 0, sizeof sa.mask, 0, 0);
	sys6(__NR_rt_sigaction, SIGTERM, (long)&sa, 0, sizeof sa.mask, 0, 0);
	sys6(__NR_rt_sigaction, SIGINT, (long)&sa, 0, sizeof sa.mask, 0, 0);
}

static void
make_raw(void)
{
	struct termios t;

	if (sys_ioctl(0, TCGETS, &t) < 0)
		return;
	t.c_iflag = IGNBRK | IGNPAR;
	t.c_oflag = 0;
	t.c_lflag = 0;
	t.c_cflag = (t.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8 | CREAD;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	sys_ioctl(0, TCSETS, &t);
}

static void
write_all(const uint8_t *p, size_t len)
{
	long n;

	while (len > 0) {
		n = sys_write(0, p, len);
		if (n == -EAGAIN) {
			sys_poll(0, POLLOUT);
			continue;
		}
		if (n == -EINTR)
			continue;
		if (n <= 0)
			finish(EXIT_HANGUP);
		p += n;
		len -= (size_t)n;
	}
}

/* Writes one frame of ours to out; returns its length on the line. */
static size_t
encode(uint8_t *to, uint8_t op, uint32_t number, uint16_t len, uint64_t now)
{
	struct frame f;

	f.op = op;
	f.call = (uint32_t)(self - sh->slots);
	f.number = number;
	f.len = len;
	f.time = now;
	frame_build(sh, frame_out, &f);
	return hdlc_output(to, frame_out, len);
}

/*
 * Sends frames for source_ms: as fast as the pty takes them when source_rate
 * is 0, else so many per second.  Commands that come meanwhile wait.
 */
static void
source(void)
{
	uint32_t id = self->source_id, rate = self->source_rate;
	uint64_t due, end, now, begin = sys_clock(CLOCK_MONOTONIC);
	uint16_t len = (uint16_t)self->source_size;
	uint64_t sent = 0;
	size_t n;

	if (id == self->source_begun || len < FRAME_MIN || len > FRAME_MAX)
		return;		/* the client asked again */
	self->sent = 0;
	self->source_begun = id;
	end = begin + self->source_ms * (uint64_t)1000000;
	while ((now = sys_clock(CLOCK_MONOTONIC)) < end) {
		n = 0;
		if (rate == 0) {
			while (n < CHUNK)
				n += encode(out + n, OP_DATA, (uint32_t)sent++,
				    len, now);
		} else {
			due = (now - begin) * rate / SECOND + 1;
			if (sent >= due) {
				sys_sleep_until(begin + sent * SECOND / rate);
				continue;
			}
			n = encode(out, OP_DATA, (uint32_t)sent++, len, now);
		}
		write_all(out, n);
		self->sent = sent;
	}
	__atomic_store_n(&self->source_done, id, __ATOMIC_RELEASE);
}

static void
receive(size_t len, uint64_t now)
{
	struct frame f;

	if (!frame_check(sh, hdlc.buf, len, &f)) {
		self->bad_data++;
		return;
	}
	if (self->call == UINT32_MAX)
		self->call = f.call;
	else if (self->call != f.call) {
		self->foreign++;
		return;
	}
	hist_add(&sh->hists[f.call % HISTS], now > f.time ? now - f.time : 0);
	self->octets += len;
	if (f.number >= self->next) {
		self->missing += f.number - self->next;
		__atomic_store_n(&self->next, f.number + 1, __ATOMIC_RELAXED);
	} else
		self->late++;
	__atomic_store_n(&self->frames, self->frames + 1, __ATOMIC_RELEASE);
	if (f.op == OP_ECHO)
		write_all(out, hdlc_output(out, hdlc.buf, len));
	else if (f.op == OP_SOURCE)
		source();
}

static void
input(const uint8_t *p, size_t n)
{
	const uint8_t *end = p + n;
	uint64_t now = sys_clock(CLOCK_MONOTONIC);
	size_t len = 0;

	while (p < end) {
		switch (hdlc_input(&hdlc, &p, end, &len)) {
		case HDLC_MORE:
			break;
		case HDLC_FRAME:
			receive(len, now);
			break;
		case HDLC_BAD_FCS:
			self->bad_fcs++;
			break;
		case HDLC_ABORTED:
			self->aborted++;
			break;
		}
	}
}

/* Maps the control file F.ctl and takes a slot in it. */
static int
attach(const char *options)
{
	static const char suffix[] = SHARED_SUFFIX;
	char path[512];
	size_t n = 0, i;
	long fd, map;
	uint32_t slot;

	while (options[n] != '\0' && n < sizeof path - sizeof suffix) {
		path[n] = options[n];
		n++;
	}
	for (i = 0; i < sizeof suffix; i++)
		path[n + i] = suffix[i];
	fd = sys_open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -1;
	map = sys_map(fd, sizeof *sh);
	if (map < 0 && map > -4096)
		return -1;
	sys6(__NR_close, fd, 0, 0, 0, 0, 0);
	sh = (struct shared *)map;
	if (sh->magic != SHARED_MAGIC)
		return -1;
	slot = __atomic_fetch_add(&sh->next_slot, 1, __ATOMIC_RELAXED);
	if (slot >= SLOTS)
		return -1;
	self = &sh->slots[slot];
	self->pid = (int32_t)sys6(__NR_getpid, 0, 0, 0, 0, 0, 0);
	self->call = UINT32_MAX;
	return 0;
}

static int
same(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b)
		a++, b++;
	return *a == *b;
}

static int
standin(int argc, char **argv)
{
	static const char version[] = "pppd version 2.4.9\n";
	static const char usage[] = "standin: no control file for \"file F\"\n";
	uint64_t cpu = sys_clock(CLOCK_PROCESS_CPUTIME_ID);
	const char *options = NULL;
	long n;
	int i;

	for (i = 1; i < argc; i++) {
		if (same(argv[i], "--version")) {
			/* A server may want to know which pppd it runs. */
			sys_write(1, version, sizeof version - 1);
			return 0;
		}
		if (same(argv[i], "file") && i + 1 < argc)
			options = argv[++i];
	}
	if (options == NULL || attach(options) == -1) {
		sys_write(2, usage, sizeof usage - 1);
		return EXIT_OPTION;
	}
	self->cpu_start = cpu;
	__atomic_store_n(&self->state, SLOT_RUNNING, __ATOMIC_RELEASE);
	catch_signals();
	make_raw();
	write_all(out, encode(out, OP_HELLO, 0, FRAME_MIN,
	    sys_clock(CLOCK_MONOTONIC)));
	for (;;) {
		n = sys_read(0, in, sizeof in);
		if (n > 0)
			input(in, (size_t)n);
		else if (n == -EAGAIN)
			sys_poll(0, POLLIN);
		else if (n != -EINTR)
			finish(EXIT_HANGUP);
	}
}

#ifdef STANDIN_LIBC
int	main(int, char **);

int
main(int argc, char **argv)
{
	return standin(argc, argv);
}
#endif

void
standin_start(long *stack)
{
	sys_exit(standin((int)*stack, (char **)(stack + 1)));
}
