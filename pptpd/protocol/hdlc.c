/* Async HDLC framing with FCS-16 on the pty: RFC 1662. */
/* SPDX-License-Identifier: ISC */
#include "protocol/hdlc.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

#define ESCAPE_XOR	0x20	/* RFC 1662 4.2 */
#define FCS_LEN		2

/*
 * FCS-16 over groups of sixteen octets: fcs_table[k] is the share in the FCS of
 * an octet that k others follow in the group.  fcs_table[0] is the table of RFC
 * 1662 C.2.
 */
#define FCS_GROUP	16
#define FCS_POLYNOMIAL	0x8408	/* RFC 1662 C.1, reflected */

static uint16_t fcs_table[FCS_GROUP][256];

/*
 * For each octet: the two octets of its encoding, and how many of them count.
 * Both are always written; a second one that does not count is overwritten by
 * the next encoding.  A branch would be slower: in an encrypted frame every
 * seventh octet is escaped, which the processor cannot predict.
 */
static uint8_t encoded[256][2];
static uint8_t encoded_len[256];

/* The FCS register after the eight bits of one more octet, which is 0. */
static unsigned int
shift_octet(unsigned int fcs)
{
	for (int bit = 0; bit < 8; bit++)
		fcs = (fcs & 1) != 0 ? fcs >> 1 ^ FCS_POLYNOMIAL : fcs >> 1;
	return fcs;
}

/* Before main(): as initializers the numbers would keep compilers busy. */
__attribute__((constructor)) static void
make_tables(void)
{
	for (unsigned int octet = 0; octet < 256; octet++) {
		bool escape = octet < 0x20 || octet == HDLC_ESCAPE ||
		    octet == HDLC_FLAG;
		unsigned int fcs = octet;

		for (int k = 0; k < FCS_GROUP; k++) {
			fcs = shift_octet(fcs);
			fcs_table[k][octet] = (uint16_t)fcs;
		}
		encoded[octet][0] = escape ? HDLC_ESCAPE : (uint8_t)octet;
		encoded[octet][1] = (uint8_t)(octet ^ ESCAPE_XOR);
		encoded_len[octet] = escape ? 2 : 1;
	}
}

uint16_t
hdlc_fcs(uint16_t fcs, const uint8_t *p, size_t n)
{
	unsigned int rest;

	for (; n >= FCS_GROUP; p += FCS_GROUP, n -= FCS_GROUP) {
		/* This part does not depend on the FCS of the group before. */
		rest = fcs_table[13][p[2]] ^ fcs_table[12][p[3]] ^
		    fcs_table[11][p[4]] ^ fcs_table[10][p[5]] ^
		    fcs_table[9][p[6]] ^ fcs_table[8][p[7]] ^
		    fcs_table[7][p[8]] ^ fcs_table[6][p[9]] ^
		    fcs_table[5][p[10]] ^ fcs_table[4][p[11]] ^
		    fcs_table[3][p[12]] ^ fcs_table[2][p[13]] ^
		    fcs_table[1][p[14]] ^ fcs_table[0][p[15]];
		fcs = (uint16_t)(rest ^ fcs_table[15][(fcs ^ p[0]) & 0xFF] ^
		    fcs_table[14][fcs >> 8 ^ p[1]]);
	}
	for (; n > 0; p++, n--)
		fcs = (uint16_t)(fcs >> 8 ^ fcs_table[0][(fcs ^ *p) & 0xFF]);
	return fcs;
}

/* Writes 2 octets at dst; returns the place for the next. */
static inline uint8_t *
encode_octet(uint8_t *dst, uint8_t c)
{
	memcpy(dst, encoded[c], 2);
	return dst + encoded_len[c];
}

size_t
hdlc_encode(uint8_t *dst, const uint8_t *frame, size_t len)
{
	uint16_t fcs = (uint16_t)~hdlc_fcs(HDLC_FCS_INIT, frame, len);
	uint8_t *p = dst;
	size_t i;

	*p++ = HDLC_FLAG;
	for (i = 0; i < len; i++)
		p = encode_octet(p, frame[i]);
	p = encode_octet(p, fcs & 0xFF);	/* RFC 1662 C.2: low first */
	p = encode_octet(p, fcs >> 8);
	*p++ = HDLC_FLAG;
	return (size_t)(p - dst);
}

void
hdlc_decoder_init(struct hdlc_decoder *d)
{
	memset(d, 0, sizeof(*d));
	d->fcs = HDLC_FCS_INIT;
}

