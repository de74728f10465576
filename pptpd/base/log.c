/* Logging with a sink that tests can replace; no system call in here. */
/* SPDX-License-Identifier: ISC */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

static struct {
	log_sink	*sink;
	void		*arg;
	bool		 debug;
} log_state;

void
log_set_sink(log_sink *sink, void *arg)
{
	log_state.sink = sink;
	log_state.arg = arg;
}

void
log_set_debug(bool on)
{
	log_state.debug = on;
}

bool
log_is_debug(void)
{
	return log_state.debug;
}

/*
 * C0 controls and DEL.  Octets from 0x80 up stay: a file name in UTF-8 is
 * legible that way, and what a peer sent has been through log_escape().
 */
static bool
is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

void
log_msg(int priority, const char *fmt, ...)
{
	char line[LOG_LINE_MAX];
	va_list ap;
	int n;
	char *p;

	if (log_state.sink == NULL)
		return;
	if (priority == LOG_DEBUG && !log_state.debug)
		return;
	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	for (p = line; *p != '\0'; p++) {
		if (is_control((unsigned char)*p))
			*p = '?';
	}
	log_state.sink(priority, line, log_state.arg);
}

char *
log_escape(char *dst, size_t size, const void *src, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *s = src;
	size_t i, out = 0;

	if (size == 0)
		return dst;
	for (i = 0; i < len && s[i] != '\0'; i++) {
		if (s[i] >= 0x20 && s[i] < 0x7f && s[i] != '\\' &&
		    s[i] != '"') {
			if (size - out < 2)
				break;
			dst[out++] = (char)s[i];
		} else {
			if (size - out < 5)
				break;
			dst[out++] = '\\';
			dst[out++] = 'x';
			dst[out++] = hex[s[i] >> 4];
			dst[out++] = hex[s[i] & 0xf];
		}
	}
	dst[out] = '\0';
	return dst;
}
