/* PPTP control messages: octets against fields, lengths, and what is bad. */
/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "protocol/pptp_msg.h"
#include "prng.h"
#include "unit.h"

#define SEED 2637

/* One message of each type.  The text above each is tshark 4.0.17's. */

/*
 * Start-Control-Connection-Request (1)
 * Protocol version: 1.0
 * Framing Capabilities: Asynchronous Framing supported (1)
 * Bearer Capabilities: Analog access supported (1)
 * Maximum Channels: 0
 * Firmware Revision: 2600
 * Host Name:
 * Vendor Name: Microsoft Windows NT
 */
static const uint8_t winxp_sccrq[156] = {
	0x00, 0x9c, 0x00, 0x01, 0x1a, 0x2b, 0x3c, 0x4d, 0x00, 0x01, 0x00, 0x00,
	0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01,
	0x00, 0x00, 0x0a, 0x28,
	[92] = 'M', 'i', 'c', 'r', 'o', 's', 'o', 'f', 't', ' ',
	    'W', 'i', 'n', 'd', 'o', 'w', 's', ' ', 'N', 'T',
};

/*
 * Start-Control-Connection-Reply (2)
 * Protocol version: 1.0
 * Result Code: General error (2)
 * Error Code: No-Resource (4)
 * Framing Capabilities: Asynchronous Framing supported (1)
 * Bearer Capabilities: Digital access supported (2)
 * Maximum Channels: 3
 * Firmware Revision: 4
 * Host Name: vpn.example.net
 * Vendor Name: linux
 */
static const uint8_t sccrp[156] = {
	0x00, 0x9c, 0x00, 0x01, 0x1a, 0x2b, 0x3c, 0x4d, 0x00, 0x02, 0x00, 0x00,
	0x01, 0x00, 0x02, 0x04, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02,
	0x00, 0x03, 0x00, 0x04,
	[28] = 'v', 'p', 'n', '.', 'e', 'x', 'a', 'm', 'p', 'l',
	    'e', '.', 'n', 'e', 't',
	[92] = 'l', 'i', 'n', 'u', 'x',
};

/*
 * Stop-Control-Connection-Request (3)
 * Reason: Stop-Local-Shutdown (3)
 */
static const uint8_t stopccrq[16] = {
	0x00, 0x10, 0x00, 0x01, 0x1a, 0x2b, 0x3c, 0x4d, 0x00, 0x03, 0x00, 0x00,
	0x03, 0x00, 0x00, 0x00,
};

/*
 * Stop-Control-Connection-Reply (4)
 * Result Code: General error (2)
 * Error Code: PAC-Error (6)
 */
static const uint8_t stopccrp[16] = {
	0x00, 0x10, 0x00, 0x01, 0x1a, 0x2b, 0x3c, 0x4d, 0x00, 0x04, 0x00, 0x00,
	0x02, 0x06, 0x00, 0x00,
};

/*
 * Echo-Request (5)
 * Identifier: 16909060
 */
static const uint8_t echorq[16] = {
	0x00, 0x10, 0x00, 0x01, 0x1a, 0x2b, 0x3c, 0x4d, 0x00, 0x05, 0x00, 0x00,
	0x01, 0x02, 0x03, 0x04,
};

/*
 * Echo-Reply (6)
 * Identifier: 16909060
 * Result Code: General error (2)
 * Error Code: Not-Connected (1)
 */
static const uint8_t echorp[20] = {
	0x00, 0x14, 0x00, 0x01, 0x1a, 0x2b, 0x3c, 0x4d, 0x00, 0x06, 0x00, 0x00,
	0x01, 0x02, 0x03, 0x04, 0x02, 0x01, 0x00, 0x00,
};

/*
 * Outgoing-Call-Request (7)
 * Call ID: 64234
 * Call Serial Number: 1
 * Minimum BPS: 300
 * Maximum BPS: 100000000
 * Bearer Type: Either access supported (3)
 * Framing Type: Synchronous Framing supported (2)
 * Packet Receive Window Size: 64
 * Packet Processing Delay: 5
 * Phone Number Length: 7
 * Phone Number: 5550100
 * Subaddress: (16 octets of a GUID)
 */
