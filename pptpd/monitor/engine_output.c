/* Monitor: logs what an engine writes to its descriptor 2, line by line. */
/* SPDX-License-Identifier: ISC */
#include "monitor/engine_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "shared/loop.h"
#include "shared/mono.h"
#include "state/bucket.h"

#define MINUTE		60000	/* ms */
#define LINES_RATE	60	/* a minute, of all engines */
#define LINES_BURST	200	/* a sanitizer's report has some 100 */
#define READS		16	/* reads of READ_SIZE in a second */
#define READ_SIZE	4096
#define PAUSE_MS	1000
#define LINE_SIZE	(LOG_LINE_MAX - 40)	/* leaves room for a prefix */

struct engine_output {
	struct loop_watch readable;
	struct loop_timer resume;
	int		 fd;
	int		 reads;		/* since the last pause */
	size_t		 len;		/* of line */
	char		 line[LINE_SIZE];
};

static struct bucket lines;
static unsigned int dropped;

static void
log_line(struct engine_output *o)
{
	const struct bucket_rate rate = bucket_rate(LINES_RATE, MINUTE,
	    LINES_BURST);

	o->line[o->len] = '\0';
	if (o->len == 0)
		return;
	o->len = 0;
	if (!bucket_take(&lines, &rate, mono_ms())) {
		dropped++;
		return;
	}
	if (dropped > 0)
		log_warn("MGR: %u more lines of an engine were dropped",
		    dropped);
	dropped = 0;
	log_err("MGR: engine says: %s", log_printable(o->line));
}

/* Reads from the pipe and logs the full lines.  Returns as read(2) does. */
static ssize_t
read_some(struct engine_output *o)
{
	char buf[READ_SIZE];
	ssize_t n = read(o->fd, buf, sizeof(buf));

	for (ssize_t i = 0; i < n; i++) {
		if (buf[i] == '\n' || o->len == sizeof(o->line) - 1)
			log_line(o);
		if (buf[i] != '\n')
			o->line[o->len++] = buf[i];
	}
	return n;
}

/*
 * After READS reads we stop reading for a while, so that an engine that writes
 * without end has to wait and does not keep the monitor busy.
 */
static void
on_readable(int fd, void *arg)
{
	struct engine_output *o = arg;

	(void)fd;
	if (read_some(o) == 0)
		loop_watch_off(&o->readable);
	else if (++o->reads >= READS) {
		loop_watch_off(&o->readable);
		(void)loop_timer_in_ms(&o->resume, PAUSE_MS);
	}
}

static void
on_resume(void *arg)
{
	struct engine_output *o = arg;

	o->reads = 0;
	(void)loop_watch_on(&o->readable);
}

static void
output_free(struct engine_output *o)
{
	loop_watch_off(&o->readable);
	loop_timer_stop(&o->resume);
	close(o->fd);
	free(o);
}

struct engine_output *
engine_output_open(int *writer)
{
	struct engine_output *o = calloc(1, sizeof(*o));
	int ends[2];

	if (o == NULL || pipe2(ends, O_CLOEXEC) == -1) {
		free(o);
		return NULL;
	}
	o->fd = ends[0];
	loop_watch_init(&o->readable, o->fd, LOOP_READ, on_readable, o);
	loop_timer_init(&o->resume, on_resume, o);
	if (fcntl(o->fd, F_SETFL, O_NONBLOCK) == -1 ||
	    !loop_watch_on(&o->readable)) {
		output_free(o);
		close(ends[1]);
		errno = ENOMEM;
		return NULL;
	}
	*writer = ends[1];
	return o;
}

void
engine_output_close(struct engine_output *o, pid_t pid)
{
	if (o == NULL)
		return;
	for (int i = 0; i < READS && read_some(o) > 0; i++)
		;
	log_line(o);
	if (dropped > 0)
		log_warn("MGR: %u more lines of engine[%ld] were dropped",
		    dropped, (long)pid);
	dropped = 0;
	output_free(o);
}
