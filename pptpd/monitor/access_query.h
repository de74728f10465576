/* Questions to TCP wrappers, each in a child, since the DNS may be slow. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ACCESS_QUERY_H
#define PPTPD_ACCESS_QUERY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define ACCESS_QUERIES_MAX	256	/* children at a time */
#define ACCESS_NAMES_MAX	128	/* of these, those that use the DNS */

/* Is called with the answer to the question with this token. */
typedef void access_query_answer(uint32_t token, uint32_t client,
	    bool allowed);

/*
 * Asks whether client (network order) may connect.  The answer comes at once
 * where there are no rules, else when the child is reaped.  The client counts
 * as one without a name if the DNS does not answer in 2 s, or if
 * ACCESS_NAMES_MAX names are being looked up already.  It is refused if there
 * are ACCESS_QUERIES_MAX children already.
 */
void	access_query_start(uint32_t token, uint32_t client, access_query_answer *);
/* Whether some question has no answer yet. */
bool	access_query_waits(void);
/* A child of ours was reaped; true if it was one of these. */
bool	access_query_reaped(pid_t, int wait_status, access_query_answer *);
/* Ends the children without answers: the asking engine is gone, or we stop. */
void	access_query_drop(void);

#endif
