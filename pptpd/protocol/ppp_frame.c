/* The head of a PPP frame: which protocol, which kind of packet. */
/* SPDX-License-Identifier: ISC */
#include "protocol/ppp_frame.h"

#include "base/wire.h"

#define PPP_ALL_STATIONS	0xFF
#define PPP_UI			0x03
#define HEAD_LEN		3	/* a long protocol, a code */

bool
ppp_frame_head(const uint8_t *frame, size_t len, struct ppp_head *head)
{
	struct wire_reader r;

	if (len >= 2 && frame[0] == PPP_ALL_STATIONS && frame[1] == PPP_UI) {
		frame += 2;
		len -= 2;
	}
	if (len > 0 && (frame[0] & 1) != 0) {
		head->protocol = frame[0];
		head->code = 0;
		return true;
	}
	wire_reader_init(&r, frame, len);
	head->protocol = wire_get_u16(&r);
	head->code = wire_get_u8(&r);
	return !r.bad;
}

/* For each frame of a call: so it does without ppp_frame_head(). */
bool
ppp_frame_is_data(const uint8_t *frame, size_t len)
{
	if (len >= 2 && frame[0] == PPP_ALL_STATIONS && frame[1] == PPP_UI) {
		frame += 2;
		len -= 2;
	}
	if (len > 0 && (frame[0] & 1) != 0)
		return true;
	return len >= HEAD_LEN && frame[0] < PPP_NETWORK_CONTROL >> 8;
}
