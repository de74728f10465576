/* PPTP control messages: RFC 2637 section 2, decode and encode. */
/* SPDX-License-Identifier: ISC */
#include "protocol/pptp_msg.h"

#include <string.h>

#include "base/wire.h"

/*
 * Each layout has a get and a put function.  They list the fields in the order
 * of the RFC's section that is named above them, without the 12 octets of the
 * header.
 */
typedef void msg_get(struct wire_reader *, struct pptp_msg *);
typedef void msg_put(struct wire_writer *, const struct pptp_msg *);

/* A number field holds 64 octets, whatever the peer says its length is. */
static uint16_t
clamp_name(uint16_t len)
{
	return len > PPTP_NAME_LEN ? PPTP_NAME_LEN : len;
}

/* 2.1, and 2.2, which has two codes in place of Reserved1 */
static void
get_start(struct wire_reader *r, struct pptp_msg *m)
{
	m->u.start.version = wire_get_u16(r);
	if (m->type == PPTP_SCCRP) {
		m->u.start.result = wire_get_u8(r);
		m->u.start.error = wire_get_u8(r);
	} else
		wire_skip(r, 2);
	m->u.start.framing = wire_get_u32(r);
	m->u.start.bearer = wire_get_u32(r);
	m->u.start.max_channels = wire_get_u16(r);
	m->u.start.firmware = wire_get_u16(r);
	wire_get_bytes(r, m->u.start.host, PPTP_NAME_LEN);
	wire_get_bytes(r, m->u.start.vendor, PPTP_NAME_LEN);
}

static void
put_start(struct wire_writer *w, const struct pptp_msg *m)
{
	wire_put_u16(w, m->u.start.version);
	if (m->type == PPTP_SCCRP) {
		wire_put_u8(w, m->u.start.result);
		wire_put_u8(w, m->u.start.error);
	} else
		wire_put_zero(w, 2);
	wire_put_u32(w, m->u.start.framing);
	wire_put_u32(w, m->u.start.bearer);
	wire_put_u16(w, m->u.start.max_channels);
	wire_put_u16(w, m->u.start.firmware);
	wire_put_bytes(w, m->u.start.host, PPTP_NAME_LEN);
	wire_put_bytes(w, m->u.start.vendor, PPTP_NAME_LEN);
}

/* 2.3 */
static void
get_stop(struct wire_reader *r, struct pptp_msg *m)
{
	m->u.stop.reason = wire_get_u8(r);
}

static void
put_stop(struct wire_writer *w, const struct pptp_msg *m)
{
	wire_put_u8(w, m->u.stop.reason);
	wire_put_zero(w, 3);
}

/* 2.4 */
static void
get_stop_reply(struct wire_reader *r, struct pptp_msg *m)
{
	m->u.stop_reply.result = wire_get_u8(r);
	m->u.stop_reply.error = wire_get_u8(r);
}

static void
put_stop_reply(struct wire_writer *w, const struct pptp_msg *m)
{
	wire_put_u8(w, m->u.stop_reply.result);
	wire_put_u8(w, m->u.stop_reply.error);
	wire_put_zero(w, 2);
}

/* 2.5, 2.6 */
static void
get_echo(struct wire_reader *r, struct pptp_msg *m)
{
	m->u.echo.id = wire_get_u32(r);
	if (m->type == PPTP_ECHORP) {
		m->u.echo.result = wire_get_u8(r);
		m->u.echo.error = wire_get_u8(r);
	}
}

static void
put_echo(struct wire_writer *w, const struct pptp_msg *m)
{
	wire_put_u32(w, m->u.echo.id);
	if (m->type == PPTP_ECHORP) {
		wire_put_u8(w, m->u.echo.result);
		wire_put_u8(w, m->u.echo.error);
		wire_put_zero(w, 2);
	}
}

/* 2.7 */
static void
get_ocrq(struct wire_reader *r, struct pptp_msg *m)
{
	m->u.ocrq.call_id = wire_get_u16(r);
	m->u.ocrq.serial = wire_get_u16(r);
	m->u.ocrq.min_bps = wire_get_u32(r);
	m->u.ocrq.max_bps = wire_get_u32(r);
	m->u.ocrq.bearer = wire_get_u32(r);
	m->u.ocrq.framing = wire_get_u32(r);
	m->u.ocrq.window = wire_get_u16(r);
	m->u.ocrq.delay = wire_get_u16(r);
	m->u.ocrq.phone_len = clamp_name(wire_get_u16(r));
	wire_skip(r, 2);
	wire_get_bytes(r, m->u.ocrq.phone, PPTP_NAME_LEN);
	wire_get_bytes(r, m->u.ocrq.subaddress, PPTP_NAME_LEN);
}

