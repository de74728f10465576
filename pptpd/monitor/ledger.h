/* Which addresses are in use: a file for the server that comes after us. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LEDGER_H
#define PPTPD_LEDGER_H

#include <stdint.h>
#include <sys/types.h>

#include "shared/call_record.h"

#define LEDGER_VERSION	1	/* of the file */

/* Nothing in it needs more trust than the run directory, which is root's. */
struct ledger_entry {
	int32_t	 keeper;		/* pid; 0: no entry */
	uint32_t call_id;		/* ours; 0: not known */
	uint64_t since_ms;		/* CLOCK_BOOTTIME, when it began */
	char	 remote[CALL_ADDR_TEXT];
};
LAYOUT(struct ledger_entry, LEDGER_VERSION, 1, 80);

/*
 * Opens the file at path, or makes it, and tells of each entry that a server
 * before us has left; they stay until they are dropped.  0, or -1 with the
 * reason logged: then the other functions do nothing.
 */
int	ledger_open(const char *path,
	    void (*old)(int entry, const struct ledger_entry *));
/*
 * A keeper that began at that time (CLOCK_BOOTTIME; 0: now) serves the call
 * with our Call ID and this address ("": pppd chose it).  The entry, or -1 if
 * it has none.
 */
int	ledger_put(pid_t keeper, uint64_t since_ms, uint16_t call_id,
	    const char *remote);
/* Both it and its pppd are gone; -1 is no entry. */
void	ledger_drop(int entry);

#endif
