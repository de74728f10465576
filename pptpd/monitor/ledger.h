/* Which addresses are in use: a file for the server that comes after us. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LEDGER_H
#define PPTPD_LEDGER_H

#include <stdint.h>
#include <sys/types.h>

#include "shared/call_record.h"

#define LEDGER_VERSION	1	/* of the file */

/* The file is trusted as the run directory is: only root can write there. */
struct ledger_entry {
	int32_t	 keeper;		/* pid; 0: no entry */
	uint32_t call_id;		/* ours; 0: not known */
	uint64_t since_ms;		/* CLOCK_BOOTTIME, when it began */
	char	 remote[CALL_ADDR_TEXT];
};
LAYOUT(struct ledger_entry, LEDGER_VERSION, 1, 80);

/*
 * Opens the file at path, or makes it, and calls old() for each entry that an
 * earlier server has left.  These entries stay until they are dropped.  0, or
 * -1 with the reason logged: then the other functions do nothing.  A file that
 * was open before is closed.
 */
int	ledger_open(const char *path,
	    void (*old)(int entry, const struct ledger_entry *));
/*
 * Adds an entry: this keeper, which began at since_ms (CLOCK_BOOTTIME; 0: now),
 * serves the call with our Call ID and this address ("": pppd chose it).
 * Returns the entry's number, or -1 if it could not be added.
 */
int	ledger_put(pid_t keeper, uint64_t since_ms, uint16_t call_id,
	    const char *remote);
/* Removes an entry: its keeper and pppd are gone.  -1 is passed over. */
void	ledger_drop(int entry);

#endif
