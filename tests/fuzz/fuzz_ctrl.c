/*
 * Fuzz target: a control connection's whole life.  The input is a schedule:
 * octets and messages from the client, time that passes, what becomes of
 * pppd, what the client reads.  Two connections live it, one of which gets its
 * octets one by one: they must not differ.
 */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/log.h"
#include "fuzz.h"
#include "state/ctrl_out.h"

#define HELD_MAX	4096	/* octets behind a call's request */
#define TIMERS_MAX	16	/* of one instant */
#define CALL_ID		0x1234

enum op {
	OP_OCTETS,
	OP_MESSAGE,
	OP_TIME,
	OP_DEADLINE,
	OP_STARTED,
	OP_FAILED,
	OP_ENDED,
	OP_STOP,
	OP_EOF,
	OP_READ,
	OP_AUTHENTICATED,
	OP_DROP,
	OPS
};

/* A connection as conn.c has it. */
struct side {
	struct ctrl	 ctrl;
	size_t		 step;		/* octets at a time */
	bool		 live;		/* a call was started and not ended */
	bool		 gone;		/* it is closed */
	bool		 reset;
	size_t		 sent;		/* octets that the client has read */
	uint32_t	 hash;		/* ... and what they were */
	uint8_t		 held[HELD_MAX];
	size_t		 held_len;
};

static struct side whole, pieces;
static uint64_t now;

/* Only whole messages that a server sends, each as long as its type says. */
static void
check_out(const struct ctrl *c)
{
	size_t at = c->out_part;
	struct pptp_header h;
	struct pptp_msg m;

	MUST(c->out_len <= sizeof(c->out) && c->out_part <= c->out_len);
	fuzz_known(c->out, c->out_len);
	while (at < c->out_len) {
		MUST(c->out_len - at >= PPTP_HEADER_LEN);
		pptp_header_decode(c->out + at, &h);
		MUST(h.length == pptp_msg_length(h.type));
		MUST(h.length <= c->out_len - at);
		MUST(pptp_msg_decode(c->out + at, h.length, &m) ==
		    PPTP_DECODED);
		MUST(m.type == PPTP_SCCRP || m.type == PPTP_STOPCCRQ ||
		    m.type == PPTP_STOPCCRP || m.type == PPTP_ECHORQ ||
		    m.type == PPTP_ECHORP || m.type == PPTP_OCRP ||
		    m.type == PPTP_ICRP || m.type == PPTP_CDN);
		at += h.length;
	}
}

static void
check_state(const struct side *s)
{
	const struct ctrl *c = &s->ctrl;

	MUST(c->state <= CTRL_CLOSED && c->call_state <= CTRL_CALL_UP);
	MUST(s->live == (c->call_state != CTRL_CALL_NONE));
	MUST(c->state == CTRL_ESTABLISHED || c->call_state == CTRL_CALL_NONE);
	MUST(c->state == CTRL_IDLE || c->state == CTRL_CLOSED || c->started);
	MUST(ctrl_deadline(c) != UINT64_MAX);
	MUST(c->in.have <= sizeof(c->in.buf));
	MUST(strcmp(ctrl_end_text(c->end), "unknown reason") != 0);
	check_out(c);
}

/* The client reads up to n octets. */
static void
client_reads(struct side *s, size_t n)
{
	const uint8_t *data;
	size_t len;

	while (n > 0 && (len = ctrl_out_next(&s->ctrl, &data)) > 0) {
		if (len > n)
			len = n;
		MUST(data == s->ctrl.out && len <= s->ctrl.out_len);
		for (size_t i = 0; i < len; i++)
			s->hash = (s->hash ^ data[i]) * 16777619U;
		ctrl_out_sent(&s->ctrl, len);
		s->sent += len;
		n -= len;
	}
}

/* What conn.c does with an answer; the order is its own. */
static void
act(struct side *s, unsigned int todo)
{
	const uint8_t *data;

	MUST((todo & ~(unsigned int)(CTRL_DO_START | CTRL_DO_END |
	    CTRL_DO_CLOSE | CTRL_DO_RESET | CTRL_DO_LINKED)) == 0);
	if ((todo & CTRL_DO_END) != 0) {
		MUST(s->live && s->ctrl.call_state == CTRL_CALL_NONE);
		s->live = false;
	} else if (s->live && s->ctrl.call_state == CTRL_CALL_NONE)
		MUST(!"a call has ended and nobody is told");
	if ((todo & CTRL_DO_START) != 0) {
		MUST(!s->live && s->ctrl.state == CTRL_ESTABLISHED);
		MUST(s->ctrl.call_state == CTRL_CALL_WAIT_START);
		s->live = true;
		ctrl_call_starting(&s->ctrl, CALL_ID);
	}
	if ((todo & CTRL_DO_CLOSE) != 0) {
		MUST(s->ctrl.state == CTRL_CLOSED && !s->live);
		s->reset = (todo & CTRL_DO_RESET) != 0;
		s->gone = s->reset || ctrl_out_next(&s->ctrl, &data) == 0;
	}
	check_state(s);
}

