/* The engine's limits: applies limit.h to its connections and its log. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LIMITER_H
#define PPTPD_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

#include "state/limit.h"

/* All that the limits count; NULL before limiter_configure(). */
extern struct limits *limiter_limits;

/* May be called again, with other limits; false: no memory. */
bool	limiter_configure(const struct limit_conf *);
/*
 * Maps the memory in which engines leave to the next one what they know about
 * addresses.  Call it before limiter_configure().  The descriptor stays the
 * caller's.
 */
void	limiter_map_memory(int fd);

/*
 * From now on log lines are about this client (address in network order) and
 * count against log-rate, until limiter_quiet().  Its connection may be NULL.
 */
void	limiter_speak(struct limit_conn *, uint32_t client);
void	limiter_quiet(void);
/* For the log's sink: whether a line of that priority may be logged. */
bool	limiter_may_log(int priority);
/* Whether the caller may log one line of another class about a client. */
bool	limiter_permits(struct limit_conn *, uint32_t client,
	    enum source_class);

/*
 * How many clients were refused for that reason since the engine started.
 * CTRL_END_NO_AUTH counts all that did not authenticate, for any reason.
 */
uint64_t limiter_count(enum ctrl_end);
/* Counts a refusal without logging it. */
void	limiter_counted(enum ctrl_end);
/* Counts a refusal, and logs its reason. */
void	limiter_refused(struct limit_conn *, uint32_t client, enum ctrl_end);
/* pppd has let the client in. */
void	limiter_authenticated(struct limit_conn *, uint32_t client);
void	limiter_failed(struct limit_conn *, uint32_t client, enum ctrl_end);
/* pppd has refused a client whose connection is closed already. */
void	limiter_failed_late(uint32_t client);

#endif
