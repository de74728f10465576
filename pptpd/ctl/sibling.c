/* pptpdctl: the names of other files of a server, from its control socket's. */
/* SPDX-License-Identifier: ISC */
#include "ctl/sibling.h"

#include <stdio.h>
#include <string.h>

#define CONTROL	"control"	/* with which the control socket's name begins */

bool
sibling_path(const char *control, const char *name, char *path, size_t size)
{
	const char *slash = strrchr(control, '/');
	const char *own = slash != NULL ? slash + 1 : control;
	int n;

	if (strncmp(own, CONTROL, sizeof(CONTROL) - 1) != 0)
		return false;
	n = snprintf(path, size, "%.*s%s%s", (int)(own - control), control,
	    name, own + sizeof(CONTROL) - 1);
	return n > 0 && (size_t)n < size;
}
