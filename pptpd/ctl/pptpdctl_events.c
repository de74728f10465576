/* pptpdctl events: what happens, as it happens, beyond restarts of the engine. */
/* SPDX-License-Identifier: ISC */
#include "ctl/pptpdctl_events.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "admin/admin_text.h"
#include "ctl/pptpdctl_link.h"
#include "ctl/pptpdctl_output.h"

#define EXIT_AGAIN	9	/* of the child: the engine is gone */

/* One line, written at once: the reader may be a program. */
static bool
put(const json_t *event)
{
	if (ctl_is_json())
		ctl_put_json(event);
	else
		admin_text_event(stdout, event);
	return fflush(stdout) == 0;
}

/* What only we know: the engine that would have told it is gone. */
static bool
put_restart(void)
{
	json_t *event = json_pack("{ss sI}", "event", "engine-restarted", "at",
	    (json_int_t)time(NULL));
	bool done = event != NULL && put(event);

	json_decref(event);
	return done;
}

/* Prints events until the engine is gone; returns the exit status. */
static int
follow(int fd, pid_t parent, bool again)
{
	static struct link in;
	json_t *object;
	int status;

	in.fd = fd;
	if (!link_give_up_root() || !link_end_with(parent))
		return EXIT_TROUBLE;
	/* An engine that is being started may be gone at once, too. */
	in.patient = again;
	if (!link_greet(&in) ||
	    !link_ask(fd, json_pack("{ss}", "command", "events")))
		return again ? EXIT_AGAIN : EXIT_TROUBLE;
	in.patient = true;
	if (again && !put_restart())
		return EXIT_TROUBLE;
	while ((object = link_next(&in)) != NULL) {
		status = 0;
		if (json_is_false(json_object_get(object, "ok")))
			status = link_refused(object);
		else if (json_object_get(object, "event") != NULL &&
		    !put(object))
			status = EXIT_TROUBLE;
		json_decref(object);
		if (status != 0)
			return status;
	}
	return EXIT_AGAIN;
}

/*
 * Only root, or a group, may connect, and what an engine says is not read as
 * root: so a child reads, and we connect again when its engine is gone.
 */
int
events_follow(const char *path)
{
	bool again = false;
	int fd, status;
	pid_t pid, self = getpid();

	ctl_set_lines();
	fd = link_open(path);
	while (fd != -1) {
		pid = fork();
		if (pid == 0)
			exit(follow(fd, self, again));
		close(fd);
		if (pid == -1) {
			ctl_complain("trouble", "fork: %s", strerror(errno));
			return EXIT_TROUBLE;
		}
		while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
			;
		if (!WIFEXITED(status))
			return EXIT_TROUBLE;	/* its output was closed */
		if (WEXITSTATUS(status) != EXIT_AGAIN)
			return WEXITSTATUS(status);
		again = true;
		fd = link_wait(path);
		if (fd == -1)
			fd = link_open(path);	/* says why not */
	}
	return EXIT_TROUBLE;
}
