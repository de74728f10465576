/* pptpdctl doctor: findings, and the world that checks look at. */
/* SPDX-License-Identifier: ISC */
#include "ctl/doctor_find.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX	16	/* of a program's command line */

static char *
copy_of(const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		abort();
	return copy;
}

void
doctor_find(struct doctor *d, enum severity severity, const char *fix,
    const char *fmt, ...)
{
	struct doctor_finding *more, *f;
	char text[DOCTOR_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	more = realloc(d->finding, (d->n + 1) * sizeof(*more));
	if (more == NULL)
		abort();
	d->finding = more;
	f = &d->finding[d->n++];
	f->check = d->check;
	f->severity = severity;
	f->text = copy_of(text);
	f->fix = fix != NULL ? copy_of(fix) : NULL;
}

bool
doctor_has_found(const struct doctor *d)
{
	for (size_t i = d->n; i-- > 0 &&
	    strcmp(d->finding[i].check, d->check) == 0;) {
		if (d->finding[i].severity > DOCTOR_NOTE)
			return true;
	}
	return false;
}

char *
doctor_read(const struct doctor *d, const char *path, size_t max, size_t *len)
{
	return d->world->read(path, max, len, d->world->arg);
}

int
doctor_stat(const struct doctor *d, const char *path, struct stat *st)
{
	return d->world->stat(path, st, d->world->arg);
}

bool
doctor_exists(const struct doctor *d, const char *path)
{
	struct stat st;

	return doctor_stat(d, path, &st) == 0;
}

int
doctor_exec(struct doctor *d, const char *const words[])
{
	char *argv[WORDS_MAX];
	size_t n;

	/* execve(2) and its kind take words that they do not change. */
	for (n = 0; n < WORDS_MAX - 1 && words[n] != NULL; n++)
		argv[n] = (char *)(uintptr_t)words[n];
	argv[n] = NULL;
	return d->world->run(argv, d->out, DOCTOR_OUTPUT, d->world->arg);
}

long
doctor_number(const struct doctor *d, const char *path)
{
	size_t len;
	char *text = doctor_read(d, path, DOCTOR_FILE, &len), *end;
	long n = -1;

	if (text == NULL)
		return -1;
	n = strtol(text, &end, 10);
	if (end == text)
		n = -1;			/* "max": no limit */
	free(text);
	return n;
}

bool
doctor_file_has(const struct doctor *d, const char *path, const char *text)
{
	size_t len;
	char *all = doctor_read(d, path, 4 * DOCTOR_FILE, &len);
	bool has = all != NULL && strstr(all, text) != NULL;

	free(all);
	return has;
}

void
doctor_lines(char *text, doctor_line *fn, void *arg)
{
	char *next, *line;

	for (line = strtok_r(text, "\n", &next); line != NULL;
	    line = strtok_r(NULL, "\n", &next))
		fn(line, arg);
}