bool
hdlc_decoder_is_idle(const struct hdlc_decoder *d)
{
	return d->len == 0 && !d->escaped && !d->skipping;
}

/* Eight octets as a word, the first in the low bits on every machine. */
static inline uint64_t
load_word(const uint8_t *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return le64toh(w);
}

static inline void
store_word(uint8_t *p, uint64_t w)
{
	w = htole64(w);
	memcpy(p, &w, sizeof(w));
}

/* A word of eight times the octet n. */
#define ALL(n)	(UINT64_C(0x0101010101010101) * (n))

/* 0x80 in the place of each octet of w that is 0x7D, 0 in the others. */
static inline uint64_t
find_escapes(uint64_t w)
{
	w ^= ALL(HDLC_ESCAPE);
	return ~(((w & ALL(0x7F)) + ALL(0x7F)) | w | ALL(0x7F));
}

/*
 * Takes the lowest octet that *mark marks out of w, and moves the octets and
 * marks above it down.  Does nothing if no octet is marked.
 */
static inline uint64_t
squeeze(uint64_t w, uint64_t *mark)
{
	uint64_t below = ((*mark & -*mark) >> 7) - 1;

	*mark = (*mark & (*mark - 1)) >> 8;
	return (w & below) | (w >> 8 & ~below);
}

/* Un-escapes one by one; *escaped is 0x80 after 0x7D, else 0. */
static uint8_t *
decode_octets(uint8_t *out, const uint8_t *p, size_t n, uint64_t *escaped)
{
	for (; n > 0; p++, n--) {
		if (*escaped == 0 && *p == HDLC_ESCAPE) {
			*escaped = 0x80;
			continue;
		}
		*out++ = (uint8_t)(*p ^ *escaped >> 2);
		*escaped = 0;
	}
	return out;
}

/*
 * Un-escapes n octets without a flag into the frame, which has room for n, a
 * word at a time.  Most words hold no escape (if the peer's ACCM is empty), or
 * one or two; no branch depends on their places.
 */
static void
decode_words(struct hdlc_decoder *d, const uint8_t *p, size_t n)
{
	uint8_t *start = d->frame + d->len, *out = start;
	uint64_t w, mark, after, escaped = d->escaped ? 0x80 : 0;

	for (; n >= sizeof(w); p += sizeof(w), n -= sizeof(w)) {
		w = load_word(p);
		mark = find_escapes(w);
		after = mark << 8 | escaped;
		if ((mark | escaped) == 0) {
			store_word(out, w);
			out += sizeof(w);
			continue;
		}
		if ((mark & after) != 0) {
			/* An escaped 0x7D, which pppd does not send. */
			out = decode_octets(out, p, sizeof(w), &escaped);
			continue;
		}
		escaped = mark >> 56;
		w ^= after >> 2;
		after = mark;
		w = squeeze(w, &mark);
		w = squeeze(w, &mark);
		while (mark != 0)
			w = squeeze(w, &mark);
		store_word(out, w);
		/* 8 minus the number of marks: the product adds them up. */
		out += 8 - ((after >> 7) * ALL(1) >> 56);
	}
	out = decode_octets(out, p, n, &escaped);
	d->escaped = escaped != 0;
	d->len += (size_t)(out - start);
	d->fcs = hdlc_fcs(d->fcs, start, (size_t)(out - start));
}

/* Takes octets that contain no flag. */
static void
decode_part(struct hdlc_decoder *d, const uint8_t *p, size_t n)
{
	size_t room;

	while (n > 0 && !d->skipping) {
		room = sizeof(d->frame) - d->len;
		if (room == 0) {
			d->skipping = true;
			d->counts.too_long++;
			return;
		}
		if (room > n)
			room = n;
		decode_words(d, p, room);
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
		d->counts.aborted++;			/* RFC 1662 4.3 */
	else if (d->len == 0)
		;				/* flags in a row */
	else if (d->len <= FCS_LEN)
		d->counts.too_short++;
	else if (d->fcs != HDLC_FCS_GOOD)
		d->counts.bad_fcs++;
	else {
		d->counts.frames++;
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

void
hdlc_counts_add(struct hdlc_counts *sum, const struct hdlc_counts *more)
{
	sum->frames += more->frames;
	sum->bad_fcs += more->bad_fcs;
	sum->too_long += more->too_long;
	sum->too_short += more->too_short;
	sum->aborted += more->aborted;
}
