/* The administrator's choice of interfaces: a pattern, or a name. */
/* SPDX-License-Identifier: ISC */
#include "names.h"

#include <stdio.h>
#include <string.h>

bool
names_init(struct names *names, const char *text, char *why, size_t size)
{
	int error;

	memset(names, 0, sizeof(*names));
	if (text == NULL)
		return true;
	if (text[0] == '=') {
		names->exact = text + 1;
		if (names->exact[0] != '\0')
			return true;
		snprintf(why, size, "no name behind \"=\"");
		return false;
	}
	error = regcomp(&names->regex, text,
	    REG_EXTENDED | REG_ICASE | REG_NOSUB);
	if (error != 0) {
		regerror(error, &names->regex, why, size);
		return false;
	}
	names->any = true;
	return true;
}

void
names_free(struct names *names)
{
	if (names->any)
		regfree(&names->regex);
	memset(names, 0, sizeof(*names));
}

bool
names_match(const struct names *names, const char *interface)
{
	if (names->exact != NULL)
		return strcmp(names->exact, interface) == 0;
	return names->any &&
	    regexec(&names->regex, interface, 0, NULL, 0) == 0;
}
