/* Monitor: chooses the plugins that the next pppd is given. */
/* SPDX-License-Identifier: ISC */
#include "monitor/plugin_choice.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "monitor/plugin_check.h"
#include "monitor/plugin_elf.h"
#include "monitor/plugin_probe.h"

#define SESSION_PLUGIN	PLUGINDIR "/pptpd-session.so"
#define KERNEL_PLUGIN	PLUGINDIR "/pptpd-kernel.so"
/* Plugins of every version are linked against this function of pppd. */
#define PPPD_SYMBOL	"lcp_close"

struct choice {
	struct plugin_probe probe;
	enum plugin_verdict said;	/* what was logged last */
	char		    path[PATH_MAX];
};

static const struct conf *conf;
static struct choice pppd, logwtmp, session, kernel;
static bool is_pppd;

/* Is what `ppp` names a pppd?  Looked at when the file has changed. */
static void
look_at_pppd(void)
{
	static struct stat last;
	struct stat st;

	if (stat(session.probe.pppd, &st) == -1) {
		last = (struct stat){ 0 };	/* the same may come back */
		is_pppd = false;
		return;
	}
	if (st.st_dev == last.st_dev && st.st_ino == last.st_ino &&
	    st.st_size == last.st_size &&
	    st.st_mtim.tv_sec == last.st_mtim.tv_sec &&
	    st.st_mtim.tv_nsec == last.st_mtim.tv_nsec)
		return;
	last = st;
	is_pppd = plugin_elf_exports(session.probe.pppd, PPPD_SYMBOL);
}

static void
report(struct choice *c)
{
	enum plugin_verdict verdict = c->probe.answer.verdict;
	char text[LOG_LINE_MAX];

	if (verdict == c->said)
		return;
	if (verdict == PLUGIN_FITS) {
		if (c->said != PLUGIN_UNASKED)
			log_notice("MGR: %s fits pppd %s again",
			    c->probe.plugin[0] != '\0' ? c->probe.plugin :
			    c->probe.pppd, c->probe.answer.pppd_version);
	} else if (c == &session && verdict == PLUGIN_MISSING) {
		log_info("MGR: %s is not installed: pptpd knows less about "
		    "its calls", c->probe.plugin);
	} else if (c == &pppd || verdict != PLUGIN_PPPD_BROKEN) {
		log_err("MGR: %s", plugin_probe_message(&c->probe, text,
		    sizeof(text)));
	}
	c->said = verdict;
}

/* Asks if need be; the path to name, or NULL. */
static const char *
ask(struct choice *c)
{
	if (!plugin_probe_fresh(&c->probe)) {
		plugin_probe_run(&c->probe);
		report(c);
	}
	return plugin_probe_path(&c->probe, c->path, sizeof(c->path));
}

/* What is known about the same files stays. */
static void
set(struct choice *c, const char *plugin, const char *options)
{
	struct plugin_probe probe;

	plugin_probe_init(&probe, conf->ppp, plugin, options, false);
	if (strcmp(c->probe.pppd, probe.pppd) == 0 &&
	    strcmp(c->probe.plugin, probe.plugin) == 0 &&
	    strcmp(c->probe.options, probe.options) == 0)
		return;
	c->probe = probe;
	c->said = PLUGIN_UNASKED;
}

void
plugin_choice_change(void)
{
	set(&pppd, NULL, conf->option);
	set(&logwtmp, conf->plugin, NULL);
	set(&session, SESSION_PLUGIN, NULL);
	set(&kernel, KERNEL_PLUGIN, NULL);
}

bool
plugin_choice_try(const struct conf *c, char *text)
{
	struct plugin_probe probe;

	plugin_probe_init(&probe, c->ppp, NULL, c->option, false);
	if (!plugin_elf_exports(probe.pppd, PPPD_SYMBOL))
		return true;
	plugin_probe_run(&probe);
	if (probe.answer.verdict == PLUGIN_FITS)
		return true;
	plugin_probe_message(&probe, text, LOG_LINE_MAX);
	return false;
}

void
plugin_choice_init(const struct conf *c)
{
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

/* pptpd-session.so is needed too: it tells what the engine cannot see. */
static void
choose_kernel(struct plugin_choice *use)
{
	if (!conf_datapath_any(conf))
		return;
	use->kernel = ask(&kernel);
	if (use->kernel == NULL)
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
	if (!is_pppd) {
		use->no_kernel = "the program that \"ppp\" names is no pppd";
		if (conf->logwtmp && access(conf->plugin, R_OK) == 0)
			use->logwtmp = conf->plugin;
		use->own_wtmp = conf->logwtmp && use->logwtmp == NULL;
		return;
	}
	(void)ask(&pppd);
	if (conf->logwtmp) {
		use->logwtmp = ask(&logwtmp);
		use->own_wtmp = use->logwtmp == NULL;
	}
	use->session = ask(&session);
	choose_kernel(use);
}

int
plugin_choice_check(const struct conf *c)
{
	const struct plugin_desc ours[] = {
		{ c->plugin, false },
		{ SESSION_PLUGIN, false },
		{ KERNEL_PLUGIN, false }
	};
	size_t n = sizeof(ours) / sizeof(ours[0]);

	if (!conf_datapath_any(c))
		n--;
	return plugin_check_report(stdout, c->ppp, ours, n);
}
