/* Packets of RADIUS: octets to attributes and back; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "radius.h"

#include <string.h>

#include "base/wire.h"

#define LENGTH_AT	2
#define AUTH_AT		4
#define ATTR_HEADER	2
#define VENDOR_HEADER	4	/* the vendor's number */
#define SIGNED_LEN	(ATTR_HEADER + DIGEST_LEN)
#define SALT_LEN	2

static const uint8_t zeros[DIGEST_LEN];

/* --- writing ------------------------------------------------------------- */

void
radius_begin(struct radius_out *o, enum radius_code code, uint8_t id,
    const uint8_t *random)
{
	memset(o, 0, sizeof(*o));
	o->buf[0] = (uint8_t)code;
	o->buf[1] = id;
	o->len = RADIUS_HEADER;
	if (random != NULL)
		memcpy(o->buf + AUTH_AT, random, DIGEST_LEN);
	if (code == RADIUS_ACCESS_REQUEST)
		radius_put(o, RADIUS_MESSAGE_AUTHENTICATOR, zeros,
		    sizeof(zeros));
}

/* Room for a value, after its header; NULL: there is none. */
static uint8_t *
take(struct radius_out *o, uint8_t type, size_t len)
{
	uint8_t *p = o->buf + o->len;

	if (len > RADIUS_VALUE_MAX ||
	    len + ATTR_HEADER > sizeof(o->buf) - o->len) {
		o->bad = true;
		return NULL;
	}
	p[0] = type;
	p[1] = (uint8_t)(len + ATTR_HEADER);
	o->len += len + ATTR_HEADER;
	return p + ATTR_HEADER;
}

void
radius_put(struct radius_out *o, uint8_t type, const void *value, size_t len)
{
	uint8_t *p;

	if (len == 0)
		return;
	p = take(o, type, len);
	if (p != NULL)
		memcpy(p, value, len);
}

void
radius_put_u32(struct radius_out *o, uint8_t type, uint32_t value)
{
	uint8_t octets[4];
	struct wire_writer w;

	wire_writer_init(&w, octets, sizeof(octets));
	wire_put_u32(&w, value);
	radius_put(o, type, octets, sizeof(octets));
}

void
radius_put_text(struct radius_out *o, uint8_t type, const char *text)
{
	radius_put(o, type, text, strlen(text));
}

void
radius_put_vendor(struct radius_out *o, uint32_t vendor, uint8_t type,
    const void *value, size_t len)
{
	uint8_t octets[RADIUS_VALUE_MAX];
	struct wire_writer w;

	if (len > RADIUS_VENDOR_VALUE_MAX) {
		o->bad = true;
		return;
	}
	wire_writer_init(&w, octets, sizeof(octets));
	wire_put_u32(&w, vendor);
	wire_put_u8(&w, type);
	wire_put_u8(&w, (uint8_t)(len + ATTR_HEADER));
	wire_put_bytes(&w, value, len);
	radius_put(o, RADIUS_VENDOR_SPECIFIC, octets, w.len);
}

/* The mask of the next 16 octets: MD5 of the secret and up to two more. */
static bool
mask(uint8_t out[DIGEST_LEN], const struct radius_secret *secret,
    const uint8_t *a, const uint8_t *b, size_t b_len)
{
	const struct digest_part part[] = {
		{ secret->octets, secret->len }, { a, DIGEST_LEN },
		{ b, b_len }
	};

	return digest_md5(out, part, b_len > 0 ? 3 : 2);
}

static void
xor(uint8_t *out, const uint8_t *a, const uint8_t *b)
{
	for (size_t i = 0; i < DIGEST_LEN; i++)
		out[i] = a[i] ^ b[i];
}

void
radius_put_password(struct radius_out *o, const void *password, size_t len,
    const struct radius_secret *secret)
{
	uint8_t plain[RADIUS_PASSWORD_MAX] = { 0 }, m[DIGEST_LEN], *p;
	const uint8_t *before = o->buf + AUTH_AT;
	size_t padded = len == 0 ? DIGEST_LEN :
	    (len + DIGEST_LEN - 1) / DIGEST_LEN * DIGEST_LEN;

	if (len > sizeof(plain)) {
		o->bad = true;
		return;
	}
	memcpy(plain, password, len);
	p = take(o, RADIUS_USER_PASSWORD, padded);
	for (size_t i = 0; p != NULL && i < padded; i += DIGEST_LEN) {
		if (!mask(m, secret, before, NULL, 0))
			o->bad = true;
		xor(p + i, plain + i, m);
		before = p + i;
	}
	explicit_bzero(plain, sizeof(plain));
	explicit_bzero(m, sizeof(m));
}

