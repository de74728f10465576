/*
 * Fuzz target: connections and their calls, with the kernel, the monitor and
 * libevent played by the input.  It says what clients send, how much of our
 * octets the kernel takes, when a connection fails, what monitor, keepers and
 * pppds do, and in which order events are served.  Everything must end, and
 * nothing may be left behind or be used when it is gone.
 */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/util.h>
#include <malloc.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/queue.h"
#include "engine/call.h"
#include "engine/call_ids.h"
#include "engine/conn.h"
#include "engine/engine.h"
#include "engine/limiter.h"
#include "engine/line.h"
#include "fuzz.h"
#include "protocol/pptp_msg.h"
#include "shared/call_record.h"

#define FD_FIRST	1000	/* ours; the others are the fuzzer's */
#define FD_MAX		64	/* at a time */
#define EVENTS_MAX	512
#define STEPS_MAX	400
#define RX_MAX		4096
#define ALL		0xFFFFFFFFU	/* of what is sent */
#define ROUNDS_MAX	20000	/* of events, until all have ended */
#define SERVER		0x0A000001

/* --- descriptors --------------------------------------------------------- */

enum kind { FD_NONE, FD_TCP, FD_KEEPER, FD_PTY, FD_RECORD };

static struct file {
	enum kind	 kind;
	uint32_t	 client;
	uint32_t	 room;		/* octets that the kernel takes */
	int		 error;		/* of reading and writing, then */
	bool		 eof;
	uint8_t		 rx[RX_MAX];
	size_t		 rx_len;
	struct ipc_msg	 msg;		/* of a keeper */
	bool		 has_msg;
	int		 msg_fd;	/* -1: none */
} files[FD_MAX];

static struct file *
file(int fd)
{
	struct file *f = &files[fd - FD_FIRST];

	MUST(fd >= FD_FIRST && fd < FD_FIRST + FD_MAX && f->kind != FD_NONE);
	return f;
}

static int
file_new(enum kind kind)
{
	for (int i = 0; i < FD_MAX; i++) {
		if (files[i].kind != FD_NONE)
			continue;
		memset(&files[i], 0, sizeof(files[i]));
		files[i].kind = kind;
		files[i].room = ALL;
		files[i].msg_fd = -1;
		return FD_FIRST + i;
	}
	return -1;
}

/* In place of libc's; other descriptors are the fuzzer's own. */
int
close(int fd)
{
	struct file *f;

	if (fd < FD_FIRST)
		return (int)syscall(SYS_close, fd);
	f = file(fd);			/* twice is none of ours */
	f->kind = FD_NONE;
	if (f->msg_fd != -1)
		close(f->msg_fd);
	return 0;
}

static ssize_t
take(struct file *f, void *buf, size_t len)
{
	size_t n = f->rx_len < len ? f->rx_len : len;

	if (n == 0 && f->error == 0 && !f->eof) {
		errno = EAGAIN;
		return -1;
	}
	if (n == 0 && f->error != 0) {
		errno = f->error;
		return -1;
	}
	memcpy(buf, f->rx, n);
	f->rx_len -= n;
	memmove(f->rx, f->rx + n, f->rx_len);
	return (ssize_t)n;
}

static ssize_t
put(struct file *f, size_t len)
{
	if (f->error != 0 || f->room == 0) {
		errno = f->error != 0 ? EPIPE : EAGAIN;
		return -1;
	}
	if (f->room == ALL)
		return (ssize_t)len;
	if (len > f->room)
		len = f->room;
	f->room -= (uint32_t)len;
	return (ssize_t)len;
}

ssize_t
recv(int fd, void *buf, size_t len, int flags)
{
	(void)flags;
	return take(file(fd), buf, len);
}

ssize_t
send(int fd, const void *buf, size_t len, int flags)
{
	(void)flags;
	fuzz_known(buf, len);
	return put(file(fd), len);
}

ssize_t
read(int fd, void *buf, size_t len)
{
	return fd < FD_FIRST ? syscall(SYS_read, fd, buf, len) :
	    take(file(fd), buf, len);
}

