/* Counters of the whole server, which go on when a call has ended. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_TALLY_H
#define PPTPD_TALLY_H

#include <stdint.h>

#include "protocol/ppp_auth.h"
#include "state/ctrl_end.h"
#include "state/diagnosis.h"
#include "state/histogram.h"

struct call_record;

/*
 * Of the front engine: it has the records of all calls, those that back engines
 * serve included.  All counters begin at zero with the engine.  What a call had
 * counted before this engine took it up is not in them, so they never shrink.
 */
enum tally_result {
	TALLY_ACCEPTED,		/* pppd let the client in */
	TALLY_REJECTED,		/* it did not */
	TALLY_UNFINISHED,	/* the call ended before */
	TALLY_RESULTS
};

/* Parts of the time from the connection to the tunnel. */
enum tally_step {
	TALLY_STEP_CONTROL,	/* connection to Outgoing-Call-Request */
	TALLY_STEP_PPPD,	/* to pppd's first frame */
	TALLY_STEP_LCP,		/* to the end of LCP */
	TALLY_STEP_AUTH,	/* to pppd's word that the client is in */
	TALLY_STEP_NETWORK,	/* to IP: CCP and IPCP */
	TALLY_STEPS
};

struct tally_traffic {
	uint64_t octets_in, octets_out;
	uint64_t packets_in, packets_out;
	uint64_t acks_in, acks_out;
	uint64_t lost, late, duplicate, reordered, distant;
};

struct tally {
	uint64_t	 ended[CTRL_END_COUNT];	/* calls, by reason */
	uint64_t	 diagnosed[DIAGNOSIS_COUNT];	/* ... and by what was
							   wrong at the end */
	uint64_t	 auth[PPP_AUTH_KINDS][TALLY_RESULTS];
	struct histogram auth_time[TALLY_RESULTS];	/* not of UNFINISHED */
	struct histogram step[TALLY_STEPS];
	struct histogram setup;			/* all of it */
};

/* A call that was there before this engine. */
void	tally_joined(const struct call_record *);
/* A call has ended, for a reason that is one. */
void	tally_ended(const struct call_record *, enum ctrl_end);
/* A call that no engine saw the end of. */
void	tally_missed(enum ctrl_end);
/*
 * Begins a sum over all calls that have been; tally_add() adds one that is still
 * there, for each of them, and takes note of what is new in its record.
 */
void	tally_begin(struct tally_traffic *);
void	tally_add(struct tally_traffic *, const struct call_record *);
/* What else there is, as of the last tally_add(). */
const struct tally *tally_get(void);

const char *tally_result_word(enum tally_result);
const char *tally_step_word(enum tally_step);

#endif
