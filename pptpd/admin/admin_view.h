/* A call's record as an administrator sees it: the fields of pptpdctl(8). */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_VIEW_H
#define PPTPD_ADMIN_VIEW_H

#include <jansson.h>
#include <stdint.h>

#include "shared/call_record.h"
#include "state/history.h"

/*
 * Returns a new object, the caller's, or NULL without memory.  The record may
 * belong to another engine, and may be damaged.  now and calendar are the same
 * moment, in milliseconds of CLOCK_MONOTONIC and of CLOCK_REALTIME.
 */
json_t	*admin_view_call(const struct call_record *, uint64_t now,
	    uint64_t calendar);
/* The same for an entry of the history, or an event. */
json_t	*admin_view_network(const struct vain_network *);
json_t	*admin_view_entry(const struct history_entry *, const char *event);

#endif
