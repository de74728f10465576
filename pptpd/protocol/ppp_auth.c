/* What a PPP frame from pppd says about authentication. */
/* SPDX-License-Identifier: ISC */
#include "protocol/ppp_auth.h"

#include <stdbool.h>

#include "base/wire.h"

#define PPP_ALL_STATIONS	0xFF
#define PPP_UI			0x03

/* Protocols (RFC 1661 2; numbers of the IANA). */
#define PPP_PAP			0xC023
#define PPP_CHAP		0xC223
#define PPP_EAP			0xC227
/* Below it are IPCP (0x8021), all else that sets up networks, and data. */
#define PPP_LINK_CONTROL	0xC000

#define PAP_ACK			2	/* RFC 1334 2.2 */
#define PAP_NAK			3
#define CHAP_SUCCESS		3	/* RFC 1994 4, and EAP: RFC 3748 4 */
#define CHAP_FAILURE		4

static enum ppp_auth
verdict(uint8_t code, uint8_t success, uint8_t failure)
{
	if (code == success)
		return PPP_AUTH_SUCCEEDED;
	return code == failure ? PPP_AUTH_FAILED : PPP_AUTH_NOTHING;
}

enum ppp_auth
ppp_auth_look(const uint8_t *frame, size_t len)
{
	struct wire_reader r;
	uint16_t protocol;
	uint8_t code;

	if (len >= 2 && frame[0] == PPP_ALL_STATIONS && frame[1] == PPP_UI) {
		frame += 2;
		len -= 2;
	}
	if (len > 0 && (frame[0] & 1) != 0)
		return PPP_AUTH_SUCCEEDED;	/* one octet: data */
	wire_reader_init(&r, frame, len);
	protocol = wire_get_u16(&r);
	code = wire_get_u8(&r);
	if (r.bad)
		return PPP_AUTH_NOTHING;
	/* pppd comes to networks when authentication is over, or not asked
	 * for (RFC 1661 3.5). */
	if (protocol < PPP_LINK_CONTROL)
		return PPP_AUTH_SUCCEEDED;
	switch (protocol) {
	case PPP_PAP:
		return verdict(code, PAP_ACK, PAP_NAK);
	case PPP_CHAP:
	case PPP_EAP:
		return verdict(code, CHAP_SUCCESS, CHAP_FAILURE);
	default:
		return PPP_AUTH_NOTHING;
	}
}
