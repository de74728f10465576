/* Colours of tables and lists, on a terminal. */
/* SPDX-License-Identifier: ISC */
#include "admin/admin_colour.h"

#include <string.h>

#define OFF	"\033[0m"

/* ECMA-48, as every terminal since the VT100 has it; bold without colour. */
static const char *const codes[ADMIN_COLOURS] = {
	[ADMIN_PLAIN] = "",
	[ADMIN_TITLE] = "\033[1m",
	[ADMIN_GOOD] = "\033[32m",
	[ADMIN_ODD] = "\033[33m",
	[ADMIN_BAD] = "\033[31m",
};

static const struct {
	const char		*key, *value;	/* value NULL: any but "-" */
	enum admin_colour	 colour;
} rules[] = {
	{ "diagnosis", NULL, ADMIN_BAD },
	{ "state", "up", ADMIN_GOOD },
	{ "state", "login", ADMIN_ODD },
	{ "event", "refused", ADMIN_ODD },
	{ "event", "lost", ADMIN_BAD },
	{ "event", "engine-restarted", ADMIN_BAD },
	{ "event", "up", ADMIN_GOOD },
};

static bool used;

void
admin_colour_use(bool on)
{
	used = on;
}

void
admin_colour_put(FILE *out, enum admin_colour colour, const char *text,
    int width)
{
	int len = (int)strlen(text);
	bool coloured = used && colour != ADMIN_PLAIN && len > 0;

	fprintf(out, "%s%s%s", coloured ? codes[colour] : "", text,
	    coloured ? OFF : "");
	if (width > len)
		fprintf(out, "%*s", width - len, "");
}

enum admin_colour
admin_colour_of(const char *key, const char *value)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (strcmp(rules[i].key, key) == 0 &&
		    (rules[i].value != NULL ?
		    strcmp(rules[i].value, value) == 0 :
		    strcmp(value, "-") != 0))
			return rules[i].colour;
	}
	return ADMIN_PLAIN;
}