static const uint8_t win10_ocrq[168] = {
	0x00, 0xa8, 0x00, 0x01, 0x1a, 0x2b, 0x3c, 0x4d, 0x00, 0x07, 0x00, 0x00,
	0xfa, 0xea, 0x00, 0x01, 0x00, 0x00, 0x01, 0x2c, 0x05, 0xf5, 0xe1, 0x00,
	0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x02, 0x00, 0x40, 0x00, 0x05,
	0x00, 0x07, 0x00, 0x00,
	[40] = '5', '5', '5', '0', '1', '0', '0',
	[104] = 0x3f, 0x25, 0x04, 0xe0, 0x4f, 0x89, 0x11, 0xd3, 0x9a, 0x0c,
	    0x03, 0x05, 0xe8, 0x2c, 0x33, 0x01,
};

/*
 * Outgoing-Call-Reply (8)
 * Call ID: 6699
 * Peer Call ID: 64234
 * Result Code: Connected (1)
 * Error Code: None (0)
 * Cause Code: 31
 * Connect Speed: 100000000
 * Packet Receive Window Size: 64
 * Packet Processing Delay: 2
 * Physical Channel ID: 16909060
 */
static const uint8_t ocrp[32] = {
	0x00, 0x20, 0x00, 0x01, 0x1a, 0x2b, 0x3c, 0x4d, 0x00, 0x08, 0x00, 0x00,
	0x1a, 0x2b, 0xfa, 0xea, 0x01, 0x00, 0x00, 0x1f, 0x05, 0xf5, 0xe1, 0x00,
	0x00, 0x40, 0x00, 0x02, 0x01, 0x02, 0x03, 0x04,
};

/*
 * Incoming-Call-Request (9)
 * Call ID: 7
 * Call Serial Number: 1
 * Bearer Type: Digital access supported (2)
 * Physical Channel ID: 3
 * Dialed Number Length: 7
 * Dialing Number Length: 11
 * Dialed Number: 5550100
 * Dialing Number: 12125550111
 * Subaddress: ext 7
 */
static const uint8_t icrq[220] = {
	0x00, 0xdc, 0x00, 0x01, 0x1a, 0x2b, 0x3c, 0x4d, 0x00, 0x09, 0x00, 0x00,
	0x00, 0x07, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x03,
	0x00, 0x07, 0x00, 0x0b,
	[28] = '5', '5', '5', '0', '1', '0', '0',
	[92] = '1', '2', '1', '2', '5', '5', '5', '0', '1', '1',
	    '1',
	[156] = 'e', 'x', 't', ' ', '7',
};

/*
 * Incoming-Call-Reply (10)
 * Call ID: 8
 * Peer Call ID: 7
 * Result Code: General error (2)
 * Error Code: No-Resource (4)
 * Packet Receive Window Size: 16
 * Packet Processing Delay: 1
 */
static const uint8_t icrp[24] = {
	0x00, 0x18, 0x00, 0x01, 0x1a, 0x2b, 0x3c, 0x4d, 0x00, 0x0a, 0x00, 0x00,
	0x00, 0x08, 0x00, 0x07, 0x02, 0x04, 0x00, 0x10, 0x00, 0x01, 0x00, 0x00,
};

/*
 * Incoming-Call-Connected (11)
 * Peer Call ID: 8
 * Connect Speed: 64000
 * Packet Receive Window Size: 16
 * Packet Processing Delay: 1
 * Framing Type: Asynchronous Framing supported (1)
 */
static const uint8_t iccn[28] = {
	0x00, 0x1c, 0x00, 0x01, 0x1a, 0x2b, 0x3c, 0x4d, 0x00, 0x0b, 0x00, 0x00,
	0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0xfa, 0x00, 0x00, 0x10, 0x00, 0x01,
	0x00, 0x00, 0x00, 0x01,
};

/*
 * Call-Clear-Request (12)
 * Call ID: 64234
 */
static const uint8_t ccrq[16] = {
	0x00, 0x10, 0x00, 0x01, 0x1a, 0x2b, 0x3c, 0x4d, 0x00, 0x0c, 0x00, 0x00,
	0xfa, 0xea, 0x00, 0x00,
};

/*
 * Call-Disconnect-Notify (13)
 * Call ID: 6699
 * Result Code: Request (4)
 * Error Code: Bad-Call ID (5)
 * Cause Code: 16
 * Call Statistics: CRC errors 1\r\nbytes 2048\r\n
 */
