/* Our Call IDs: random, unique on this server, not used again for a while. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CALL_IDS_H
#define PPTPD_CALL_IDS_H

#include <stdbool.h>
#include <stdint.h>

#define CALL_ID_REST_MS	30000	/* late GRE must not enter a new call */

struct call;

/*
 * Reserves an unpredictable free ID, never 0 (points C-2 to C-4), for call:
 * a multiple of `of` (1: any), or `wish` if that is not 0 and free.  Returns 0
 * if there is none.
 */
uint16_t	 call_ids_take(struct call *, uint16_t wish, uint16_t of,
		    uint64_t now_ms);
/* A back engine's call has the ID: none here gets it until it is given back. */
void		 call_ids_lend(uint16_t id);
/* Gives an ID back; no call gets it for CALL_ID_REST_MS. */
void		 call_ids_give(uint16_t id, uint64_t now_ms);
/* Gives back an ID that no client was told: it is free at once. */
void		 call_ids_drop(uint16_t id);
/* A keeper may bring a call with this ID: until then no other call gets it. */
void		 call_ids_await(uint16_t id, uint64_t until_ms);
/*
 * Reserves the ID that an adopted call has already, even if new calls may not
 * have it yet.  False if it is 0, or another call has it.
 */
bool		 call_ids_claim(struct call *, uint16_t id);
/* The call with this ID, or NULL. */
struct call	*call_ids_find(uint16_t id);

#endif
