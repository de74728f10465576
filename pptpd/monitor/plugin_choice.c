/* Monitor: chooses the plugins that the next pppd is given. */
/* SPDX-License-Identifier: ISC */
#include "config.h"
#include "monitor/plugin_choice.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "monitor/file_id.h"
#include "monitor/plugin_check.h"
#include "monitor/plugin_elf.h"
#include "monitor/plugin_probe.h"
#include "shared/loop.h"
#include "shared/mono.h"

#define SOON_MS	50
#define CHOOSE_MS	3000	/* a call waits so long for all answers */
#define SESSION_PLUGIN	PLUGINDIR "/pptpd-session.so"
#define AAA_PLUGIN	PLUGINDIR "/pptpd-aaa.so"
#define NET_PLUGIN	PLUGINDIR "/pptpd-net.so"
#define KERNEL_PLUGIN	PLUGINDIR "/pptpd-kernel.so"
#define USERS_DIR	SYSCONFDIR "/pptpd/users.d"
/* Plugins of every version are linked against this function of pppd. */
#define PPPD_SYMBOL	"lcp_close"

struct choice {
	struct plugin_probe probe;
	struct loop_watch  watch;	/* of a probe under way */
	struct loop_timer  timer;	/* when the probe is given up */
	enum plugin_verdict said;	/* what was logged last */
	char		    path[PATH_MAX];
};

static const struct conf *conf;
static struct choice script, pppd, logwtmp, session, kernel, aaa, net;
static bool in_loop;		/* else answers are waited for */
static bool is_pppd, is_script;

/*
 * Whether this build has pptpd-net.so, and calls may need it: the file of a user
 * can limit his calls, too.
 */
static bool
wants_net(const struct conf *c)
{
#ifdef WITH_NET
	return conf_net_any(c) || access(USERS_DIR, F_OK) == 0;
#else
	(void)c;
	return false;
#endif
}

/* What cannot be read counts as a file: it may be there. */
static bool
users_have_files(void)
{
	DIR *dir = opendir(USERS_DIR);
	struct dirent *entry = NULL;

	if (dir == NULL)
		return errno != ENOENT;
	while ((entry = readdir(dir)) != NULL && entry->d_name[0] == '.')
		;
	closedir(dir);
	return entry != NULL;
}

static const char *
needs_session(const struct conf *c)
{
	if (c->pools.n > 0)
		return "there are address pools";
	return users_have_files() ? "there are files in " USERS_DIR : NULL;
}

const char *
plugin_choice_needs_session(void)
{
	return needs_session(conf);
}

static bool
begins_with(const char *path, const char *octets, size_t n)
{
	char got[8];
	FILE *f = fopen(path, "re");
	bool same;

	if (f == NULL)
		return false;
	same = fread(got, 1, n, f) == n && memcmp(got, octets, n) == 0;
	fclose(f);
	return same;
}

/*
 * Finds out what the keyword ppp names: a pppd, which exports what plugins are
 * linked against; a script, which may run a pppd, as on NixOS, where it sets
 * the environment; or neither.  Looks only when the file has changed.
 */
static void
look_at_pppd(void)
{
	static struct file_id last;

	if (file_id_is(session.probe.pppd, &last))
		return;
	file_id_get(session.probe.pppd, &last);
	is_pppd = plugin_elf_exports(session.probe.pppd, PPPD_SYMBOL);
	is_script = !is_pppd && begins_with(session.probe.pppd, "#!", 2);
}

static void
report(struct choice *c)
{
	enum plugin_verdict verdict = c->probe.answer.verdict;
	char text[LOG_LINE_MAX];

	if (verdict == c->said || c == &script)
		return;
	c->probe.needed = c == &session && needs_session(conf) != NULL;
	if (verdict == PLUGIN_FITS) {
		if (c->said != PLUGIN_UNASKED)
			log_notice("MGR: %s fits pppd %s again",
			    c->probe.plugin[0] != '\0' ? c->probe.plugin :
			    c->probe.pppd, c->probe.answer.pppd_version);
	} else if (c == &session && verdict == PLUGIN_MISSING &&
	    !c->probe.needed) {
		log_info("MGR: %s is not installed: pptpd knows less about "
		    "its calls", c->probe.plugin);
	} else if (c == &pppd || verdict != PLUGIN_PPPD_BROKEN) {
		log_err("MGR: %s", plugin_probe_message(&c->probe, text,
		    sizeof(text)));
	}
	c->said = verdict;
}

