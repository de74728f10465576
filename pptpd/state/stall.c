/* Detects that the kernel drops all packets of a call that it carries. */
/* SPDX-License-Identifier: ISC */
#include "state/stall.h"

bool
stall_look(struct stall *s, uint64_t arrived, uint64_t received)
{
	uint64_t came = arrived - s->arrived;
	bool none_out = received == s->received;

	s->arrived = arrived;
	s->received = received;
	if (!s->looked) {
		s->looked = true;
		return false;
	}
	if (!none_out)
		s->dry = 0;
	else if (came >= STALL_PACKETS)
		s->dry++;
	return s->dry >= STALL_LOOKS;
}
