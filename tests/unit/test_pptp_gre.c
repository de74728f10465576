/* Enhanced GRE: octets against fields, every truncation, every flag. */
/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "protocol/pptp_gre.h"
#include "prng.h"
#include "unit.h"

#define SEED 2637

/* The text above each packet is tshark 4.0.17's. */

/*
 * Flags and Version: 0x3001
 * Protocol Type: PPP (0x880b)
 * Payload Length: 22
 * Call ID: 6699
 * Sequence Number: 0
 * PPP Link Control Protocol
 */
static const uint8_t data[] = {
	0x30, 0x01, 0x88, 0x0b, 0x00, 0x16, 0x1a, 0x2b, 0x00, 0x00, 0x00, 0x00,
	0xff, 0x03, 0xc0, 0x21, 0x01, 0x01, 0x00, 0x12, 0x01, 0x04, 0x05, 0x78,
	0x05, 0x06, 0x5a, 0x17, 0x2c, 0x9e, 0x07, 0x02, 0x08, 0x02,
};

/*
 * Flags and Version: 0x3081
 * Protocol Type: PPP (0x880b)
 * Payload Length: 13
 * Call ID: 64234
 * Sequence Number: 4294967295
 * Acknowledgment Number: 4294967280
 * Point-to-Point Protocol
 * Internet Protocol Version 4
 */
static const uint8_t data_ack[] = {
	0x30, 0x81, 0x88, 0x0b, 0x00, 0x0d, 0xfa, 0xea, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xf0, 0x00, 0x21, 0x45, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00,
};

/*
 * Flags and Version: 0x2081
 * Protocol Type: PPP (0x880b)
 * Payload Length: 0
 * Call ID: 6699
 * Acknowledgment Number: 17
 */
static const uint8_t ack_only[] = {
	0x20, 0x81, 0x88, 0x0b, 0x00, 0x00, 0x1a, 0x2b, 0x00, 0x00, 0x00, 0x11,
};

/*
 * Flags and Version: 0x2001
 * Protocol Type: PPP (0x880b)
 * Payload Length: 0
 * Call ID: 64234
 */
static const uint8_t neither[] = {
	0x20, 0x01, 0x88, 0x0b, 0x00, 0x00, 0xfa, 0xea,
};

static const struct sample {
	const uint8_t	*wire;
	size_t		 len;
	struct pptp_gre	 gre;
} samples[] = {
	{ data, sizeof(data), { .call_id = 6699, .payload_len = 22,
	    .has_seq = true, .seq = 0, .header_len = 12 } },
	{ data_ack, sizeof(data_ack), { .call_id = 64234, .payload_len = 13,
	    .has_seq = true, .has_ack = true, .seq = 4294967295,
	    .ack = 4294967280, .header_len = 16 } },
	{ ack_only, sizeof(ack_only), { .call_id = 6699, .has_ack = true,
	    .ack = 17, .header_len = 12 } },
	{ neither, sizeof(neither), { .call_id = 64234, .header_len = 8 } },
};

#define NSAMPLES ((int)(sizeof(samples) / sizeof(samples[0])))

/* From memory that ends with the packet: sanitizers see an overrun. */
static enum pptp_gre_decode
decode_exact(const uint8_t *buf, size_t len, struct pptp_gre *gre)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	enum pptp_gre_decode result;

	ck_assert_ptr_nonnull(copy);
	memset(gre, 0xa5, sizeof(*gre));
	if (len > 0)
		memcpy(copy, buf, len);
	result = pptp_gre_decode(copy, len, gre);
	free(copy);
	return result;
}

static void
assert_gre_eq(const struct pptp_gre *a, const struct pptp_gre *b)
{
	ck_assert_uint_eq(a->call_id, b->call_id);
	ck_assert_uint_eq(a->payload_len, b->payload_len);
	ck_assert_int_eq(a->has_seq, b->has_seq);
	ck_assert_int_eq(a->has_ack, b->has_ack);
	ck_assert_uint_eq(a->seq, b->seq);
	ck_assert_uint_eq(a->ack, b->ack);
	ck_assert_uint_eq(a->header_len, b->header_len);
}

START_TEST(sample_decodes)
{
	const struct sample *s = &samples[_i];
	struct pptp_gre gre;

	ck_assert_int_eq(decode_exact(s->wire, s->len, &gre),
	    PPTP_GRE_DECODED);
	assert_gre_eq(&gre, &s->gre);
}
END_TEST