ssize_t
write(int fd, const void *buf, size_t len)
{
	return fd < FD_FIRST ? syscall(SYS_write, fd, buf, len) :
	    put(file(fd), len);
}

int
shutdown(int fd, int how)
{
	(void)how;
	(void)file(fd);
	return 0;
}

int
setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	(void)level;
	(void)name;
	(void)value;
	(void)len;
	(void)file(fd);
	return 0;
}

static int
address(struct sockaddr *sa, uint32_t addr)
{
	struct sockaddr_in in = { .sin_family = AF_INET };

	in.sin_addr.s_addr = addr;
	memcpy(sa, &in, sizeof(in));
	return 0;
}

int
getpeername(int fd, struct sockaddr *sa, socklen_t *len)
{
	(void)len;
	return address(sa, file(fd)->client);
}

int
getsockname(int fd, struct sockaddr *sa, socklen_t *len)
{
	(void)len;
	(void)file(fd);
	return address(sa, htonl(SERVER));
}

int
evutil_make_socket_nonblocking(evutil_socket_t fd)
{
	(void)file(fd);
	return 0;
}

/* The same on every run. */
ssize_t
getrandom(void *buf, size_t len, unsigned int flags)
{
	static uint32_t x = 2637;
	uint8_t *p = buf;

	(void)flags;
	for (size_t i = 0; i < len; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		p[i] = (uint8_t)x;
	}
	return (ssize_t)len;
}

/* --- libevent ------------------------------------------------------------ */

static struct watched {
	struct event	*ev;		/* NULL: free */
	int		 fd;
	short		 what;
	event_callback_fn fn;
	void		*arg;
	bool		 added, timed, active;
	uint64_t	 at;		/* us */
} watched[EVENTS_MAX];

static uint64_t now_us = 1000000000;

static struct watched *
find(const struct event *ev)
{
	for (int i = 0; i < EVENTS_MAX; i++) {
		if (watched[i].ev == ev)
			return &watched[i];
	}
	return NULL;
}

int
event_assign(struct event *ev, struct event_base *base, evutil_socket_t fd,
    short what, event_callback_fn fn, void *arg)
{
	struct watched *w = find(ev);

	(void)base;
	MUST(w == NULL || !w->added);
	if (w == NULL)
		w = find(NULL);
	MUST(w != NULL);
	*w = (struct watched){ .ev = ev, .fd = fd, .what = what, .fn = fn,
	    .arg = arg };
	return 0;
}

struct event *
event_new(struct event_base *base, evutil_socket_t fd, short what,
    event_callback_fn fn, void *arg)
{
	struct event *ev = calloc(1, sizeof(*ev));

	MUST(ev != NULL);
	event_assign(ev, base, fd, what, fn, arg);
	return ev;
}

int
event_add(struct event *ev, const struct timeval *tv)
{
	struct watched *w = find(ev);

	MUST(w != NULL);
	if (w->fd != -1)
		(void)file(w->fd);
	w->added = true;
	if (tv != NULL) {
		w->timed = true;
		w->at = now_us + (uint64_t)tv->tv_sec * 1000000 +
		    (uint64_t)tv->tv_usec;
	}
	return 0;
}

int
event_del(struct event *ev)
{
	struct watched *w = find(ev);

	if (w != NULL)
		w->added = w->timed = w->active = false;
	return 0;
}

void
event_active(struct event *ev, int what, short n)
{
	struct watched *w = find(ev);

	(void)what;
	(void)n;
	MUST(w != NULL);
	w->active = true;
}

int
event_pending(const struct event *ev, short what, struct timeval *tv)
{
	struct watched *w = find(ev);

	(void)what;
	(void)tv;
	return w != NULL && w->added;
}

int
event_base_loopbreak(struct event_base *base)
{
	(void)base;
	return 0;
}

static bool
is_ready(const struct watched *w)
{
	const struct file *f;

	if (w->ev == NULL || w->active)
		return w->ev != NULL;
	if (!w->added)
		return false;
	if (w->timed && w->at <= now_us)
		return true;
	if (w->fd == -1)
		return false;
	f = file(w->fd);
	if ((w->what & EV_READ) != 0 && (f->rx_len > 0 || f->error != 0 ||
	    f->eof || f->has_msg))
		return true;
	if ((w->what & EV_CLOSED) != 0 && (f->error != 0 || f->eof))
		return true;
	return (w->what & EV_WRITE) != 0 && (f->room > 0 || f->error != 0);
}

