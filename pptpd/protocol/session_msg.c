/* Messages of fixed size that pptpd-session.so sends from inside pppd. */
/* SPDX-License-Identifier: ISC */
#include "protocol/session_msg.h"

#include <string.h>

#include "base/wire.h"

#define HEADER_LEN 4

static size_t
body_len(unsigned int type)
{
	switch (type) {
	case SESSION_HELLO:
		return 4 + SESSION_PPPD_LEN;
	case SESSION_PHASE:
		return 1;
	case SESSION_AUTH:
		return 2 + SESSION_NAME_MAX;
	case SESSION_MPPE:
		return 3;
	case SESSION_IP_UP:
		return SESSION_IFNAME_LEN + 7 * 4;
	case SESSION_IP_DOWN:
		return 2 * 8 + 3 * 4;
	case SESSION_EXIT:
	case SESSION_KEEPER:
	case SESSION_GO:
		return 1;
	case SESSION_LOGINS:
		return 4 + 1;
	case SESSION_USER_FILE:
	case SESSION_NO_ADDRESS:
		return SESSION_TEXT_LEN;
	}
	return 0;
}

/*
 * Whether a field of fixed size holds a word: printable characters, no space
 * and no slash, followed by zeros to the end, at least one.
 */
static bool
is_word(const char *s, size_t size)
{
	size_t len, i;

	len = strnlen(s, size);
	if (len == size)
		return false;
	for (i = 0; i < len; i++) {
		if (s[i] <= ' ' || s[i] > '~' || s[i] == '/')
			return false;
	}
	for (; i < size; i++) {
		if (s[i] != '\0')
			return false;
	}
	return true;
}

/* The key lengths of RFC 3078, 56 included, which pppd may support some day. */
static bool
is_key_length(uint8_t bits)
{
	return bits == 0 || bits == 40 || bits == 56 || bits == 128;
}

/* Reads a name: its length, its octets, and zeros to the end of the field. */
static bool
get_name(struct wire_reader *r, char *name)
{
	size_t len, i;

	len = wire_get_u8(r);
	wire_get_bytes(r, name, SESSION_NAME_MAX);
	name[SESSION_NAME_MAX] = '\0';
	for (i = len; i < SESSION_NAME_MAX; i++) {
		if (name[i] != '\0')
			return false;
	}
	return strlen(name) == len;
}

static bool
get_bool(struct wire_reader *r, bool *value)
{
	uint8_t v = wire_get_u8(r);

	*value = v == 1;
	return v <= 1;
}

static bool
get_body(struct wire_reader *r, struct session_msg *m)
{
	uint8_t v;

	switch (m->type) {
	case SESSION_HELLO:
		m->u.hello.pid = wire_get_u32(r);
		wire_get_bytes(r, m->u.hello.pppd, SESSION_PPPD_LEN);
		return is_word(m->u.hello.pppd, SESSION_PPPD_LEN);
	case SESSION_PHASE:
		v = wire_get_u8(r);
		if (v >= SESSION_PHASES)
			return false;
		m->u.phase = (enum session_phase)v;
		return true;
	case SESSION_AUTH:
		v = wire_get_u8(r);
		if (v >= SESSION_AUTHS)
			return false;
		m->u.auth.method = (enum session_auth)v;
		return get_name(r, m->u.auth.name);
	case SESSION_MPPE:
		m->u.mppe.send_bits = wire_get_u8(r);
		m->u.mppe.recv_bits = wire_get_u8(r);
		v = wire_get_u8(r);
		m->u.mppe.stateful = v == 1;
		return v <= 1 && is_key_length(m->u.mppe.send_bits) &&
		    is_key_length(m->u.mppe.recv_bits);
	case SESSION_IP_UP:
		wire_get_bytes(r, m->u.ip_up.ifname, SESSION_IFNAME_LEN);
		m->u.ip_up.unit = wire_get_u32(r);
		m->u.ip_up.local = wire_get_addr(r);
		m->u.ip_up.remote = wire_get_addr(r);
		m->u.ip_up.dns[0] = wire_get_addr(r);
		m->u.ip_up.dns[1] = wire_get_addr(r);
		m->u.ip_up.wins[0] = wire_get_addr(r);
		m->u.ip_up.wins[1] = wire_get_addr(r);
		return m->u.ip_up.ifname[0] != '\0' &&
		    is_word(m->u.ip_up.ifname, SESSION_IFNAME_LEN);
	case SESSION_IP_DOWN:
		m->u.ip_down.octets_in = wire_get_u64(r);
		m->u.ip_down.octets_out = wire_get_u64(r);
		m->u.ip_down.packets_in = wire_get_u32(r);
		m->u.ip_down.packets_out = wire_get_u32(r);
		m->u.ip_down.seconds = wire_get_u32(r);
		return true;
	case SESSION_EXIT:
		m->u.exit_status = wire_get_u8(r);
		return true;
	case SESSION_LOGINS:
		m->u.logins.max = wire_get_u32(r);
		return get_bool(r, &m->u.logins.replace);
	case SESSION_USER_FILE:
	case SESSION_NO_ADDRESS:
		wire_get_bytes(r, m->u.why, SESSION_TEXT_LEN);
		return strnlen(m->u.why, SESSION_TEXT_LEN) <
		    SESSION_TEXT_LEN;
	case SESSION_KEEPER:
		return get_bool(r, &m->u.waits_for_all);
	case SESSION_GO:
		return get_bool(r, &m->u.go);
	}
	return false;
}

