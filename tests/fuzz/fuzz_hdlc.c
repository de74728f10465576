/* Fuzz target: octets from the pty, whole and in pieces; and to the pty. */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "fuzz.h"
#include "protocol/hdlc.h"

/* A sum over all that was delivered, lengths and order included. */
struct sum {
	uint64_t frames, hash;
};

/* What was encoded, and how often it came back. */
struct original {
	const uint8_t	*frame;
	size_t		 len, frames;
};

static struct hdlc_decoder whole, pieces, back;

static void
deliver_same(const uint8_t *frame, size_t len, void *arg)
{
	struct original *o = arg;

	MUST(len == o->len);
	MUST(memcmp(frame, o->frame, len) == 0);
	o->frames++;
}

static void
deliver(const uint8_t *frame, size_t len, void *arg)
{
	struct sum *sum = arg;
	size_t i;

	MUST(len > 0 && len <= HDLC_FRAME_MAX);
	sum->frames++;
	sum->hash = (sum->hash ^ len) * UINT64_C(0x100000001b3);
	for (i = 0; i < len; i++)
		sum->hash = (sum->hash ^ frame[i]) * UINT64_C(0x100000001b3);
}

/* P-12: what is encoded comes back, and nothing on the way is in doubt. */
static void
check_encode(const uint8_t *frame, size_t len)
{
	static uint8_t line[HDLC_ENCODED_MAX(HDLC_FRAME_MAX)];
	struct original o;
	size_t i, n;

	if (len > HDLC_FRAME_MAX)
		len = HDLC_FRAME_MAX;
	n = hdlc_encode(line, frame, len);
	MUST(n >= len + 4 && n <= HDLC_ENCODED_MAX(len));
	MUST(line[0] == HDLC_FLAG && line[n - 1] == HDLC_FLAG);
	for (i = 1; i < n - 1; i++)
		MUST(line[i] >= 0x20 && line[i] != HDLC_FLAG);
	o.frame = frame;
	o.len = len;
	o.frames = 0;
	hdlc_decoder_init(&back);
	hdlc_decode(&back, line, n, deliver_same, &o);
	MUST(o.frames == (len > 0));
	MUST(back.counts.frames == o.frames && back.counts.bad_fcs == 0);
}

/* The first octet says how long the pieces are, the rest is the line. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sum a = { 0, 0 }, b = { 0, 0 };
	size_t from, part, step;

	if (size == 0)
		return 0;
	step = data[0] % 64U + 1;
	data++;
	size--;
	hdlc_decoder_init(&whole);
	hdlc_decode(&whole, data, size, deliver, &a);
	hdlc_decoder_init(&pieces);
	for (from = 0; from < size; from += part) {
		part = size - from < step ? size - from : step;
		hdlc_decode(&pieces, data + from, part, deliver, &b);
		MUST(pieces.len <= sizeof(pieces.frame));
	}
	MUST(a.frames == b.frames && a.hash == b.hash);
	MUST(whole.counts.frames == a.frames && pieces.counts.frames == b.frames);
	MUST(whole.counts.bad_fcs == pieces.counts.bad_fcs);
	MUST(whole.counts.too_long == pieces.counts.too_long);
	MUST(whole.counts.too_short == pieces.counts.too_short);
	MUST(whole.counts.aborted == pieces.counts.aborted);
	MUST(whole.escaped == pieces.escaped);
	MUST(whole.skipping == pieces.skipping);
	MUST(whole.len == pieces.len && whole.fcs == pieces.fcs);
	MUST(whole.fcs == hdlc_fcs(HDLC_FCS_INIT, whole.frame, whole.len));
	check_encode(data, size);
	return 0;
}
