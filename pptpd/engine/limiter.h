/* The engine's limits: what limit.h counts, for its connections and its log. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LIMITER_H
#define PPTPD_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

#include "state/limit.h"

/* What is counted; NULL before limiter_configure(). */
extern struct limits *limiter_limits;

/* Can be told again; false: no memory. */
bool	limiter_configure(const struct limit_conf *);
/*
 * Before that: where the engine before us has left what it knew about
 * addresses, and we shall.  The descriptor stays the caller's.
 */
void	limiter_map_memory(int fd);

/*
 * Lines from now on are about a client (address in network order), and
 * limited; its connection may be NULL.  limiter_quiet(): they are ours again.
 */
void	limiter_speak(struct limit_conn *, uint32_t client);
void	limiter_quiet(void);
/* Whether a line of that priority may be logged; for the log's sink. */
bool	limiter_may_log(int priority);
/* The same for one line of another class, which the caller then logs. */
bool	limiter_permits(struct limit_conn *, uint32_t client,
	    enum source_class);

/* Who was refused since we started; NO_AUTH: whatever their pppd found. */
uint64_t limiter_count(enum ctrl_end);
/* Counts one whose refusal is not logged here. */
void	limiter_counted(enum ctrl_end);
/* Logs why a client is not served, and counts it. */
void	limiter_refused(struct limit_conn *, uint32_t client, enum ctrl_end);
/* pppd has let the client in, or not. */
void	limiter_authenticated(struct limit_conn *, uint32_t client);
void	limiter_failed(struct limit_conn *, uint32_t client, enum ctrl_end);
/* It has not, but the connection is gone already. */
void	limiter_failed_late(uint32_t client);

#endif
