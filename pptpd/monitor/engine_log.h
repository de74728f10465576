/* Monitor: writes the log lines that engines send. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ENGINE_LOG_H
#define PPTPD_ENGINE_LOG_H

#include <stdint.h>
#include <sys/types.h>

#include "shared/ipc.h"

/* Lines of each engine, per second and at once; more of them are dropped. */
#define ENGINE_LOG_RATE		1000
#define ENGINE_LOG_BURST	10000

/*
 * Logs the line of an IPC_LOG message.  A peer may have taken the engine over:
 * the line gets an end, loses what cannot be printed, and is no more urgent
 * than an error.  index and pid are the engine's; now: milliseconds of a
 * monotonic clock.
 */
void	engine_log(unsigned int index, pid_t, const struct ipc_msg *,
	    uint64_t now);
/* The engine has ended: says how many of its lines were dropped last. */
void	engine_log_ended(unsigned int index, pid_t);

#endif
