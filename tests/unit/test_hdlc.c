/* Async HDLC: known octets, every split, and a slow model to compare with. */
/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "protocol/hdlc.h"
#include "prng.h"
#include "unit.h"

#define SEED 1662

/*
 * tshark 4.0.17 on lcp[] and its FCS 4b 19:
 * Address: 0xff
 * Control: 0x03
 * FCS 16: 0x194b [correct]
 * Protocol: Link Control Protocol (0xc021)
 * Code: Configuration Request (1)
 * Identifier: 1 (0x01)
 * Length: 20
 * Async Control Character Map: 0x00000000 (None)
 * Magic Number: 0x1c7d7e4f
 * Protocol Field Compression
 * Address and Control Field Compression
 */
static const uint8_t lcp[] = {
	0xff, 0x03, 0xc0, 0x21, 0x01, 0x01, 0x00, 0x14, 0x02, 0x06, 0x00, 0x00,
	0x00, 0x00, 0x05, 0x06, 0x1c, 0x7d, 0x7e, 0x4f, 0x07, 0x02, 0x08, 0x02,
};
static const uint8_t lcp_line[] = {
	0x7e, 0xff, 0x7d, 0x23, 0xc0, 0x21, 0x7d, 0x21, 0x7d, 0x21, 0x7d, 0x20,
	0x7d, 0x34, 0x7d, 0x22, 0x7d, 0x26, 0x7d, 0x20, 0x7d, 0x20, 0x7d, 0x20,
	0x7d, 0x20, 0x7d, 0x25, 0x7d, 0x26, 0x7d, 0x3c, 0x7d, 0x5d, 0x7d, 0x5e,
	0x4f, 0x7d, 0x27, 0x7d, 0x22, 0x7d, 0x28, 0x7d, 0x22, 0x4b, 0x7d, 0x39,
	0x7e,
};

/* Random octets; one in `often` is a flag, an escape or a control octet. */
static void
fill_random(uint8_t *p, size_t n, uint32_t often)
{
	static const uint8_t special[] = { 0x7d, 0x7e, 0x5d, 0x5e, 0x00, 0x1f,
		0x20, 0x7f, 0xfd, 0xfe };

	for (; n > 0; p++, n--) {
		*p = (uint8_t)(prng() >> 9);
		if (prng() % often == 0)
			*p = special[prng() % sizeof(special)];
	}
}

/* RFC 1662 C.1, a bit at a time. */
static uint16_t
model_fcs(uint16_t fcs, const uint8_t *p, size_t n)
{
	int bit;

	for (; n > 0; p++, n--) {
		fcs ^= *p;
		for (bit = 0; bit < 8; bit++)
			fcs = (uint16_t)(fcs & 1 ? fcs >> 1 ^ 0x8408 : fcs >> 1);
	}
	return fcs;
}

static size_t
model_put(uint8_t *dst, uint8_t c)
{
	if (c >= 0x20 && c != 0x7d && c != 0x7e) {
		dst[0] = c;
		return 1;
	}
	dst[0] = 0x7d;
	dst[1] = c ^ 0x20;
	return 2;
}

static size_t
model_encode(uint8_t *dst, const uint8_t *frame, size_t len)
{
	uint16_t fcs = (uint16_t)~model_fcs(0xffff, frame, len);
	size_t i, n = 0;

	dst[n++] = 0x7e;
	for (i = 0; i < len; i++)
		n += model_put(dst + n, frame[i]);
	n += model_put(dst + n, fcs & 0xff);
	n += model_put(dst + n, (uint8_t)(fcs >> 8));
	dst[n++] = 0x7e;
	return n;
}

/* All that a decoder delivered, one frame behind the other. */
struct log {
	uint64_t frames;
	size_t	 len;
	uint8_t	 octets[1 << 18];
};

static void
deliver(const uint8_t *frame, size_t len, void *arg)
{
	struct log *log = arg;

	ck_assert_uint_gt(len, 0);
	ck_assert_uint_le(len, HDLC_FRAME_MAX);
	ck_assert_uint_lt(len + 2, sizeof(log->octets) - log->len);
	log->octets[log->len++] = (uint8_t)(len >> 8);
	log->octets[log->len++] = (uint8_t)len;
	memcpy(log->octets + log->len, frame, len);
	log->len += len;
	log->frames++;
}

