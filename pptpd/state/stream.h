/* Puts the octets of a control connection, split anywhere, into messages. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_STREAM_H
#define PPTPD_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/pptp_msg.h"

/* The message that is being put together; plain data, no pointers. */
struct stream {
	uint16_t have;			/* octets in buf */
	uint8_t  buf[PPTP_MSG_MAX];
};

enum stream_result {
	STREAM_MORE,		/* all octets taken, no whole message yet */
	STREAM_MESSAGE,		/* buf holds one; its length is in *msg_len */
	STREAM_BAD_LENGTH,	/* Length < 12 or > 220 (rfc2637 1.4) */
	STREAM_BAD_MAGIC	/* cookie lost: no way back (RFC 2637 1.4) */
};

void	stream_init(struct stream *);

/*
 * Takes octets from *data (*len of them, both moved) up to the end of one
 * message.  Length and cookie are checked as soon as they are there, before
 * any body octet is taken.  After STREAM_MESSAGE the octets stay valid until
 * the next call, which starts a new message.  After an error the stream is
 * of no further use.
 */
enum stream_result stream_next(struct stream *, const uint8_t **data,
		    size_t *len, size_t *msg_len);

/* Whether this process can go on with a stream that another one has left. */
bool	stream_is_sane(const struct stream *);

#endif
