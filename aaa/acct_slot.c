/* Records of accounting: structs to octets and back; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "acct_slot.h"

#include <string.h>

#include "base/fnv.h"
#include "base/wire.h"

#define MAGIC		0x50414131U	/* "PAA1": the version, too */
#define SUM_AT		20		/* of all before and after it */
#define HEADER		24

static uint32_t
sum(const uint8_t *buf, size_t len)
{
	return fnv1a(fnv1a(FNV_BASIS, buf, SUM_AT), buf + HEADER,
	    len - HEADER);
}

/*
 * What belongs to a call is a message as pppd sends it, but for its version:
 * records outlive an upgrade as long as this one type has not changed.  Then
 * MAGIC has to.
 */
#define BODY_VERSION	1

static bool
has_call(enum acct_kind kind)
{
	return kind == ACCT_RECORD || kind == ACCT_SESSION;
}

size_t
acct_slot_write(const struct acct_entry *e, uint8_t *buf)
{
	const struct aaa_msg m = { .type = AAA_ACCT, .u.acct = e->acct };
	uint8_t body[AAA_MSG_MAX], octets[sizeof(uint32_t)];
	size_t len = has_call(e->kind) ? aaa_msg_encode(&m, body) : 0;
	struct wire_writer w;

	if (has_call(e->kind) && (len == 0 || len > ACCT_SLOT - HEADER))
		return 0;
	if (len > 0)
		body[0] = BODY_VERSION;
	wire_writer_init(&w, buf, ACCT_SLOT);
	wire_put_u32(&w, MAGIC);
	wire_put_u16(&w, (uint16_t)e->kind);
	wire_put_u16(&w, (uint16_t)len);
	wire_put_u64(&w, e->seq);
	wire_put_u32(&w, e->time);
	wire_put_u32(&w, 0);		/* the sum, below */
	wire_put_bytes(&w, body, len);
	len = w.len;
	wire_writer_init(&w, octets, sizeof(octets));
	wire_put_u32(&w, sum(buf, len));
	memcpy(buf + SUM_AT, octets, sizeof(octets));
	return len;
}

static bool
read_call(const uint8_t *buf, size_t len, struct acct_entry *e)
{
	uint8_t copy[AAA_MSG_MAX];
	struct aaa_msg m;

	if (len == 0 || buf[0] != BODY_VERSION)
		return false;
	memcpy(copy, buf, len);
	copy[0] = AAA_MSG_VERSION;
	if (!aaa_msg_decode(copy, len, &m) || m.type != AAA_ACCT)
		return false;
	e->acct = m.u.acct;
	return true;
}

enum acct_slot_state
acct_slot_read(const uint8_t *buf, struct acct_entry *e)
{
	struct wire_reader r;
	uint32_t magic, said;
	uint16_t kind, len;

	memset(e, 0, sizeof(*e));
	wire_reader_init(&r, buf, ACCT_SLOT);
	magic = wire_get_u32(&r);
	if (magic == 0)
		return ACCT_SLOT_EMPTY;
	kind = wire_get_u16(&r);
	len = wire_get_u16(&r);
	e->kind = (enum acct_kind)kind;
	e->seq = wire_get_u64(&r);
	e->time = wire_get_u32(&r);
	said = wire_get_u32(&r);
	if (magic != MAGIC || kind < ACCT_RECORD || kind >= ACCT_KINDS ||
	    len > ACCT_SLOT - HEADER || said != sum(buf, (size_t)HEADER + len))
		return ACCT_SLOT_DAMAGED;
	if (has_call(e->kind) ? !read_call(buf + HEADER, len, e) : len != 0)
		return ACCT_SLOT_DAMAGED;
	return ACCT_SLOT_FULL;
}
