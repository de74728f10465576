/* The last calls that have ended, and the last refusals. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_HISTORY_H
#define PPTPD_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "state/client_says.h"
#include "state/ctrl_end.h"
#include "state/session_id.h"
#include "state/vain_networks.h"

#define HISTORY_MAGIC	0x50504849U	/* "PPHI" */
#define HISTORY_VERSION	4
#define HISTORY_RING	512		/* entries of each kind */
#define HISTORY_MOST	(2 * HISTORY_RING)
#define HISTORY_USER	128
#define HISTORY_ADDR	64

enum history_kind {
	HISTORY_ENDED = 1,	/* a call */
	HISTORY_REFUSED		/* a client, or its connection without a call */
};

struct history_entry {
	uint64_t	number;		/* from 1, by time; 0: empty */
	uint64_t	at_s;		/* wall clock, of the end */
	uint64_t	octets_in, octets_out;
	uint32_t	kind;		/* enum history_kind */
	uint32_t	end;		/* enum ctrl_end */
	uint32_t	diagnosis, detail;	/* diagnosis.h; 0: none */
	uint32_t	client;		/* network order */
	uint32_t	seconds;	/* that the call lasted */
	uint32_t	times;		/* such refusals in a row, one for a call */
	uint16_t	call_id;
	bool		authenticated;
	char		session[SESSION_ID_TEXT];	/* "": none */
	char		user[HISTORY_USER];
	char		remote[HISTORY_ADDR];
	char		ifname[16];
	struct client_says says;
};

/*
 * Whoever has no password must not push out of here who had one.  So calls that
 * have authenticated have a ring of their own.
 */
enum { HISTORY_KNOWN, HISTORY_STRANGERS, HISTORY_RINGS };

/*
 * Memory that one engine writes and the next one reads.  A change of layout
 * needs a new HISTORY_VERSION.
 */
struct history {
	uint32_t	magic, version, size;
	uint64_t	last;			/* number */
	struct {
		uint32_t	next;		/* index of the oldest entry */
		struct history_entry entry[HISTORY_RING];
	}		ring[HISTORY_RINGS];
	struct vain_networks networks;
};

/*
 * Takes over what an earlier engine has left in the memory.  It may be damaged:
 * what cannot be is mended.  Memory of another version is made anew.  An engine
 * that was taken over may write there for a while yet, so nothing that is read
 * later leads out of the memory, and texts end with their fields.
 */
void	history_use(struct history *);
/*
 * Adds an entry, without a number.  A refusal like the one before, of the same
 * client for the same reason, is only counted there.
 */
void	history_add(struct history *, const struct history_entry *);
/* Whether the end of this session is there. */
bool	history_has(const struct history *, const char *session);
/*
 * The newest entry with a number below this one, and the oldest with one above
 * it; NULL: there is none.
 */
const struct history_entry *history_before(const struct history *,
	    uint64_t number);
const struct history_entry *history_after(const struct history *,
	    uint64_t number);

#endif
