/* Fuzz target: a packet from a LAN or a caller, to bcrelay's rewriting. */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "fuzz.h"
#include "packet.h"

#define PACKET_MAX	65535
#define GROUPS		2
#define AT_TTL		8
#define AT_DST		16

static uint8_t data[PACKET_MAX], before[PACKET_MAX];

/* What must be so of every packet that is sent, whoever made it. */
static void
check_sent(const struct packet *packet, size_t size)
{
	size_t checksum = packet->header + 6, i;

	MUST(packet->data == data && packet->len <= size);
	MUST(packet->header >= 20 && packet->header <= packet->len);
	MUST(packet_checksum(data, packet->header) == 0);
	MUST(data[AT_TTL] == 1);
	for (i = packet->header; i < size; i++) {
		if (!packet->later && (i == checksum || i == checksum + 1))
			MUST(data[i] == 0);
		else
			MUST(data[i] == before[i]);
	}
	MUST(data[0] == before[0] && data[1] == before[1]);
	MUST(memcmp(data + 2, before + 2, AT_TTL - 2) == 0);
	fuzz_known(data, packet->len);
}

/* Flags, an address here, a group, the source to set; the rest is the packet. */
int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct fuzz_input in = { input, size };
	uint8_t flags = fuzz_u8(&in), mac[PACKET_MAC_LEN];
	uint32_t addr = fuzz_u32(&in), src;
	uint32_t group[GROUPS] = { fuzz_u32(&in) | 0xe0000000, 0xe00000fb };
	struct packet_net net = { &addr, 1, group, flags & 2 ? GROUPS : 0 };
	struct packet packet, again;
	size_t len = PACKET_MAX;
	const uint8_t *octets;
	bool by_frame = (flags & 1) != 0;

	src = fuzz_u32(&in);
	octets = fuzz_bytes(&in, &len);
	memset(data, 0, sizeof(data));
	memcpy(data, octets, len);
	if ((flags & 4) != 0 && len >= 20) {
		/* most of what a fuzzer makes has a wrong checksum */
		size_t header = (size_t)(data[0] & 0xf) * 4;

		data[10] = data[11] = 0;
		if (header <= len) {
			uint16_t sum = packet_checksum(data, header);

			data[10] = (uint8_t)(sum >> 8);
			data[11] = (uint8_t)sum;
		}
	}
	memcpy(before, data, sizeof(before));
	if (packet_look(&packet, data, len, by_frame, &net) != PACKET_RELAY) {
		MUST(memcmp(before, data, len) == 0);
		return 0;
	}
	MUST(memcmp(before, data, len) == 0);
	packet_rewrite(&packet, flags & 8 ? src : 0);
	check_sent(&packet, len);
	MUST(packet.group || packet.dst == PACKET_ANYONE);
	packet_mac(&packet, mac);
	MUST((mac[0] & 1) != 0);		/* never to one station */

	/* No relay takes it up again, on whatever link it comes back. */
	MUST(packet_look(&again, data, packet.len, true, &net) ==
	    PACKET_RELAYED);
	MUST(packet_look(&again, data, packet.len, false, &net) ==
	    PACKET_RELAYED);
	if (!packet.group) {
		packet_aim(&packet, addr | 0xff);
		check_sent(&packet, len);
		MUST(packet_look(&again, data, packet.len, true, &net) ==
		    PACKET_RELAYED);
	}
	return 0;
}
