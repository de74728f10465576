/* Call IDs of ours: random, unique over the server, rested after use. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CALL_IDS_H
#define PPTPD_CALL_IDS_H

#include <stdbool.h>
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
/* Gives one back that no client was told: it need not rest. */
void		 call_ids_drop(uint16_t id);
/* A call may come that has it: nobody else gets it until then. */
void		 call_ids_await(uint16_t id, uint64_t until_ms);
/*
 * A call comes that has it already, whether or not it rests.  False if it is
 * 0, or another call has it.
 */
bool		 call_ids_claim(struct call *, uint16_t id);
/* The call that has it, or NULL. */
struct call	*call_ids_find(uint16_t id);

#endif
