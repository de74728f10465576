/* Fuzz target: a frame, looked at for how a login goes on. */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "fuzz.h"
#include "protocol/ppp_auth.h"
#include "state/client_says.h"
#include "state/diagnosis.h"

#define BEGIN	1000000	/* us */

/* The client can send what it likes; pppd's frames copy some of it. */
static void
login(const uint8_t *frame, size_t size)
{
	struct client_says says;
	struct diagnosis d;
	struct ppp_head head;
	char text[DIAGNOSIS_TEXT];

	memset(&says, 0, sizeof(says));
	client_says_look(&says, frame, size);
	MUST(memchr(says.name, '\0', sizeof(says.name)) != NULL);
	MUST(memchr(says.version, '\0', sizeof(says.version)) != NULL);
	if (!ppp_frame_head(frame, size, &head))
		return;
	diagnosis_begin(&d, BEGIN);
	for (int from_pppd = 0; from_pppd < 2; from_pppd++) {
		diagnosis_frame(&d, from_pppd, &head, frame, size, BEGIN);
		(void)diagnosis_look(&d, BEGIN, false);
	}
	(void)diagnosis_look(&d, BEGIN + DIAGNOSIS_US, true);
	MUST(d.said < DIAGNOSIS_COUNT);
	MUST(diagnosis_deadline(&d) > BEGIN + DIAGNOSIS_US);
	diagnosis_text(d.said, 1, diagnosis_detail(&d), text);
	MUST(memchr(text, '\0', sizeof(text)) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t ff03[] = { 0xff, 0x03 };
	enum ppp_auth bare = ppp_auth_look(data, size);
	uint8_t full[2048];

	login(data, size);
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
