/* Async HDLC framing with FCS-16 on the pty: RFC 1662. */
#include "hdlc.h"

#include <string.h>

#define ESCAPE_XOR	0x20	/* RFC 1662 4.2 */
#define FCS_LEN		2

/* F(n), F(n + 1), ... for 4 and for all 256 values of an octet. */
#define TIMES_4(F, n)	F(n), F((n) + 1), F((n) + 2), F((n) + 3)
#define TIMES_16(F, n)	TIMES_4(F, n), TIMES_4(F, (n) + 4),		\
			TIMES_4(F, (n) + 8), TIMES_4(F, (n) + 12)
#define TIMES_64(F, n)	TIMES_16(F, n), TIMES_16(F, (n) + 16),		\
			TIMES_16(F, (n) + 32), TIMES_16(F, (n) + 48)
#define TIMES_256(F)	TIMES_64(F, 0), TIMES_64(F, 64),		\
			TIMES_64(F, 128), TIMES_64(F, 192)

/*
 * FCS-16 over groups of eight octets.  A1, A2, ... A8, B1, ... H8 are what a
 * single bit becomes after 1, 2, ... 64 steps of the shift register (RFC 1662
 * C.1, reflected polynomial).  Bit i of an octet takes 8 - i steps to leave
 * it, and 8 more for each octet that follows in the group; the share of the
 * octet in the FCS is the xor over its bits.  fcs_table[k] is for an octet
 * that k others follow; fcs_table[0] is the table of RFC 1662 C.2.
 */
#define FCS_STEP(x)	((x) >> 1 ^ ((x) & 1 ? 0x8408 : 0))
#define FCS_STEPS(x, r)							\
	r##1 = FCS_STEP(x), r##2 = FCS_STEP(r##1),			\
	r##3 = FCS_STEP(r##2), r##4 = FCS_STEP(r##3),			\
	r##5 = FCS_STEP(r##4), r##6 = FCS_STEP(r##5),			\
	r##7 = FCS_STEP(r##6), r##8 = FCS_STEP(r##7)

enum {
	FCS_STEPS(1, A), FCS_STEPS(A8, B), FCS_STEPS(B8, C), FCS_STEPS(C8, D),
	FCS_STEPS(D8, E), FCS_STEPS(E8, F), FCS_STEPS(F8, G), FCS_STEPS(G8, H)
};