/* The payload may stand behind the header already: it is not touched. */
START_TEST(sample_encodes)
{
	const struct sample *s = &samples[_i];
	uint8_t buf[PPTP_GRE_HEADER_MAX + 1];
	size_t i, len;

	memset(buf, 0xa5, sizeof(buf));
	len = pptp_gre_encode(buf, &s->gre);
	ck_assert_uint_eq(len, s->gre.header_len);
	ck_assert_mem_eq(buf, s->wire, len);
	for (i = len; i < sizeof(buf); i++)
		ck_assert_uint_eq(buf[i], 0xa5);
}
END_TEST

/* G-3, G-4, G-5: whatever is cut off, it is noticed. */
START_TEST(every_truncation)
{
	const struct sample *s = &samples[_i];
	struct pptp_gre gre;
	size_t len;

	for (len = 0; len < s->len; len++) {
		ck_assert_int_eq(decode_exact(s->wire, len, &gre),
		    len < s->gre.header_len ? PPTP_GRE_SHORT :
					      PPTP_GRE_BAD_LENGTH);
	}
}
END_TEST

/* RFC 2637 4.1: of the first 16 bits only S and A may vary. */
START_TEST(every_flag)
{
	uint8_t buf[sizeof(data_ack)];
	struct pptp_gre gre;
	unsigned int first;
	enum pptp_gre_decode expected, result;

	memcpy(buf, data_ack, sizeof(buf));
	for (first = 0; first <= 0xffff; first++) {
		buf[0] = (uint8_t)(first >> 8);
		buf[1] = (uint8_t)first;
		expected = first == 0x3001 || first == 0x3081 ||
		    first == 0x2001 || first == 0x2081 ? PPTP_GRE_DECODED :
							 PPTP_GRE_BAD_HEADER;
		result = pptp_gre_decode(buf, sizeof(buf), &gre);
		ck_assert_int_eq(result, expected);
		if (result != PPTP_GRE_DECODED)
			continue;
		ck_assert_int_eq(gre.has_seq, (first & 0x1000) != 0);
		ck_assert_int_eq(gre.has_ack, (first & 0x0080) != 0);
	}
}
END_TEST

START_TEST(every_protocol_type)
{
	uint8_t buf[sizeof(ack_only)];
	struct pptp_gre gre;
	unsigned int proto;

	memcpy(buf, ack_only, sizeof(buf));
	for (proto = 0; proto <= 0xffff; proto++) {
		buf[2] = (uint8_t)(proto >> 8);
		buf[3] = (uint8_t)proto;
		ck_assert_int_eq(pptp_gre_decode(buf, sizeof(buf), &gre),
		    proto == 0x880b ? PPTP_GRE_DECODED : PPTP_GRE_BAD_HEADER);
	}
}
END_TEST

/* T-26: Poptop took up to 20 octets more than there were. */
START_TEST(payload_length)
{
	static const struct {
		int			 more;
		enum pptp_gre_decode	 result;
	} table[] = { { -22, PPTP_GRE_DECODED }, { -1, PPTP_GRE_DECODED },
		{ 0, PPTP_GRE_DECODED }, { 1, PPTP_GRE_BAD_LENGTH },
		{ 20, PPTP_GRE_BAD_LENGTH }, { 21, PPTP_GRE_BAD_LENGTH },
		{ 65535 - 22, PPTP_GRE_BAD_LENGTH } };
	uint8_t buf[sizeof(data)];
	struct pptp_gre gre;
	unsigned int claim;
	size_t i;

	memcpy(buf, data, sizeof(buf));
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		claim = (unsigned int)(22 + table[i].more);
		buf[4] = (uint8_t)(claim >> 8);
		buf[5] = (uint8_t)claim;
		ck_assert_int_eq(decode_exact(buf, sizeof(buf), &gre),
		    table[i].result);
		if (table[i].result == PPTP_GRE_DECODED)
			ck_assert_uint_eq(gre.payload_len, claim);
	}
}
END_TEST

