/* Questions to TCP wrappers, each in a child, since names take the DNS. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ACCESS_QUERY_H
#define PPTPD_ACCESS_QUERY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define ACCESS_QUERIES_MAX	256	/* children at a time */
#define ACCESS_NAMES_MAX	128	/* ... that look for names */

/* Gets the answer to the question with that token about that client. */
typedef void access_query_answer(uint32_t token, uint32_t client,
	    bool allowed);

/*
 * May client (network order) connect?  The answer comes at once where there
 * are no rules, else when the child is reaped.  A client whose name is not to
 * be had in 2 s is one without a name, and so is one that comes while
 * ACCESS_NAMES_MAX names are being looked for.  With ACCESS_QUERIES_MAX
 * children it is refused.
 */
void	access_query_start(uint32_t token, uint32_t client, access_query_answer *);
/* Whether a child is being waited for. */
bool	access_query_waits(void);
/* A child of ours was reaped; true if it was one of these. */
bool	access_query_reaped(pid_t, int wait_status, access_query_answer *);
/* The engine that asked is gone, or we stop: ends the children, answers nobody. */
void	access_query_drop(void);

#endif
