/*
 * What fakes were told to do, in order, as words: the test asks for all of them
 * at once, so that nothing is done too often, too late or by mistake.
 */
#ifndef TRACE_H
#define TRACE_H

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char trace_text[4096];

/* A fake was called: notes what, with a space after it. */
__attribute__((__format__(__printf__, 1, 2)))
static inline void
did(const char *fmt, ...)
{
	size_t len = strlen(trace_text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(trace_text + len, sizeof(trace_text) - len, fmt, ap);
	va_end(ap);
	len = strlen(trace_text);
	snprintf(trace_text + len, sizeof(trace_text) - len, " ");
}

/* Just this has been done since the last look; "" for nothing. */
#define ck_did(words) do {						\
	char *trace_end_ = strrchr(trace_text, ' ');			\
									\
	if (trace_end_ != NULL)						\
		*trace_end_ = '\0';					\
	ck_assert_str_eq(trace_text, words);				\
	trace_text[0] = '\0';						\
} while (0)

#endif