/* Octets from the client, held while a call is being started. */
static void
take(struct side *s, const uint8_t *data, size_t len)
{
	while (len > 0 && !s->gone) {
		const uint8_t *p = data;
		size_t n = len < s->step ? len : s->step, left = n;
		uint16_t out_len = s->ctrl.out_len;
		unsigned int todo;

		if (s->ctrl.call_state == CTRL_CALL_WAIT_START) {
			if (len > sizeof(s->held) - s->held_len)
				len = sizeof(s->held) - s->held_len;
			memcpy(s->held + s->held_len, data, len);
			s->held_len += len;
			return;
		}
		todo = ctrl_input(&s->ctrl, &p, &left, now);
		MUST(left < n && p <= data + n);
		MUST(p == data + (n - left) || s->ctrl.state == CTRL_CLOSED);
		data += n - left;
		len -= n - left;
		if (todo != 0 || s->ctrl.out_len != out_len)
			act(s, todo);
	}
}

static void
release(struct side *s)
{
	uint8_t data[HELD_MAX];
	size_t len = s->held_len;

	if (len == 0 || s->ctrl.call_state == CTRL_CALL_WAIT_START)
		return;
	memcpy(data, s->held, len);
	s->held_len = 0;
	take(s, data, len);
}

/* Until nothing is due any more; that must come soon. */
static void
timers(struct side *s)
{
	int n = 0;

	while (!s->gone && ctrl_deadline(&s->ctrl) <= now) {
		MUST(n++ < TIMERS_MAX);
		if (s->ctrl.state == CTRL_CLOSED) {
			act(s, ctrl_timer(&s->ctrl, now));
			MUST(s->gone);
		} else
			act(s, ctrl_timer(&s->ctrl, now));
	}
	if (!s->gone) {
		struct ctrl before = s->ctrl;

		MUST(ctrl_timer(&s->ctrl, now) == 0);
		MUST(before.state == s->ctrl.state &&
		    before.out_len == s->ctrl.out_len);
	}
}

/* A message with fields that make sense more often than octets would. */
static size_t
make_message(struct fuzz_input *in, uint8_t buf[PPTP_MSG_MAX])
{
	struct pptp_msg m;
	uint8_t how;

	memset(&m, 0, sizeof(m));
	m.type = fuzz_u8(in) % 17;
	how = fuzz_u8(in);
	switch (m.type) {
	case PPTP_SCCRQ:
		m.u.start.version = how == 1 ? 0x00ff : PPTP_VERSION;
		break;
	case PPTP_STOPCCRQ:
		m.u.stop.reason = how;
		break;
	case PPTP_ECHORQ:
	case PPTP_ECHORP:
		m.u.echo.id = how;
		m.u.echo.result = 1;
		break;
	case PPTP_OCRQ:
		m.u.ocrq.call_id = how;
		m.u.ocrq.window = fuzz_u16(in);
		m.u.ocrq.phone_len = how;
		break;
	case PPTP_CCRQ:
		m.u.ccrq.call_id = how;
		break;
	case PPTP_ICRQ:
		m.u.icrq.call_id = how;
		break;
	default:
		break;
	}
	return pptp_msg_encode(buf, PPTP_MSG_MAX, &m);
}

static void
both(void (*f)(struct side *, size_t), size_t arg)
{
	f(&whole, arg);
	f(&pieces, arg);
}

static void
do_started(struct side *s, size_t arg)
{
	(void)arg;
	act(s, ctrl_call_started(&s->ctrl, now));
	release(s);
}

static void
do_failed(struct side *s, size_t arg)
{
	act(s, ctrl_call_failed(&s->ctrl, (uint8_t)(arg % 6 + 2),
	    (uint8_t)(arg % 8), now));
	release(s);
}

/* Reasons up to the last one that ctrl.h has. */
static enum ctrl_end
some_end(size_t arg)
{
	return (enum ctrl_end)(arg % CTRL_END_LOST + 1);
}

static void
do_ended(struct side *s, size_t arg)
{
	act(s, ctrl_call_ended(&s->ctrl, some_end(arg), now));
	release(s);
}

static void
do_stop(struct side *s, size_t arg)
{
	act(s, ctrl_stop(&s->ctrl, some_end(arg), now));
}

