/*
 * Runs the probe of plugins from a shell script:
 *
 *	probe PPPD PLUGIN WORD...
 *
 * PLUGIN "-" is none.  Words, in order: run and async ask; fresh, path and
 * message print what they are named for; answer prints the last answer; guard
 * makes the plugin one; abort starts and gives up; handler has SIGCHLD
 * handled and ignore ignored; options=FILE names an options file; later lets
 * a minute pass; check prints the report; anything else is a command for the
 * shell.
 */
/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "monitor/plugin_check.h"
#include "monitor/plugin_probe.h"
#include "shared/mono.h"

static struct plugin_probe p;

static void
reap(int sig)
{
	int	saved = errno;

	(void)sig;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	errno = saved;
}

/* As an event loop does it: not one call of ours may block meanwhile. */
static void
async(void)
{
	struct pollfd	pfd;
	uint64_t	start_ms = mono_ms();

	if (plugin_probe_start(&p) == -1) {
		printf("cannot start: %s\n", strerror(errno));
		return;
	}
	if (mono_ms() - start_ms > 500)
		printf("start took too long\n");
	pfd.fd = p.fd;
	pfd.events = POLLIN;
	while (poll(&pfd, 1, 10000) == -1 && errno == EINTR)
		;
	if (pfd.revents == 0)
		printf("no answer\n");
	else
		plugin_probe_finish(&p);
}

static void
word(const char *w)
{
	struct plugin_desc	desc;
	char			buf[1024];
	const char		*path;

	if (strcmp(w, "run") == 0)
		plugin_probe_run(&p);
	else if (strcmp(w, "async") == 0)
		async();
	else if (strcmp(w, "abort") == 0) {
		plugin_probe_start(&p);
		plugin_probe_abort(&p);
		printf("aborted: %s\n", plugin_verdict_name(p.answer.verdict));
	} else if (strcmp(w, "fresh") == 0)
		printf("%s\n", plugin_probe_fresh(&p) ? "fresh" : "stale");
	else if (strcmp(w, "path") == 0) {
		path = plugin_probe_path(&p, buf, sizeof(buf));
		printf("path %s\n", path != NULL ? path : "none");
	} else if (strcmp(w, "message") == 0)
		printf("%s\n", plugin_probe_message(&p, buf, sizeof(buf)));
	else if (strcmp(w, "answer") == 0)
		printf("%s|%s|%s|%s\n", plugin_verdict_name(p.answer.verdict),
		    p.answer.pppd_version, p.answer.plugin_version,
		    p.answer.text);
	else if (strcmp(w, "guard") == 0)
		p.guard = true;
	else if (strcmp(w, "later") == 0)
		p.answer.at_ms -= 60000;
	else if (strcmp(w, "handler") == 0)
		signal(SIGCHLD, reap);
	else if (strcmp(w, "ignore") == 0)
		signal(SIGCHLD, SIG_IGN);
	else if (strncmp(w, "options=", 8) == 0)
		snprintf(p.options, sizeof(p.options), "%s", w + 8);
	else if (strcmp(w, "check") == 0) {
		desc.path = p.plugin;
		desc.guard = p.guard;
		printf("exit %d\n", plugin_check_report(stdout, p.pppd, &desc,
		    p.plugin[0] != '\0'));
	} else if (system(w) != 0)
		printf("command failed: %s\n", w);
}

int
main(int argc, char **argv)
{
	int	i;

	if (argc < 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	plugin_probe_init(&p, argv[1],
	    strcmp(argv[2], "-") != 0 ? argv[2] : NULL, NULL, false);
	for (i = 3; i < argc; i++)
		word(argv[i]);
	return 0;
}
