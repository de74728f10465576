/*
 * Fuzz target: connections and their calls, with the kernel, the monitor and
 * the event loop played by the input.  It says what clients send, how much of our
 * octets the kernel takes, when a connection fails, what monitor, keepers and
 * pppds do, and in which order events are served.  Everything must end, and
 * nothing may be left behind or be used when it is gone.
 */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../unit/fake_world.h"
#include "base/log.h"
#include "engine/call.h"
#include "engine/conn.h"
#include "engine/limiter.h"
#include "engine/line.h"
#include "fuzz.h"
#include "protocol/pptp_msg.h"
#include "shared/call_record.h"

#define STEPS_MAX	400
#define ROUNDS_MAX	20000	/* of events, until all have ended */

/* --- the input ----------------------------------------------------------- */

static void
say(struct world_file *f, struct fuzz_input *in)
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
		world_feed(f, buf, len);
}

static void
connect_one(struct fuzz_input *in)
{
	int fd = engine.conns < 12 ? world_open(WORLD_TCP) : -1;

	if (fd == -1)
		return;
	world_file(fd)->client = htonl(WORLD_CLIENT + fuzz_u8(in) % 3);
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
	struct ipc_fds fds = { .n = 0 };
	int keeper, record = -1;
	uint8_t how = fuzz_u8(in);

	if (world.nasked == 0)
		return;
	ipc_msg_init(&m, IPC_CALL_REPLY, world.asked[--world.nasked].call_id);
	m.u.call_reply.result = results[how % sizeof(results)];
	m.u.call_reply.end = (enum ctrl_end)(fuzz_u8(in) % 40);
	if (m.u.call_reply.result == PPTP_OCRP_CONNECTED && how < 200) {
		keeper = world_open(WORLD_KEEPER);
		if (keeper != -1) {
			fds.fd[fds.n++] = keeper;
			record = world_open(WORLD_RECORD);
		}
		if (record != -1) {
			world_file(record)->eof = how > 190;
			fds.fd[fds.n++] = record;
		}
	}
	call_reply(&m, &fds);
	ipc_fds_close(&fds);
}

static void
keeper_says(struct world_file *f, struct fuzz_input *in)
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
			f->msg_fd = world_open(WORLD_PTY);
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
	p.src = htonl(WORLD_CLIENT + fuzz_u8(in) % 3);
	p.dst = htonl(WORLD_SERVER);
	p.at = engine_now_us();
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
	int control = world_open(WORLD_TCP), keeper = world_open(WORLD_KEEPER);
	int pty = (fuzz_u8(in) & 1) != 0 ? world_open(WORLD_PTY) : -1;
	struct call_record *rec = world_record(fuzz_u16(in));
	struct conn *conn = NULL;

	ctrl_init(&rec->ctrl, "198.51.100.1", 10000, engine_now_ms());
	rec->ctrl.state = CTRL_ESTABLISHED;
	rec->ctrl.started = true;
	rec->ctrl.call_state = (fuzz_u8(in) & 1) != 0 ? CTRL_CALL_UP :
	    CTRL_CALL_WAIT_START;
	rec->ctrl.call.our_id = rec->our_id;
	if (control != -1 && keeper != -1 && engine.conns < 12) {
		world_file(control)->error = fuzz_u8(in) < 40 ? ECONNRESET : 0;
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
	static const enum world_kind kinds[] = { WORLD_TCP, WORLD_TCP,
	    WORLD_KEEPER, WORLD_PTY };
	uint8_t op = fuzz_u8(in);
	int fd = world_pick(kinds[op >> 6], fuzz_u8(in));
	size_t len;
	const uint8_t *data;

	switch (op & 0x1F) {
	case 0:
		connect_one(in);
		break;
	case 1: case 2: case 3: case 4:
		fd = world_pick(WORLD_TCP, fuzz_u8(in));
		if (fd != -1)
			say(world_file(fd), in);
		break;
	case 5:
		len = fuzz_u8(in);
		data = fuzz_bytes(in, &len);
		if (fd != -1 && world_file(fd)->kind != WORLD_KEEPER)
			world_feed(world_file(fd), data, len);
		break;
	case 6:
		if (fd != -1)
			world_file(fd)->room = fuzz_u8(in) < 128 ? fuzz_u8(in) : WORLD_ALL;
		break;
	case 7: case 8:
		if (fd != -1 && world_file(fd)->kind != WORLD_KEEPER)
			world_file(fd)->error = world_file(fd)->kind == WORLD_PTY ? EIO :
			    ECONNRESET;
		break;
	case 9:
		if (fd != -1)
			world_file(fd)->eof = true;
		break;
	case 10: case 11: case 12: case 13: case 14: case 15: case 16:
		(void)world_serve_one(fuzz_u8(in));
		break;
	case 17:
		fake_loop.now_us += (uint64_t)fuzz_u16(in) * (fuzz_u8(in) < 200 ? 100 :
		    10000);
		break;
	case 18: case 19: case 20:
		answer(in);
		break;
	case 21: case 22: case 23:
		fd = world_pick(WORLD_KEEPER, fuzz_u8(in));
		if (fd != -1)
			keeper_says(world_file(fd), in);
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
		world.deaf = !world.deaf;
		break;
	case 30:
		if (fuzz_u8(in) < 128)
			conn_drain();
		else
			conn_stop_all(CTRL_END_SHUTDOWN);
		break;
	default:
		while (world_serve_one(0) && fuzz_u8(in) != 0)
			;
		break;
	}
	MUST(*engine.at_work == 0);
	world_event_over();
}

/* Whatever has happened: told to stop, all of it ends. */
static void
finish(void)
{
	world.deaf = false;
	for (int i = 0; i < ROUNDS_MAX && (engine.conns > 0 ||
	    engine.calls > 0); i++) {
		struct fuzz_input none = { NULL, 0 };

		if (i % 64 == 0) {
			conn_stop_all(CTRL_END_SHUTDOWN);
			world_event_over();
		}
		for (unsigned int k = world_count(WORLD_KEEPER); k-- > 0; )
			world_file(world_pick(WORLD_KEEPER, k))->eof = true;
		while (world.nasked > 0) {
			answer(&none);
			world_event_over();
		}
		if (!world_serve_one((unsigned int)i))
			fake_loop.now_us += 1000000;
	}
	MUST(engine.conns == 0 && engine.calls == 0);
	MUST(world.records == 0);
	MUST(world_count(WORLD_NONE) == WORLD_MAX);
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

	world_init();
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
	fake_loop.now_us += 3600ULL * 1000000;	/* all penalties are over */
	for (int i = 0; i < STEPS_MAX && in.left > 0; i++)
		step(&in);
	finish();
	return 0;
}