#define FCS_OCTET(r, n)							\
	((n) & 0x01 ? r##8 : 0) ^ ((n) & 0x02 ? r##7 : 0) ^		\
	((n) & 0x04 ? r##6 : 0) ^ ((n) & 0x08 ? r##5 : 0) ^		\
	((n) & 0x10 ? r##4 : 0) ^ ((n) & 0x20 ? r##3 : 0) ^		\
	((n) & 0x40 ? r##2 : 0) ^ ((n) & 0x80 ? r##1 : 0)
#define FCS_A(n)	FCS_OCTET(A, n)
#define FCS_B(n)	FCS_OCTET(B, n)
#define FCS_C(n)	FCS_OCTET(C, n)
#define FCS_D(n)	FCS_OCTET(D, n)
#define FCS_E(n)	FCS_OCTET(E, n)
#define FCS_F(n)	FCS_OCTET(F, n)
#define FCS_G(n)	FCS_OCTET(G, n)
#define FCS_H(n)	FCS_OCTET(H, n)

static const uint16_t fcs_table[8][256] = {
	{ TIMES_256(FCS_A) }, { TIMES_256(FCS_B) },
	{ TIMES_256(FCS_C) }, { TIMES_256(FCS_D) },
	{ TIMES_256(FCS_E) }, { TIMES_256(FCS_F) },
	{ TIMES_256(FCS_G) }, { TIMES_256(FCS_H) }
};

/*
 * What is sent for an octet: one octet, or two if the first is 0x7D.  The
 * second is written in either case and overwritten by what comes next, since
 * in an encrypted frame a branch on every seventh octet is never foreseen.
 */
#define MUST_ESCAPE(n)	((n) < 0x20 || (n) == HDLC_ESCAPE || (n) == HDLC_FLAG)
#define ENCODED(n)							\
	{ MUST_ESCAPE(n) ? HDLC_ESCAPE : (n), (n) ^ ESCAPE_XOR }

static const uint8_t encoded[256][2] = { TIMES_256(ENCODED) };

uint16_t
hdlc_fcs(uint16_t fcs, const uint8_t *p, size_t n)
{
	unsigned int rest;

	for (; n >= 8; p += 8, n -= 8) {
		/* What does not wait for the group before, first. */
		rest = fcs_table[5][p[2]] ^ fcs_table[4][p[3]] ^
		    fcs_table[3][p[4]] ^ fcs_table[2][p[5]] ^
		    fcs_table[1][p[6]] ^ fcs_table[0][p[7]];
		fcs = (uint16_t)(rest ^ fcs_table[7][(fcs ^ p[0]) & 0xFF] ^
		    fcs_table[6][fcs >> 8 ^ p[1]]);
	}
	for (; n > 0; p++, n--)
		fcs = (uint16_t)(fcs >> 8 ^ fcs_table[0][(fcs ^ *p) & 0xFF]);
	return fcs;
}

/* Appends what is sent for one octet. */
static inline uint8_t *
put_octet(uint8_t *dst, uint8_t c)
{
	memcpy(dst, encoded[c], 2);
	return dst + 1 + (encoded[c][0] == HDLC_ESCAPE);
}

/* Every octet of a word is n. */
#define ALL(n)		(UINT64_C(0x0101010101010101) * (n))
/* Not 0 if an octet of w is below n; n is at most 0x80. */
#define HAS_BELOW(w, n)	(((w) - ALL(n)) & ~(w) & ALL(0x80))
#define HAS(w, n)	HAS_BELOW((w) ^ ALL(n), 1)

size_t
hdlc_encode(uint8_t *dst, const uint8_t *frame, size_t len)
{
	uint16_t fcs = (uint16_t)~hdlc_fcs(HDLC_FCS_INIT, frame, len);
	uint8_t *p = dst;
	uint64_t w;
	size_t i;

	*p++ = HDLC_FLAG;
	for (; len >= sizeof(w); frame += sizeof(w), len -= sizeof(w)) {
		memcpy(&w, frame, sizeof(w));
		if ((HAS_BELOW(w, 0x20) | HAS(w, HDLC_ESCAPE) |
		    HAS(w, HDLC_FLAG)) == 0) {
			memcpy(p, &w, sizeof(w));
			p += sizeof(w);
			continue;
		}
		for (i = 0; i < sizeof(w); i++)
			p = put_octet(p, frame[i]);
	}
	for (; len > 0; frame++, len--)
		p = put_octet(p, *frame);
	p = put_octet(p, fcs & 0xFF);		/* RFC 1662 C.2: low first */
	p = put_octet(p, fcs >> 8);
	*p++ = HDLC_FLAG;
	return (size_t)(p - dst);
}

void
hdlc_decoder_init(struct hdlc_decoder *d)
{
	memset(d, 0, sizeof(*d));
	d->fcs = HDLC_FCS_INIT;
}

/*
 * Un-escapes n octets without a flag into the frame, which has room for
 * them.  No branch on 0x7D, for the same reason as in the encoder.
 */
static void
decode_octets(struct hdlc_decoder *d, const uint8_t *p, size_t n)
{
	uint8_t *start = d->frame + d->len, *out = start;
	unsigned int escaped = d->escaped, escape;
	size_t i;

	for (i = 0; i < n; i++) {
		/* An escaped 0x7D is data: RFC 1662 4.2. */
		escape = (p[i] == HDLC_ESCAPE) & ~escaped;
		*out = (uint8_t)(p[i] ^ escaped << 5);
		out += 1 - escape;
		escaped = escape;
	}
	d->escaped = escaped != 0;
	d->len += (size_t)(out - start);
	d->fcs = hdlc_fcs(d->fcs, start, (size_t)(out - start));
}

/* Takes octets without a flag. */
static void
decode_part(struct hdlc_decoder *d, const uint8_t *p, size_t n)
{
	size_t room;

	while (n > 0 && !d->skipping) {
		room = sizeof(d->frame) - d->len;
		if (room == 0) {
			d->skipping = true;
			d->too_long++;
			return;
		}
		if (room > n)
			room = n;
		decode_octets(d, p, room);
		p += room;
		n -= room;
	}
}

/* A flag: ends a frame, and begins the next (RFC 1662 4.1). */
static void
decode_flag(struct hdlc_decoder *d, hdlc_deliver *deliver, void *arg)
{
	if (d->skipping)
		;				/* counted already */
	else if (d->escaped)
		d->aborted++;			/* RFC 1662 4.3 */
	else if (d->len == 0)
		;				/* flags in a row */
	else if (d->len <= FCS_LEN)
		d->too_short++;
	else if (d->fcs != HDLC_FCS_GOOD)
		d->bad_fcs++;
	else {
		d->frames++;
		deliver(d->frame, d->len - FCS_LEN, arg);
	}
	d->len = 0;
	d->fcs = HDLC_FCS_INIT;
	d->escaped = false;
	d->skipping = false;
}

void
hdlc_decode(struct hdlc_decoder *d, const uint8_t *p, size_t n,
    hdlc_deliver *deliver, void *arg)
{
	const uint8_t *flag;
	size_t part;

	while (n > 0) {
		flag = memchr(p, HDLC_FLAG, n);
		part = flag != NULL ? (size_t)(flag - p) : n;
		decode_part(d, p, part);
		if (flag == NULL)
			return;
		decode_flag(d, deliver, arg);
		p += part + 1;
		n -= part + 1;
	}
}
