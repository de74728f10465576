/* Keeper: the process title that ps(1) shows, written over argv. */
/* SPDX-License-Identifier: ISC */
#include "keeper/title.h"

#include <string.h>

static char *start;
static size_t room;

void
title_init(int argc, char **argv)
{
	char *end;

	start = end = argv[0];
	/* The kernel stores the strings one after the other. */
	for (int i = 0; i < argc && argv[i] == end; i++)
		end = argv[i] + strlen(argv[i]) + 1;
	room = end - start;
}

void
title_set(const char *text)
{
	size_t len = strlen(text);

	if (room == 0)
		return;
	if (len > room - 1)
		len = room - 1;
	memset(start, 0, room);
	memcpy(start, text, len);
}
