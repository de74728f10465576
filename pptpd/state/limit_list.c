/* Limits: lists of connections; each connection is in one list at most. */
/* SPDX-License-Identifier: ISC */
#include "state/limit.h"

#include <assert.h>
#include <stdlib.h>

bool
limit_list_reserve(struct limit_list *list)
{
	uint32_t size = list->size > 0 ? list->size * 2 : 64;
	struct limit_conn **conn;

	if (list->n < list->size)
		return true;
	conn = reallocarray(list->conn, size, sizeof(*conn));
	if (conn == NULL)
		return false;
	list->conn = conn;
	list->size = size;
	return true;
}

void
limit_list_add(struct limit_list *list, struct limit_conn *c)
{
	list->conn[list->n++] = c;
	c->place = list->n;
}

void
limit_list_remove(struct limit_list *list, struct limit_conn *c)
{
	struct limit_conn *last;

	if (c->place == 0)
		return;
	assert(list->conn[c->place - 1] == c);
	last = list->conn[--list->n];
	list->conn[c->place - 1] = last;
	last->place = c->place;
	c->place = 0;
}
