/* Keepers of an earlier server that have not connected to this one yet. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_AWAITED_H
#define PPTPD_AWAITED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/pool.h"

/*
 * Reads the ledger at path.  Addresses that are in use stay reserved in the
 * pool until their keeper has come, or until the keeper and its pppd are gone.
 * changed() is called when a keeper is gone without having come.
 */
void	awaited_init(struct pool *, const char *path,
	    void (*changed)(void));
/*
 * A keeper has come: its address is no longer reserved.  Returns the time at
 * which the keeper began, for the ledger.
 */
uint64_t awaited_back(pid_t keeper);
/* Whether there are such keepers. */
bool	awaited_any(void);
/* Whether some of them may still come. */
bool	awaited_expected(void);

#endif