/* G-10: without S there is no payload, whatever the length says. */
START_TEST(payload_without_sequence_number)
{
	uint8_t buf[sizeof(ack_only) + 8] = { 0 };
	struct pptp_gre gre;

	memcpy(buf, ack_only, sizeof(ack_only));
	buf[4] = 0xff;
	buf[5] = 0xff;
	ck_assert_int_eq(decode_exact(buf, sizeof(buf), &gre),
	    PPTP_GRE_DECODED);
	ck_assert_uint_eq(gre.payload_len, 0);
	ck_assert_uint_eq(gre.ack, 17);
}
END_TEST

/* T-25: random contents of 0 to 40 octets, most with a legal first part. */
START_TEST(random_octets)
{
	static const uint8_t firsts[] = { 0x30, 0x01, 0x30, 0x81, 0x20, 0x01,
		0x20, 0x81 };
	uint8_t buf[40], out[PPTP_GRE_HEADER_MAX];
	struct pptp_gre gre;
	enum pptp_gre_decode result;
	size_t i, len, need;
	int round;

	prng_state = SEED;
	for (round = 0; round < 40000; round++) {
		len = prng() % (sizeof(buf) + 1);
		for (i = 0; i < sizeof(buf); i++)
			buf[i] = (uint8_t)(prng() >> 9);
		if (round % 8 != 0) {
			memcpy(buf, firsts + prng() % 4 * 2, 2);
			buf[2] = 0x88;
			buf[3] = 0x0b;
			buf[4] = 0;
			buf[5] %= 48;
		}
		need = 8 + (buf[0] & 0x10 ? 4U : 0U) + (buf[1] & 0x80 ? 4U : 0U);
		result = decode_exact(buf, len, &gre);
		if (round % 8 != 0)
			ck_assert_int_eq(result, len < need ? PPTP_GRE_SHORT :
			    buf[0] & 0x10 && buf[5] > len - need ?
			    PPTP_GRE_BAD_LENGTH : PPTP_GRE_DECODED);
		if (result != PPTP_GRE_DECODED)
			continue;
		ck_assert_uint_eq(gre.header_len, need);
		ck_assert_uint_le(gre.header_len + gre.payload_len, len);
		ck_assert_uint_eq(pptp_gre_encode(out, &gre), need);
		if (!gre.has_seq)
			memset(buf + 4, 0, 2);
		ck_assert_mem_eq(out, buf, need);
	}
}
END_TEST

/*
 * Version: 4; Header Length: 20 bytes (5); Total Length: 32
 * Identification: 0x1234 (4660); Flags: 0x0; Time to Live: 64
 * Protocol: Generic Routing Encapsulation (47)
 * Source Address: 198.51.100.20
 * Destination Address: 203.0.113.1
 */
static const uint8_t ip_header[] = {
	0x45, 0x00, 0x00, 0x20, 0x12, 0x34, 0x00, 0x00, 0x40, 0x2f, 0x02, 0x32,
	0xc6, 0x33, 0x64, 0x14, 0xcb, 0x00, 0x71, 0x01,
};

#define IP_MAX (60 + sizeof(ack_only) + 4)

/* A datagram with an acknowledgment; returns its length. */
static size_t
make_ip(uint8_t *buf, unsigned int ihl)
{
	size_t header = 4 * (size_t)ihl, len = header + sizeof(ack_only);

	memset(buf, 0x01, IP_MAX);		/* options: no operation */
	memcpy(buf, ip_header, sizeof(ip_header));
	buf[0] = (uint8_t)(0x40 | ihl);
	buf[3] = (uint8_t)len;
	if (header >= sizeof(ip_header))
		memcpy(buf + header, ack_only, sizeof(ack_only));
	return len;
}

static size_t
ip_exact(const uint8_t *buf, size_t len, size_t *gre_len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	uint32_t src, dst;
	size_t offset;

	ck_assert_ptr_nonnull(copy);
	if (len > 0)
		memcpy(copy, buf, len);
	*gre_len = 4711;
	offset = pptp_gre_ip(copy, len, &src, &dst, gre_len);
	free(copy);
	if (offset > 0) {
		ck_assert_mem_eq(&src, ip_header + 12, 4);
		ck_assert_mem_eq(&dst, ip_header + 16, 4);
	} else
		ck_assert_uint_eq(*gre_len, 0);
	return offset;
}

