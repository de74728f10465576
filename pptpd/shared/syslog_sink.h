/* Where lines go: syslog, and stderr where somebody looks at it. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SYSLOG_SINK_H
#define PPTPD_SYSLOG_SINK_H

#include <stdbool.h>

#define SYSLOG_SOCKET	"/dev/log"

/*
 * Makes syslog, with this ident and the configured facility, the sink of
 * log.h.  With to_stderr every line goes to stderr as well.  Never waits: what
 * the log does not take at once is lost.
 */
void	syslog_sink_open(const char *ident, bool to_stderr);
/*
 * For a process that cannot reach /dev/log itself: a socket that another one
 * has connected to it (syslog_sink_connect(): -1 and errno), in place of the
 * one before, which is closed.
 */
int	syslog_sink_connect(void);
void	syslog_sink_take(int sock);
/*
 * Does what the first line would do to memory, such as reading the time zone:
 * for a process whose children are to share it.
 */
void	syslog_sink_warm_up(void);

#endif
