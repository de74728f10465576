/* What a new call's keeper, record and pppd are told. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CALL_PLAN_H
#define PPTPD_CALL_PLAN_H

#include <stdbool.h>

#include "config/conf.h"
#include "config/pppd_args.h"
#include "shared/ipc.h"
#include "shared/keeper_call.h"

struct call_record;

/* Do not copy it: the arguments point into themselves. */
struct call_plan {
	struct keeper_call kc;
	struct pppd_args   args;
	bool		   kernel;	/* the kernel is to carry the call */
};

/* After loop_init(); conf must stay.  log_stderr: keepers log there, too. */
void	call_plan_init(const struct conf *, bool log_stderr);
/* The next calls outlive their engine: path as of calls_keep(). */
void	call_plan_keep(const char *path);
/* Whether there is a filter, so that the kernel can carry calls. */
void	call_plan_kernel(bool filter);
/* As calls_aaa(). */
void	call_plan_aaa(const char *socket);
/*
 * Plans the call that an engine asks for.  local and remote are its addresses,
 * NULL: pppd chooses them.  False: it cannot be, and the reason was logged.
 */
bool	call_plan_make(struct call_plan *, const struct ipc_msg *request,
	    const char *local, const char *remote);
/*
 * Makes the record of a planned call, with its first contents.  Returns its
 * descriptor, or -1 with errno set; both are the caller's.
 */
int	call_plan_record(const struct keeper_call *, int slot,
	    struct call_record **);

#endif
