/* Control connection and its call as state machines: RFC 2637 sections 2, 3. */
/* SPDX-License-Identifier: ISC */
#include "state/ctrl.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/wire.h"
#include "state/ctrl_out.h"

#define ODD_MESSAGES_MAX	64	/* then the peer is no PPTP peer */
#define MANAGEMENT_MAX		3	/* PPTP Message Type 2, point F-6 */

static const char *const state_names[] = {
	[CTRL_IDLE] = "idle",
	[CTRL_ESTABLISHED] = "established",
	[CTRL_WAIT_STOP_REPLY] = "wait_stop_reply",
	[CTRL_CLOSED] = "closed",
};

static const char *const call_state_names[] = {
	[CTRL_CALL_NONE] = "none",
	[CTRL_CALL_WAIT_START] = "wait_start",
	[CTRL_CALL_UP] = "up",
};

static void
set_state(struct ctrl *c, enum ctrl_state to, const char *cause, uint64_t now)
{
	log_debug("CTRL: %s: %s -> %s, %s", c->client, state_names[c->state],
	    state_names[to], cause);
	c->state = to;
	c->state_since = now;
}

static void
set_call_state(struct ctrl *c, enum ctrl_call_state to, const char *cause,
    uint64_t now)
{
	log_debug("CTRL: %s: call %s -> %s, %s", c->client,
	    call_state_names[c->call_state], call_state_names[to], cause);
	c->call_state = to;
	c->call_since = now;
}

/* --- output -------------------------------------------------------------- */

static unsigned int close_now(struct ctrl *, enum ctrl_end, unsigned int,
    const char *, uint64_t);

/*
 * After each message: queued says whether there was room for it.  If the peer
 * leaves too many unread, closes at once.
 */
static unsigned int
said(struct ctrl *c, bool queued, uint64_t now)
{
	if (queued)
		return 0;
	log_warn("CTRL: Client %s does not read our replies, closing (%s)",
	    c->client, ctrl_end_word(CTRL_END_NOT_READING));
	c->out_len = c->out_part = 0;
	return close_now(c, CTRL_END_NOT_READING, CTRL_DO_RESET,
	    "output limit", now);
}

/* --- ends ---------------------------------------------------------------- */

/* Drops the call, if there is one, and sends nothing. */
static unsigned int
drop_call(struct ctrl *c, enum ctrl_end end, const char *cause, uint64_t now)
{
	if (c->end == CTRL_END_NONE)
		c->end = end;
	if (c->call_state == CTRL_CALL_NONE)
		return 0;
	set_call_state(c, CTRL_CALL_NONE, cause, now);
	return CTRL_DO_END;
}

/* Closes the connection and sends nothing.  how: 0, or CTRL_DO_RESET. */
static unsigned int
close_now(struct ctrl *c, enum ctrl_end end, unsigned int how,
    const char *cause, uint64_t now)
{
	unsigned int todo = drop_call(c, end, cause, now);

	set_state(c, CTRL_CLOSED, cause, now);
	return todo | CTRL_DO_CLOSE | how;
}

/* Sends StopCCRQ and waits for the answer (RFC 2637 3.1.2). */
static unsigned int
begin_stop(struct ctrl *c, enum ctrl_end end, const char *cause, uint64_t now)
{
	unsigned int todo;

	todo = said(c, ctrl_put_stop_request(c, ctrl_end_stop_reason(end)), now);
	if (c->state != CTRL_CLOSED)
		set_state(c, CTRL_WAIT_STOP_REPLY, cause, now);
	return todo;
}

/*
 * Ends the call with CDN, and the connection with StopCCRQ.  The StopCCRQ is
 * needed because Linux NAT rewrites the Call ID of the CDN so that the client
 * cannot match it (point C-25); a connection carries one call only.
 */
static unsigned int
end_call(struct ctrl *c, enum ctrl_end end, const char *cause, uint64_t now)
{
	uint8_t result = ctrl_end_cdn_result(end);
	unsigned int todo;

	todo = drop_call(c, end, cause, now);
	todo |= said(c, ctrl_put_cdn(c, result,
	    result == PPTP_CDN_ERROR ? PPTP_ERROR_PAC : PPTP_ERROR_NONE), now);
	if (c->state != CTRL_CLOSED)
		todo |= begin_stop(c, end, cause, now);
	return todo;
}

