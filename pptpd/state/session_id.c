/* Session ids: the name of a call that no other call ever has. */
/* SPDX-License-Identifier: ISC */
#include "state/session_id.h"

#include <stdio.h>

void
session_ids_init(struct session_ids *ids, uint32_t random)
{
	ids->next = random;
}

void
session_ids_next(struct session_ids *ids, uint64_t seconds,
    char text[SESSION_ID_TEXT])
{
	snprintf(text, SESSION_ID_TEXT, "%08X%08X", (unsigned)(uint32_t)seconds,
	    (unsigned)ids->next++);
}
