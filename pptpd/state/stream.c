/* Puts the octets of a control connection, split anywhere, into messages. */
/* SPDX-License-Identifier: ISC */
#include "state/stream.h"

#include <string.h>

#include "base/wire.h"

#define LENGTH_END	2	/* octets until Length is known */
#define MAGIC_END	8	/* octets until the cookie is known */

void
stream_init(struct stream *s)
{
	memset(s, 0, sizeof(*s));
}

/* Takes octets until the message has `want` of them; false: it needs more. */
static bool
fill(struct stream *s, size_t want, const uint8_t **data, size_t *len)
{
	size_t n = want - s->have;

	if (s->have >= want)
		return true;
	if (n > *len)
		n = *len;
	if (n > 0)
		memcpy(s->buf + s->have, *data, n);
	s->have += n;
	*data += n;
	*len -= n;
	return s->have == want;
}

enum stream_result
stream_next(struct stream *s, const uint8_t **data, size_t *len,
    size_t *msg_len)
{
	struct wire_reader r;
	uint32_t magic;
	uint16_t length;

	wire_reader_init(&r, s->buf, sizeof(s->buf));
	length = s->have >= LENGTH_END ? wire_get_u16(&r) : 0;
	if (length != 0 && s->have == length)
		stream_init(s);		/* the last message was taken */

	if (!fill(s, LENGTH_END, data, len))
		return STREAM_MORE;
	wire_reader_init(&r, s->buf, sizeof(s->buf));
	length = wire_get_u16(&r);
	if (length < PPTP_HEADER_LEN || length > PPTP_MSG_MAX)
		return STREAM_BAD_LENGTH;
	if (!fill(s, MAGIC_END, data, len))
		return STREAM_MORE;
	wire_skip(&r, 2);		/* PPTP Message Type */
	magic = wire_get_u32(&r);
	if (magic != PPTP_MAGIC)
		return STREAM_BAD_MAGIC;
	if (!fill(s, length, data, len))
		return STREAM_MORE;
	*msg_len = length;
	return STREAM_MESSAGE;
}

bool
stream_is_sane(const struct stream *s)
{
	struct wire_reader r;
	uint16_t length;

	if (s->have > sizeof(s->buf))
		return false;
	if (s->have < LENGTH_END)
		return true;
	wire_reader_init(&r, s->buf, sizeof(s->buf));
	length = wire_get_u16(&r);
	wire_skip(&r, 2);
	return length >= PPTP_HEADER_LEN && length <= PPTP_MSG_MAX &&
	    s->have <= length &&
	    (s->have < MAGIC_END || wire_get_u32(&r) == PPTP_MAGIC);
}
