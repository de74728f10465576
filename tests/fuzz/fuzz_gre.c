/* Fuzz target: what a raw socket delivers, and enhanced GRE. */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "fuzz.h"
#include "protocol/pptp_gre.h"

static void
check_gre(const uint8_t *data, size_t size)
{
	uint8_t out[PPTP_GRE_HEADER_MAX];
	struct pptp_gre gre;
	size_t need;

	memset(&gre, 0xa5, sizeof(gre));
	if (pptp_gre_decode(data, size, &gre) != PPTP_GRE_DECODED)
		return;
	need = 8 + (gre.has_seq ? 4U : 0U) + (gre.has_ack ? 4U : 0U);
	MUST(gre.header_len == need && need <= size);
	MUST(gre.payload_len <= size - need);
	MUST(gre.has_seq || gre.payload_len == 0);
	MUST(pptp_gre_encode(out, &gre) == need);
	MUST(memcmp(out, data, 4) == 0);
	MUST(!gre.has_seq || memcmp(out + 4, data + 4, 2) == 0);
	MUST(memcmp(out + 6, data + 6, need - 6) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t src, dst;
	size_t offset, len = 4711;

	offset = pptp_gre_ip(data, size, &src, &dst, &len);
	if (offset == 0)
		MUST(len == 0);
	else {
		MUST(offset >= 20 && offset <= 60 && offset % 4 == 0);
		MUST(len <= size - offset);
		MUST(data[9] == 47 && data[0] >> 4 == 4);
		MUST(memcmp(&src, data + 12, 4) == 0);
		MUST(memcmp(&dst, data + 16, 4) == 0);
		check_gre(data + offset, len);
	}
	check_gre(data, size);
	return 0;
}