static const uint8_t cdn[148] = {
	0x00, 0x94, 0x00, 0x01, 0x1a, 0x2b, 0x3c, 0x4d, 0x00, 0x0d, 0x00, 0x00,
	0x1a, 0x2b, 0x04, 0x05, 0x00, 0x10, 0x00, 0x00,
	[20] = 0x43, 0x52, 0x43, 0x20, 0x65, 0x72, 0x72, 0x6f, 0x72, 0x73,
	    0x20, 0x31, 0x0d, 0x0a, 0x62, 0x79, 0x74, 0x65, 0x73, 0x20,
	    0x32, 0x30, 0x34, 0x38, 0x0d, 0x0a,
};

/*
 * WAN-Error-Notify (14)
 * Peer Call ID: 7
 * CRC Errors: 1
 * Framing Errors: 2
 * Hardware overruns: 3
 * Buffer overruns: 4
 * Time-out Errors: 5
 * Alignment Errors: 6
 */
static const uint8_t wen[40] = {
	0x00, 0x28, 0x00, 0x01, 0x1a, 0x2b, 0x3c, 0x4d, 0x00, 0x0e, 0x00, 0x00,
	0x00, 0x07, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02,
	0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x05,
	0x00, 0x00, 0x00, 0x06,
};

/*
 * Set-Link-Info (15)
 * Peer Call ID: 6699
 * Send ACCM: 0xffffffff
 * Receive ACCM: 0x000a0000
 */
static const uint8_t sli[24] = {
	0x00, 0x18, 0x00, 0x01, 0x1a, 0x2b, 0x3c, 0x4d, 0x00, 0x0f, 0x00, 0x00,
	0x1a, 0x2b, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0x00, 0x0a, 0x00, 0x00,
};

static const struct sample {
	const char	*name;
	const uint8_t	*wire;
	size_t		 len;
	struct pptp_msg	 msg;
} samples[] = {
	{ "Start-Control-Connection-Request", winxp_sccrq, sizeof(winxp_sccrq),
	    { .type = PPTP_SCCRQ, .u.start = { .version = 0x0100, .framing = 1,
		.bearer = 1, .firmware = 2600,
		.vendor = "Microsoft Windows NT" } } },
	{ "Start-Control-Connection-Reply", sccrp, sizeof(sccrp),
	    { .type = PPTP_SCCRP, .u.start = { .version = 0x0100,
		.result = PPTP_SCCRP_ERROR, .error = PPTP_ERROR_NO_RESOURCE,
		.framing = 1, .bearer = 2, .max_channels = 3, .firmware = 4,
		.host = "vpn.example.net", .vendor = "linux" } } },
	{ "Stop-Control-Connection-Request", stopccrq, sizeof(stopccrq),
	    { .type = PPTP_STOPCCRQ, .u.stop = {
		.reason = PPTP_STOP_SHUTDOWN } } },
	{ "Stop-Control-Connection-Reply", stopccrp, sizeof(stopccrp),
	    { .type = PPTP_STOPCCRP, .u.stop_reply = {
		.result = PPTP_RESULT_ERROR, .error = PPTP_ERROR_PAC } } },
	{ "Echo-Request", echorq, sizeof(echorq),
	    { .type = PPTP_ECHORQ, .u.echo = { .id = 16909060 } } },
	{ "Echo-Reply", echorp, sizeof(echorp),
	    { .type = PPTP_ECHORP, .u.echo = { .id = 16909060,
		.result = PPTP_RESULT_ERROR,
		.error = PPTP_ERROR_NOT_CONNECTED } } },
	{ "Outgoing-Call-Request", win10_ocrq, sizeof(win10_ocrq),
	    { .type = PPTP_OCRQ, .u.ocrq = { .call_id = 64234, .serial = 1,
		.min_bps = 300, .max_bps = 100000000, .bearer = 3,
		.framing = 2, .window = 64, .delay = 5, .phone_len = 7,
		.phone = "5550100",
		.subaddress = { 0x3f, 0x25, 0x04, 0xe0, 0x4f, 0x89, 0x11,
		    0xd3, 0x9a, 0x0c, 0x03, 0x05, 0xe8, 0x2c, 0x33,
		    0x01 } } } },
	{ "Outgoing-Call-Reply", ocrp, sizeof(ocrp),
	    { .type = PPTP_OCRP, .u.ocrp = { .call_id = 6699,
		.peer_call_id = 64234, .result = PPTP_OCRP_CONNECTED,
		.cause = 31, .speed = 100000000, .window = 64, .delay = 2,
		.channel = 16909060 } } },
	{ "Incoming-Call-Request", icrq, sizeof(icrq),
	    { .type = PPTP_ICRQ, .u.icrq = { .call_id = 7, .serial = 1,
		.bearer = 2, .channel = 3, .dialed_len = 7, .dialing_len = 11,
		.dialed = "5550100", .dialing = "12125550111",
		.subaddress = "ext 7" } } },
	{ "Incoming-Call-Reply", icrp, sizeof(icrp),
	    { .type = PPTP_ICRP, .u.icrp = { .call_id = 8, .peer_call_id = 7,
		.result = PPTP_ICRP_ERROR, .error = PPTP_ERROR_NO_RESOURCE,
		.window = 16, .delay = 1 } } },
	{ "Incoming-Call-Connected", iccn, sizeof(iccn),
	    { .type = PPTP_ICCN, .u.iccn = { .peer_call_id = 8,
		.speed = 64000, .window = 16, .delay = 1, .framing = 1 } } },
	{ "Call-Clear-Request", ccrq, sizeof(ccrq),
	    { .type = PPTP_CCRQ, .u.ccrq = { .call_id = 64234 } } },
	{ "Call-Disconnect-Notify", cdn, sizeof(cdn),
	    { .type = PPTP_CDN, .u.cdn = { .call_id = 6699,
		.result = PPTP_CDN_REQUEST, .error = PPTP_ERROR_BAD_CALL_ID,
		.cause = 16,
		.stats = "CRC errors 1\r\nbytes 2048\r\n" } } },
	{ "WAN-Error-Notify", wen, sizeof(wen),
	    { .type = PPTP_WEN, .u.wen = { .peer_call_id = 7, .crc = 1,
		.framing = 2, .hardware = 3, .buffer = 4, .timeout = 5,
		.align = 6 } } },
	{ "Set-Link-Info", sli, sizeof(sli),
	    { .type = PPTP_SLI, .u.sli = { .peer_call_id = 6699,
		.send_accm = 0xffffffff, .recv_accm = 0x000a0000 } } },
};

