/* pptpdctl trace: files for Wireshark, blocks of pcapng. */
/* SPDX-License-Identifier: ISC */
#include "ctl/pcapng.h"

#include <string.h>

#include "base/wire.h"

/* Types of blocks, and the number that shows the order of octets: ours. */
#define SECTION		0x0A0D0D0AU
#define INTERFACE	1
#define STATISTICS	5
#define PACKET		6
#define BYTE_ORDER_MAGIC 0x1A2B3C4DU

/* Options. */
#define END		0
#define COMMENT		1
#define SECTION_PROGRAM	4
#define INTERFACE_NAME	2
#define PACKET_FLAGS	2
#define PACKET_DROPPED	4
#define RECEIVED	4
#define DROPPED		5

#define INBOUND		1	/* of flags */
#define OUTBOUND	2

/* The block's length comes twice, and is known at the end. */
static void
begin(struct wire_writer *w, struct pcapng_block *b, uint32_t type)
{
	wire_writer_init(w, b->octets, sizeof(b->octets));
	wire_put_u32(w, type);
	wire_put_u32(w, 0);
}

static void
pad(struct wire_writer *w)
{
	wire_put_zero(w, (4 - w->len % 4) % 4);
}

static void
option(struct wire_writer *w, uint16_t code, const void *value, size_t len)
{
	wire_put_u16(w, code);
	wire_put_u16(w, (uint16_t)len);
	wire_put_bytes(w, value, len);
	pad(w);
}

static void
option_text(struct wire_writer *w, uint16_t code, const char *text)
{
	if (text != NULL && text[0] != '\0')
		option(w, code, text, strnlen(text, PCAPNG_TEXT_MAX));
}

static void
option_u64(struct wire_writer *w, uint16_t code, uint64_t n)
{
	wire_put_u16(w, code);
	wire_put_u16(w, 8);
	wire_put_u64(w, n);
}

static bool
end(struct wire_writer *w, struct pcapng_block *b)
{
	struct wire_writer length;
	uint8_t octets[4];

	wire_put_u32(w, END);
	wire_put_u32(w, (uint32_t)w->len + 4);
	wire_writer_init(&length, octets, sizeof(octets));
	wire_put_u32(&length, (uint32_t)w->len);
	memcpy(b->octets + 4, octets, sizeof(octets));
	b->len = w->len;
	return !w->bad;
}

void
pcapng_section(struct pcapng_block *b, const char *program,
    const char *comment)
{
	struct wire_writer w;

	begin(&w, b, SECTION);
	wire_put_u32(&w, BYTE_ORDER_MAGIC);
	wire_put_u16(&w, 1);			/* version 1.0 */
	wire_put_u16(&w, 0);
	wire_put_u64(&w, UINT64_MAX);		/* its length is not known */
	option_text(&w, COMMENT, comment);
	option_text(&w, SECTION_PROGRAM, program);
	(void)end(&w, b);
}

void
pcapng_interface(struct pcapng_block *b, uint16_t linktype, const char *name)
{
	struct wire_writer w;

	begin(&w, b, INTERFACE);
	wire_put_u16(&w, linktype);
	wire_put_u16(&w, 0);
	wire_put_u32(&w, 0);			/* packets are not cut */
	option_text(&w, INTERFACE_NAME, name);
	(void)end(&w, b);
}

bool
pcapng_packet(struct pcapng_block *b, uint32_t interface, uint64_t at,
    bool out, uint64_t dropped, const uint8_t *head, size_t head_len,
    const uint8_t *data, size_t len)
{
	struct wire_writer w;

	begin(&w, b, PACKET);
	wire_put_u32(&w, interface);
	wire_put_u32(&w, (uint32_t)(at >> 32));
	wire_put_u32(&w, (uint32_t)at);
	wire_put_u32(&w, (uint32_t)(head_len + len));
	wire_put_u32(&w, (uint32_t)(head_len + len));
	wire_put_bytes(&w, head, head_len);
	wire_put_bytes(&w, data, len);
	pad(&w);
	wire_put_u16(&w, PACKET_FLAGS);
	wire_put_u16(&w, 4);
	wire_put_u32(&w, out ? OUTBOUND : INBOUND);
	if (dropped > 0)
		option_u64(&w, PACKET_DROPPED, dropped);
	return end(&w, b);
}

void
pcapng_statistics(struct pcapng_block *b, uint32_t interface, uint64_t at,
    uint64_t received, uint64_t dropped, const char *comment)
{
	struct wire_writer w;

	begin(&w, b, STATISTICS);
	wire_put_u32(&w, interface);
	wire_put_u32(&w, (uint32_t)(at >> 32));
	wire_put_u32(&w, (uint32_t)at);
	option_text(&w, COMMENT, comment);
	option_u64(&w, RECEIVED, received);
	option_u64(&w, DROPPED, dropped);
	(void)end(&w, b);
}
