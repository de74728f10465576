/* The sink of log.h: syslog, and stderr if wanted. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SYSLOG_SINK_H
#define PPTPD_SYSLOG_SINK_H

#include <stdbool.h>

#define SYSLOG_SOCKET	"/dev/log"

/*
 * Makes syslog, with this ident and the configured facility, the sink of
 * log.h.  With to_stderr every line goes to stderr as well.  Never waits: a
 * line is lost if syslog does not take it at once.
 */
void	syslog_sink_open(const char *ident, bool to_stderr);
/*
 * For a process without access to /dev/log.  syslog_sink_connect() makes a
 * connected socket, in a process with access; -1 with errno.
 * syslog_sink_take() uses that socket, and closes the previous one.
 */
int	syslog_sink_connect(void);
void	syslog_sink_take(int sock);
/*
 * Loads the time zone and other data that the first line needs.  A process
 * calls this before it forks, so that its children share the memory.
 */
void	syslog_sink_warm_up(void);

#endif
