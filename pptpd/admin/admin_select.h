/* Which calls of a list an administrator wants to see, and in which order. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_SELECT_H
#define PPTPD_ADMIN_SELECT_H

#include <jansson.h>
#include <stdbool.h>

/* The fields by which calls can be selected. */
enum admin_filter {
	ADMIN_BY_USER,
	ADMIN_BY_CLIENT,
	ADMIN_BY_ADDRESS,	/* inside the tunnel */
	ADMIN_BY_INTERFACE,
	ADMIN_BY_STATE,
	ADMIN_FILTERS
};

struct admin_selection {
	const char	*filter[ADMIN_FILTERS];	/* NULL: any */
	const char	*sort;	/* a field, with - before it downwards; NULL:
				   as they come */
};

/* Whether calls can be sorted by it: a field of a call, perhaps with a -. */
bool	 admin_can_sort(const char *sort);
/* A new array with these of the calls, in that order; NULL: no memory. */
json_t	*admin_select(const json_t *calls, const struct admin_selection *);

#endif
