/* What a PPP frame from pppd says about authentication. */
/* SPDX-License-Identifier: ISC */
#include "protocol/ppp_auth.h"

#include "base/wire.h"

#define PAP_ACK			2	/* RFC 1334 2.2 */
#define PAP_NAK			3
#define CHAP_SUCCESS		3	/* RFC 1994 4, and EAP: RFC 3748 4 */
#define CHAP_FAILURE		4
#define OPTION_AUTH		3	/* RFC 1661 6.2 */
#define ALGORITHM_MD5		5
#define ALGORITHM_MSCHAP	0x80
#define ALGORITHM_MSCHAP_V2	0x81

static enum ppp_auth
verdict(uint8_t code, uint8_t success, uint8_t failure)
{
	if (code == success)
		return PPP_AUTH_SUCCEEDED;
	return code == failure ? PPP_AUTH_FAILED : PPP_AUTH_NOTHING;
}

enum ppp_auth
ppp_auth_says(const struct ppp_head *head)
{
	/* pppd sends frames of network protocols only after authentication, or
	 * if it asks for none (RFC 1661 3.5). */
	if (head->protocol < PPP_LINK_CONTROL)
		return PPP_AUTH_SUCCEEDED;
	switch (head->protocol) {
	case PPP_PAP:
		return verdict(head->code, PAP_ACK, PAP_NAK);
	case PPP_CHAP:
	case PPP_EAP:
		return verdict(head->code, CHAP_SUCCESS, CHAP_FAILURE);
	default:
		return PPP_AUTH_NOTHING;
	}
}

enum ppp_auth
ppp_auth_look(const uint8_t *frame, size_t len)
{
	struct ppp_head head;

	return ppp_frame_head(frame, len, &head) ? ppp_auth_says(&head) :
	    PPP_AUTH_NOTHING;
}

/* --- which kind ---------------------------------------------------------- */

static enum ppp_auth_kind
kind(uint16_t protocol, uint8_t algorithm)
{
	switch (protocol) {
	case PPP_PAP:
		return PPP_AUTH_KIND_PAP;
	case PPP_EAP:
		return PPP_AUTH_KIND_EAP;
	case PPP_CHAP:
		break;
	default:
		return PPP_AUTH_KIND_OTHER;
	}
	switch (algorithm) {
	case ALGORITHM_MD5:
		return PPP_AUTH_KIND_CHAP_MD5;
	case ALGORITHM_MSCHAP:
		return PPP_AUTH_KIND_MSCHAP;
	case ALGORITHM_MSCHAP_V2:
		return PPP_AUTH_KIND_MSCHAP_V2;
	default:
		return PPP_AUTH_KIND_OTHER;
	}
}

enum ppp_auth_kind
ppp_auth_kind_of(const uint8_t *frame, size_t len)
{
	size_t skip = len >= 2 && frame[0] == 0xFF && frame[1] == 0x03 ? 2 : 0;
	struct wire_reader r;

	wire_reader_init(&r, frame + skip, len - skip);
	(void)wire_get_u16(&r);		/* protocol */
	(void)wire_get_u16(&r);		/* code, identifier */
	(void)wire_get_u16(&r);		/* length */
	while (!r.bad && r.left >= 2) {
		uint8_t type = wire_get_u8(&r), size = wire_get_u8(&r);

		if (size < 2 || (size_t)(size - 2) > r.left)
			return PPP_AUTH_KIND_UNKNOWN;
		if (type == OPTION_AUTH && size >= 4) {
			uint16_t protocol = wire_get_u16(&r);

			return kind(protocol, size > 4 ? wire_get_u8(&r) : 0);
		}
		for (; size > 2; size--)
			(void)wire_get_u8(&r);
	}
	return r.bad ? PPP_AUTH_KIND_UNKNOWN : PPP_AUTH_KIND_NONE;
}

const char *
ppp_auth_kind_word(enum ppp_auth_kind which)
{
	static const char *const words[PPP_AUTH_KINDS] = {
		"unknown", "none", "pap", "chap-md5", "mschap", "mschap-v2",
		"eap", "other"
	};

	return (unsigned int)which < PPP_AUTH_KINDS ? words[which] : "unknown";
}
