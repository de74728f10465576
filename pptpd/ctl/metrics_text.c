/* pptpdctl metrics: Prometheus' text format, families and their series. */
/* SPDX-License-Identifier: ISC */
#include "ctl/metrics_text.h"

#include <stdarg.h>

#define WHOLE_MAX	1e15	/* a double holds whole numbers up to here */

void
metrics_head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP " METRICS_PREFIX "%s %s\n# TYPE " METRICS_PREFIX
	    "%s %s\n", name, help, name, type);
}

/*
 * The value of a label.  Its octets may be an engine's words, and may be shown
 * on a terminal: those of C1 controls are not ASCII.
 */
static void
put_value(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\\' || *text == '"')
			fprintf(out, "\\%c", *text);
		else if (*text < ' ' || *text > '~')
			fputc('?', out);
		else
			fputc(*text, out);
	}
}

static void
put_number(FILE *out, double number)
{
	if (number > -WHOLE_MAX && number < WHOLE_MAX &&
	    number == (double)(long long)number)
		fprintf(out, " %.0f\n", number);
	else
		fprintf(out, " %.15g\n", number);
}

void
metrics_sample(FILE *out, const char *name, double number, ...)
{
	const char *label;
	char before = '{';
	va_list ap;

	fprintf(out, METRICS_PREFIX "%s", name);
	va_start(ap, number);
	while ((label = va_arg(ap, const char *)) != NULL) {
		fprintf(out, "%c%s=\"", before, label);
		put_value(out, va_arg(ap, const char *));
		fputc('"', out);
		before = ',';
	}
	va_end(ap);
	if (before == ',')
		fputc('}', out);
	put_number(out, number);
}
