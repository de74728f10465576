/* Monitor: Call IDs that no engine may draw, since calls have them. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_IDS_IN_USE_H
#define PPTPD_IDS_IN_USE_H

#include <stdint.h>

/*
 * add: a call begins, or is known from an earlier server.  remove: it has
 * ended.  Each add needs one remove.  An ID of 0 is passed over.
 */
void	ids_in_use_add(uint16_t id);
void	ids_in_use_remove(uint16_t id);
/*
 * Sends all these IDs over a socket to a new engine, which draws none of them
 * for so many milliseconds.  After that, calls that have not come back have
 * ended.
 */
void	ids_in_use_tell(int sock, uint32_t for_ms);

#endif
