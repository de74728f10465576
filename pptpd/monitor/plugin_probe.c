/* Monitor: asks pppd whether it loads a plugin, before a call depends on it. */
/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "monitor/plugin_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "monitor/plugin_elf.h"
#include "shared/linux_calls.h"
#include "shared/mono.h"
#include "shared/subprocess.h"

/* How long an answer holds if it may have other causes than the two files. */
#define UNSURE_MS	30000
#define SLACK_MS	500	/* for the child to report a late pppd */
#define NO_PLUGIN	"/nonexistent/pptpd/plugin.so"
#define OUTPUT_MAX	8192	/* octets of output; pppd's usage has 2000 */

/* Finds a name without a slash the way execvp(3) will. */
static void
resolve(const char *name, char *path, size_t size)
{
	const char *p, *dirs = getenv("PATH");
	size_t len;

	snprintf(path, size, "%s", name);
	if (strchr(name, '/') != NULL || dirs == NULL)
		return;
	for (p = dirs; *p != '\0'; p += len + (p[len] == ':')) {
		len = strcspn(p, ":");
		if ((size_t)snprintf(path, size, "%.*s/%s", (int)len, p,
		    name) < size && access(path, X_OK) == 0)
			return;
	}
	snprintf(path, size, "%s", name);
}

void
plugin_probe_init(struct plugin_probe *p, const char *pppd,
    const char *plugin, const char *options, bool guard)
{
	memset(p, 0, sizeof(*p));
	p->fd = -1;
	p->guard = guard;
	resolve(pppd, p->pppd, sizeof(p->pppd));
	if (plugin != NULL)
		snprintf(p->plugin, sizeof(p->plugin), "%s", plugin);
	if (options != NULL)
		snprintf(p->options, sizeof(p->options), "%s", options);
}

/* Makes DIR/VERSION/NAME of DIR/NAME: plugins for other versions are there. */
static bool
versioned_path(const struct plugin_probe *p, const char *version, char *path,
    size_t size)
{
	const char *slash = strrchr(p->plugin, '/');

	return slash != NULL && version[0] != '\0' &&
	    strchr(version, '/') == NULL && strcmp(version, "..") != 0 &&
	    (size_t)snprintf(path, size, "%.*s/%s%s",
	    (int)(slash - p->plugin), p->plugin, version, slash) < size;
}

bool
plugin_probe_fresh(const struct plugin_probe *p)
{
	const struct plugin_answer *a = &p->answer;
	char path[PATH_MAX];

	if (a->verdict == PLUGIN_UNASKED)
		return false;
	if ((a->verdict == PLUGIN_BROKEN ||
	    a->verdict == PLUGIN_PPPD_BROKEN) &&
	    mono_ms() - a->at_ms >
	    (uint64_t)UNSURE_MS << (p->lates > 0 ? p->lates - 1 : 0))
		return false;
	if (!file_id_is(p->pppd, &a->pppd_id))
		return false;
	if (p->plugin[0] == '\0')
		return true;
	if (!file_id_is(p->plugin, &a->plugin_id))
		return false;
	/* The file in VERSION/ matters only if the plugin does not fit. */
	if ((a->verdict == PLUGIN_FITS && !a->versioned) ||
	    !versioned_path(p, a->pppd_version, path, sizeof(path)))
		return true;
	return file_id_is(path, &a->versioned_id);
}

/*
 * The first line of output that is not empty or "Plugin ... loaded.", without
 * pppd's name before it.
 */
static void
first_words(const char *out, const char *pppd, char *text, size_t size)
{
	size_t len, skip;

	for (;; out += len + (out[len] == '\n')) {
		len = strcspn(out, "\n");
		if (out[0] == '\0')
			break;
		if (len > 0 && !(strncmp(out, "Plugin ", 7) == 0 &&
		    len > 8 && strncmp(out + len - 8, " loaded.", 8) == 0))
			break;
	}
	skip = strlen(pppd);
	if (strncmp(out, pppd, skip) == 0 && strncmp(out + skip, ": ", 2) == 0)
		skip += 2;
	else
		skip = 0;
	if (len < skip)
		len = skip;
	snprintf(text, size, "%.*s", (int)(len - skip), out + skip);
}

