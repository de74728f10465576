/* The keeper's own description of its call: from the monitor, to the next. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_KEEPER_CALL_H
#define PPTPD_KEEPER_CALL_H

#include <stdint.h>

#include "shared/call_record.h"
#include "shared/layout.h"

#define KEEPER_PATH	108	/* of a Unix socket */
#define KEEPER_CALL_VERSION 4	/* raise REJOIN_ and SPAWNER_VERSION with it */

/*
 * The monitor's description of a call for its keeper.  The record has the
 * same data, but the engine can write to the record.
 */
struct keeper_call {
	uint32_t	flags;			/* CALL_FLAG_* */
	uint32_t	client_addr;		/* network order */
	uint32_t	server_addr;
	uint16_t	our_id, peer_id;
	uint64_t	optional_words;		/* struct pppd_args, optional */
	uint64_t	kernel_words;		/* struct pppd_args, kernel */
	uint64_t	started_ms;
	char		local[CALL_ADDR_TEXT];	/* "" with delegate */
	char		remote[CALL_ADDR_TEXT];
	uint32_t	grace_s;	/* to wait for another engine */
	char		rejoin[KEEPER_PATH];	/* socket to ask for it */
	char		session[SESSION_ID_TEXT];
	struct login_key login_key;	/* which the record has not */
};
LAYOUT(struct keeper_call, KEEPER_CALL_VERSION, 4, 320);

#endif
