/* Fuzz target: a frame from pppd, looked at for how authentication ended. */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "fuzz.h"
#include "protocol/ppp_auth.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t ff03[] = { 0xff, 0x03 };
	enum ppp_auth bare = ppp_auth_look(data, size);
	uint8_t full[2048];

	MUST(bare == PPP_AUTH_NOTHING || bare == PPP_AUTH_SUCCEEDED ||
	    bare == PPP_AUTH_FAILED);
	MUST(size > 0 || bare == PPP_AUTH_NOTHING);
	/* Address and control in front change nothing (RFC 1661 6.6). */
	if (size == 0 || size > sizeof(full) - 2 || data[0] == 0xff)
		return 0;
	memcpy(full, ff03, sizeof(ff03));
	memcpy(full + 2, data, size);
	MUST(ppp_auth_look(full, size + 2) == bare);
	return 0;
}