#define NSAMPLES ((int)(sizeof(samples) / sizeof(samples[0])))

/* Reserved octets of each type, the header's two excepted (RFC 2637 2). */
static const struct reserved {
	uint16_t type;
	size_t	 from, to;
} reserved[] = {
	{ PPTP_SCCRQ, 14, 16 }, { PPTP_STOPCCRQ, 13, 16 },
	{ PPTP_STOPCCRP, 14, 16 }, { PPTP_ECHORP, 18, 20 },
	{ PPTP_OCRQ, 38, 40 }, { PPTP_ICRP, 22, 24 }, { PPTP_ICCN, 14, 16 },
	{ PPTP_CCRQ, 14, 16 }, { PPTP_CDN, 18, 20 }, { PPTP_WEN, 14, 16 },
	{ PPTP_SLI, 14, 16 },
};

#define NRESERVED (sizeof(reserved) / sizeof(reserved[0]))

static void
fill_random(uint8_t *p, size_t n)
{
	while (n-- > 0)
		*p++ = (uint8_t)(prng() >> 11);
}

static void
put16(uint8_t *p, unsigned int v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* A correct header of a message of len octets over what is in buf. */
static void
put_header(uint8_t *buf, size_t len, uint16_t type)
{
	static const uint8_t magic[] = { 0x1a, 0x2b, 0x3c, 0x4d };

	put16(buf, (unsigned int)len);
	put16(buf + 2, 1);
	memcpy(buf + 4, magic, sizeof(magic));
	put16(buf + 8, type);
	put16(buf + 10, 0);
}

/*
 * Decodes from memory that ends with the message, so that AddressSanitizer
 * and valgrind see a read of one octet too many.
 */
static enum pptp_decode
decode_exact(const uint8_t *buf, size_t len, struct pptp_msg *msg)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	enum pptp_decode result;

	ck_assert_ptr_nonnull(copy);
	if (len > 0)
		memcpy(copy, buf, len);
	result = pptp_msg_decode(copy, len, msg);
	free(copy);
	return result;
}

