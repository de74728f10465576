/* Monitor: writes the log lines that engines send, and not too many. */
/* SPDX-License-Identifier: ISC */
#include "monitor/engine_log.h"

#include <string.h>

#include "base/log.h"
#include "config/conf.h"
#include "state/bucket.h"

#define SECOND	1000	/* ms */

static struct engine_lines {
	struct bucket	 bucket;
	unsigned int	 dropped;
} lines[CONF_ENGINES_MAX];

static void
say_dropped(struct engine_lines *l, pid_t pid)
{
	if (l->dropped > 0)
		log_warn("MGR: %u log lines of engine[%ld] were dropped: more "
		    "than %d a second", l->dropped, (long)pid,
		    ENGINE_LOG_RATE);
	l->dropped = 0;
}

/*
 * Not even an honest engine may fill the log: with debug a client has several
 * lines written for each message.
 */
void
engine_log(unsigned int index, pid_t pid, const struct ipc_msg *m,
    uint64_t now)
{
	const struct bucket_rate rate = bucket_rate(ENGINE_LOG_RATE, SECOND,
	    ENGINE_LOG_BURST);
	struct engine_lines *l = &lines[index];
	char line[sizeof(m->u.log.line)];
	int priority = m->u.log.priority & LOG_PRIMASK;

	if (!bucket_take(&l->bucket, &rate, now)) {
		l->dropped++;
		return;
	}
	say_dropped(l, pid);
	memcpy(line, m->u.log.line, sizeof(line));
	line[sizeof(line) - 1] = '\0';
	/* Lower to LOG_ERR: syslogd writes more urgent lines to terminals. */
	log_msg(priority < LOG_ERR ? LOG_ERR : priority, "%s",
	    log_printable(line));
}

void
engine_log_ended(unsigned int index, pid_t pid)
{
	say_dropped(&lines[index], pid);
}
