/* Who is logged in how often, made of the list of calls. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_USERS_H
#define PPTPD_ADMIN_USERS_H

#include <jansson.h>

/*
 * An array with an object for each user of these calls, in the order of their
 * names: "user", "calls" (how many), "clients" (their addresses, each once),
 * "sessions", "since" (of the oldest call), "octets_in" and "octets_out" (of
 * all).  The caller owns it; NULL: no memory.
 */
json_t	*admin_users(const json_t *calls);

#endif