static void
put_length(struct radius_out *o)
{
	o->buf[LENGTH_AT] = (uint8_t)(o->len >> 8);
	o->buf[LENGTH_AT + 1] = (uint8_t)o->len;
}

/* The Message-Authenticator, which is the first attribute. */
static bool
sign(struct radius_out *o, const struct radius_secret *secret)
{
	uint8_t md[DIGEST_LEN];

	if (!digest_hmac(md, secret->octets, secret->len, o->buf, o->len))
		return false;
	memcpy(o->buf + RADIUS_HEADER + ATTR_HEADER, md, sizeof(md));
	return true;
}

/* The authenticator, over what stands in its place. */
static bool
seal(struct radius_out *o, const struct radius_secret *secret)
{
	const struct digest_part part[] = {
		{ o->buf, o->len }, { secret->octets, secret->len }
	};
	uint8_t md[DIGEST_LEN];

	if (!digest_md5(md, part, 2))
		return false;
	memcpy(o->buf + AUTH_AT, md, sizeof(md));
	return true;
}

bool
radius_finish(struct radius_out *o, const struct radius_secret *secret)
{
	if (o->bad)
		return false;
	put_length(o);
	if (o->buf[0] == RADIUS_ACCESS_REQUEST)
		return sign(o, secret);
	return seal(o, secret);		/* over zeros */
}

void
radius_begin_answer(struct radius_out *o, enum radius_code code, uint8_t id,
    const uint8_t request[DIGEST_LEN])
{
	radius_begin(o, code, id, request);
	radius_put(o, RADIUS_MESSAGE_AUTHENTICATOR, zeros, sizeof(zeros));
}

/* Both sums are made with the request's authenticator in place of ours. */
bool
radius_finish_answer(struct radius_out *o, const struct radius_secret *secret)
{
	if (o->bad)
		return false;
	put_length(o);
	return sign(o, secret) && seal(o, secret);
}

const uint8_t *
radius_authenticator(const struct radius_out *o)
{
	return o->buf + AUTH_AT;
}

/* --- reading ------------------------------------------------------------- */

bool
radius_next(const uint8_t *buf, size_t len, size_t *at, struct radius_attr *a)
{
	size_t i = *at == 0 ? RADIUS_HEADER : *at;

	if (i > len || len - i < ATTR_HEADER || buf[i + 1] < ATTR_HEADER ||
	    buf[i + 1] > len - i)
		return false;
	a->type = buf[i];
	a->value = buf + i + ATTR_HEADER;
	a->len = (size_t)buf[i + 1] - ATTR_HEADER;
	*at = i + buf[i + 1];
	return true;
}

bool
radius_vendor_next(const struct radius_attr *vsa, uint32_t vendor, size_t *at,
    struct radius_attr *a)
{
	size_t i = *at == 0 ? VENDOR_HEADER : *at;
	struct wire_reader r;

	wire_reader_init(&r, vsa->value, vsa->len);
	if (vsa->type != RADIUS_VENDOR_SPECIFIC || wire_get_u32(&r) != vendor ||
	    r.bad || i > vsa->len || vsa->len - i < ATTR_HEADER ||
	    vsa->value[i + 1] < ATTR_HEADER ||
	    vsa->value[i + 1] > vsa->len - i)
		return false;
	a->type = vsa->value[i];
	a->value = vsa->value + i + ATTR_HEADER;
	a->len = (size_t)vsa->value[i + 1] - ATTR_HEADER;
	*at = i + vsa->value[i + 1];
	return true;
}

bool
radius_get_u32(const struct radius_attr *a, uint32_t *value)
{
	struct wire_reader r;

	wire_reader_init(&r, a->value, a->len);
	*value = wire_get_u32(&r);
	return !r.bad && r.left == 0;
}

/* Whether the sender knew the secret, and answered this request. */
static bool
is_from_server(const uint8_t *buf, size_t len,
    const uint8_t request[DIGEST_LEN], const struct radius_secret *secret)
{
	const struct digest_part part[] = {
		{ buf, AUTH_AT }, { request, DIGEST_LEN },
		{ buf + RADIUS_HEADER, len - RADIUS_HEADER },
		{ secret->octets, secret->len }
	};
	uint8_t md[DIGEST_LEN];

	return digest_md5(md, part, 4) &&
	    digest_equal(md, buf + AUTH_AT, DIGEST_LEN);
}

