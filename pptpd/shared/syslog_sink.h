/* Where lines go: syslog, and stderr where somebody looks at it. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SYSLOG_SINK_H
#define PPTPD_SYSLOG_SINK_H

#include <stdbool.h>

#define SYSLOG_SOCKET	"/dev/log"

/*
 * Makes syslog, with ident "pptpd" and the configured facility, the sink of
 * log.h.  With to_stderr every line goes to stderr as well.  Never waits: what
 * the log does not take at once is lost.
 */
void	syslog_sink_open(bool to_stderr);
/*
 * Does what the first line would do to memory, such as reading the time zone:
 * for a process whose children are to share it.
 */
void	syslog_sink_warm_up(void);

#endif
