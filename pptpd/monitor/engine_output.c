/* Monitor: logs what an engine writes to its descriptor 2, line by line. */
/* SPDX-License-Identifier: ISC */
#include "monitor/engine_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "shared/mono.h"
#include "state/bucket.h"

#define MINUTE		60000	/* ms */
#define LINES_RATE	60	/* a minute, of all engines */
#define LINES_BURST	200	/* a sanitizer's report has some 100 */
#define READS		16	/* of that size in a second */
#define READ_SIZE	4096
#define LINE_SIZE	(LOG_LINE_MAX - 40)	/* without our words before */

struct engine_output {
	struct event	*readable, *resume;
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

/* As read(2) has it. */
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

/* An engine that writes on and on waits, and we do other things. */
static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval second = { 1, 0 };
	struct engine_output *o = arg;

	(void)fd;
	(void)what;
	if (read_some(o) == 0)
		event_del(o->readable);
	else if (++o->reads >= READS) {
		event_del(o->readable);
		event_add(o->resume, &second);
	}
}

static void
on_resume(evutil_socket_t fd, short what, void *arg)
{
	struct engine_output *o = arg;

	(void)fd;
	(void)what;
	o->reads = 0;
	event_add(o->readable, NULL);
}

static void
output_free(struct engine_output *o)
{
	if (o->readable != NULL)
		event_free(o->readable);
	if (o->resume != NULL)
		event_free(o->resume);
	close(o->fd);
	free(o);
}

struct engine_output *
engine_output_open(struct event_base *base, int *writer)
{
	struct engine_output *o = calloc(1, sizeof(*o));
	int ends[2];

	if (o == NULL || pipe2(ends, O_CLOEXEC) == -1) {
		free(o);
		return NULL;
	}
	o->fd = ends[0];
	o->readable = event_new(base, o->fd, EV_READ | EV_PERSIST,
	    on_readable, o);
	o->resume = evtimer_new(base, on_resume, o);
	if (o->readable == NULL || o->resume == NULL ||
	    fcntl(o->fd, F_SETFL, O_NONBLOCK) == -1 ||
	    event_add(o->readable, NULL) == -1) {
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