static void
put_ocrq(struct wire_writer *w, const struct pptp_msg *m)
{
	wire_put_u16(w, m->u.ocrq.call_id);
	wire_put_u16(w, m->u.ocrq.serial);
	wire_put_u32(w, m->u.ocrq.min_bps);
	wire_put_u32(w, m->u.ocrq.max_bps);
	wire_put_u32(w, m->u.ocrq.bearer);
	wire_put_u32(w, m->u.ocrq.framing);
	wire_put_u16(w, m->u.ocrq.window);
	wire_put_u16(w, m->u.ocrq.delay);
	wire_put_u16(w, clamp_name(m->u.ocrq.phone_len));
	wire_put_zero(w, 2);
	wire_put_bytes(w, m->u.ocrq.phone, PPTP_NAME_LEN);
	wire_put_bytes(w, m->u.ocrq.subaddress, PPTP_NAME_LEN);
}

/* 2.8 */
static void
get_ocrp(struct wire_reader *r, struct pptp_msg *m)
{
	m->u.ocrp.call_id = wire_get_u16(r);
	m->u.ocrp.peer_call_id = wire_get_u16(r);
	m->u.ocrp.result = wire_get_u8(r);
	m->u.ocrp.error = wire_get_u8(r);
	m->u.ocrp.cause = wire_get_u16(r);
	m->u.ocrp.speed = wire_get_u32(r);
	m->u.ocrp.window = wire_get_u16(r);
	m->u.ocrp.delay = wire_get_u16(r);
	m->u.ocrp.channel = wire_get_u32(r);
}

static void
put_ocrp(struct wire_writer *w, const struct pptp_msg *m)
{
	wire_put_u16(w, m->u.ocrp.call_id);
	wire_put_u16(w, m->u.ocrp.peer_call_id);
	wire_put_u8(w, m->u.ocrp.result);
	wire_put_u8(w, m->u.ocrp.error);
	wire_put_u16(w, m->u.ocrp.cause);
	wire_put_u32(w, m->u.ocrp.speed);
	wire_put_u16(w, m->u.ocrp.window);
	wire_put_u16(w, m->u.ocrp.delay);
	wire_put_u32(w, m->u.ocrp.channel);
}

/* 2.9 */
static void
get_icrq(struct wire_reader *r, struct pptp_msg *m)
{
	m->u.icrq.call_id = wire_get_u16(r);
	m->u.icrq.serial = wire_get_u16(r);
	m->u.icrq.bearer = wire_get_u32(r);
	m->u.icrq.channel = wire_get_u32(r);
	m->u.icrq.dialed_len = clamp_name(wire_get_u16(r));
	m->u.icrq.dialing_len = clamp_name(wire_get_u16(r));
	wire_get_bytes(r, m->u.icrq.dialed, PPTP_NAME_LEN);
	wire_get_bytes(r, m->u.icrq.dialing, PPTP_NAME_LEN);
	wire_get_bytes(r, m->u.icrq.subaddress, PPTP_NAME_LEN);
}

static void
put_icrq(struct wire_writer *w, const struct pptp_msg *m)
{
	wire_put_u16(w, m->u.icrq.call_id);
	wire_put_u16(w, m->u.icrq.serial);
	wire_put_u32(w, m->u.icrq.bearer);
	wire_put_u32(w, m->u.icrq.channel);
	wire_put_u16(w, clamp_name(m->u.icrq.dialed_len));
	wire_put_u16(w, clamp_name(m->u.icrq.dialing_len));
	wire_put_bytes(w, m->u.icrq.dialed, PPTP_NAME_LEN);
	wire_put_bytes(w, m->u.icrq.dialing, PPTP_NAME_LEN);
	wire_put_bytes(w, m->u.icrq.subaddress, PPTP_NAME_LEN);
}

/* 2.10 */
static void
get_icrp(struct wire_reader *r, struct pptp_msg *m)
{
	m->u.icrp.call_id = wire_get_u16(r);
	m->u.icrp.peer_call_id = wire_get_u16(r);
	m->u.icrp.result = wire_get_u8(r);
	m->u.icrp.error = wire_get_u8(r);
	m->u.icrp.window = wire_get_u16(r);
	m->u.icrp.delay = wire_get_u16(r);
}

