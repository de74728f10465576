/* Where lines go: syslog, and stderr where somebody looks at it. */
#ifndef PPTPD_SYSLOG_SINK_H
#define PPTPD_SYSLOG_SINK_H

#include <stdbool.h>

/*
 * Opens syslog with ident "pptpd" and the configured facility and makes it
 * the sink of log.h.  With to_stderr every line goes to stderr as well.
 */
void	syslog_sink_open(bool to_stderr);

#endif
