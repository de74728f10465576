/*
 * Writes the messages of session_msg.h, in the plugin.  All functions are
 * static, so that no function of pppd or its libraries can take their place.
 */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SESSION_ENCODE_H
#define PPTPD_SESSION_ENCODE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "protocol/session_msg.h"

struct session_out {
	uint8_t	buf[SESSION_MSG_MAX];
	size_t	len;
};

/* Appends the low n octets of v, in network order. */
static inline void
session_put(struct session_out *o, uint64_t v, size_t n)
{
	while (n-- > 0 && o->len < sizeof(o->buf))
		o->buf[o->len++] = (uint8_t)(v >> (8 * n));
}

/* Appends four octets that are in network order already. */
static inline void
session_put_addr(struct session_out *o, uint32_t addr)
{
	if (o->len + sizeof(addr) <= sizeof(o->buf)) {
		memcpy(o->buf + o->len, &addr, sizeof(addr));
		o->len += sizeof(addr);
	}
}

/* The length of a string, n at most. */
static inline size_t
session_text_len(const char *s, size_t n)
{
	size_t len = strlen(s);

	return len < n ? len : n;
}

/* Appends n octets: a string, cut, or padded with zeros. */
static inline void
session_put_text(struct session_out *o, const char *s, size_t n)
{
	if (o->len + n <= sizeof(o->buf)) {
		memset(o->buf + o->len, 0, n);
		memcpy(o->buf + o->len, s, session_text_len(s, n));
		o->len += n;
	}
}

static inline void
session_begin(struct session_out *o, enum session_msg_type type)
{
	o->len = 0;
	session_put(o, SESSION_MSG_VERSION, 1);
	session_put(o, (uint64_t)type, 1);
	session_put(o, 0, 2);
}

/* Ends the message by filling in its length. */
static inline void
session_end(struct session_out *o)
{
	o->buf[2] = (uint8_t)(o->len >> 8);
	o->buf[3] = (uint8_t)o->len;
}

static inline void
session_encode_hello(struct session_out *o, uint32_t pid, const char *pppd)
{
	session_begin(o, SESSION_HELLO);
	session_put(o, pid, 4);
	session_put_text(o, pppd, SESSION_PPPD_LEN - 1);
	session_put(o, 0, 1);
	session_end(o);
}

/* SESSION_PHASE and SESSION_EXIT. */
static inline void
session_encode_number(struct session_out *o, enum session_msg_type type,
    unsigned int value)
{
	session_begin(o, type);
	session_put(o, value, 1);
	session_end(o);
}

static inline void
session_encode_auth(struct session_out *o, enum session_auth method,
    const char *name)
{
	session_begin(o, SESSION_AUTH);
	session_put(o, (uint64_t)method, 1);
	session_put(o, session_text_len(name, SESSION_NAME_MAX), 1);
	session_put_text(o, name, SESSION_NAME_MAX);
	session_end(o);
}

static inline void
session_encode_mppe(struct session_out *o, unsigned int send_bits,
    unsigned int recv_bits, unsigned int stateful)
{
	session_begin(o, SESSION_MPPE);
	session_put(o, send_bits, 1);
	session_put(o, recv_bits, 1);
	session_put(o, stateful != 0, 1);
	session_end(o);
}

/* addr: local, remote, two DNS and two WINS servers; network order. */
static inline void
session_encode_ip_up(struct session_out *o, const char *name, uint32_t unit,
    const uint32_t addr[6])
{
	size_t i;

	session_begin(o, SESSION_IP_UP);
	session_put_text(o, name, SESSION_IFNAME_LEN - 1);
	session_put(o, 0, 1);
	session_put(o, unit, 4);
	for (i = 0; i < 6; i++)
		session_put_addr(o, addr[i]);
	session_end(o);
}

/* max: calls at a time; replace: the new one ends the oldest. */
static inline void
session_encode_logins(struct session_out *o, uint32_t max, unsigned int replace)
{
	session_begin(o, SESSION_LOGINS);
	session_put(o, max, 4);
	session_put(o, replace != 0, 1);
	session_end(o);
}

static inline void
session_encode_why(struct session_out *o, enum session_msg_type type,
    const char *text)
{
	session_begin(o, type);
	session_put_text(o, text, SESSION_TEXT_LEN - 1);
	session_put(o, 0, 1);
	session_end(o);
}

static inline void
session_encode_user_file(struct session_out *o, const char *text)
{
	session_encode_why(o, SESSION_USER_FILE, text);
}

static inline void
session_encode_no_address(struct session_out *o, const char *text)
{
	session_encode_why(o, SESSION_NO_ADDRESS, text);
}

/*
 * The value of a message of the keeper, SESSION_KEEPER or SESSION_GO: 0 or 1.
 * -1: it is not a message of that type.
 */
static inline int
session_decode_bool(const uint8_t *buf, size_t len, enum session_msg_type type)
{
	if (len != 5 || buf[0] != SESSION_MSG_VERSION || buf[1] != type ||
	    buf[2] != 0 || buf[3] != 5 || buf[4] > 1)
		return -1;
	return buf[4];
}

static inline void
session_encode_ip_down(struct session_out *o, uint64_t in, uint64_t out,
    uint32_t packets_in, uint32_t packets_out, uint32_t seconds)
{
	session_begin(o, SESSION_IP_DOWN);
	session_put(o, in, 8);
	session_put(o, out, 8);
	session_put(o, packets_in, 4);
	session_put(o, packets_out, 4);
	session_put(o, seconds, 4);
	session_end(o);
}

#endif