static void
forget(struct choice *c)
{
	loop_watch_off(&c->watch);
	loop_timer_stop(&c->timer);
}

static void
done(struct choice *c)
{
	forget(c);
	report(c);
}

static void
on_time(void *arg)
{
	struct choice *c = arg;

	if (plugin_probe_wait(&c->probe, 0))
		done(c);
	else				/* the timer ran a little early */
		(void)loop_timer_in_ms(&c->timer, SOON_MS);
}

static void
on_answer(int fd, void *arg)
{
	(void)fd;
	on_time(arg);
}

/*
 * Leaves a probe to the event loop, which takes its answer or gives it up.
 * Without memory for that, the next call looks for the answer.
 */
static void
leave(struct choice *c)
{
	uint64_t left = mono_left_ms(c->probe.deadline_ms);

	if (!in_loop || loop_watch_is_on(&c->watch))
		return;
	loop_watch_init(&c->watch, c->probe.fd, LOOP_READ, on_answer, c);
	loop_timer_init(&c->timer, on_time, c);
	if (!loop_watch_on(&c->watch) ||
	    !loop_timer_in_ms(&c->timer, left > 0 ? left + 1 : 0))
		forget(c);
}

/* Starts a probe if it is needed.  Returns whether to wait for its answer. */
static bool
begin(struct choice *c)
{
	bool late = c->probe.answer.late;

	if (c->probe.fd != -1 || plugin_probe_fresh(&c->probe))
		return false;
	if (plugin_probe_start(&c->probe) == 0)
		return !late;
	report(c);
	return false;
}

/*
 * Asks about n plugins at once, where it is needed; NULL is passed over.  pppd
 * answers within 20 ms.  If it does not answer in CHOOSE_MS, its last answer
 * counts until a new one comes.  Nobody waits twice for the same question, or
 * for a pppd whose last answer was late.
 */
static void
ask(struct choice *const all[], size_t n)
{
	uint64_t now = mono_ms(), until = now;

	for (size_t i = 0; i < n; i++) {
		if (all[i] != NULL && begin(all[i]))
			until = now + CHOOSE_MS;
	}
	if (!in_loop)
		until = now + PLUGIN_PROBE_MS + CHOOSE_MS;
	for (size_t i = 0; i < n; i++) {
		if (all[i] == NULL || all[i]->probe.fd == -1)
			continue;
		if (plugin_probe_wait(&all[i]->probe, until))
			done(all[i]);
		else
			leave(all[i]);
	}
}

static void
ask_all(void)
{
	struct choice *const all[] = { &pppd, &session, conf->logwtmp ?
	    &logwtmp : NULL, conf_datapath_any(conf) ? &kernel : NULL,
	    conf->aaa ? &aaa : NULL, wants_net(conf) ? &net : NULL };

	ask(all, sizeof(all) / sizeof(all[0]));
}

static void
ask_script(void)
{
	struct choice *const one[] = { &script };

	ask(one, 1);
	is_pppd = script.probe.answer.verdict == PLUGIN_FITS;
}

/* The plugin's path for pppd's arguments; NULL: leave it out. */
static const char *
use_of(struct choice *c)
{
	return plugin_probe_path(&c->probe, c->path, sizeof(c->path));
}

bool
plugin_choice_reaped(pid_t pid)
{
	struct choice *all[] = { &script, &pppd, &session, &logwtmp, &kernel,
	    &aaa, &net };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i]->probe.pid == pid) {
			all[i]->probe.pid = 0;
			return true;
		}
	}
	return false;
}

/* Sets the files to ask about; answers about the same files stay. */
static void
set(struct choice *c, const char *plugin, const char *options, bool guard)
{
	struct plugin_probe probe;

	plugin_probe_init(&probe, conf->ppp, plugin, options, guard);
	if (strcmp(c->probe.pppd, probe.pppd) == 0 &&
	    strcmp(c->probe.plugin, probe.plugin) == 0 &&
	    strcmp(c->probe.options, probe.options) == 0)
		return;
	forget(c);
	if (c->probe.pppd[0] != '\0')
		plugin_probe_abort(&c->probe);
	c->probe = probe;
	c->said = PLUGIN_UNASKED;
}