static void
put_icrp(struct wire_writer *w, const struct pptp_msg *m)
{
	wire_put_u16(w, m->u.icrp.call_id);
	wire_put_u16(w, m->u.icrp.peer_call_id);
	wire_put_u8(w, m->u.icrp.result);
	wire_put_u8(w, m->u.icrp.error);
	wire_put_u16(w, m->u.icrp.window);
	wire_put_u16(w, m->u.icrp.delay);
	wire_put_zero(w, 2);
}

/* 2.11 */
static void
get_iccn(struct wire_reader *r, struct pptp_msg *m)
{
	m->u.iccn.peer_call_id = wire_get_u16(r);
	wire_skip(r, 2);
	m->u.iccn.speed = wire_get_u32(r);
	m->u.iccn.window = wire_get_u16(r);
	m->u.iccn.delay = wire_get_u16(r);
	m->u.iccn.framing = wire_get_u32(r);
}

static void
put_iccn(struct wire_writer *w, const struct pptp_msg *m)
{
	wire_put_u16(w, m->u.iccn.peer_call_id);
	wire_put_zero(w, 2);
	wire_put_u32(w, m->u.iccn.speed);
	wire_put_u16(w, m->u.iccn.window);
	wire_put_u16(w, m->u.iccn.delay);
	wire_put_u32(w, m->u.iccn.framing);
}

/* 2.12 */
static void
get_ccrq(struct wire_reader *r, struct pptp_msg *m)
{
	m->u.ccrq.call_id = wire_get_u16(r);
}

static void
put_ccrq(struct wire_writer *w, const struct pptp_msg *m)
{
	wire_put_u16(w, m->u.ccrq.call_id);
	wire_put_zero(w, 2);
}

/* 2.13 */
static void
get_cdn(struct wire_reader *r, struct pptp_msg *m)
{
	m->u.cdn.call_id = wire_get_u16(r);
	m->u.cdn.result = wire_get_u8(r);
	m->u.cdn.error = wire_get_u8(r);
	m->u.cdn.cause = wire_get_u16(r);
	wire_skip(r, 2);
	wire_get_bytes(r, m->u.cdn.stats, PPTP_STATS_LEN);
}

static void
put_cdn(struct wire_writer *w, const struct pptp_msg *m)
{
	wire_put_u16(w, m->u.cdn.call_id);
	wire_put_u8(w, m->u.cdn.result);
	wire_put_u8(w, m->u.cdn.error);
	wire_put_u16(w, m->u.cdn.cause);
	wire_put_zero(w, 2);
	wire_put_bytes(w, m->u.cdn.stats, PPTP_STATS_LEN);
}

/* 2.14 */
static void
get_wen(struct wire_reader *r, struct pptp_msg *m)
{
	m->u.wen.peer_call_id = wire_get_u16(r);
	wire_skip(r, 2);
	m->u.wen.crc = wire_get_u32(r);
	m->u.wen.framing = wire_get_u32(r);
	m->u.wen.hardware = wire_get_u32(r);
	m->u.wen.buffer = wire_get_u32(r);
	m->u.wen.timeout = wire_get_u32(r);
	m->u.wen.align = wire_get_u32(r);
}

static void
put_wen(struct wire_writer *w, const struct pptp_msg *m)
{
	wire_put_u16(w, m->u.wen.peer_call_id);
	wire_put_zero(w, 2);
	wire_put_u32(w, m->u.wen.crc);
	wire_put_u32(w, m->u.wen.framing);
	wire_put_u32(w, m->u.wen.hardware);
	wire_put_u32(w, m->u.wen.buffer);
	wire_put_u32(w, m->u.wen.timeout);
	wire_put_u32(w, m->u.wen.align);
}

/* 2.15 */
static void
get_sli(struct wire_reader *r, struct pptp_msg *m)
{
	m->u.sli.peer_call_id = wire_get_u16(r);
	wire_skip(r, 2);
	m->u.sli.send_accm = wire_get_u32(r);
	m->u.sli.recv_accm = wire_get_u32(r);
}

static void
put_sli(struct wire_writer *w, const struct pptp_msg *m)
{
	wire_put_u16(w, m->u.sli.peer_call_id);
	wire_put_zero(w, 2);
	wire_put_u32(w, m->u.sli.send_accm);
	wire_put_u32(w, m->u.sli.recv_accm);
}

struct msg_layout {
	const char	*name;
	size_t		 length;	/* header included */
	msg_get		*get;
	msg_put		*put;
};