static void
do_drop(struct side *s, size_t arg)
{
	act(s, ctrl_drop(&s->ctrl, some_end(arg), now));
	MUST(s->ctrl.state == CTRL_CLOSED);
}

static void
do_eof(struct side *s, size_t arg)
{
	act(s, ctrl_eof(&s->ctrl, arg % 2 == 1, now));
	MUST(s->gone);
}

static void
do_read(struct side *s, size_t arg)
{
	client_reads(s, arg);
	check_state(s);
	if (s->ctrl.state == CTRL_CLOSED && s->ctrl.out_len == 0)
		s->gone = true;
}

static void
do_authenticated(struct side *s, size_t arg)
{
	(void)arg;
	if (s->ctrl.call_state == CTRL_CALL_UP)
		ctrl_call_authenticated(&s->ctrl);
}

static void
do_timers(struct side *s, size_t arg)
{
	(void)arg;
	timers(s);
	release(s);
}

static void
feed(const uint8_t *data, size_t len)
{
	take(&whole, data, len);
	take(&pieces, data, len);
}

static void
compare(void)
{
	const struct ctrl *a = &whole.ctrl, *b = &pieces.ctrl;

	MUST(whole.gone == pieces.gone && whole.reset == pieces.reset);
	MUST(whole.live == pieces.live && whole.sent == pieces.sent);
	MUST(whole.hash == pieces.hash);
	MUST(a->state == b->state && a->call_state == b->call_state);
	MUST(a->end == b->end && a->echo_wait == b->echo_wait);
	MUST(a->odd_messages == b->odd_messages && a->in.have == b->in.have);
	MUST(a->out_len == b->out_len && a->out_part == b->out_part);
	MUST(memcmp(a->out, b->out, a->out_len) == 0);
	MUST(whole.gone || ctrl_deadline(a) == ctrl_deadline(b));
}

static void
step(struct fuzz_input *in)
{
	uint8_t op = fuzz_u8(in), arg, buf[PPTP_MSG_MAX];
	const uint8_t *data;
	size_t len;

	switch ((enum op)(op % OPS)) {
	case OP_OCTETS:
		len = fuzz_u8(in);
		data = fuzz_bytes(in, &len);
		feed(data, len);
		break;
	case OP_MESSAGE:
		len = make_message(in, buf);
		feed(buf, len);
		break;
	case OP_TIME:
		now += fuzz_u16(in);
		both(do_timers, 0);
		break;
	case OP_DEADLINE:
		if (ctrl_deadline(&whole.ctrl) > now)
			now = ctrl_deadline(&whole.ctrl);
		both(do_timers, 0);
		break;
	case OP_STARTED:
		both(do_started, 0);
		break;
	case OP_FAILED:
		both(do_failed, fuzz_u8(in));
		break;
	case OP_ENDED:
		both(do_ended, fuzz_u8(in));
		break;
	case OP_STOP:
		both(do_stop, fuzz_u8(in));
		break;
	case OP_DROP:
		both(do_drop, fuzz_u8(in));
		break;
	case OP_EOF:
		both(do_eof, fuzz_u8(in));
		break;
	case OP_READ:
		arg = fuzz_u8(in);
		both(do_read, arg == 255 ? CTRL_OUT_MAX : arg);
		break;
	case OP_AUTHENTICATED:
		both(do_authenticated, 0);
		break;
	case OPS:
		break;
	}
	compare();
}

static void
begin(struct side *s, size_t octets, uint8_t flags)
{
	memset(s, 0, sizeof(*s));
	s->step = octets;
	ctrl_init(&s->ctrl, "192.0.2.1", 10000, now);
	if ((flags & 1) != 0)
		s->ctrl.auth_timeout_ms = 60000;
	if ((flags & 2) != 0)
		ctrl_refuse(&s->ctrl, PPTP_SCCRP_ERROR, CTRL_END_PER_IP);
}

/* Log lines end where they begin to be of interest. */
static void
sink(int priority, const char *line, void *arg)
{
	(void)priority;
	(void)arg;
	MUST(strlen(line) < LOG_LINE_MAX);
	for (; *line != '\0'; line++)
		MUST((uint8_t)*line >= 0x20 && *line != 0x7f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	uint8_t flags = fuzz_u8(&in);

	log_set_sink(sink, NULL);
	log_set_debug((flags & 4) != 0);
	now = 1000;
	begin(&whole, HELD_MAX, flags);
	begin(&pieces, 1, flags);
	while (in.left > 0 && !whole.gone)
		step(&in);
	if (!whole.gone) {		/* nothing is left behind */
		both(do_drop, CTRL_END_SHUTDOWN);
		both(do_eof, 0);
	}
	compare();
	MUST(!whole.live && !pieces.live);
	return 0;
}
