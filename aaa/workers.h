/* Processes of the administrator's program, and what they are asked. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_WORKERS_H
#define PPTPD_WORKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aaa_conf.h"
#include "protocol/aaa_msg.h"

#define WORKER_OUTPUT_MAX	16384	/* octets of an answer */

/*
 * The answer, once, unless the question was dropped; later, never from within.
 * why is NULL, and text is all of the answer; or why there is none.  text and
 * why are gone when this returns.
 */
typedef void worker_answer(const char *text, size_t len, const char *why,
	    void *arg);

struct question;

/*
 * sock is that of runner_start(), which stays the caller's; conf must stay.
 * After loop_init().  False: no memory.
 */
bool	workers_init(int sock, const struct aaa_conf *);
/*
 * Asks what is copied from text, which is overwritten afterwards; if all
 * processes are busy, later.  The answer comes within conf's deadline.  NULL:
 * no memory.
 */
struct question *workers_ask(const char *text, size_t len, worker_answer *,
	    void *arg);
/* Forgets a question; what a process answers to it is thrown away. */
void	workers_drop(struct question *);
/* Sets what there is to say of processes and questions, if there are any. */
void	workers_state(struct aaa_state *);

#endif