/* The decoder, as slow and plain as can be. */
struct model {
	size_t	 len;
	bool	 escaped, skipping;
	uint64_t bad_fcs, too_long, too_short, aborted;
	uint8_t	 frame[HDLC_FRAME_MAX + 2];
};

static void
model_flag(struct model *m, struct log *log)
{
	if (!m->skipping && m->escaped)
		m->aborted++;
	else if (!m->skipping && m->len > 0 && m->len < 3)
		m->too_short++;
	else if (!m->skipping && m->len >= 3) {
		if (model_fcs(0xffff, m->frame, m->len) == 0xf0b8)
			deliver(m->frame, m->len - 2, log);
		else
			m->bad_fcs++;
	}
	m->len = 0;
	m->escaped = m->skipping = false;
}

static void
model_decode(struct model *m, const uint8_t *p, size_t n, struct log *log)
{
	for (; n > 0; p++, n--) {
		if (*p == 0x7e)
			model_flag(m, log);
		else if (m->skipping)
			continue;
		else if (m->len == sizeof(m->frame)) {
			m->too_long++;
			m->skipping = true;
		} else if (m->escaped) {
			m->frame[m->len++] = *p ^ 0x20;
			m->escaped = false;
		} else if (*p == 0x7d)
			m->escaped = true;
		else
			m->frame[m->len++] = *p;
	}
}

/* Large, so not on the stack; cleared by setup(). */
static struct hdlc_decoder decoder;
static struct model model;
static struct log got, expected;
static uint8_t stream[1 << 16];

static void
setup(void)
{
	hdlc_decoder_init(&decoder);
	memset(&model, 0, sizeof(model));
	got.frames = expected.frames = 0;
	got.len = expected.len = 0;
	prng_state = SEED;
}

/* Decodes from memory that ends with the octets: sanitizers see an overrun. */
static void
feed(const void *p, size_t n)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);

	ck_assert_ptr_nonnull(copy);
	if (n > 0)
		memcpy(copy, p, n);
	hdlc_decode(&decoder, copy, n, deliver, &got);
	free(copy);
}

static void
assert_same_as_model(void)
{
	ck_assert_uint_eq(decoder.counts.frames, expected.frames);
	ck_assert_uint_eq(got.frames, expected.frames);
	ck_assert_uint_eq(got.len, expected.len);
	ck_assert_mem_eq(got.octets, expected.octets, got.len);
	ck_assert_uint_eq(decoder.counts.bad_fcs, model.bad_fcs);
	ck_assert_uint_eq(decoder.counts.too_long, model.too_long);
	ck_assert_uint_eq(decoder.counts.too_short, model.too_short);
	ck_assert_uint_eq(decoder.counts.aborted, model.aborted);
}

/* The counters, frames first; the last delivered frame is `frame`. */
static void
assert_counts(unsigned int frames, unsigned int bad_fcs,
    unsigned int too_long, unsigned int too_short, unsigned int aborted)
{
	ck_assert_uint_eq(decoder.counts.frames, frames);
	ck_assert_uint_eq(got.frames, frames);
	ck_assert_uint_eq(decoder.counts.bad_fcs, bad_fcs);
	ck_assert_uint_eq(decoder.counts.too_long, too_long);
	ck_assert_uint_eq(decoder.counts.too_short, too_short);
	ck_assert_uint_eq(decoder.counts.aborted, aborted);
}

static void
assert_last_is(const uint8_t *frame, size_t len)
{
	ck_assert_uint_ge(got.len, len + 2);
	ck_assert_uint_eq(got.octets[got.len - len - 2], len >> 8);
	ck_assert_uint_eq(got.octets[got.len - len - 1], len & 0xff);
	ck_assert_mem_eq(got.octets + got.len - len, frame, len);
}

/* P-2; 0x906E is the check value of CRC-16/X-25. */
START_TEST(fcs_known)
{
	ck_assert_uint_eq(hdlc_fcs(HDLC_FCS_INIT,
	    (const uint8_t *)"123456789", 9) ^ 0xffff, 0x906e);
	ck_assert_uint_eq(hdlc_fcs(HDLC_FCS_INIT, lcp, sizeof(lcp)) ^ 0xffff,
	    0x194b);
	ck_assert_uint_eq(hdlc_fcs(0x1234, NULL, 0), 0x1234);
}
END_TEST