START_TEST(sample_encodes)
{
	const struct sample *s = &samples[_i];
	uint8_t buf[PPTP_MSG_MAX];
	size_t len;

	memset(buf, 0xa5, sizeof(buf));
	len = pptp_msg_encode(buf, sizeof(buf), &s->msg);
	ck_assert_uint_eq(len, s->len);
	ck_assert_mem_eq(buf, s->wire, len);
}
END_TEST

START_TEST(sample_decodes)
{
	const struct sample *s = &samples[_i];
	struct pptp_msg msg;

	memset(&msg, 0xa5, sizeof(msg));
	ck_assert_int_eq(decode_exact(s->wire, s->len, &msg), PPTP_DECODED);
	ck_assert_mem_eq(&msg, &s->msg, sizeof(msg));
}
END_TEST

START_TEST(sample_has_its_name_and_length)
{
	const struct sample *s = &samples[_i];

	ck_assert_uint_eq(s->msg.type, _i + 1);
	ck_assert_uint_eq(pptp_msg_length(s->msg.type), s->len);
	ck_assert_str_eq(pptp_type_name(s->msg.type), s->name);
}
END_TEST

START_TEST(header_of_sample)
{
	const struct sample *s = &samples[_i];
	struct pptp_header h;

	pptp_header_decode(s->wire, &h);
	ck_assert_uint_eq(h.length, s->len);
	ck_assert_uint_eq(h.message_type, PPTP_MESSAGE_CONTROL);
	ck_assert_uint_eq(h.magic, PPTP_MAGIC);
	ck_assert_uint_eq(h.type, _i + 1);
}
END_TEST

/* F-3, F-4, F-5: too short is bad, a tail is ignored, 220 is the end. */
START_TEST(every_length)
{
	const struct sample *s = &samples[_i];
	uint8_t buf[PPTP_MSG_MAX + 1];
	struct pptp_msg msg;
	enum pptp_decode result;
	size_t len;

	for (len = 0; len <= sizeof(buf); len++) {
		memset(buf, 0xa5, sizeof(buf));
		memcpy(buf, s->wire, s->len);
		put16(buf, (unsigned int)len);
		result = decode_exact(buf, len, &msg);
		if (len < s->len || len > PPTP_MSG_MAX) {
			ck_assert_int_eq(result, PPTP_BAD_LENGTH);
			continue;
		}
		ck_assert_int_eq(result, PPTP_DECODED);
		ck_assert_mem_eq(&msg, &s->msg, sizeof(msg));
	}
}
END_TEST

/* The caller's length and the Length field must be the same. */
START_TEST(length_field_is_compared)
{
	static const uint16_t lengths[] = { 0, 1, 2, 7, 8, 9, 10, 11, 12, 155,
		157, 219, 220, 221, 1500, 32767, 32768, 65535 };
	struct pptp_msg msg;
	uint8_t buf[sizeof(winxp_sccrq)];
	size_t i;

	memcpy(buf, winxp_sccrq, sizeof(buf));
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		put16(buf, lengths[i]);
		ck_assert_int_eq(decode_exact(buf, sizeof(buf), &msg),
		    PPTP_BAD_LENGTH);
	}
}
END_TEST

/* F-1: every wrong bit of the cookie, before anything else is believed. */
START_TEST(bad_magic)
{
	uint8_t buf[sizeof(win10_ocrq)];
	struct pptp_msg msg;
	int bit;

	for (bit = 0; bit < 32; bit++) {
		memcpy(buf, win10_ocrq, sizeof(buf));
		buf[4 + bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert_int_eq(decode_exact(buf, sizeof(buf), &msg),
		    PPTP_BAD_MAGIC);
		put16(buf, 0);
		put16(buf + 2, 2);
		put16(buf + 8, 99);
		ck_assert_int_eq(decode_exact(buf, sizeof(buf), &msg),
		    PPTP_BAD_MAGIC);
	}
}
END_TEST

/* F-6 */
START_TEST(management_message_is_not_control)
{
	static const uint16_t types[] = { 0, 2, 3, 256, 65535 };
	uint8_t buf[sizeof(echorq)];
	struct pptp_msg msg;
	size_t i;

	memcpy(buf, echorq, sizeof(buf));
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		put16(buf + 2, types[i]);
		ck_assert_int_eq(decode_exact(buf, sizeof(buf), &msg),
		    PPTP_UNKNOWN_MESSAGE);
	}
}
END_TEST