/* Indexed by Control Message Type (RFC 2637 1.2, lengths from 2.1-2.15). */
static const struct msg_layout layouts[] = {
	[PPTP_SCCRQ] = { "Start-Control-Connection-Request", 156,
	    get_start, put_start },
	[PPTP_SCCRP] = { "Start-Control-Connection-Reply", 156,
	    get_start, put_start },
	[PPTP_STOPCCRQ] = { "Stop-Control-Connection-Request", 16,
	    get_stop, put_stop },
	[PPTP_STOPCCRP] = { "Stop-Control-Connection-Reply", 16,
	    get_stop_reply, put_stop_reply },
	[PPTP_ECHORQ] = { "Echo-Request", 16, get_echo, put_echo },
	[PPTP_ECHORP] = { "Echo-Reply", 20, get_echo, put_echo },
	[PPTP_OCRQ] = { "Outgoing-Call-Request", 168, get_ocrq, put_ocrq },
	[PPTP_OCRP] = { "Outgoing-Call-Reply", 32, get_ocrp, put_ocrp },
	[PPTP_ICRQ] = { "Incoming-Call-Request", 220, get_icrq, put_icrq },
	[PPTP_ICRP] = { "Incoming-Call-Reply", 24, get_icrp, put_icrp },
	[PPTP_ICCN] = { "Incoming-Call-Connected", 28, get_iccn, put_iccn },
	[PPTP_CCRQ] = { "Call-Clear-Request", 16, get_ccrq, put_ccrq },
	[PPTP_CDN] = { "Call-Disconnect-Notify", 148, get_cdn, put_cdn },
	[PPTP_WEN] = { "WAN-Error-Notify", 40, get_wen, put_wen },
	[PPTP_SLI] = { "Set-Link-Info", 24, get_sli, put_sli },
};

static const struct msg_layout *
layout_of(uint16_t type)
{
	if (type >= sizeof(layouts) / sizeof(layouts[0]) ||
	    layouts[type].length == 0)
		return NULL;
	return &layouts[type];
}

size_t
pptp_msg_length(uint16_t type)
{
	const struct msg_layout *layout = layout_of(type);

	return layout != NULL ? layout->length : 0;
}

const char *
pptp_type_name(uint16_t type)
{
	const struct msg_layout *layout = layout_of(type);

	return layout != NULL ? layout->name : "unknown message";
}

void
pptp_header_decode(const uint8_t *buf, struct pptp_header *h)
{
	struct wire_reader r;

	wire_reader_init(&r, buf, PPTP_HEADER_LEN);
	h->length = wire_get_u16(&r);
	h->message_type = wire_get_u16(&r);
	h->magic = wire_get_u32(&r);
	h->type = wire_get_u16(&r);
}

enum pptp_decode
pptp_msg_decode(const uint8_t *buf, size_t len, struct pptp_msg *msg)
{
	const struct msg_layout *layout;
	struct wire_reader r;
	struct pptp_header h;

	memset(msg, 0, sizeof(*msg));
	if (len < PPTP_HEADER_LEN)
		return PPTP_BAD_LENGTH;
	pptp_header_decode(buf, &h);
	msg->type = h.type;
	if (h.magic != PPTP_MAGIC)
		return PPTP_BAD_MAGIC;
	if (len > PPTP_MSG_MAX || h.length != len)
		return PPTP_BAD_LENGTH;
	if (h.message_type != PPTP_MESSAGE_CONTROL)
		return PPTP_UNKNOWN_MESSAGE;
	layout = layout_of(h.type);
	if (layout == NULL)
		return PPTP_UNKNOWN_TYPE;
	if (len < layout->length)
		return PPTP_BAD_LENGTH;

	wire_reader_init(&r, buf, layout->length);
	wire_skip(&r, PPTP_HEADER_LEN);
	layout->get(&r, msg);
	return r.bad ? PPTP_BAD_LENGTH : PPTP_DECODED;
}

size_t
pptp_msg_encode(uint8_t *buf, size_t size, const struct pptp_msg *msg)
{
	const struct msg_layout *layout = layout_of(msg->type);
	struct wire_writer w;

	if (layout == NULL || size < layout->length)
		return 0;
	wire_writer_init(&w, buf, layout->length);
	wire_put_u16(&w, (uint16_t)layout->length);
	wire_put_u16(&w, PPTP_MESSAGE_CONTROL);
	wire_put_u32(&w, PPTP_MAGIC);
	wire_put_u16(&w, msg->type);
	wire_put_zero(&w, 2);			/* Reserved0 */
	layout->put(&w, msg);
	return w.bad ? 0 : w.len;
}