START_TEST(fcs_is_the_model)
{
	uint8_t buf[160];
	uint16_t fcs, whole;
	size_t from, len, cut;

	fill_random(buf, sizeof(buf), 8);
	for (from = 0; from < 16; from++) {
		for (len = 0; len < sizeof(buf) - 16; len++) {
			fcs = (uint16_t)prng();
			whole = hdlc_fcs(fcs, buf + from, len);
			ck_assert_uint_eq(whole,
			    model_fcs(fcs, buf + from, len));
			cut = len > 0 ? prng() % len : 0;
			fcs = hdlc_fcs(fcs, buf + from, cut);
			ck_assert_uint_eq(whole,
			    hdlc_fcs(fcs, buf + from + cut, len - cut));
		}
	}
}
END_TEST

START_TEST(lcp_encodes)
{
	uint8_t buf[HDLC_ENCODED_MAX(sizeof(lcp))];

	ck_assert_uint_eq(hdlc_encode(buf, lcp, sizeof(lcp)),
	    sizeof(lcp_line));
	ck_assert_mem_eq(buf, lcp_line, sizeof(lcp_line));
}
END_TEST

/* P-6: a frame in two reads, cut at every place: escapes, FCS and flags. */
START_TEST(lcp_decodes_at_every_split)
{
	size_t cut;

	for (cut = 0; cut <= sizeof(lcp_line); cut++) {
		feed(lcp_line, cut);
		ck_assert_uint_eq(got.frames, cut < sizeof(lcp_line) ? cut :
								   cut + 1);
		feed(lcp_line + cut, sizeof(lcp_line) - cut);
		ck_assert_uint_eq(got.frames, cut + 1);
		assert_last_is(lcp, sizeof(lcp));
	}
	assert_counts(sizeof(lcp_line) + 1, 0, 0, 0, 0);
}
END_TEST

START_TEST(lcp_decodes_octet_by_octet)
{
	size_t i;

	for (i = 0; i < sizeof(lcp_line); i++)
		feed(lcp_line + i, 1);
	assert_counts(1, 0, 0, 0, 0);
	assert_last_is(lcp, sizeof(lcp));
}
END_TEST

/* P-5: one flag may end a frame and begin the next; many make no frame. */
START_TEST(flags_shared_and_in_a_row)
{
	feed(lcp_line, sizeof(lcp_line));
	feed(lcp_line + 1, sizeof(lcp_line) - 1);
	feed("\x7e\x7e\x7e\x7e\x7e\x7e\x7e\x7e\x7e\x7e", 10);
	feed(lcp_line, sizeof(lcp_line));
	assert_counts(3, 0, 0, 0, 0);
	ck_assert_uint_eq(got.len, 3 * (sizeof(lcp) + 2));
}
END_TEST

/* P-5: what is aborted is gone, and what follows is whole. */
START_TEST(abort_at_every_place)
{
	size_t cut;

	for (cut = 1; cut < sizeof(lcp_line); cut++) {
		feed(lcp_line, cut);
		if (lcp_line[cut - 1] != 0x7d)
			feed("\x7d", 1);
		feed("\x7e", 1);
		ck_assert_uint_eq(decoder.counts.aborted, cut);
		feed(lcp_line + 1, sizeof(lcp_line) - 1);
		ck_assert_uint_eq(decoder.counts.frames, cut);
		assert_last_is(lcp, sizeof(lcp));
	}
	assert_counts(sizeof(lcp_line) - 1, 0, 0, 0, sizeof(lcp_line) - 1);
}
END_TEST

START_TEST(short_frames)
{
	static const uint8_t none[] = { 0x7e, 0x7d, 0x20, 0x7d, 0x20, 0x7e };
	uint8_t line[HDLC_ENCODED_MAX(1)];
	size_t n;

	feed("\x7e" "a\x7e" "ab\x7e\x7e", 7);
	assert_counts(0, 0, 0, 2, 0);
	/* No octets at all with a correct FCS, which is zero. */
	ck_assert_uint_eq(hdlc_encode(line, lcp, 0), sizeof(none));
	ck_assert_mem_eq(line, none, sizeof(none));
	feed(none, sizeof(none));
	assert_counts(0, 0, 0, 3, 0);
	n = hdlc_encode(line, lcp, 1);
	feed(line, n);
	assert_counts(1, 0, 0, 3, 0);
	assert_last_is(lcp, 1);
	feed("\x7e" "abc\x7e", 5);
	assert_counts(1, 1, 0, 3, 0);
}
END_TEST