unsigned int
ctrl_call_ended(struct ctrl *c, enum ctrl_end end, uint64_t now)
{
	if (c->call_state == CTRL_CALL_NONE || c->state == CTRL_CLOSED)
		return 0;
	if (c->call_state == CTRL_CALL_WAIT_START)
		return ctrl_call_failed(c, PPTP_OCRP_ERROR, PPTP_ERROR_PAC,
		    now);
	return end_call(c, end, ctrl_end_text(end), now);
}

unsigned int
ctrl_stop(struct ctrl *c, enum ctrl_end end, uint64_t now)
{
	const char *cause = ctrl_end_text(end);
	unsigned int todo;

	switch (c->state) {
	case CTRL_IDLE:
		return close_now(c, end, 0, cause, now);
	case CTRL_ESTABLISHED:
		if (c->call_state == CTRL_CALL_UP)
			return end_call(c, end, cause, now);
		todo = drop_call(c, end, cause, now);
		return todo | begin_stop(c, end, cause, now);
	case CTRL_WAIT_STOP_REPLY:
	case CTRL_CLOSED:
		break;
	}
	return 0;
}

unsigned int
ctrl_drop(struct ctrl *c, enum ctrl_end end, uint64_t now)
{
	unsigned int todo = ctrl_stop(c, end, now);

	if (c->state != CTRL_CLOSED)
		todo |= close_now(c, end, 0, ctrl_end_text(end), now);
	return todo;
}

unsigned int
ctrl_eof(struct ctrl *c, bool error, uint64_t now)
{
	c->out_len = c->out_part = 0;
	return close_now(c, error ? CTRL_END_RESET : CTRL_END_EOF, 0,
	    error ? "connection failed" : "end of file", now);
}

/* --- input --------------------------------------------------------------- */

/* The peer has sent no SCCRQ where one is due, or octets that make no sense. */
static unsigned int
protocol_error(struct ctrl *c, const char *what, uint64_t now)
{
	log_warn("CTRL: Client %s: %s%s, closing (%s)", c->client, what,
	    c->state == CTRL_IDLE ? " in the first message" : "",
	    ctrl_end_word(CTRL_END_PROTOCOL));
	/* By RST: scanners take a FIN here for the bug of 2003 (point F-15). */
	return close_now(c, CTRL_END_PROTOCOL,
	    c->state == CTRL_IDLE ? CTRL_DO_RESET : 0, what, now);
}

static unsigned int
idle_message(struct ctrl *c, const struct pptp_msg *m, uint64_t now)
{
	unsigned int todo;

	if (m->type != PPTP_SCCRQ)
		return protocol_error(c, pptp_type_name(m->type), now);
	if (m->u.start.version < PPTP_VERSION) {
		log_warn("CTRL: Client %s speaks protocol version 0x%04x, "
		    "older than ours, closing (%s)", c->client,
		    m->u.start.version, ctrl_end_word(CTRL_END_PROTOCOL));
		todo = said(c, ctrl_put_sccrp(c, PPTP_SCCRP_VERSION), now);
		return todo | close_now(c, CTRL_END_PROTOCOL, 0,
		    "protocol version", now);
	}
	if (c->refuse != 0) {
		todo = said(c, ctrl_put_sccrp(c, c->refuse), now);
		return todo | close_now(c, c->refuse_end, 0, "refused", now);
	}
	c->started = true;
	set_state(c, CTRL_ESTABLISHED, "SCCRQ", now);
	c->call_since = now;
	return said(c, ctrl_put_sccrp(c, PPTP_SCCRP_OK), now);
}

static unsigned int
outgoing_call(struct ctrl *c, const struct pptp_msg *m, uint64_t now)
{
	uint16_t peer_id = m->u.ocrq.call_id;

	if (c->call_state != CTRL_CALL_NONE) {
		log_warn("CTRL: Client %s asked for a second call on one "
		    "control connection, refused", c->client);
		if (peer_id == c->call.peer_id)
			return said(c, ctrl_put_ocrp(c, peer_id, PPTP_OCRP_ERROR,
			    PPTP_ERROR_BAD_CALL_ID), now);
		return said(c, ctrl_put_ocrp(c, peer_id, PPTP_OCRP_BUSY,
		    PPTP_ERROR_NONE), now);
	}
	memset(&c->call, 0, sizeof(c->call));
	c->call.peer_id = peer_id;
	c->call.serial = m->u.ocrq.serial;
	/* OCRP must not echo a window of 0: the client might never send. */
	c->call.window = m->u.ocrq.window > 0 ? m->u.ocrq.window :
	    CTRL_WINDOW_USUAL;
	c->call.max_bps = m->u.ocrq.max_bps;
	set_call_state(c, CTRL_CALL_WAIT_START, "OCRQ", now);
	return CTRL_DO_START;
}

