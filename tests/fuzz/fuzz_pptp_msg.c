/* Fuzz target: one PPTP control message. */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/log.h"
#include "fuzz.h"
#include "protocol/pptp_msg.h"

/* What a peer calls itself can be logged: printable, and in bounds. */
static void
check_name(const uint8_t *name)
{
	char buf[4 * PPTP_NAME_LEN + 1];
	const char *p;

	log_escape(buf, sizeof(buf), name, PPTP_NAME_LEN);
	for (p = buf; *p != '\0'; p++)
		MUST(*p >= 0x20 && *p < 0x7f && *p != '"');
	MUST((size_t)(p - buf) < sizeof(buf));
}

/* A decoded message is written the same way as it was read. */
static void
check_message(const uint8_t *data, size_t size, const struct pptp_msg *msg)
{
	struct pptp_msg again;
	uint8_t out[PPTP_MSG_MAX];
	size_t len = pptp_msg_length(msg->type);

	MUST(len >= PPTP_HEADER_LEN && len <= size && size <= PPTP_MSG_MAX);
	MUST(pptp_msg_encode(out, len - 1, msg) == 0);
	MUST(pptp_msg_encode(out, sizeof(out), msg) == len);
	MUST(memcmp(out + 2, data + 2, 8) == 0);	/* type, cookie, type */
	MUST(pptp_msg_decode(out, len, &again) == PPTP_DECODED);
	MUST(memcmp(&again, msg, sizeof(again)) == 0);
	switch (msg->type) {
	case PPTP_SCCRQ:
	case PPTP_SCCRP:
		check_name(msg->u.start.host);
		check_name(msg->u.start.vendor);
		break;
	case PPTP_OCRQ:
		MUST(msg->u.ocrq.phone_len <= PPTP_NAME_LEN);
		check_name(msg->u.ocrq.phone);
		check_name(msg->u.ocrq.subaddress);
		break;
	case PPTP_ICRQ:
		MUST(msg->u.icrq.dialed_len <= PPTP_NAME_LEN);
		MUST(msg->u.icrq.dialing_len <= PPTP_NAME_LEN);
		break;
	default:
		break;
	}
}

static void
check_decode(const uint8_t *data, size_t size)
{
	struct pptp_header h;
	struct pptp_msg msg;

	memset(&msg, 0xa5, sizeof(msg));
	memset(&h, 0, sizeof(h));
	if (size >= PPTP_HEADER_LEN)
		pptp_header_decode(data, &h);
	switch (pptp_msg_decode(data, size, &msg)) {
	case PPTP_DECODED:
		MUST(h.type == msg.type && h.magic == PPTP_MAGIC);
		MUST(h.message_type == PPTP_MESSAGE_CONTROL);
		MUST(h.length == size);
		check_message(data, size, &msg);
		break;
	case PPTP_BAD_MAGIC:
		MUST(size >= PPTP_HEADER_LEN && h.magic != PPTP_MAGIC);
		break;
	case PPTP_BAD_LENGTH:
		MUST(size < PPTP_HEADER_LEN || size > PPTP_MSG_MAX ||
		    h.length != size || size < pptp_msg_length(h.type));
		break;
	case PPTP_UNKNOWN_MESSAGE:
		MUST(h.message_type != PPTP_MESSAGE_CONTROL);
		break;
	case PPTP_UNKNOWN_TYPE:
		MUST(pptp_msg_length(h.type) == 0 && msg.type == h.type);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t start[] = { 0, 0, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d };
	uint8_t fixed[PPTP_MSG_MAX + 1];

	check_decode(data, size);

	/* The same octets with what the type asks for put right. */
	if (size < PPTP_HEADER_LEN || size > sizeof(fixed))
		return 0;
	memcpy(fixed, data, size);
	memcpy(fixed, start, sizeof(start));
	fixed[1] = (uint8_t)size;
	fixed[8] = 0;
	fixed[9] &= 15;
	check_decode(fixed, size);
	return 0;
}
