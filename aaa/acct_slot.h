/* Records of accounting as they lie on the disk. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ACCT_SLOT_H
#define PPTPD_ACCT_SLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/aaa_msg.h"

/* The file is so many slots of so many octets; an empty slot begins with 0. */
#define ACCT_SLOT	2048
#define ACCT_SLOTS	16384

enum acct_kind {
	ACCT_RECORD = 1,	/* to be sent: start, interim or stop */
	ACCT_SESSION,		/* a call that is up, as it was known last */
	ACCT_ON,		/* to be sent: the server has begun */
	ACCT_OFF,		/* to be sent: the server has ended */
	ACCT_KINDS
};

struct acct_entry {
	enum acct_kind kind;
	uint64_t seq;			/* in order of time; none twice */
	uint32_t time;			/* Unix time, when it happened */
	struct aaa_acct acct;		/* of a record or session; else zero */
};

enum acct_slot_state {
	ACCT_SLOT_EMPTY,
	ACCT_SLOT_FULL,
	ACCT_SLOT_DAMAGED		/* or of another version */
};

/*
 * Writes an entry; buf has room for ACCT_SLOT octets.  Returns how many of them
 * are to be written; 0: its values are none that could be read again.
 */
size_t	acct_slot_write(const struct acct_entry *, uint8_t *buf);
/* Reads ACCT_SLOT octets; *entry is valid if the slot is full. */
enum acct_slot_state acct_slot_read(const uint8_t *buf, struct acct_entry *);

#endif
