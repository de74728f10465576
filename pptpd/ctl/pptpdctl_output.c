/* pptpdctl: errors and JSON, as the user asked for them. */
/* SPDX-License-Identifier: ISC */
#include "ctl/pptpdctl_output.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/admin_colour.h"
#include "admin/admin_text.h"
#include "base/log.h"

static bool json, lines;

void
ctl_set_lines(void)
{
	lines = true;
}

/* NO_COLOR is a convention of many programs: set and not empty, no colours. */
void
ctl_choose_colours(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	admin_colour_use((no == NULL || no[0] == '\0') && term != NULL &&
	    term[0] != '\0' && strcmp(term, "dumb") != 0 &&
	    isatty(STDOUT_FILENO) == 1);
}

void
ctl_hold_places(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd != -1 && fd <= STDERR_FILENO);
	if (fd != -1)
		close(fd);
}

void
ctl_set_json(bool on)
{
	json = on;
}

bool
ctl_is_json(void)
{
	return json;
}

json_t *
ctl_json_text(const char *text)
{
	size_t len = strlen(text), size = 4 * len + 1;
	json_t *value = json_string(text);
	char *safe;

	if (value != NULL || (safe = malloc(size)) == NULL)
		return value;
	value = json_string(log_escape(safe, size, text, len));
	free(safe);
	return value;
}

void
ctl_put_json(const json_t *value)
{
	char *text = json_dumps(value, (lines ? JSON_COMPACT : JSON_INDENT(2)) |
	    JSON_ENSURE_ASCII);

	/* Jansson lets DEL through, and some terminals act on it. */
	for (const char *p = text; p != NULL && *p != '\0'; p++) {
		if (*p == 0x7f)
			fputs("\\u007F", stdout);
		else
			putchar(*p);
	}
	putchar('\n');
	free(text);
}

void
ctl_complain(const char *code, const char *fmt, ...)
{
	char text[1024];
	json_t *error;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (json) {
		error = json_pack("{s{ss so}}", "error", "code", code, "text",
		    ctl_json_text(text));
		ctl_put_json(error);
		json_decref(error);
		return;
	}
	fputs("pptpdctl: ", stderr);
	admin_text_put(stderr, text);
	fputc('\n', stderr);
}