/* F-3: 10 and 11 octets hold a type, but are no message. */
START_TEST(shorter_than_a_header)
{
	uint8_t buf[PPTP_HEADER_LEN];
	struct pptp_msg msg;
	uint16_t type;
	size_t len;

	for (len = 0; len < PPTP_HEADER_LEN; len++) {
		for (type = 0; type < 20; type++) {
			put_header(buf, len, type);
			ck_assert_int_eq(decode_exact(buf, len, &msg),
			    PPTP_BAD_LENGTH);
			put16(buf + 2, 2);
			ck_assert_int_eq(decode_exact(buf, len, &msg),
			    PPTP_BAD_LENGTH);
		}
	}
}
END_TEST

/* F-7: all 65521 of them, at the shortest and the longest length. */
START_TEST(unknown_type)
{
	uint8_t buf[PPTP_MSG_MAX] = { 0 };
	struct pptp_msg msg;
	unsigned int type;

	for (type = 0; type <= 0xffff; type++) {
		if (type >= PPTP_SCCRQ && type <= PPTP_SLI)
			continue;
		put_header(buf, PPTP_HEADER_LEN, (uint16_t)type);
		ck_assert_int_eq(pptp_msg_decode(buf, PPTP_HEADER_LEN, &msg),
		    PPTP_UNKNOWN_TYPE);
		ck_assert_uint_eq(msg.type, type);
		put_header(buf, PPTP_MSG_MAX, (uint16_t)type);
		ck_assert_int_eq(pptp_msg_decode(buf, PPTP_MSG_MAX, &msg),
		    PPTP_UNKNOWN_TYPE);
		ck_assert_uint_eq(pptp_msg_length((uint16_t)type), 0);
		ck_assert_uint_eq(pptp_msg_encode(buf, sizeof(buf), &msg), 0);
		ck_assert_ptr_nonnull(pptp_type_name((uint16_t)type));
	}
}
END_TEST

/* F-8, F-9: reserved octets are ignored when read and zero when written. */
START_TEST(random_body_comes_back)
{
	const struct sample *s = &samples[_i];
	uint8_t body[PPTP_MSG_MAX], out[PPTP_MSG_MAX];
	struct pptp_msg msg, again;
	size_t i;
	int round;

	prng_state = SEED + (uint32_t)_i;
	for (round = 0; round < 500; round++) {
		fill_random(body, s->len);
		put_header(body, s->len, s->msg.type);
		fill_random(body + 10, 2);
		if (s->msg.type == PPTP_OCRQ)
			put16(body + 36, prng() % (PPTP_NAME_LEN + 1));
		if (s->msg.type == PPTP_ICRQ) {
			put16(body + 24, prng() % (PPTP_NAME_LEN + 1));
			put16(body + 26, prng() % (PPTP_NAME_LEN + 1));
		}
		ck_assert_int_eq(decode_exact(body, s->len, &msg),
		    PPTP_DECODED);
		ck_assert_uint_eq(pptp_msg_encode(out, sizeof(out), &msg),
		    s->len);
		ck_assert_int_eq(decode_exact(out, s->len, &again),
		    PPTP_DECODED);
		ck_assert_mem_eq(&msg, &again, sizeof(msg));

		put16(body + 10, 0);
		for (i = 0; i < NRESERVED; i++) {
			if (reserved[i].type == s->msg.type)
				memset(body + reserved[i].from, 0,
				    reserved[i].to - reserved[i].from);
		}
		ck_assert_mem_eq(body, out, s->len);
	}
}
END_TEST

/* No room: nothing is written, not even a part. */
START_TEST(encode_needs_room)
{
	const struct sample *s = &samples[_i];
	uint8_t buf[PPTP_MSG_MAX], before[PPTP_MSG_MAX];
	size_t size;

	memset(buf, 0xa5, sizeof(buf));
	memcpy(before, buf, sizeof(buf));
	for (size = 0; size < s->len; size++) {
		ck_assert_uint_eq(pptp_msg_encode(buf, size, &s->msg), 0);
		ck_assert_mem_eq(buf, before, sizeof(buf));
	}
	ck_assert_uint_eq(pptp_msg_encode(buf, s->len, &s->msg), s->len);
	ck_assert_mem_eq(buf + s->len, before + s->len,
	    sizeof(buf) - s->len);
}
END_TEST