/* The last line "pppd version V": plugins may print lines before it. */
static bool
version_line(const char *out, char *version, size_t size)
{
	static const char head[] = "pppd version ";
	size_t len;
	bool found = false;

	for (; *out != '\0'; out += len + (out[len] == '\n')) {
		len = strcspn(out, "\n");
		if (strncmp(out, head, strlen(head)) != 0)
			continue;
		found = len > strlen(head);
		snprintf(version, size, "%.*s", (int)(len - strlen(head)),
		    out + strlen(head));
	}
	return found;
}

/*
 * Runs pppd [file OPTIONS] [plugin PLUGIN] --version.  True if it prints a
 * version.
 */
static bool
ask(const struct plugin_probe *p, const char *plugin, uint64_t deadline_ms,
    char *version, struct plugin_answer *a)
{
	char out[OUTPUT_MAX], *argv[7], *text = a->text;
	size_t size = sizeof(a->text);
	int n = 0, status;

	argv[n++] = (char *)p->pppd;
	if (p->options[0] != '\0') {
		argv[n++] = (char *)"file";
		argv[n++] = (char *)p->options;
	}
	if (plugin != NULL) {
		argv[n++] = (char *)"plugin";
		argv[n++] = (char *)plugin;
	}
	argv[n++] = (char *)"--version";
	argv[n] = NULL;
	status = subprocess_run(argv, "/", deadline_ms, out, sizeof(out));
	a->late = status == SUBPROCESS_LATE;
	if (a->late)
		snprintf(text, size, "no answer within %d seconds",
		    PLUGIN_PROBE_MS / 1000);
	else
		first_words(out, p->pppd, text, size);
	if (status == 0 && version_line(out, version, PLUGIN_VERSION_MAX)) {
		text[0] = '\0';
		return true;
	}
	if (status == 0)
		snprintf(text, size, "it does not tell its version");
	else if (text[0] == '\0')
		snprintf(text, size, "exit status %d", status);
	return false;
}

/* Asks about one file, and fills in the answer except for the file IDs. */
static enum plugin_verdict
judge(const struct plugin_probe *p, const char *plugin, uint64_t deadline_ms,
    struct plugin_answer *a)
{
	char version[PLUGIN_VERSION_MAX];
	struct stat st;
	int fd;

	a->plugin_version[0] = a->text[0] = '\0';
	fd = open(plugin, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1 && (errno == ENOENT || errno == ENOTDIR))
		return PLUGIN_MISSING;
	if (fd == -1 || fstat(fd, &st) == -1)
		snprintf(a->text, sizeof(a->text), "%s", strerror(errno));
	else if (!S_ISREG(st.st_mode))
		snprintf(a->text, sizeof(a->text), "not a file");
	if (fd != -1)
		close(fd);
	if (a->text[0] != '\0')
		return PLUGIN_UNREADABLE;

	plugin_elf_version(plugin, a->plugin_version,
	    sizeof(a->plugin_version));
	if (ask(p, plugin, deadline_ms, version, a))
		return PLUGIN_FITS;
	/* The loader's message names a symbol more often than a version. */
	if (a->plugin_version[0] != '\0' &&
	    strcmp(a->plugin_version, a->pppd_version) != 0)
		return PLUGIN_MISMATCH;
	if (!plugin_elf_same_machine(plugin, p->pppd))
		snprintf(a->text, sizeof(a->text),
		    "it is for another kind of machine");
	else if (!plugin_elf_whole(plugin))
		snprintf(a->text, sizeof(a->text), "the file is cut short");
	return PLUGIN_BROKEN;
}

/*
 * The whole probe.  It takes the files' identities first, so that a change of
 * a file during the probe makes the answer stale, not wrong.
 */
