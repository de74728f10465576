/* Logging through a sink, which tests replace; makes no system call itself. */
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
 * The length of the UTF-8 character at s, if it is U+00A0 or later; else 0.
 * Such characters stay, so that file names are legible; octets from a peer have
 * passed log_escape() before.
 */
static size_t
utf8_len(const unsigned char *s)
{
	unsigned long least, code;
	size_t len;

	if (s[0] >= 0xc2 && s[0] <= 0xdf) {
		len = 2;
		least = 0xa0;
	} else if ((s[0] & 0xf0) == 0xe0) {
		len = 3;
		least = 0x800;
	} else if (s[0] >= 0xf0 && s[0] <= 0xf4) {
		len = 4;
		least = 0x10000;
	} else
		return 0;
	code = s[0] & (0x7fU >> len);
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)	/* also stops at the NUL */
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	return code >= least && code <= 0x10ffff &&
	    (code < 0xd800 || code > 0xdfff) ? len : 0;
}

/*
 * Some terminals obey C1 controls as single octets, others in UTF-8.  Other
 * octets that are not UTF-8 may be a name in Latin-1, and are harmless.
 */
static bool
is_control(unsigned char c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

static void
hide_controls(char *line)
{
	size_t len;

	for (char *p = line; *p != '\0'; p += len) {
		len = utf8_len((const unsigned char *)p);
		if (len > 0)
			continue;
		len = 1;
		if (is_control((unsigned char)*p))
			*p = '?';
	}
}

char *
log_printable(char *text)
{
	for (char *p = text; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (c < 0x20 || c >= 0x7f)
			*p = '?';
	}
	return text;
}

static void put(int, const char *, va_list)
    __attribute__((format(printf, 2, 0)));

static void
put(int priority, const char *fmt, va_list ap)
{
	char line[LOG_LINE_MAX];

	if (log_state.sink == NULL ||
	    vsnprintf(line, sizeof(line), fmt, ap) < 0)
		return;
	hide_controls(line);
	log_state.sink(priority, line, log_state.arg);
}

void
log_msg(int priority, const char *fmt, ...)
{
	va_list ap;

	if (priority == LOG_DEBUG && !log_state.debug)
		return;
	va_start(ap, fmt);
	put(priority, fmt, ap);
	va_end(ap);
}

void
log_always(int priority, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(priority, fmt, ap);
	va_end(ap);
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
