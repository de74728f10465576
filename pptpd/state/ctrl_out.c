/* What a control connection says, and what of it is not sent yet. */
/* SPDX-License-Identifier: ISC */
#include "state/ctrl_out.h"

#include <assert.h>
#include <string.h>

#include "base/log.h"
#include "base/wire.h"

/* Poptop's values: clients and scanners have known them since 1999. */
#define SCCRP_MAX_CHANNELS	1
#define SCCRP_FIRMWARE		1
#define SCCRP_HOST		"local"
#define SCCRP_VENDOR		"linux"

/* Poptop's names of the messages that it sends: people search logs for them. */
static const char *
made_name(uint16_t type)
{
	switch (type) {
	case PPTP_SCCRP:
		return "START CTRL CONN RPLY";
	case PPTP_STOPCCRQ:
		return "STOP CTRL REQ";
	case PPTP_STOPCCRP:
		return "STOP CTRL CONN RPLY";
	case PPTP_ECHORQ:
		return "ECHO REQ";
	case PPTP_ECHORP:
		return "ECHO RPLY";
	case PPTP_OCRP:
		return "OUT CALL RPLY";
	case PPTP_CDN:
		return "CALL DISCONNECT RPLY";
	default:
		return pptp_type_name(type);
	}
}

/* Queues a message. */
static bool
put(struct ctrl *c, const struct pptp_msg *m)
{
	size_t n;

	n = pptp_msg_encode(c->out + c->out_len, sizeof(c->out) - c->out_len,
	    m);
	if (n == 0)
		return false;
	c->out_len += n;
	log_debug("CTRL: Made a %s packet", made_name(m->type));
	return true;
}

size_t
ctrl_out_next(const struct ctrl *c, const uint8_t **data)
{
	struct wire_reader r;

	*data = c->out;
	if (c->out_part > 0)
		return c->out_part;
	if (c->out_len == 0)
		return 0;
	wire_reader_init(&r, c->out, c->out_len);
	return wire_get_u16(&r);	/* its Length field */
}

void
ctrl_out_sent(struct ctrl *c, size_t n)
{
	const uint8_t *data;
	size_t first = ctrl_out_next(c, &data);

	assert(n <= first && first <= c->out_len);
	c->out_part = first - n;
	c->out_len -= n;
	memmove(c->out, c->out + n, c->out_len);
}

bool
ctrl_put_sccrp(struct ctrl *c, uint8_t result)
{
	struct pptp_msg m = { .type = PPTP_SCCRP };

	m.u.start.version = PPTP_VERSION;
	m.u.start.result = result;
	if (result == PPTP_SCCRP_ERROR)
		m.u.start.error = PPTP_ERROR_NO_RESOURCE;
	m.u.start.max_channels = SCCRP_MAX_CHANNELS;
	m.u.start.firmware = SCCRP_FIRMWARE;
	memcpy(m.u.start.host, SCCRP_HOST, sizeof(SCCRP_HOST) - 1);
	memcpy(m.u.start.vendor, SCCRP_VENDOR, sizeof(SCCRP_VENDOR) - 1);
	return put(c, &m);
}

bool
ctrl_put_stop_request(struct ctrl *c, uint8_t reason)
{
	struct pptp_msg m = { .type = PPTP_STOPCCRQ };

	m.u.stop.reason = reason;
	return put(c, &m);
}

bool
ctrl_put_stop_reply(struct ctrl *c)
{
	struct pptp_msg m = { .type = PPTP_STOPCCRP };

	m.u.stop_reply.result = PPTP_RESULT_OK;
	return put(c, &m);
}

bool
ctrl_put_echo_reply(struct ctrl *c, uint32_t id)
{
	struct pptp_msg m = { .type = PPTP_ECHORP };

	m.u.echo.id = id;
	m.u.echo.result = PPTP_RESULT_OK;
	return put(c, &m);
}

/* The answer to the OCRQ with call_id peer_id; ours is 0 unless connected. */
bool
ctrl_put_ocrp(struct ctrl *c, uint16_t peer_id, uint8_t result, uint8_t error)
{
	struct pptp_msg m = { .type = PPTP_OCRP };

	m.u.ocrp.peer_call_id = peer_id;
	m.u.ocrp.result = result;
	m.u.ocrp.error = error;
	if (result == PPTP_OCRP_CONNECTED) {
		m.u.ocrp.call_id = c->call.our_id;
		m.u.ocrp.speed = c->call.max_bps;
		m.u.ocrp.window = c->call.window;
		log_debug("CTRL: Set parameters to %u maxbps, %u window size",
		    (unsigned)c->call.max_bps, (unsigned)c->call.window);
	}
	return put(c, &m);
}

bool
ctrl_put_icrp(struct ctrl *c, uint16_t peer_id, uint8_t result)
{
	struct pptp_msg m = { .type = PPTP_ICRP };

	m.u.icrp.peer_call_id = peer_id;
	m.u.icrp.result = result;
	return put(c, &m);
}

bool
ctrl_put_cdn(struct ctrl *c, uint8_t result, uint8_t error)
{
	struct pptp_msg m = { .type = PPTP_CDN };

	m.u.cdn.call_id = c->call.our_id;
	m.u.cdn.result = result;
	m.u.cdn.error = error;
	return put(c, &m);
}

bool
ctrl_put_echo_request(struct ctrl *c, uint32_t id)
{
	struct pptp_msg m = { .type = PPTP_ECHORQ };

	m.u.echo.id = id;
	log_debug("CTRL: Sending ECHO REQ id %u", (unsigned)id);
	return put(c, &m);
}

bool
ctrl_out_is_sane(const struct ctrl *c)
{
	size_t at = c->out_part;

	if (c->out_len > sizeof(c->out) || at > c->out_len)
		return false;
	while (at < c->out_len) {
		struct wire_reader r;
		size_t n;

		wire_reader_init(&r, c->out + at, c->out_len - at);
		n = wire_get_u16(&r);
		if (n < PPTP_HEADER_LEN || n > c->out_len - at)
			return false;
		at += n;
	}
	return true;
}

size_t
ctrl_goodbye(int nth, uint16_t our_id, enum ctrl_end end,
    uint8_t buf[PPTP_MSG_MAX])
{
	struct pptp_msg m = { .type = PPTP_CDN };

	switch (nth) {
	case 0:
		m.u.cdn.call_id = our_id;
		m.u.cdn.result = ctrl_end_cdn_result(end);
		break;
	case 1:
		m.type = PPTP_STOPCCRQ;
		m.u.stop.reason = ctrl_end_stop_reason(end);
		break;
	default:
		return 0;
	}
	return pptp_msg_encode(buf, PPTP_MSG_MAX, &m);
}