static void
probe(const struct plugin_probe *p, struct plugin_answer *a)
{
	struct plugin_answer other;
	char path[PATH_MAX];
	uint64_t deadline_ms;

	memset(a, 0, sizeof(*a));
	a->at_ms = mono_ms();
	deadline_ms = a->at_ms + PLUGIN_PROBE_MS;
	file_id_get(p->pppd, &a->pppd_id);
	if (p->plugin[0] != '\0')
		file_id_get(p->plugin, &a->plugin_id);
	if (!ask(p, NULL, deadline_ms, a->pppd_version, a)) {
		a->verdict = PLUGIN_PPPD_BROKEN;
		return;
	}
	if (p->script && (ask(p, NO_PLUGIN, deadline_ms, other.pppd_version,
	    a) || a->late)) {
		a->verdict = PLUGIN_BROKEN;	/* it loads no plugin */
		return;
	}
	if (p->plugin[0] == '\0') {
		a->verdict = PLUGIN_FITS;
		return;
	}
	a->verdict = judge(p, p->plugin, deadline_ms, a);
	if (a->verdict == PLUGIN_FITS ||
	    !versioned_path(p, a->pppd_version, path, sizeof(path)))
		return;
	file_id_get(path, &a->versioned_id);
	other = *a;
	if (a->versioned_id.error == 0 &&
	    judge(p, path, deadline_ms, &other) == PLUGIN_FITS) {
		*a = other;
		a->verdict = PLUGIN_FITS;
		a->versioned = true;
	}
}

static void
learn(struct plugin_probe *p, const struct plugin_answer *a)
{
	p->answer = *a;
	if (!a->late)
		p->lates = 0;
	else if (p->lates <= PLUGIN_LATE_MAX)
		p->lates++;
}

/* Sets an answer when pppd could not be asked or has not answered. */
static void
no_answer(struct plugin_probe *p, const char *why)
{
	struct plugin_answer *a = &p->answer;

	memset(a, 0, sizeof(*a));
	a->verdict = p->plugin[0] != '\0' ? PLUGIN_BROKEN :
	    PLUGIN_PPPD_BROKEN;
	a->at_ms = mono_ms();
	file_id_get(p->pppd, &a->pppd_id);
	if (p->plugin[0] != '\0')
		file_id_get(p->plugin, &a->plugin_id);
	snprintf(a->text, sizeof(a->text), "%s", why);
}

int
plugin_probe_start(struct plugin_probe *p)
{
	struct plugin_answer a;
	int fds[2], error;

	if (pipe2(fds, O_CLOEXEC) == -1) {
		error = errno;
		no_answer(p, strerror(error));
		errno = error;
		return -1;
	}
	p->pid = fork();
	if (p->pid == 0) {
		/* The child must not use the caller's sockets and handlers. */
		subprocess_signals();
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)linux_close_from(3, fds[1]);
		probe(p, &a);
		_exit(write(fds[1], &a, sizeof(a)) != (ssize_t)sizeof(a));
	}
	error = errno;
	close(fds[1]);
	if (p->pid == -1) {
		close(fds[0]);
		p->pid = 0;
		no_answer(p, strerror(error));
		errno = error;
		return -1;
	}
	p->fd = fds[0];
	p->deadline_ms = mono_ms() + PLUGIN_PROBE_MS + SLACK_MS;
	return 0;
}

/*
 * Ends a probe.  Reaps its child without waiting and ignores the status.  The
 * caller's SIGCHLD handler may have reaped it already, and then another child
 * may have the same pid.
 */
static void
end(struct plugin_probe *p)
{
	close(p->fd);
	p->fd = -1;
	if (p->pid != 0)
		(void)waitpid(p->pid, NULL, WNOHANG);
	p->pid = 0;
}

void
plugin_probe_finish(struct plugin_probe *p)
{
	struct plugin_answer a;
	ssize_t n;

	if (p->fd == -1)
		return;
	/* The answer is shorter than PIPE_BUF, so it comes in one piece. */
	do
		n = read(p->fd, &a, sizeof(a));
	while (n == -1 && errno == EINTR);
	end(p);
	if (n == (ssize_t)sizeof(a))
		learn(p, &a);
	else
		no_answer(p, "the probe died");
}

void
plugin_probe_abort(struct plugin_probe *p)
{
	struct pollfd pfd;

	if (p->fd == -1)
		return;
	/* While the child holds the other end, no other process has its pid. */
	pfd.fd = p->fd;
	pfd.events = POLLIN;
	if (p->pid != 0 && poll(&pfd, 1, 0) == 0)
		kill(p->pid, SIGKILL);
	end(p);
}