/* Every wrong bit on the line is noticed; the next frame is not hurt. */
START_TEST(one_wrong_bit)
{
	uint8_t line[sizeof(lcp_line)];
	uint64_t dropped;
	size_t bit;

	for (bit = 8; bit < 8 * (sizeof(lcp_line) - 1); bit++) {
		memcpy(line, lcp_line, sizeof(line));
		line[bit / 8] ^= (uint8_t)(1 << bit % 8);
		dropped = decoder.counts.bad_fcs + decoder.counts.aborted +
		    decoder.counts.too_short;
		feed(line, sizeof(line));
		ck_assert_uint_gt(decoder.counts.bad_fcs + decoder.counts.aborted +
		    decoder.counts.too_short, dropped);
		ck_assert_uint_eq(got.frames, bit - 8);
		feed(lcp_line, sizeof(lcp_line));
		ck_assert_uint_eq(got.frames, bit - 7);
	}
}
END_TEST

/* P-4: any octet may be escaped, also those that need not be. */
START_TEST(everything_escaped)
{
	static const uint8_t fcs[] = { 0x4b, 0x19 };
	size_t i, n = 0;

	stream[n++] = 0x7e;
	for (i = 0; i < sizeof(lcp) + sizeof(fcs); i++) {
		stream[n++] = 0x7d;
		stream[n++] = (i < sizeof(lcp) ? lcp[i] :
						 fcs[i - sizeof(lcp)]) ^ 0x20;
		/* RFC 1662 4.2: 7D 5E is the flag, 7D 7E would abort. */
		if (stream[n - 1] == 0x7e) {
			stream[n - 2] = 0x5e;
			n--;
		}
	}
	stream[n++] = 0x7e;
	feed(stream, n);
	assert_counts(1, 0, 0, 0, 0);
	assert_last_is(lcp, sizeof(lcp));
}
END_TEST

/* 7D 7D is 5D, and what follows is not escaped again. */
START_TEST(escaped_escape)
{
	static const uint8_t frame[] = { 'a', 0x5d, 'b', 0x5d, 0x5d, 'c' };
	static const uint8_t line[] = { 'a', 0x7d, 0x7d, 'b', 0x7d, 0x7d, 0x7d,
		0x7d, 'c' };
	uint16_t fcs = (uint16_t)~model_fcs(0xffff, frame, sizeof(frame));
	size_t cut, n, lead;

	/* At every place of a word, and cut at every place. */
	for (lead = 0; lead < 8; lead++) {
		memset(stream, 0x7e, lead);
		memcpy(stream + lead, line, sizeof(line));
		n = lead + sizeof(line);
		n += model_put(stream + n, fcs & 0xff);
		n += model_put(stream + n, (uint8_t)(fcs >> 8));
		stream[n++] = 0x7e;
		for (cut = 0; cut <= n; cut++) {
			setup();
			feed(stream, cut);
			feed(stream + cut, n - cut);
			assert_counts(1, 0, 0, 0, 0);
			assert_last_is(frame, sizeof(frame));
		}
	}
}
END_TEST

/* P-3: what every octet becomes. */
START_TEST(every_octet)
{
	uint8_t frame[256], line[HDLC_ENCODED_MAX(256)];
	uint8_t slow[HDLC_ENCODED_MAX(256)];
	size_t i, n;

	for (i = 0; i < sizeof(frame); i++)
		frame[i] = (uint8_t)i;
	n = hdlc_encode(line, frame, sizeof(frame));
	ck_assert_uint_eq(n, model_encode(slow, frame, sizeof(frame)));
	ck_assert_mem_eq(line, slow, n);
	for (i = 1; i < n - 1; i++) {
		ck_assert_uint_ge(line[i], 0x20);
		ck_assert_uint_ne(line[i], 0x7e);
	}
	feed(line, n);
	assert_last_is(frame, sizeof(frame));
}
END_TEST

