/* What a client says of itself in LCP Identification (RFC 1570 2.1). */
/* SPDX-License-Identifier: ISC */
#include "state/client_says.h"

#include <stdbool.h>
#include <string.h>

#include "base/log.h"
#include "base/wire.h"
#include "protocol/ppp_frame.h"

#define IDENTIFICATION	12	/* code */
#define HEAD		8	/* code, identifier, length, Magic-Number */

static bool
begins(const char *text, size_t len, const char *with)
{
	return len > strlen(with) && memcmp(text, with, strlen(with)) == 0;
}

void
client_says_look(struct client_says *says, const uint8_t *frame, size_t len)
{
	size_t skip = len >= 2 && frame[0] == 0xFF && frame[1] == 0x03 ? 2 : 0;
	struct wire_reader r;
	uint16_t protocol, said;
	uint8_t code;
	const char *text;

	wire_reader_init(&r, frame + skip, len - skip);
	protocol = wire_get_u16(&r);
	code = wire_get_u8(&r);
	(void)wire_get_u8(&r);		/* identifier */
	said = wire_get_u16(&r);
	(void)wire_get_u32(&r);		/* Magic-Number */
	if (r.bad || protocol != PPP_LCP || code != IDENTIFICATION ||
	    said < HEAD || (size_t)said - HEAD > r.left)
		return;
	text = (const char *)frame + (len - r.left);
	len = (size_t)said - HEAD;
	if (begins(text, len, "MSRAS-0-"))
		log_escape(says->name, sizeof(says->name), text + 8, len - 8);
	else if (begins(text, len, "MSRASV"))
		log_escape(says->version, sizeof(says->version), text, len);
}
