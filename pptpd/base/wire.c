/* Bounded big-endian reader and writer with a sticky error. */
/* SPDX-License-Identifier: ISC */
#include "base/wire.h"

#include <string.h>

/*
 * Takes the next n octets, or returns NULL if there are fewer.  After the first
 * failure everything fails: otherwise a shorter field would be read at the
 * place of a longer one that is missing.
 */
static const uint8_t *
reader_take(struct wire_reader *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->bad || n > r->left) {
		r->bad = true;
		return NULL;
	}
	if (n > 0) {
		r->p += n;
		r->left -= n;
	}
	return p;
}

void
wire_reader_init(struct wire_reader *r, const void *buf, size_t len)
{
	r->p = buf;
	r->left = len;
	r->bad = false;
}

uint8_t
wire_get_u8(struct wire_reader *r)
{
	const uint8_t *p = reader_take(r, 1);

	return p != NULL ? p[0] : 0;
}

uint16_t
wire_get_u16(struct wire_reader *r)
{
	const uint8_t *p = reader_take(r, 2);

	return p != NULL ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

uint32_t
wire_get_u32(struct wire_reader *r)
{
	const uint8_t *p = reader_take(r, 4);

	if (p == NULL)
		return 0;
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

uint64_t
wire_get_u64(struct wire_reader *r)
{
	const uint8_t *p = reader_take(r, 8);
	uint64_t v = 0;

	for (int i = 0; p != NULL && i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

uint32_t
wire_get_addr(struct wire_reader *r)
{
	uint32_t addr;

	wire_get_bytes(r, &addr, sizeof(addr));
	return addr;
}

void
wire_get_bytes(struct wire_reader *r, void *dst, size_t n)
{
	const uint8_t *p = reader_take(r, n);

	if (n == 0)
		return;
	if (p != NULL)
		memcpy(dst, p, n);
	else
		memset(dst, 0, n);
}

void
wire_skip(struct wire_reader *r, size_t n)
{
	(void)reader_take(r, n);
}

void
wire_writer_init(struct wire_writer *w, void *buf, size_t size)
{
	w->p = buf;
	w->size = size;
	w->len = 0;
	w->bad = false;
	if (size > 0)
		memset(buf, 0, size);
}

/* Takes room for n octets, or returns NULL; fails for good as above. */
static uint8_t *
writer_take(struct wire_writer *w, size_t n)
{
	uint8_t *p;

	if (w->bad || n > w->size - w->len) {
		w->bad = true;
		return NULL;
	}
	if (n == 0)
		return NULL;
	p = w->p + w->len;
	w->len += n;
	return p;
}

void
wire_put_u8(struct wire_writer *w, uint8_t v)
{
	uint8_t *p = writer_take(w, 1);

	if (p != NULL)
		p[0] = v;
}

void
wire_put_u16(struct wire_writer *w, uint16_t v)
{
	uint8_t *p = writer_take(w, 2);

	if (p == NULL)
		return;
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

void
wire_put_u32(struct wire_writer *w, uint32_t v)
{
	uint8_t *p = writer_take(w, 4);

	if (p == NULL)
		return;
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

void
wire_put_u64(struct wire_writer *w, uint64_t v)
{
	uint8_t *p = writer_take(w, 8);

	for (int i = 0; p != NULL && i < 8; i++)
		p[i] = (uint8_t)(v >> (56 - 8 * i));
}

void
wire_put_addr(struct wire_writer *w, uint32_t addr)
{
	wire_put_bytes(w, &addr, sizeof(addr));
}

void
wire_put_bytes(struct wire_writer *w, const void *src, size_t n)
{
	uint8_t *p = writer_take(w, n);

	if (p != NULL)
		memcpy(p, src, n);
}

void
wire_put_zero(struct wire_writer *w, size_t n)
{
	/* wire_writer_init() zeroed the buffer. */
	(void)writer_take(w, n);
}

bool
wire_is_bool(const bool *b)
{
	unsigned char c;

	memcpy(&c, b, sizeof(c));
	return c <= 1;
}