/* G-1: the header length counts, so options are stepped over. */
START_TEST(ip_every_header_length)
{
	uint8_t buf[IP_MAX];
	struct pptp_gre gre;
	size_t len, offset, gre_len;

	len = make_ip(buf, (unsigned int)_i);
	offset = ip_exact(buf, len, &gre_len);
	if (_i < 5) {
		ck_assert_uint_eq(offset, 0);
		return;
	}
	ck_assert_uint_eq(offset, 4 * (size_t)_i);
	ck_assert_uint_eq(gre_len, sizeof(ack_only));
	ck_assert_int_eq(pptp_gre_decode(buf + offset, gre_len, &gre),
	    PPTP_GRE_DECODED);
	ck_assert_uint_eq(gre.ack, 17);
}
END_TEST

START_TEST(ip_every_truncation)
{
	uint8_t buf[IP_MAX];
	size_t len, cut, gre_len;

	len = make_ip(buf, (unsigned int)_i);
	for (cut = 0; cut < len; cut++)
		ck_assert_uint_eq(ip_exact(buf, cut, &gre_len), 0);
}
END_TEST

/* Octets behind the datagram are none of it. */
START_TEST(ip_total_length)
{
	uint8_t buf[IP_MAX];
	size_t len, gre_len;

	len = make_ip(buf, 6);
	ck_assert_uint_eq(ip_exact(buf, len + 4, &gre_len), 24);
	ck_assert_uint_eq(gre_len, sizeof(ack_only));
	buf[3] = 24;
	ck_assert_uint_eq(ip_exact(buf, len, &gre_len), 24);
	ck_assert_uint_eq(gre_len, 0);
	buf[3] = 23;
	ck_assert_uint_eq(ip_exact(buf, len, &gre_len), 0);
	buf[3] = 0;
	ck_assert_uint_eq(ip_exact(buf, len, &gre_len), 0);
	buf[2] = 0xff;
	buf[3] = 0xff;
	ck_assert_uint_eq(ip_exact(buf, len, &gre_len), 0);
}
END_TEST

START_TEST(ip_longest)
{
	static uint8_t buf[65535];
	size_t gre_len;

	memcpy(buf, ip_header, sizeof(ip_header));
	buf[2] = 0xff;
	buf[3] = 0xff;
	ck_assert_uint_eq(ip_exact(buf, sizeof(buf), &gre_len), 20);
	ck_assert_uint_eq(gre_len, 65515);
	ck_assert_uint_eq(ip_exact(buf, sizeof(buf) - 1, &gre_len), 0);
}
END_TEST

START_TEST(ip_version_protocol_fragment)
{
	uint8_t buf[IP_MAX];
	size_t len, gre_len;
	unsigned int v;

	for (v = 0; v < 16; v++) {
		len = make_ip(buf, 5);
		buf[0] = (uint8_t)(v << 4 | 5);
		ck_assert_uint_eq(ip_exact(buf, len, &gre_len),
		    v == 4 ? 20 : 0);
	}
	for (v = 0; v < 256; v++) {
		len = make_ip(buf, 5);
		buf[9] = (uint8_t)v;
		ck_assert_uint_eq(ip_exact(buf, len, &gre_len),
		    v == 47 ? 20 : 0);
	}
	/* Reserved bit and Don't Fragment do not matter, the others do. */
	for (v = 0; v < 16; v++) {
		len = make_ip(buf, 5);
		buf[6 + v / 8] = (uint8_t)(0x80 >> v % 8);
		ck_assert_uint_eq(ip_exact(buf, len, &gre_len),
		    v < 2 ? 20 : 0);
	}
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_loop_test(tc, sample_decodes, 0, NSAMPLES);
	tcase_add_loop_test(tc, sample_encodes, 0, NSAMPLES);
	tcase_add_loop_test(tc, every_truncation, 0, NSAMPLES);
	tcase_add_test(tc, every_flag);
	tcase_add_test(tc, every_protocol_type);
	tcase_add_test(tc, payload_length);
	tcase_add_test(tc, payload_without_sequence_number);
	tcase_add_test(tc, random_octets);
	tcase_add_loop_test(tc, ip_every_header_length, 0, 16);
	tcase_add_loop_test(tc, ip_every_truncation, 5, 16);
	tcase_add_test(tc, ip_total_length);
	tcase_add_test(tc, ip_longest);
	tcase_add_test(tc, ip_version_protocol_fragment);
}

int
main(void)
{
	return unit_main("pptp_gre", tests);
}