/* --- the ground ---------------------------------------------------------- */

struct engine engine;
static uint16_t at_work;
static SLIST_HEAD(, engine_ended) ended = SLIST_HEAD_INITIALIZER(ended);

uint64_t
engine_now_us(void)
{
	return now_us;
}

uint64_t
engine_now_ms(void)
{
	return now_us / 1000;
}

static struct ipc_msg asked[64];	/* calls that the monitor owes */
static unsigned int nasked;
static bool deaf;

bool
engine_tell(const struct ipc_msg *m, int fd)
{
	if (fd != -1)
		(void)file(fd);
	if (deaf)
		return false;
	if (m->type == IPC_CALL_REQUEST && nasked < 64)
		asked[nasked++] = *m;
	return true;
}

bool
engine_has_files(unsigned int n)
{
	return engine.conns + FILES_CALL * engine.calls + n <= 40;
}

bool
engine_has_room(unsigned int calls)
{
	(void)calls;
	return true;
}

void
engine_news(enum ipc_news what, uint16_t id, enum ctrl_end end)
{
	(void)what;
	(void)id;
	(void)end;
}

void
engine_maybe_done(void)
{
}

void
engine_free_later(struct engine_ended *e, void (*f)(void *), void *what)
{
	e->free = f;
	e->what = what;
	SLIST_INSERT_HEAD(&ended, e, entry);
}

/* The event is over: nothing that is freed is waited for. */
static void
free_ended(void)
{
	struct engine_ended *e;

	while ((e = SLIST_FIRST(&ended)) != NULL) {
		char *from = e->what, *to = from + malloc_usable_size(from);

		SLIST_REMOVE_HEAD(&ended, entry);
		for (int i = 0; i < EVENTS_MAX; i++) {
			char *ev = (char *)watched[i].ev;

			if (ev < from || ev >= to)
				continue;
			MUST(!watched[i].added && !watched[i].active);
			watched[i].ev = NULL;
		}
		e->free(e->what);
	}
}

static void
serve(struct watched *w)
{
	short what = w->what & (EV_READ | EV_WRITE | EV_CLOSED);

	w->active = false;
	if (w->timed && w->at <= now_us) {
		w->timed = false;
		what = EV_TIMEOUT;
	}
	if ((w->what & EV_PERSIST) == 0)
		w->added = false;
	w->fn(w->fd, what, w->arg);
	MUST(at_work == 0);
	free_ended();
}

/* The nth of the events that are ready, if there are so many. */
static bool
serve_one(unsigned int nth)
{
	unsigned int n = 0;

	for (int i = 0; i < EVENTS_MAX; i++)
		n += is_ready(&watched[i]);
	if (n == 0)
		return false;
	nth %= n;
	for (int i = 0; i < EVENTS_MAX; i++) {
		if (is_ready(&watched[i]) && nth-- == 0) {
			serve(&watched[i]);
			break;
		}
	}
	return true;
}

/* --- keepers and GRE ----------------------------------------------------- */

void
ipc_msg_init(struct ipc_msg *m, enum ipc_type type, uint16_t id)
{
	memset(m, 0, sizeof(*m));
	m->type = type;
	m->call_id = id;
}

int
ipc_send(int sock, const struct ipc_msg *m, const int *fds, int n)
{
	(void)m;
	(void)fds;
	(void)n;
	if (sock >= FD_FIRST)
		(void)file(sock);
	return 0;
}

int
ipc_recv(int sock, struct ipc_msg *m, int fds[IPC_FDS_MAX], int *n)
{
	struct file *f = file(sock);

	*n = 0;
	if (!f->has_msg && !f->eof) {
		errno = EAGAIN;
		return -1;
	}
	if (!f->has_msg)
		return 0;
	*m = f->msg;
	f->has_msg = false;
	if (f->msg_fd != -1)
		fds[(*n)++] = f->msg_fd;
	f->msg_fd = -1;
	return 1;
}