bool
session_msg_decode(const void *buf, size_t len, struct session_msg *m)
{
	struct wire_reader r;
	uint8_t version, type;
	uint16_t said;

	wire_reader_init(&r, buf, len);
	version = wire_get_u8(&r);
	type = wire_get_u8(&r);
	said = wire_get_u16(&r);
	if (r.bad || version != SESSION_MSG_VERSION || body_len(type) == 0 ||
	    said != HEADER_LEN + body_len(type) || len != said)
		return false;
	memset(m, 0, sizeof(*m));
	m->type = (enum session_msg_type)type;
	return get_body(&r, m) && !r.bad && r.left == 0;
}

static void
put_body(struct wire_writer *w, const struct session_msg *m)
{
	size_t len;

	switch (m->type) {
	case SESSION_HELLO:
		wire_put_u32(w, m->u.hello.pid);
		wire_put_bytes(w, m->u.hello.pppd, SESSION_PPPD_LEN);
		break;
	case SESSION_PHASE:
		wire_put_u8(w, (uint8_t)m->u.phase);
		break;
	case SESSION_AUTH:
		len = strnlen(m->u.auth.name, SESSION_NAME_MAX);
		wire_put_u8(w, (uint8_t)m->u.auth.method);
		wire_put_u8(w, (uint8_t)len);
		wire_put_bytes(w, m->u.auth.name, len);
		wire_put_zero(w, SESSION_NAME_MAX - len);
		break;
	case SESSION_MPPE:
		wire_put_u8(w, m->u.mppe.send_bits);
		wire_put_u8(w, m->u.mppe.recv_bits);
		wire_put_u8(w, m->u.mppe.stateful);
		break;
	case SESSION_IP_UP:
		wire_put_bytes(w, m->u.ip_up.ifname, SESSION_IFNAME_LEN);
		wire_put_u32(w, m->u.ip_up.unit);
		wire_put_addr(w, m->u.ip_up.local);
		wire_put_addr(w, m->u.ip_up.remote);
		wire_put_addr(w, m->u.ip_up.dns[0]);
		wire_put_addr(w, m->u.ip_up.dns[1]);
		wire_put_addr(w, m->u.ip_up.wins[0]);
		wire_put_addr(w, m->u.ip_up.wins[1]);
		break;
	case SESSION_IP_DOWN:
		wire_put_u64(w, m->u.ip_down.octets_in);
		wire_put_u64(w, m->u.ip_down.octets_out);
		wire_put_u32(w, m->u.ip_down.packets_in);
		wire_put_u32(w, m->u.ip_down.packets_out);
		wire_put_u32(w, m->u.ip_down.seconds);
		break;
	case SESSION_EXIT:
		wire_put_u8(w, m->u.exit_status);
		break;
	case SESSION_LOGINS:
		wire_put_u32(w, m->u.logins.max);
		wire_put_u8(w, m->u.logins.replace);
		break;
	case SESSION_USER_FILE:
	case SESSION_NO_ADDRESS:
		wire_put_bytes(w, m->u.why, SESSION_TEXT_LEN);
		break;
	case SESSION_KEEPER:
		wire_put_u8(w, m->u.waits_for_all);
		break;
	case SESSION_GO:
		wire_put_u8(w, m->u.go);
		break;
	}
}

size_t
session_msg_encode(const struct session_msg *m, void *buf)
{
	struct wire_writer w;
	struct session_msg check;
	size_t len = body_len(m->type);

	if (len == 0)
		return 0;
	wire_writer_init(&w, buf, SESSION_MSG_MAX);
	wire_put_u8(&w, SESSION_MSG_VERSION);
	wire_put_u8(&w, (uint8_t)m->type);
	wire_put_u16(&w, (uint16_t)(HEADER_LEN + len));
	put_body(&w, m);
	/* Do not send what our own reader would refuse. */
	if (w.bad || !session_msg_decode(buf, w.len, &check))
		return 0;
	return w.len;
}

const char *
session_phase_name(enum session_phase phase)
{
	static const char *const names[SESSION_PHASES] = {
		"dead", "initialize", "serial connection", "dormant",
		"establish", "authenticate", "callback", "network", "running",
		"terminate", "disconnect", "holdoff", "master"
	};

	return phase < SESSION_PHASES ? names[phase] : "unknown";
}

const char *
session_auth_name(enum session_auth method)
{
	static const char *const names[SESSION_AUTHS] = {
		"none", "PAP", "CHAP-MD5", "MS-CHAP", "MS-CHAPv2", "EAP"
	};

	return method < SESSION_AUTHS ? names[method] : "unknown";
}
