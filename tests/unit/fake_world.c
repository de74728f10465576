/* All that an engine's calls and connections live in, played by a program. */
/* SPDX-License-Identifier: ISC */
#include "fake_world.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../fuzz/fuzz.h"
#include "base/queue.h"
#include "engine/gre_socket.h"
#include "engine/trace.h"
#include "shared/call_record.h"

#define SERVE_MAX	10000	/* events in a row: more make no end */

/* --- descriptors --------------------------------------------------------- */

static struct world_file world_files[WORLD_MAX];

struct world_file *
world_file(int fd)
{
	struct world_file *f = &world_files[fd - WORLD_FIRST];

	MUST(fd >= WORLD_FIRST && fd < WORLD_FIRST + WORLD_MAX &&
	    f->kind != WORLD_NONE);
	return f;
}

int
world_open(enum world_kind kind)
{
	for (int i = 0; i < WORLD_MAX; i++) {
		if (world_files[i].kind != WORLD_NONE)
			continue;
		memset(&world_files[i], 0, sizeof(world_files[i]));
		world_files[i].kind = kind;
		world_files[i].room = WORLD_ALL;
		world_files[i].msg_fd = -1;
		return WORLD_FIRST + i;
	}
	return -1;
}

bool
world_is_open(int fd)
{
	return world_files[fd - WORLD_FIRST].kind != WORLD_NONE;
}

unsigned int
world_count(enum world_kind kind)
{
	unsigned int n = 0;

	for (int i = 0; i < WORLD_MAX; i++)
		n += world_files[i].kind == kind;
	return n;
}

int
world_pick(enum world_kind kind, unsigned int nth)
{
	unsigned int n = world_count(kind);

	if (n == 0)
		return -1;
	nth %= n;
	for (int i = 0; i < WORLD_MAX; i++) {
		if (world_files[i].kind == kind && nth-- == 0)
			return WORLD_FIRST + i;
	}
	return -1;
}

void
world_feed(struct world_file *f, const uint8_t *data, size_t len)
{
	if (len > WORLD_RX_MAX - f->rx_len)
		len = WORLD_RX_MAX - f->rx_len;
	memcpy(f->rx + f->rx_len, data, len);
	f->rx_len += len;
}

/* In place of libc's; other descriptors are the program's own. */
int
close(int fd)
{
	struct world_file *f;

	if (fd < WORLD_FIRST)
		return (int)syscall(SYS_close, fd);
	f = world_file(fd);			/* twice is none of ours */
	f->kind = WORLD_NONE;
	if (f->msg_fd != -1)
		close(f->msg_fd);
	return 0;
}

static ssize_t
take(struct world_file *f, void *buf, size_t len)
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
put(struct world_file *f, const void *buf, size_t len)
{
	size_t keep;

	if (f->error != 0 || f->room == 0) {
		errno = f->error != 0 ? EPIPE : EAGAIN;
		return -1;
	}
	if (f->room != WORLD_ALL) {
		if (len > f->room)
			len = f->room;
		f->room -= (uint32_t)len;
	}
	keep = len < WORLD_TX_MAX - f->tx_len ? len : WORLD_TX_MAX - f->tx_len;
	memcpy(f->tx + f->tx_len, buf, keep);
	f->tx_len += keep;
	return (ssize_t)len;
}

ssize_t
recv(int fd, void *buf, size_t len, int flags)
{
	(void)flags;
	return take(world_file(fd), buf, len);
}

ssize_t
send(int fd, const void *buf, size_t len, int flags)
{
	(void)flags;
	fuzz_known(buf, len);
	return put(world_file(fd), buf, len);
}

ssize_t
read(int fd, void *buf, size_t len)
{
	return fd < WORLD_FIRST ? syscall(SYS_read, fd, buf, len) :
	    take(world_file(fd), buf, len);
}

/* What read(2) becomes with _FORTIFY_SOURCE, glibc 2.41 and clang. */
ssize_t	__read_chk(int fd, void *buf, size_t len, size_t room);

ssize_t
__read_chk(int fd, void *buf, size_t len, size_t room)
{
	assert(len <= room);
	return read(fd, buf, len);
}

ssize_t
write(int fd, const void *buf, size_t len)
{
	return fd < WORLD_FIRST ? syscall(SYS_write, fd, buf, len) :
	    put(world_file(fd), buf, len);
}

int
shutdown(int fd, int how)
{
	(void)how;
	world_file(fd)->shut = true;
	return 0;
}

int
setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	(void)value;
	(void)len;
	if (level == SOL_SOCKET && name == SO_LINGER)
		world_file(fd)->resets = true;
	else
		(void)world_file(fd);
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
	return address(sa, world_file(fd)->client);
}