static unsigned int
call_clear(struct ctrl *c, const struct pptp_msg *m, uint64_t now)
{
	log_debug("CTRL: Received CALL CLR request (closing call)");
	if (c->call_state == CTRL_CALL_NONE) {
		log_warn("CTRL: Request to close call but call not open");
		return 0;
	}
	if (m->u.ccrq.call_id != c->call.peer_id) {
		log_warn("CTRL: Client %s asked to clear call %u, which it "
		    "does not have", c->client, m->u.ccrq.call_id);
		return 0;
	}
	return end_call(c, CTRL_END_CLEARED, "CCRQ", now);
}

/* Refuses an incoming call: we have no use for a PAC (point C-32). */
static unsigned int
incoming_call(struct ctrl *c, const struct pptp_msg *m, uint64_t now)
{
	return said(c, ctrl_put_icrp(c, m->u.icrq.call_id,
	    PPTP_ICRP_FORBIDDEN), now);
}

static void
echo_reply(struct ctrl *c, const struct pptp_msg *m)
{
	if (!c->echo_wait || m->u.echo.id != c->echo_id) {
		log_warn("CTRL: Unexpected ECHO REPLY packet");
		return;
	}
	c->echo_wait = false;
}

static void
set_link_info(const struct pptp_msg *m)
{
	if (m->u.sli.send_accm == 0xFFFFFFFFU &&
	    m->u.sli.recv_accm == 0xFFFFFFFFU)
		log_debug("CTRL: Got a SET LINK INFO packet with standard "
		    "ACCMs");
	else
		log_debug("CTRL: Ignored a SET LINK INFO packet with real "
		    "ACCMs! (intentional non-compliance with section 2.15 of "
		    "RFC 2637, ACCM is negotiated by PPP LCP asyncmap)");
}

static unsigned int
stop_request(struct ctrl *c, uint64_t now)
{
	unsigned int todo;

	log_debug("CTRL: Received STOP CTRL CONN request (disconnecting)");
	todo = said(c, ctrl_put_stop_reply(c), now);
	if (c->state == CTRL_CLOSED)
		return todo;
	return todo | close_now(c, CTRL_END_STOPPED, 0, "StopCCRQ", now);
}

static unsigned int
established_message(struct ctrl *c, const struct pptp_msg *m, uint64_t now)
{
	switch (m->type) {
	case PPTP_SCCRQ:
		return said(c, ctrl_put_sccrp(c, PPTP_SCCRP_EXISTS), now);
	case PPTP_STOPCCRQ:
		return stop_request(c, now);
	case PPTP_ECHORQ:
		return said(c, ctrl_put_echo_reply(c, m->u.echo.id), now);
	case PPTP_ECHORP:
		echo_reply(c, m);
		return 0;
	case PPTP_OCRQ:
		return outgoing_call(c, m, now);
	case PPTP_CCRQ:
		return call_clear(c, m, now);
	case PPTP_ICRQ:
		return incoming_call(c, m, now);
	case PPTP_SLI:
		set_link_info(m);
		return c->call_state == CTRL_CALL_NONE ? 0 : CTRL_DO_LINKED;
	case PPTP_STOPCCRP:
	case PPTP_CDN:
		log_warn("CTRL: Got a reply to a packet we didn't send");
		return 0;
	default:
		log_debug("CTRL: PPTP Control Message type %u not supported.",
		    m->type);
		return 0;
	}
}

static unsigned int
stopping_message(struct ctrl *c, const struct pptp_msg *m, uint64_t now)
{
	switch (m->type) {
	case PPTP_STOPCCRQ:
		return stop_request(c, now);	/* the two have crossed */
	case PPTP_STOPCCRP:
		return close_now(c, CTRL_END_STOPPED, 0, "StopCCRP", now);
	case PPTP_ECHORQ:
		return said(c, ctrl_put_echo_reply(c, m->u.echo.id), now);
	default:
		return 0;
	}
}

static unsigned int
message(struct ctrl *c, const struct pptp_msg *m, uint64_t now)
{
	log_debug("CTRL: Received PPTP Control Message (type: %u)", m->type);
	switch (c->state) {
	case CTRL_IDLE:
		return idle_message(c, m, now);
	case CTRL_ESTABLISHED:
		return established_message(c, m, now);
	case CTRL_WAIT_STOP_REPLY:
		return stopping_message(c, m, now);
	case CTRL_CLOSED:
		break;
	}
	return 0;
}

