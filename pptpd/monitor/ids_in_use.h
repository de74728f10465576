/* Monitor: Call IDs that no engine may draw, since calls have them. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_IDS_IN_USE_H
#define PPTPD_IDS_IN_USE_H

#include <stdint.h>

/*
 * A call begins, or is known from before; it has ended.  Whoever adds an ID
 * removes it once; 0 is none, and nothing happens.
 */
void	ids_in_use_add(uint16_t id);
void	ids_in_use_remove(uint16_t id);
/*
 * Tells all of them over a socket to an engine, which draws none of them for
 * so many milliseconds: then calls that have not come back have ended.
 */
void	ids_in_use_tell(int sock, uint32_t for_ms);

#endif
