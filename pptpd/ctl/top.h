/* pptpdctl top: calls with their rates, as a page of text. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_TOP_H
#define PPTPD_TOP_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What calls are sorted by; numbers downwards, names upwards. */
enum top_sort {
	TOP_BY_CALL,
	TOP_BY_USER,
	TOP_BY_CLIENT,
	TOP_BY_TIME,
	TOP_BY_IN,
	TOP_BY_OUT,
	TOP_BY_LOSS,
	TOP_BY_REORDERED,
	TOP_SORTS
};

/* Zeroed memory is a fresh one, sorted by Call ID. */
struct top {
	enum top_sort	 sort;
	bool		 reverse, help;
	unsigned int	 first;		/* rows that are scrolled away */
	/* Answers to status and list, owned; and when they came, in ms.  Old
	 * calls are in an object, by their session ids. */
	json_t		*status, *calls, *old_status, *old_calls;
	uint64_t	 at, old_at;
};

/*
 * Takes new answers, status and calls (an array), which it owns from then on; at
 * in ms of a monotonic clock.  Rates are between these and the last ones.
 */
void	top_take(struct top *, json_t *status, json_t *calls, uint64_t at);
void	top_free(struct top *);

enum top_key { TOP_IGNORED, TOP_REDRAW, TOP_NOW, TOP_FASTER, TOP_SLOWER,
    TOP_QUIT };
/* A key; TOP_NOW: new answers are wanted. */
enum top_key top_key(struct top *, int key, unsigned int rows);

/*
 * Prints a page of at most columns and rows (0: as many as there are), each line
 * with `end` behind it.  What engines and clients say cannot leave its column.
 */
void	top_print(FILE *, const struct top *, unsigned int columns,
	    unsigned int rows, const char *end);

#endif