void
ipc_close(const int *fds, int *n)
{
	while (*n > 0)
		close(fds[--*n]);
}

void
gre_socket_queue(int fd, const struct gre_packet *p)
{
	(void)fd;
	if (p->payload != NULL)
		fuzz_known(p->payload, p->header.payload_len);
}

void
gre_socket_flush(int fd)
{
	(void)fd;
}

static unsigned int records;

static struct call_record *
record_new(uint16_t id)
{
	struct call_record *rec = calloc(1, sizeof(*rec));

	MUST(rec != NULL);
	rec->our_id = id;
	rec->client_addr = htonl(0xC6336401);
	rec->server_addr = htonl(SERVER);
	records++;
	return rec;
}

struct call_record *
call_record_map(int fd)
{
	return file(fd)->eof ? NULL : record_new(0);
}

void
call_record_unmap(struct call_record *rec)
{
	records -= rec != NULL;
	free(rec);
}

/* --- the input ----------------------------------------------------------- */

/* The nth descriptor of a kind, -1: there is none. */
static int
pick(enum kind kind, unsigned int nth)
{
	unsigned int n = 0;

	for (int i = 0; i < FD_MAX; i++)
		n += files[i].kind == kind;
	if (n == 0)
		return -1;
	nth %= n;
	for (int i = 0; i < FD_MAX; i++) {
		if (files[i].kind == kind && nth-- == 0)
			return FD_FIRST + i;
	}
	return -1;
}

static void
feed(struct file *f, const uint8_t *data, size_t len)
{
	if (len > RX_MAX - f->rx_len)
		len = RX_MAX - f->rx_len;
	memcpy(f->rx + f->rx_len, data, len);
	f->rx_len += len;
}

static void
say(struct file *f, struct fuzz_input *in)
{
	static const uint16_t types[] = { PPTP_SCCRQ, PPTP_OCRQ, PPTP_OCRQ,
	    PPTP_CCRQ, PPTP_STOPCCRQ, PPTP_STOPCCRP, PPTP_ECHORQ, PPTP_ECHORP,
	    PPTP_SLI, PPTP_ICRQ };
	struct pptp_msg m = { 0 };
	uint8_t buf[PPTP_MSG_MAX];
	unsigned int times = 1 + fuzz_u8(in) % 16;
	size_t len;

	m.type = types[fuzz_u8(in) % (sizeof(types) / sizeof(types[0]))];
	if (m.type == PPTP_SCCRQ)
		m.u.start.version = PPTP_VERSION;
	if (m.type == PPTP_OCRQ)
		m.u.ocrq.call_id = fuzz_u8(in);
	len = pptp_msg_encode(buf, sizeof(buf), &m);
	while (times-- > 0)
		feed(f, buf, len);
}

static void
connect_one(struct fuzz_input *in)
{
	int fd = engine.conns < 12 ? file_new(FD_TCP) : -1;

	if (fd == -1)
		return;
	file(fd)->client = htonl(0xC6336401 + fuzz_u8(in) % 3);
	conn_new(fd);
}

/* The monitor answers a request for a call, in some way. */
static void
answer(struct fuzz_input *in)
{
	static const uint8_t results[] = { PPTP_OCRP_CONNECTED,
	    PPTP_OCRP_CONNECTED, PPTP_OCRP_CONNECTED, PPTP_OCRP_BUSY,
	    PPTP_OCRP_ERROR };
	struct ipc_msg m;
	int fds[2], n = 0;
	uint8_t how = fuzz_u8(in);

	if (nasked == 0)
		return;
	ipc_msg_init(&m, IPC_CALL_REPLY, asked[--nasked].call_id);
	m.u.call_reply.result = results[how % sizeof(results)];
	m.u.call_reply.end = (enum ctrl_end)(fuzz_u8(in) % 40);
	if (m.u.call_reply.result == PPTP_OCRP_CONNECTED && how < 200) {
		fds[n] = file_new(FD_KEEPER);
		n += fds[n] != -1;
		if (n == 1)
			fds[n] = file_new(FD_RECORD);
		if (n == 1 && fds[n] != -1)
			file(fds[n++])->eof = how > 190;
	}
	call_reply(&m, fds, n);
}