bool
plugin_probe_wait(struct plugin_probe *p, uint64_t until_ms)
{
	struct plugin_answer late;
	struct pollfd pfd;
	int n;

	if (p->fd == -1)
		return true;
	if (until_ms > p->deadline_ms)
		until_ms = p->deadline_ms;
	do {
		pfd.fd = p->fd;
		pfd.events = POLLIN;
		n = poll(&pfd, 1, (int)mono_left_ms(until_ms));
	} while (n == -1 && errno == EINTR);
	if (n == 1) {
		plugin_probe_finish(p);
		return true;
	}
	if (mono_ms() < p->deadline_ms)
		return false;
	plugin_probe_abort(p);
	no_answer(p, "the probe does not end");
	late = p->answer;
	late.late = true;
	learn(p, &late);
	return true;
}

void
plugin_probe_run(struct plugin_probe *p)
{
	if (p->fd == -1 && plugin_probe_start(p) == -1)
		return;
	while (!plugin_probe_wait(p, p->deadline_ms))
		;
}

bool
plugin_probe_is_pppd(const char *pppd)
{
	struct plugin_probe p;

	plugin_probe_init(&p, pppd, NULL, NULL, false);
	p.script = true;
	plugin_probe_run(&p);
	return p.answer.verdict == PLUGIN_FITS;
}

const char *
plugin_probe_path(const struct plugin_probe *p, char *buf, size_t size)
{
	if (p->answer.verdict != PLUGIN_FITS)
		return NULL;
	if (!p->answer.versioned)
		snprintf(buf, size, "%s", p->plugin);
	else if (!versioned_path(p, p->answer.pppd_version, buf, size))
		return NULL;
	return buf;
}

const char *
plugin_verdict_name(enum plugin_verdict verdict)
{
	switch (verdict) {
	case PLUGIN_UNASKED:
		return "not asked yet";
	case PLUGIN_FITS:
		return "fits";
	case PLUGIN_MISSING:
		return "missing";
	case PLUGIN_UNREADABLE:
		return "unreadable";
	case PLUGIN_MISMATCH:
		return "does not fit";
	case PLUGIN_BROKEN:
		return "refused";
	case PLUGIN_PPPD_BROKEN:
		return "pppd does not run";
	}
	return "unknown";
}

const char *
plugin_probe_calls(const struct plugin_probe *p)
{
	return p->guard || p->needed ? "calls that need it are refused" :
	    "calls go on without it";
}

const char *
plugin_probe_hint(bool guard)
{
	return guard ? AAA_HINT : PLUGIN_HINT;
}

const char *
plugin_probe_message(const struct plugin_probe *p, char *buf, size_t size)
{
	const struct plugin_answer *a = &p->answer;
	const char *calls, *of, *is;

	calls = plugin_probe_calls(p);
	of = a->plugin_version[0] != '\0' ? a->plugin_version : "unknown";
	is = a->pppd_version[0] != '\0' ? a->pppd_version : "unknown";
	switch (a->verdict) {
	case PLUGIN_FITS:
	case PLUGIN_UNASKED:
		snprintf(buf, size, "Plugin %s: %s", p->plugin,
		    plugin_verdict_name(a->verdict));
		break;
	case PLUGIN_PPPD_BROKEN:
		snprintf(buf, size, "%s cannot run, so no call can come up: %s",
		    p->pppd, a->text);
		break;
	case PLUGIN_MISSING:
		snprintf(buf, size, "Plugin %s for pppd %s is missing: %s; "
		    "to mend it: %s", p->plugin, is, calls, plugin_probe_hint(p->guard));
		break;
	case PLUGIN_MISMATCH:
		snprintf(buf, size, "Plugin %s is for pppd version %s, but %s "
		    "is version %s: %s; to mend it: %s", p->plugin, of,
		    p->pppd, is, calls, plugin_probe_hint(p->guard));
		break;
	case PLUGIN_UNREADABLE:
	case PLUGIN_BROKEN:
		snprintf(buf, size, "Plugin %s (for pppd version %s) cannot "
		    "be loaded by %s version %s (%s): %s; to mend it: %s",
		    p->plugin, of, p->pppd, is, a->text, calls, plugin_probe_hint(p->guard));
		break;
	}
	return buf;
}
