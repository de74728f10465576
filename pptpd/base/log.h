/* Logging through a sink, which tests replace; makes no system call itself. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LOG_H
#define PPTPD_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <syslog.h>		/* only for LOG_ERR ... LOG_DEBUG */

/* Longest line that a sink is given, its NUL included; the rest is cut. */
#define LOG_LINE_MAX 480

/* Gets each line that passes the log's filter, without a newline. */
typedef void log_sink(int priority, const char *line, void *arg);

/* Sets where lines go; NULL (the default) throws them away. */
void	log_set_sink(log_sink *, void *arg);
/* Lets LOG_DEBUG lines through (off at start). */
void	log_set_debug(bool);
bool	log_is_debug(void);

/*
 * Logs one line at a syslog priority.  Control octets in the result become
 * '?', so that no argument can start a second line or speak to a terminal;
 * C1 controls are such octets too, by themselves and in UTF-8.
 */
void	log_msg(int priority, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* The same, but LOG_DEBUG lines pass even if debug is off. */
void	log_always(int priority, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

#define log_err(...)	log_msg(LOG_ERR, __VA_ARGS__)
#define log_warn(...)	log_msg(LOG_WARNING, __VA_ARGS__)
#define log_notice(...)	log_msg(LOG_NOTICE, __VA_ARGS__)
#define log_info(...)	log_msg(LOG_INFO, __VA_ARGS__)
#define log_debug(...)						\
	do {							\
		if (log_is_debug())				\
			log_msg(LOG_DEBUG, __VA_ARGS__);	\
	} while (0)

/*
 * Makes a peer's octets safe to log.  Printable ASCII except '\' and '"' stays,
 * all else becomes \xNN.  Stops at the first NUL of src, or after len octets.
 * Always NUL-terminates dst, and never cuts an escape.  Returns dst.
 */
char	*log_escape(char *dst, size_t size, const void *src, size_t len);

/* Replaces each octet that is not printable ASCII with '?'.  Returns text. */
char	*log_printable(char *text);

#endif
