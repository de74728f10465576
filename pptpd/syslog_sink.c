/* Where lines go: syslog, and stderr where somebody looks at it. */
#include "config.h"
#include "syslog_sink.h"

#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "log.h"

static void
sink(int priority, const char *line, void *arg)
{
	const bool *to_stderr = arg;

	syslog(priority, "%s", line);
	if (*to_stderr)
		dprintf(STDERR_FILENO, "pptpd[%ld]: %s\n", (long)getpid(),
		    line);
}

void
syslog_sink_open(bool to_stderr)
{
	static bool also_stderr;

	also_stderr = to_stderr;
	openlog("pptpd", LOG_PID | LOG_NDELAY, PPTPD_FACILITY);
	log_set_sink(sink, &also_stderr);
}