int
getsockname(int fd, struct sockaddr *sa, socklen_t *len)
{
	(void)len;
	(void)world_file(fd);
	return address(sa, htonl(WORLD_SERVER));
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

/* --- what is ready ------------------------------------------------------- */

static bool
is_ready(int fd, int what)
{
	const struct world_file *f = world_file(fd);

	if ((what & LOOP_READ) != 0 && (f->rx_len > 0 || f->error != 0 ||
	    f->eof || f->has_msg))
		return true;
	if ((what & LOOP_CLOSED) != 0 && (f->error != 0 || f->eof))
		return true;
	return (what & LOOP_WRITE) != 0 && (f->room > 0 || f->error != 0);
}

/* --- the ground ---------------------------------------------------------- */

struct engine engine;
struct world world = { .files_max = 40 };
static uint16_t at_work;
static SLIST_HEAD(, engine_ended) ended = SLIST_HEAD_INITIALIZER(ended);

uint64_t
engine_now_us(void)
{
	world.clock_reads++;
	return fake_loop.now_us;
}

uint64_t
engine_now_ms(void)
{
	return fake_loop.now_us / 1000;
}

bool
engine_tell(const struct ipc_msg *m, int fd)
{
	if (fd != -1)
		(void)world_file(fd);
	if (world.deaf)
		return false;
	world.told = *m;
	if (m->type == IPC_CALL_REQUEST && world.nasked < WORLD_ASKED_MAX)
		world.asked[world.nasked++] = *m;
	return true;
}

bool
engine_has_files(unsigned int n)
{
	return engine.conns + FILES_CALL * engine.calls + n <=
	    world.files_max;
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
	(void)id;
	(void)end;
	if (world.nnews < WORLD_NEWS_MAX)
		world.news[world.nnews++] = what;
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
void
world_event_over(void)
{
	struct engine_ended *e;

	while ((e = SLIST_FIRST(&ended)) != NULL) {
		SLIST_REMOVE_HEAD(&ended, entry);
		fake_loop_forget(e->what, malloc_usable_size(e->what));
		e->free(e->what);
	}
}

bool
world_serve_one(unsigned int nth)
{
	if (!fake_loop_serve_one(nth))
		return false;
	MUST(at_work == 0);
	world_event_over();
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
	if (sock >= WORLD_FIRST) {
		(void)world_file(sock);
		world.hangups += m->type == IPC_HANGUP;
		world.hangups_pty += m->type == IPC_HANGUP &&
		    world_count(WORLD_PTY) > 0;
		return 0;
	}
	if (world.deaf) {
		errno = EPIPE;
		return -1;
	}
	for (int i = 0; i < n; i++)
		(void)world_file(fds[i]);
	world.told = *m;
	world.given += m->type == IPC_CALL_GIVE;
	return 0;
}

int
ipc_recv(int sock, struct ipc_msg *m, struct ipc_fds *fds)
{
	struct world_file *f = world_file(sock);

	fds->n = 0;
	if (!f->has_msg && !f->eof) {
		errno = EAGAIN;
		return -1;
	}
	if (!f->has_msg)
		return 0;
	*m = f->msg;
	f->has_msg = false;
	if (f->msg_fd != -1)
		fds->fd[fds->n++] = f->msg_fd;
	f->msg_fd = -1;
	return 1;
}

int
ipc_fds_take(struct ipc_fds *fds, int i)
{
	int fd;

	if (i >= fds->n)
		return -1;
	fd = fds->fd[i];
	fds->fd[i] = -1;
	return fd;
}

void
ipc_fds_close(struct ipc_fds *fds)
{
	for (int i = 0; i < fds->n; i++) {
		if (fds->fd[i] != -1)
			close(fds->fd[i]);
	}
	fds->n = 0;
}

void
gre_socket_queue(int fd, const struct gre_packet *p)
{
	(void)fd;
	if (p->payload != NULL)
		fuzz_known(p->payload, p->header.payload_len);
	if (world.ngre < WORLD_GRE_MAX)
		world.gre[world.ngre++] = p->header;
}

void
gre_socket_flush(int fd)
{
	(void)fd;
}

struct call_record *
world_record(uint16_t id)
{
	struct call_record *rec = calloc(1, sizeof(*rec));

	MUST(rec != NULL);
	rec->our_id = id;
	rec->client_addr = htonl(WORLD_CLIENT);
	rec->server_addr = htonl(WORLD_SERVER);
	world.records++;
	return rec;
}

struct call_record *
call_record_map(int fd)
{
	return world_file(fd)->eof ? NULL : world_record(0);
}

void
call_record_unmap(struct call_record *rec)
{
	world.records -= rec != NULL;
	free(rec);
}

/* --- traces -------------------------------------------------------------- */

struct trace {
	struct trace **place[2];
};

static struct trace only_trace;

struct trace *
trace_begin(int fd, const struct call_record *rec, int control,
    uint32_t seconds, uint32_t packets)
{
	(void)fd;
	(void)rec;
	(void)control;
	if (world.tracing || seconds == 0 || packets == 0)
		return NULL;
	world.tracing = true;
	memset(&only_trace, 0, sizeof(only_trace));
	return &only_trace;
}

void
trace_refuse(int fd, const char *code, const char *text)
{
	(void)code;
	(void)text;
	MUST(close(fd) == 0);
}

void
trace_attach(struct trace *t, struct trace **place)
{
	int i = t->place[0] == NULL ? 0 : 1;

	MUST(t == &only_trace && t->place[i] == NULL && *place == NULL);
	t->place[i] = place;
	*place = t;
}

void
trace_detach(struct trace **place)
{
	struct trace *t = *place;

	if (t == NULL)
		return;
	MUST(t == &only_trace && world.tracing);
	MUST(t->place[0] == place || t->place[1] == place);
	*place = NULL;
	t->place[t->place[0] == place ? 0 : 1] = NULL;
	world.tracing = t->place[0] != NULL || t->place[1] != NULL;
}

void
trace_packet(struct trace *t, enum trace_what what, enum trace_way way,
    uint32_t client, const uint8_t *head, size_t head_len,
    const uint8_t *data, size_t len)
{
	(void)client;
	(void)head;
	(void)data;
	MUST(t == &only_trace && world.tracing && head_len + len > 0);
	world.traced[what][way]++;
}

/* --- for the program ----------------------------------------------------- */

void
world_serve(void)
{
	unsigned int n = 0;

	while (world_serve_one(0))
		MUST(++n < SERVE_MAX);
}

void
world_pass(uint64_t ms)
{
	fake_loop.now_us += ms * 1000;
	world_serve();
}

void
world_init(void)
{
	fake_loop_init();
	fake_loop.is_ready = is_ready;
	engine.count = 1;
	engine.stimeout_ms = 10000;
	engine.at_work = &at_work;
}
