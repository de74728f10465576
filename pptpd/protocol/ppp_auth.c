/* What a PPP frame from pppd says about authentication. */
/* SPDX-License-Identifier: ISC */
#include "protocol/ppp_auth.h"

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