/* Whether the Message-Authenticator at this place is right (RFC 3579, 3.2). */
static bool
is_signed(const uint8_t *buf, size_t len, size_t value_at,
    const uint8_t request[DIGEST_LEN], const struct radius_secret *secret)
{
	uint8_t copy[RADIUS_MAX], md[DIGEST_LEN];

	memcpy(copy, buf, len);
	memcpy(copy + AUTH_AT, request, DIGEST_LEN);
	memset(copy + value_at, 0, DIGEST_LEN);
	return digest_hmac(md, secret->octets, secret->len, copy, len) &&
	    digest_equal(md, buf + value_at, DIGEST_LEN);
}

/* forged: what is said of a sender who does not know the secret. */
static const char *
verify(const uint8_t *buf, size_t *len, const uint8_t request[DIGEST_LEN],
    const struct radius_secret *secret, bool *signed_, const char *forged)
{
	struct radius_attr a;
	size_t said, at = 0, value_at = 0;

	*signed_ = false;
	if (*len < RADIUS_HEADER)
		return "shorter than a header";
	said = (size_t)buf[LENGTH_AT] << 8 | buf[LENGTH_AT + 1];
	if (said < RADIUS_HEADER || said > *len || said > RADIUS_MAX)
		return "a wrong length";
	if (!is_from_server(buf, said, request, secret))
		return forged;
	while (radius_next(buf, said, &at, &a)) {
		if (a.type != RADIUS_MESSAGE_AUTHENTICATOR)
			continue;
		if (a.len != DIGEST_LEN || value_at != 0)
			return "a Message-Authenticator of a bad form";
		value_at = (size_t)(a.value - buf);
	}
	if (at != said && said != RADIUS_HEADER)
		return "an attribute of a bad form";
	if (value_at != 0 && !is_signed(buf, said, value_at, request, secret))
		return "a wrong Message-Authenticator";
	*signed_ = value_at != 0;
	*len = said;
	return NULL;
}

const char *
radius_verify(const uint8_t *buf, size_t *len,
    const uint8_t request[DIGEST_LEN], const struct radius_secret *secret,
    bool *signed_)
{
	return verify(buf, len, request, secret, signed_, "a wrong Response "
	    "Authenticator (is the secret the server's?)");
}

const char *
radius_verify_request(const uint8_t *buf, size_t *len,
    const struct radius_secret *secret, bool *signed_)
{
	return verify(buf, len, zeros, secret, signed_, "a wrong Request "
	    "Authenticator (is the secret the client's?)");
}

bool
radius_reveal(uint8_t *out, const uint8_t *hidden, size_t len,
    const uint8_t request[DIGEST_LEN], const struct radius_secret *secret)
{
	const uint8_t *before = request;
	uint8_t m[DIGEST_LEN];
	bool fine = len % DIGEST_LEN == 0;

	for (size_t i = 0; fine && i < len; i += DIGEST_LEN) {
		fine = mask(m, secret, before, NULL, 0);
		xor(out + i, hidden + i, m);
		before = hidden + i;
	}
	explicit_bzero(m, sizeof(m));
	return fine;
}

/* The first mask is made with the salt, too; the first octet is a length. */
bool
radius_reveal_key(uint8_t *key, size_t key_len, const struct radius_attr *a,
    const uint8_t request[DIGEST_LEN], const struct radius_secret *secret)
{
	uint8_t plain[RADIUS_VALUE_MAX] = { 0 }, m[DIGEST_LEN];
	const uint8_t *hidden = a->value + SALT_LEN, *before = request;
	size_t len = a->len < SALT_LEN ? 0 : a->len - SALT_LEN;
	bool fine = len >= key_len + 1 && len % DIGEST_LEN == 0 &&
	    len <= sizeof(plain);

	for (size_t i = 0; fine && i < len; i += DIGEST_LEN) {
		fine = mask(m, secret, before, a->value, i == 0 ? SALT_LEN :
		    0);
		xor(plain + i, hidden + i, m);
		before = hidden + i;
	}
	fine = fine && plain[0] == key_len;
	if (fine)
		memcpy(key, plain + 1, key_len);
	explicit_bzero(plain, sizeof(plain));
	explicit_bzero(m, sizeof(m));
	return fine;
}
