/* pptpdctl metrics: answers of the server as text for Prometheus. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_METRICS_H
#define PPTPD_METRICS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "ctl/metrics_processes.h"

/*
 * Prints the answers to status and list (an array of calls) in Prometheus' text
 * format, version 0.0.4; per_user: with series for each user, too.  The answers
 * come from a process that clients can attack: what is missing, or of a wrong
 * type, is left out.
 */
void	metrics_print(FILE *, const json_t *status, const json_t *calls,
	    const struct metrics_process *, size_t nprocesses, bool per_user);
/* What there is to say of one that does not answer, or (up) has no time to. */
void	metrics_print_alone(FILE *, bool up);

/* pptpdctl's command, at a control socket.  Returns the exit status. */
int	metrics_main(const char *path, bool per_user);

#endif