static void
keeper_says(struct file *f, struct fuzz_input *in)
{
	static const enum ipc_type types[] = { IPC_KEEPER_READY,
	    IPC_KEEPER_READY, IPC_PPPD_EXIT, IPC_PPPD_RESTARTED,
	    IPC_AUTHENTICATED, IPC_TERM, IPC_STALLED, IPC_PING };
	uint8_t how = fuzz_u8(in);

	if (f->has_msg)
		return;
	ipc_msg_init(&f->msg, types[how % 8], 0);
	if (f->msg.type == IPC_PPPD_EXIT)
		f->msg.u.pppd_exit.status = fuzz_u8(in) << 8;
	if (f->msg.type == IPC_KEEPER_READY) {
		f->msg.u.ready.kernel = (how & 0x40) != 0;
		if (!f->msg.u.ready.kernel || how > 250)
			f->msg_fd = file_new(FD_PTY);
	}
	f->has_msg = true;
}

static void
packet(struct fuzz_input *in)
{
	const struct call_record *rec;
	struct gre_packet p = { 0 };
	uint32_t next = 1;
	size_t len;

	for (int i = fuzz_u8(in) % 4; i >= 0; i--) {
		rec = call_next_record(&next);
		if (rec == NULL)
			return;
		p.header.call_id = (uint16_t)(next - 1);
	}
	p.src = htonl(0xC6336401 + fuzz_u8(in) % 3);
	p.dst = htonl(SERVER);
	p.header.has_ack = fuzz_u8(in) & 1;
	p.header.has_seq = true;
	p.header.seq = fuzz_u8(in) < 250 ? fuzz_u8(in) % 32 : fuzz_u32(in);
	len = fuzz_u8(in);
	p.payload = fuzz_bytes(in, &len);
	p.header.payload_len = (uint16_t)len;
	call_receive(&p);
	if (fuzz_u8(in) % 4 != 0)
		line_flush_touched();
	engine_work(0);
}

/* Another engine has left a call. */
static void
adopt(struct fuzz_input *in)
{
	int control = file_new(FD_TCP), keeper = file_new(FD_KEEPER);
	int pty = (fuzz_u8(in) & 1) != 0 ? file_new(FD_PTY) : -1;
	struct call_record *rec = record_new(fuzz_u16(in));
	struct conn *conn = NULL;

	ctrl_init(&rec->ctrl, "198.51.100.1", 10000, engine_now_ms());
	rec->ctrl.state = CTRL_ESTABLISHED;
	rec->ctrl.started = true;
	rec->ctrl.call_state = (fuzz_u8(in) & 1) != 0 ? CTRL_CALL_UP :
	    CTRL_CALL_WAIT_START;
	rec->ctrl.call.our_id = rec->our_id;
	if (control != -1 && keeper != -1 && engine.conns < 12) {
		file(control)->error = fuzz_u8(in) < 40 ? ECONNRESET : 0;
		conn = conn_adopt(control, rec, keeper, pty);
	}
	if (conn != NULL) {
		conn_resume(conn);
		return;
	}
	call_record_unmap(rec);
	if (control != -1)
		close(control);
	if (keeper != -1)
		close(keeper);
	if (pty != -1)
		close(pty);
}

/* All that the engine shows an administrator is read. */
static void
list(void)
{
	const struct call_record *rec;
	uint32_t next = 1;

	while ((rec = call_next_record(&next)) != NULL)
		fuzz_known(rec, sizeof(*rec));
}

/* The call that a keeper is of, or any. */
static void
kick(struct fuzz_input *in)
{
	uint32_t next = 1;

	for (int i = fuzz_u8(in) % 4; i >= 0; i--) {
		if (call_next_record(&next) == NULL)
			return;
	}
	call_kick((uint16_t)(next - 1), CTRL_END_ADMIN);
}