/* Skips a whole message of unknown type, but not too many of them. */
static unsigned int
odd_message(struct ctrl *c, enum pptp_decode how, const struct pptp_msg *m,
    uint64_t now)
{
	uint32_t max;

	if (c->state == CTRL_IDLE)
		return protocol_error(c, "unknown message", now);
	max = how == PPTP_UNKNOWN_MESSAGE ? MANAGEMENT_MAX : ODD_MESSAGES_MAX;
	if (c->odd_messages++ == 0)
		log_err("CTRL: PPTP Control Message type %d not supported.",
		    m->type);
	if (c->odd_messages >= max)
		return protocol_error(c, "too many unknown messages", now);
	return 0;
}

unsigned int
ctrl_input(struct ctrl *c, const uint8_t **data, size_t *len, uint64_t now)
{
	struct pptp_msg m;
	enum pptp_decode how;
	size_t msg_len = 0;

	if (c->state == CTRL_CLOSED) {
		*len = 0;
		return 0;
	}
	switch (stream_next(&c->in, data, len, &msg_len)) {
	case STREAM_MORE:
		if (c->partial_since == 0)
			c->partial_since = now;
		return 0;
	case STREAM_BAD_LENGTH:
		return protocol_error(c, "bad message length", now);
	case STREAM_BAD_MAGIC:
		return protocol_error(c, "bad magic cookie", now);
	case STREAM_MESSAGE:
		break;
	}
	c->partial_since = 0;
	c->messages++;
	how = pptp_msg_decode(c->in.buf, msg_len, &m);
	c->last_input = now;
	switch (how) {
	case PPTP_DECODED:
		return message(c, &m, now);
	case PPTP_UNKNOWN_MESSAGE:
	case PPTP_UNKNOWN_TYPE:
		return odd_message(c, how, &m, now);
	case PPTP_BAD_LENGTH:
		return protocol_error(c, "message too short for its type",
		    now);
	case PPTP_BAD_MAGIC:
		break;
	}
	return protocol_error(c, "bad magic cookie", now);
}

/* --- calls --------------------------------------------------------------- */

void
ctrl_call_starting(struct ctrl *c, uint16_t our_id)
{
	assert(c->call_state == CTRL_CALL_WAIT_START && our_id != 0);
	c->call.our_id = our_id;
}

unsigned int
ctrl_call_started(struct ctrl *c, uint64_t now)
{
	if (c->call_state != CTRL_CALL_WAIT_START ||
	    c->state != CTRL_ESTABLISHED)
		return 0;
	set_call_state(c, CTRL_CALL_UP, "pppd runs", now);
	return said(c, ctrl_put_ocrp(c, c->call.peer_id, PPTP_OCRP_CONNECTED,
	    PPTP_ERROR_NONE), now);
}

void
ctrl_call_authenticated(struct ctrl *c)
{
	c->authenticated = true;
}

unsigned int
ctrl_call_failed(struct ctrl *c, uint8_t result, uint8_t error, uint64_t now)
{
	unsigned int todo;

	if (c->call_state != CTRL_CALL_WAIT_START ||
	    c->state != CTRL_ESTABLISHED)
		return 0;
	todo = drop_call(c, CTRL_END_NOT_STARTED, "call refused", now);
	todo |= said(c, ctrl_put_ocrp(c, c->call.peer_id, result, error), now);
	c->end = CTRL_END_NONE;		/* the connection goes on */
	return todo;
}

/* --- time ---------------------------------------------------------------- */

void
ctrl_init(struct ctrl *c, const char *client, uint32_t stimeout_ms,
    uint64_t now)
{
	memset(c, 0, sizeof(*c));
	snprintf(c->client, sizeof(c->client), "%s", client);
	c->stimeout_ms = stimeout_ms;
	c->call_timeout_ms = CTRL_CALL_MS;
	c->opened = c->state_since = c->call_since = c->last_input = now;
	stream_init(&c->in);
}

void
ctrl_refuse(struct ctrl *c, uint8_t result, enum ctrl_end end)
{
	c->refuse = result;
	c->refuse_end = end;
}