/* P-12: every length to 300, then some up to the longest. */
START_TEST(random_frames_come_back)
{
	uint8_t *line, *frame;
	size_t len, n, max, i;

	for (i = 1; i < 400; i++) {
		len = i <= 300 ? i : i == 399 ? HDLC_FRAME_MAX :
						prng() % HDLC_FRAME_MAX + 1;
		max = HDLC_ENCODED_MAX(len);
		frame = malloc(len);
		line = malloc(max + 8);
		ck_assert_ptr_nonnull(frame);
		ck_assert_ptr_nonnull(line);
		fill_random(frame, len, 1 + prng() % 16);
		memset(line, 0xa5, max + 8);
		n = hdlc_encode(line, frame, len);
		ck_assert_uint_le(n, max);
		ck_assert_mem_eq(line + max,
		    "\xa5\xa5\xa5\xa5\xa5\xa5\xa5\xa5", 8);
		ck_assert_uint_eq(n, model_encode(stream, frame, len));
		ck_assert_mem_eq(line, stream, n);
		got.len = 0;
		feed(line, n);
		ck_assert_uint_eq(got.frames, i);
		assert_last_is(frame, len);
		free(frame);
		free(line);
	}
}
END_TEST

/* HDLC_ENCODED_MAX is just enough, also for the octet written in advance. */
START_TEST(everything_needs_escape)
{
	size_t len = (size_t)_i, n;
	uint8_t *frame = calloc(1, len + 1);
	uint8_t *line = malloc(HDLC_ENCODED_MAX(len));

	ck_assert_ptr_nonnull(frame);
	ck_assert_ptr_nonnull(line);
	n = hdlc_encode(line, frame, len);
	ck_assert_uint_ge(n, 2 * len + 4);
	ck_assert_uint_le(n, HDLC_ENCODED_MAX(len));
	feed(line, n);
	if (len > 0)
		assert_last_is(frame, len);
	free(frame);
	free(line);
}
END_TEST

/* P-7: the longest goes through, one more is dropped up to the flag. */
START_TEST(oversize)
{
	static uint8_t frame[2 * HDLC_FRAME_MAX];
	size_t len, n, cut;

	fill_random(frame, sizeof(frame), 4);
	for (len = HDLC_FRAME_MAX - 1; len <= HDLC_FRAME_MAX + 20; len++) {
		setup();
		n = model_encode(stream, frame, len);
		cut = prng() % n;
		feed(stream, cut);
		feed(stream + cut, n - cut);
		feed(lcp_line, sizeof(lcp_line));
		if (len <= HDLC_FRAME_MAX)
			assert_counts(2, 0, 0, 0, 0);
		else
			assert_counts(1, 0, 1, 0, 0);
		assert_last_is(lcp, sizeof(lcp));
	}

	/* The same at the very limit, octet by octet. */
	for (len = HDLC_FRAME_MAX; len <= HDLC_FRAME_MAX + 1; len++) {
		setup();
		n = model_encode(stream, frame, len);
		for (cut = 0; cut < n; cut++)
			feed(stream + cut, 1);
		assert_counts(len == HDLC_FRAME_MAX, 0,
		    len != HDLC_FRAME_MAX, 0, 0);
	}

	setup();
	n = model_encode(stream, frame, sizeof(frame));
	feed(stream, n);
	feed(stream, n);
	feed(lcp_line, sizeof(lcp_line));
	assert_counts(1, 0, 2, 0, 0);
	assert_last_is(lcp, sizeof(lcp));
}
END_TEST

/* A line that never sends a flag costs nothing and ends with one. */
START_TEST(no_flag_for_long)
{
	int i;

	memset(stream, 'x', sizeof(stream));
	for (i = 0; i < 16; i++)
		feed(stream, sizeof(stream));
	memset(stream, 0x7d, sizeof(stream));
	feed(stream, sizeof(stream));
	assert_counts(0, 0, 1, 0, 0);
	feed(lcp_line, sizeof(lcp_line));
	assert_counts(1, 0, 1, 0, 0);
}
END_TEST

/* A stream of good, broken, aborted, long and empty frames; its length. */
static size_t
make_stream(size_t size)
{
	static uint8_t frame[HDLC_FRAME_MAX + 64];
	size_t n = 0, len;

	while (n + HDLC_ENCODED_MAX(sizeof(frame)) < size) {
		switch (prng() % 8) {
		case 0:				/* anything */
			len = prng() % 40;
			fill_random(stream + n, len, 2);
			n += len;
			break;
		case 1:				/* escapes in a row */
			len = prng() % 12;
			memset(stream + n, 0x7d, len);
			n += len;
			break;
		case 2:				/* too long, or nearly */
			len = sizeof(frame) - prng() % 80;
			if (prng() % 4 != 0)
				len = prng() % 1500;
			fill_random(frame, len, 8);
			n += model_encode(stream + n, frame, len);
			break;
		case 3:				/* cut short */
			len = prng() % 100;
			fill_random(frame, len, 8);
			n += model_encode(stream + n, frame, len);
			n -= prng() % 4;
			break;
		default:
			len = prng() % 200;
			fill_random(frame, len, 8);
			n += model_encode(stream + n, frame, len);
			n -= prng() % 2;	/* shares the flag, or not */
		}
	}
	return n;
}

