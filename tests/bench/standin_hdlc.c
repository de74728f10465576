/* The stand-in's own async HDLC (RFC 1662): not the code under test. */
/* SPDX-License-Identifier: ISC */
#include "standin_hdlc.h"

#define FLAG	0x7E
#define ESCAPE	0x7D
#define FLIP	0x20
#define FCS_GOOD 0xF0B8		/* RFC 1662 C.2, over data and FCS */

static uint16_t fcs_table[8][256];

/* Eight octets a step; made at the first frame, not at start-up. */
static void
fcs_init(void)
{
	unsigned int i, k, v;

	for (i = 0; i < 256; i++) {
		v = i;
		for (k = 0; k < 8; k++)
			v = v & 1 ? v >> 1 ^ 0x8408 : v >> 1;
		fcs_table[0][i] = (uint16_t)v;
	}
	for (k = 1; k < 8; k++) {
		for (i = 0; i < 256; i++) {
			v = fcs_table[k - 1][i];
			fcs_table[k][i] = (uint16_t)(v >> 8 ^
			    fcs_table[0][v & 0xFF]);
		}
	}
}

static unsigned int
fcs(const uint8_t *p, size_t len)
{
	unsigned int v = 0xFFFF;

	if (fcs_table[0][1] == 0)
		fcs_init();
	for (; len >= 8; p += 8, len -= 8) {
		v = fcs_table[7][p[0] ^ (v & 0xFF)] ^
		    fcs_table[6][p[1] ^ v >> 8] ^ fcs_table[5][p[2]] ^
		    fcs_table[4][p[3]] ^ fcs_table[3][p[4]] ^
		    fcs_table[2][p[5]] ^ fcs_table[1][p[6]] ^
		    fcs_table[0][p[7]];
	}
	for (; len > 0; p++, len--)
		v = v >> 8 ^ fcs_table[0][(v ^ *p) & 0xFF];
	return v;
}

/* A flag: what was collected is a frame, or nothing, or rubbish. */
static enum hdlc_result
hdlc_flag(struct hdlc *h, size_t len)
{
	int aborted = h->escaped || h->overrun;

	h->len = 0;
	h->escaped = h->overrun = 0;
	if (aborted)
		return HDLC_ABORTED;
	if (len == 0)
		return HDLC_MORE;
	if (len < 4)
		return HDLC_ABORTED;
	if (fcs(h->buf, len) != FCS_GOOD)
		return HDLC_BAD_FCS;
	return HDLC_FRAME;
}

enum hdlc_result
hdlc_input(struct hdlc *h, const uint8_t **pp, const uint8_t *end,
    size_t *frame_len)
{
	const uint8_t *p = *pp;
	enum hdlc_result result = HDLC_MORE;
	size_t len = h->len;
	uint8_t c;

	while (p < end && result == HDLC_MORE) {
		c = *p++;
		if (c == FLAG) {
			result = hdlc_flag(h, len);
			*frame_len = len - 2;
			len = 0;
			continue;
		}
		if (c == ESCAPE && !h->escaped) {
			h->escaped = 1;
			continue;
		}
		if (h->escaped) {
			c ^= FLIP;
			h->escaped = 0;
		}
		if (len == sizeof h->buf)
			h->overrun = 1;
		else
			h->buf[len++] = c;
	}
	h->len = len;
	*pp = p;
	return result;
}

static uint8_t *
hdlc_put(uint8_t *out, const uint8_t *p, size_t len)
{
	for (; len > 0; p++, len--) {
		if (*p == FLAG || *p == ESCAPE) {
			*out++ = ESCAPE;
			*out++ = *p ^ FLIP;
		} else
			*out++ = *p;
	}
	return out;
}

size_t
hdlc_output(uint8_t *out, const uint8_t *frame, size_t len)
{
	unsigned int v = ~fcs(frame, len);
	uint8_t tail[2] = { (uint8_t)v, (uint8_t)(v >> 8) };
	uint8_t *p = out;

	*p++ = FLAG;
	p = hdlc_put(p, frame, len);
	p = hdlc_put(p, tail, sizeof tail);
	*p++ = FLAG;
	return (size_t)(p - out);
}