static uint64_t
earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* When the call's present step has to be done, in ms. */
static uint64_t
call_deadline(const struct ctrl *c)
{
	uint32_t ms = 0;

	switch (c->call_state) {
	case CTRL_CALL_NONE:
		ms = c->call_timeout_ms;
		break;
	case CTRL_CALL_WAIT_START:
		ms = CTRL_CALL_MS;
		break;
	case CTRL_CALL_UP:
		ms = c->authenticated ? 0 : c->auth_timeout_ms;
		break;
	}
	return ms > 0 ? c->call_since + ms : UINT64_MAX;
}

uint64_t
ctrl_deadline(const struct ctrl *c)
{
	uint64_t t = UINT64_MAX;

	switch (c->state) {
	case CTRL_IDLE:
		return c->state_since + c->stimeout_ms;
	case CTRL_ESTABLISHED:
		t = c->echo_wait ? c->echo_sent + CTRL_ECHO_MS :
		    c->last_input + CTRL_IDLE_MS;
		t = earlier(t, call_deadline(c));
		if (c->partial_since != 0)
			t = earlier(t, c->partial_since + CTRL_PARTIAL_MS);
		break;
	case CTRL_WAIT_STOP_REPLY:
		t = c->state_since + CTRL_STOP_MS;
		break;
	case CTRL_CLOSED:
		t = c->state_since + CTRL_FLUSH_MS;
		break;
	}
	return t;
}

static unsigned int
send_echo(struct ctrl *c, uint64_t now)
{
	c->echo_wait = true;
	c->echo_sent = now;
	return said(c, ctrl_put_echo_request(c, ++c->echo_id), now);
}

static unsigned int
call_timer(struct ctrl *c, uint64_t now)
{
	switch (c->call_state) {
	case CTRL_CALL_NONE:
		c->end = CTRL_END_NO_CALL;
		return begin_stop(c, CTRL_END_NO_CALL, "no call asked for",
		    now);
	case CTRL_CALL_WAIT_START:
		return ctrl_call_failed(c, PPTP_OCRP_TIMEOUT, PPTP_ERROR_NONE,
		    now);
	case CTRL_CALL_UP:
		break;
	}
	return end_call(c, CTRL_END_NO_AUTH, "auth-timeout", now);
}

static unsigned int
established_timer(struct ctrl *c, uint64_t now)
{
	if (c->partial_since != 0 && now >= c->partial_since + CTRL_PARTIAL_MS)
		return protocol_error(c, "message never completed", now);
	if (now >= call_deadline(c))
		return call_timer(c, now);
	if (c->echo_wait) {
		if (now < c->echo_sent + CTRL_ECHO_MS)
			return 0;
		log_info("CTRL: Session timed out, ending call");
		return close_now(c, CTRL_END_ECHO, 0, "no Echo-Reply", now);
	}
	if (now >= c->last_input + CTRL_IDLE_MS)
		return send_echo(c, now);
	return 0;
}

unsigned int
ctrl_timer(struct ctrl *c, uint64_t now)
{
	if (now < ctrl_deadline(c))
		return 0;
	switch (c->state) {
	case CTRL_IDLE:
		log_debug("CTRL: Client %s sent no "
		    "Start-Control-Connection-Request in time", c->client);
		return close_now(c, CTRL_END_NO_SCCRQ, 0, "stimeout", now);
	case CTRL_ESTABLISHED:
		return established_timer(c, now);
	case CTRL_WAIT_STOP_REPLY:
		return close_now(c, c->end, 0, "no StopCCRP", now);
	case CTRL_CLOSED:
		c->out_len = c->out_part = 0;
		return CTRL_DO_CLOSE;
	}
	return 0;
}

/* --- the state of another process ---------------------------------------- */

const char *
ctrl_fault(const struct ctrl *c, uint64_t now)
{
	if (!wire_is_bool(&c->started) || !wire_is_bool(&c->echo_wait) ||
	    !wire_is_bool(&c->authenticated))
		return "its flags make no sense";
	if (c->state != CTRL_ESTABLISHED ||
	    (c->call_state != CTRL_CALL_WAIT_START &&
	    c->call_state != CTRL_CALL_UP) || c->end != CTRL_END_NONE)
		return "no call was up";
	if (memchr(c->client, '\0', sizeof(c->client)) == NULL ||
	    c->call.our_id == 0)
		return "its client makes no sense";
	if (c->state_since > now || c->call_since > now ||
	    c->last_input > now || c->echo_sent > now ||
	    c->partial_since > now)
		return "its times make no sense";
	if (!stream_is_sane(&c->in) || !ctrl_out_is_sane(c))
		return "its messages make no sense";
	return NULL;
}