void
plugin_choice_change(void)
{
	set(&script, NULL, NULL, false);
	script.probe.script = true;
	set(&pppd, NULL, conf->option, false);
	set(&logwtmp, conf->plugin, NULL, false);
	set(&session, SESSION_PLUGIN, NULL, false);
	set(&kernel, KERNEL_PLUGIN, NULL, false);
	set(&aaa, AAA_PLUGIN, NULL, true);
	set(&net, NET_PLUGIN, NULL, false);
}

/*
 * Whether the program is a script that runs pppd.  Asking costs two probes, so
 * a fresh answer about the same script is used again.
 */
static bool
runs_pppd(const char *path)
{
	if (!begins_with(path, "#!", 2))
		return false;
	if (strcmp(path, script.probe.pppd) != 0 ||
	    !plugin_probe_fresh(&script.probe))
		return plugin_probe_is_pppd(path);
	return script.probe.answer.verdict == PLUGIN_FITS;
}

bool
plugin_choice_try(const struct conf *c, char *text)
{
	struct plugin_probe probe;

	plugin_probe_init(&probe, c->ppp, NULL, c->option, false);
	if (!plugin_elf_exports(probe.pppd, PPPD_SYMBOL) &&
	    !runs_pppd(probe.pppd))
		return true;
	plugin_probe_run(&probe);
	if (probe.answer.verdict == PLUGIN_FITS)
		return true;
	plugin_probe_message(&probe, text, LOG_LINE_MAX);
	return false;
}

void
plugin_choice_init(bool loop, const struct conf *c)
{
	in_loop = loop;
	conf = c;
	plugin_choice_change();
}

bool
plugin_choice_look(void)
{
	struct plugin_choice use;

	plugin_choice_choose(&use);
	if (!is_pppd && use.own_wtmp)
		log_warn("MGR: %s is not there: pptpd records logins itself",
		    conf->plugin);
	return !is_pppd || pppd.probe.answer.verdict == PLUGIN_FITS;
}

/*
 * Needs pptpd-session.so too: when the kernel carries a call, the engine sees
 * no frames, and only that plugin reports what pppd does.
 */
static void
choose_kernel(struct plugin_choice *use)
{
	if (!conf_datapath_any(conf))
		return;
	use->kernel = use_of(&kernel);
	if (kernel.probe.answer.verdict == PLUGIN_UNASKED)
		use->no_kernel = "pppd does not say whether it loads "
		    "pptpd-kernel.so";
	else if (use->kernel == NULL)
		use->no_kernel = "pptpd-kernel.so cannot be used";
	else if (use->session == NULL) {
		use->kernel = NULL;
		use->no_kernel = "pptpd-session.so cannot be used";
	}
}

void
plugin_choice_choose(struct plugin_choice *use)
{
	*use = (struct plugin_choice){ .logwtmp = NULL };
	look_at_pppd();
	if (is_script)
		ask_script();
	if (!is_pppd) {
		use->no_kernel = "the program that \"ppp\" names is no pppd";
		if (conf->logwtmp && access(conf->plugin, R_OK) == 0)
			use->logwtmp = conf->plugin;
		use->own_wtmp = conf->logwtmp && use->logwtmp == NULL;
		/* It guards: the program gets it, and has to know it. */
		use->aaa = conf->aaa ? AAA_PLUGIN : NULL;
		return;
	}
	ask_all();
	if (conf->logwtmp) {
		use->logwtmp = use_of(&logwtmp);
		use->own_wtmp = use->logwtmp == NULL;
	}
	use->session = use_of(&session);
	use->aaa = conf->aaa ? use_of(&aaa) : NULL;
	use->net = wants_net(conf) ? use_of(&net) : NULL;
	choose_kernel(use);
}

int
plugin_choice_check(const struct conf *c)
{
	struct plugin_desc ours[] = {
		{ .path = c->plugin },
		{ .path = SESSION_PLUGIN, .guard = needs_session(c) != NULL ?
		    PLUGIN_LOSS_NEEDED : PLUGIN_LOSS_LITTLE },
		{ .path = NULL },
		{ .path = NULL },
		{ .path = NULL }
	};
	size_t n = 2;

	if (conf_datapath_any(c))
		ours[n++] = (struct plugin_desc){ .path = KERNEL_PLUGIN };
	if (c->aaa)
		ours[n++] = (struct plugin_desc){ .path = AAA_PLUGIN,
		    .guard = PLUGIN_LOSS_GUARD };
	if (wants_net(c))
		ours[n++] = (struct plugin_desc){ .path = NET_PLUGIN };
	return plugin_check_report(stdout, c->ppp, ours, n);
}