START_TEST(stream_like_the_model)
{
	static const size_t most[] = { 1, 3, 17, 300, 5000, 100000 };
	size_t i, n, from, part;
	uint64_t dropped;

	prng_state = SEED + (uint32_t)_i;
	n = make_stream(sizeof(stream));
	model_decode(&model, stream, n, &expected);
	dropped = model.bad_fcs + model.too_short + model.aborted;
	ck_assert_uint_gt(expected.frames, 30);
	ck_assert_uint_gt(dropped, 10);
	for (i = 0; i < sizeof(most) / sizeof(most[0]); i++) {
		hdlc_decoder_init(&decoder);
		got.frames = 0;
		got.len = 0;
		for (from = 0; from < n; from += part) {
			part = 1 + prng() % most[i];
			if (part > n - from)
				part = n - from;
			feed(stream + from, part);
		}
		assert_same_as_model();
	}
}
END_TEST

/* All places to cut a short stream in three. */
START_TEST(three_reads_at_every_place)
{
	static const uint8_t line[] = { 0x7e, 0x7d, 0x23, 'a', 0x7d, 0x7e, 0x7e,
		0xff, 0x7d, 0x5d, 0x7e, 0x7e, 'a', 'b', 0x7e };
	uint8_t frame[9];
	size_t n, a, b;

	memcpy(stream, line, sizeof(line));
	n = sizeof(line);
	fill_random(frame, sizeof(frame), 2);
	n += model_encode(stream + n, frame, sizeof(frame));
	n += model_encode(stream + n, lcp, 5) - 1;
	model_decode(&model, stream, n, &expected);
	ck_assert_uint_eq(expected.frames, 1);
	for (a = 0; a <= n; a++) {
		for (b = a; b <= n; b++) {
			hdlc_decoder_init(&decoder);
			got.frames = 0;
			got.len = 0;
			feed(stream, a);
			feed(stream + a, b - a);
			feed(stream + b, n - b);
			assert_same_as_model();
		}
	}
}
END_TEST

/* What a fresh decoder could not go on with, and what it could. */
START_TEST(idle_between_frames_only)
{
	static const uint8_t frame[] = { 0xff, 0x03, 0xc0, 0x21, 1, 1, 0, 4 };
	uint8_t buf[HDLC_ENCODED_MAX(sizeof(frame))];
	size_t n = hdlc_encode(buf, frame, sizeof(frame));

	hdlc_decoder_init(&decoder);
	ck_assert(hdlc_decoder_is_idle(&decoder));
	for (size_t i = 0; i < n; i++) {
		hdlc_decode(&decoder, buf + i, 1, deliver, &got);
		ck_assert_int_eq(hdlc_decoder_is_idle(&decoder),
		    i == 0 || i == n - 1);
	}
	hdlc_decode(&decoder, (const uint8_t *)"}", 1, deliver, &got);
	ck_assert(!hdlc_decoder_is_idle(&decoder));
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, idle_between_frames_only);
	tcase_add_test(tc, fcs_known);
	tcase_add_test(tc, fcs_is_the_model);
	tcase_add_test(tc, lcp_encodes);
	tcase_add_test(tc, lcp_decodes_at_every_split);
	tcase_add_test(tc, lcp_decodes_octet_by_octet);
	tcase_add_test(tc, flags_shared_and_in_a_row);
	tcase_add_test(tc, abort_at_every_place);
	tcase_add_test(tc, short_frames);
	tcase_add_test(tc, one_wrong_bit);
	tcase_add_test(tc, everything_escaped);
	tcase_add_test(tc, escaped_escape);
	tcase_add_test(tc, every_octet);
	tcase_add_test(tc, random_frames_come_back);
	tcase_add_loop_test(tc, everything_needs_escape, 0, 40);
	tcase_add_test(tc, oversize);
	tcase_add_test(tc, no_flag_for_long);
	tcase_add_loop_test(tc, stream_like_the_model, 0, 10);
	tcase_add_test(tc, three_reads_at_every_place);
}

int
main(void)
{
	return unit_main("hdlc", tests);
}