static void
step(struct fuzz_input *in)
{
	static const enum kind kinds[] = { FD_TCP, FD_TCP, FD_KEEPER, FD_PTY };
	uint8_t op = fuzz_u8(in);
	int fd = pick(kinds[op >> 6], fuzz_u8(in));
	size_t len;
	const uint8_t *data;

	switch (op & 0x1F) {
	case 0:
		connect_one(in);
		break;
	case 1: case 2: case 3: case 4:
		fd = pick(FD_TCP, fuzz_u8(in));
		if (fd != -1)
			say(file(fd), in);
		break;
	case 5:
		len = fuzz_u8(in);
		data = fuzz_bytes(in, &len);
		if (fd != -1 && file(fd)->kind != FD_KEEPER)
			feed(file(fd), data, len);
		break;
	case 6:
		if (fd != -1)
			file(fd)->room = fuzz_u8(in) < 128 ? fuzz_u8(in) : ALL;
		break;
	case 7: case 8:
		if (fd != -1 && file(fd)->kind != FD_KEEPER)
			file(fd)->error = file(fd)->kind == FD_PTY ? EIO :
			    ECONNRESET;
		break;
	case 9:
		if (fd != -1)
			file(fd)->eof = true;
		break;
	case 10: case 11: case 12: case 13: case 14: case 15: case 16:
		(void)serve_one(fuzz_u8(in));
		break;
	case 17:
		now_us += (uint64_t)fuzz_u16(in) * (fuzz_u8(in) < 200 ? 100 :
		    10000);
		break;
	case 18: case 19: case 20:
		answer(in);
		break;
	case 21: case 22: case 23:
		fd = pick(FD_KEEPER, fuzz_u8(in));
		if (fd != -1)
			keeper_says(file(fd), in);
		break;
	case 24:
		packet(in);
		break;
	case 25:
		adopt(in);
		break;
	case 26:
		list();
		break;
	case 27:
		kick(in);
		break;
	case 28:
		(void)conn_make_room();
		break;
	case 29:
		deaf = !deaf;
		break;
	case 30:
		if (fuzz_u8(in) < 128)
			conn_drain();
		else
			conn_stop_all(CTRL_END_SHUTDOWN);
		break;
	default:
		while (serve_one(0) && fuzz_u8(in) != 0)
			;
		break;
	}
	MUST(at_work == 0);
	free_ended();
}

/* Whatever has happened: told to stop, all of it ends. */
static void
finish(void)
{
	deaf = false;
	for (int i = 0; i < ROUNDS_MAX && (engine.conns > 0 ||
	    engine.calls > 0); i++) {
		struct fuzz_input none = { NULL, 0 };

		if (i % 64 == 0) {
			conn_stop_all(CTRL_END_SHUTDOWN);
			free_ended();
		}
		for (int k = 0; k < FD_MAX; k++)
			files[k].eof |= files[k].kind == FD_KEEPER;
		while (nasked > 0) {
			answer(&none);
			free_ended();
		}
		if (!serve_one((unsigned int)i))
			now_us += 1000000;
	}
	MUST(engine.conns == 0 && engine.calls == 0);
	MUST(records == 0);
	for (int i = 0; i < FD_MAX; i++)
		MUST(files[i].kind == FD_NONE);
}

static void
begin(void)
{
	static const struct limit_conf conf = { .connections = 64,
	    .max_per_ip = 6, .max_unauth = 16, .max_unauth_per_ip = 8,
	    .connection_rate = 10000, .connection_rate_per_ip = 10000,
	    .call_rate = 10000, .call_rate_per_ip = 10000,
	    .call_timeout = 60, .auth_timeout = 60, .auth_penalty = 1,
	    .message_rate = 20, .log_rate = 100 };

	engine.count = 1;
	engine.stimeout_ms = 10000;
	engine.at_work = &at_work;
	MUST(limiter_configure(&conf));
}

static void
quiet(int priority, const char *line, void *arg)
{
	(void)priority;
	(void)arg;
	MUST(line != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };

	if (limiter_limits == NULL) {
		log_set_sink(quiet, NULL);
		begin();
	}
	now_us += 3600ULL * 1000000;	/* all penalties are over */
	for (int i = 0; i < STEPS_MAX && in.left > 0; i++)
		step(&in);
	finish();
	return 0;
}
