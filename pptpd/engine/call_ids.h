/* Call IDs of ours: random, unique over the server, rested after use. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CALL_IDS_H
#define PPTPD_CALL_IDS_H

#include <stdint.h>

#define CALL_ID_REST_MS	30000	/* late GRE must not enter a new call */

struct call;

/*
 * Reserves an unpredictable free ID, never 0 (points C-2 to C-4), for
 * call; `wish` is taken instead if it is not 0 and free.  It is a multiple of
 * `of`, which is 1 if any will do.  Returns 0 if none is to be had.
 */
uint16_t	 call_ids_take(struct call *, uint16_t wish, uint16_t of,
		    uint64_t now_ms);
/* Nobody here has it, but somebody elsewhere, until it is given back. */
void		 call_ids_lend(uint16_t id);
/* Gives it back; it rests for CALL_ID_REST_MS. */
void		 call_ids_give(uint16_t id, uint64_t now_ms);
/* The call that has it, or NULL. */
struct call	*call_ids_find(uint16_t id);

#endif