/* C-9: a number is never longer than its field. */
START_TEST(number_length_is_clamped)
{
	static const uint16_t lengths[] = { 64, 65, 255, 256, 32768, 65535 };
	uint8_t buf[PPTP_MSG_MAX];
	struct pptp_msg msg;
	size_t i;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		memcpy(buf, win10_ocrq, sizeof(win10_ocrq));
		put16(buf + 36, lengths[i]);
		ck_assert_int_eq(decode_exact(buf, sizeof(win10_ocrq), &msg),
		    PPTP_DECODED);
		ck_assert_uint_eq(msg.u.ocrq.phone_len, PPTP_NAME_LEN);
		msg.u.ocrq.phone_len = lengths[i];
		ck_assert_uint_eq(pptp_msg_encode(buf, sizeof(buf), &msg),
		    sizeof(win10_ocrq));
		ck_assert_uint_eq(buf[36] << 8 | buf[37], PPTP_NAME_LEN);

		memcpy(buf, icrq, sizeof(icrq));
		put16(buf + 24, lengths[i]);
		put16(buf + 26, lengths[i]);
		ck_assert_int_eq(decode_exact(buf, sizeof(icrq), &msg),
		    PPTP_DECODED);
		ck_assert_uint_eq(msg.u.icrq.dialed_len, PPTP_NAME_LEN);
		ck_assert_uint_eq(msg.u.icrq.dialing_len, PPTP_NAME_LEN);
	}
}
END_TEST

/* What a scanner or a lost HTTP or TLS client sends. */
START_TEST(strangers)
{
	static const uint8_t http[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	static const uint8_t tls[] = { 0x16, 0x03, 0x01, 0x02, 0x00, 0x01,
		0x00, 0x01, 0xfc, 0x03, 0x03, 0x5c };
	struct pptp_msg msg;
	struct pptp_header h;

	pptp_header_decode(http, &h);
	ck_assert_uint_eq(h.length, 18245);
	ck_assert_int_eq(decode_exact(http, sizeof(http) - 1, &msg),
	    PPTP_BAD_MAGIC);
	pptp_header_decode(tls, &h);
	ck_assert_uint_eq(h.length, 5635);
	ck_assert_int_eq(decode_exact(tls, sizeof(tls), &msg),
	    PPTP_BAD_MAGIC);
}
END_TEST

START_TEST(random_octets)
{
	uint8_t buf[PPTP_MSG_MAX + 64];
	struct pptp_msg msg;
	enum pptp_decode result;
	size_t len;
	uint16_t type;
	int round;

	prng_state = SEED;
	for (round = 0; round < 20000; round++) {
		len = prng() % sizeof(buf);
		type = (uint16_t)(prng() % 20);
		fill_random(buf, sizeof(buf));
		if (round % 4 != 0)
			put_header(buf, len, type);
		result = decode_exact(buf, len, &msg);
		if (result != PPTP_DECODED)
			continue;
		ck_assert_uint_eq(msg.type, type);
		ck_assert_uint_ge(len, pptp_msg_length(type));
		ck_assert_uint_le(len, PPTP_MSG_MAX);
	}
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_loop_test(tc, sample_encodes, 0, NSAMPLES);
	tcase_add_loop_test(tc, sample_decodes, 0, NSAMPLES);
	tcase_add_loop_test(tc, sample_has_its_name_and_length, 0, NSAMPLES);
	tcase_add_loop_test(tc, header_of_sample, 0, NSAMPLES);
	tcase_add_loop_test(tc, every_length, 0, NSAMPLES);
	tcase_add_loop_test(tc, random_body_comes_back, 0, NSAMPLES);
	tcase_add_loop_test(tc, encode_needs_room, 0, NSAMPLES);
	tcase_add_test(tc, length_field_is_compared);
	tcase_add_test(tc, shorter_than_a_header);
	tcase_add_test(tc, bad_magic);
	tcase_add_test(tc, management_message_is_not_control);
	tcase_add_test(tc, unknown_type);
	tcase_add_test(tc, number_length_is_clamped);
	tcase_add_test(tc, strangers);
	tcase_add_test(tc, random_octets);
}

int
main(void)
{
	return unit_main("pptp_msg", tests);
}
