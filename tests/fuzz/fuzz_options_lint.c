/*
 * Fuzz target: pppd's options, in several files that name each other.  In the
 * input they are separated by NULs, and "file N" includes number N.
 */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "config/options_lint.h"
#include "fuzz.h"

#define FILES_MAX	8
#define PATH_MAX_HERE	(OPTIONS_LINT_WORD + 20)	/* call NAME */

static struct { const char *text; size_t len; } files[FILES_MAX];
static size_t nfiles, reads;

static void
read_file(struct options_lint *lint, const char *path, void *arg)
{
	size_t len = strlen(path);
	size_t n = len > 0 ? (size_t)path[len - 1] - '0' : nfiles;

	MUST(arg == files);
	MUST(len < PATH_MAX_HERE);
	MUST(reads++ < OPTIONS_LINT_FILES);
	MUST(lint->depth >= 0 && lint->depth <= OPTIONS_LINT_DEPTH);
	if (n < nfiles)
		options_lint_text(lint, path, files[n].text, files[n].len);
}

/* One line; what of it came from the file may not be long. */
static void
say(const char *text, void *arg)
{
	MUST(arg == files);
	MUST(strlen(text) < 2 * OPTIONS_LINT_WORD + 200);
}

static void
split(const char *text, size_t len)
{
	for (nfiles = 0; nfiles < FILES_MAX; nfiles++) {
		const char *end = memchr(text, '\0', len);
		size_t n = end == NULL ? len : (size_t)(end - text);

		files[nfiles].text = text;
		files[nfiles].len = n;
		if (end == NULL) {
			nfiles++;
			return;
		}
		text += n + 1;
		len -= n + 1;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct options_lint lint;

	reads = 0;
	split((const char *)data, size);
	options_lint_init(&lint, read_file, files);
	options_lint_text(&lint, "0", files[0].text, files[0].len);
	MUST(lint.depth == 0);
	MUST(memchr(lint.noauth_at, '\0', sizeof(lint.noauth_at)) != NULL);
	options_lint_finish(&lint, "0", say, files);

	/* The same without looking at what is included, and with NULs. */
	options_lint_init(&lint, NULL, files);
	options_lint_text(&lint, "0", (const char *)data, size);
	options_lint_finish(&lint, "0", say, files);
	return 0;
}
