/* Monitor: `pptpd --check-plugins`, which plugins fit the installed pppd. */
/* SPDX-License-Identifier: ISC */
#include "monitor/plugin_check.h"

#include <string.h>

#include "monitor/plugin_probe.h"

static void
report_plugin(FILE *f, const struct plugin_probe *p)
{
	const struct plugin_answer *a = &p->answer;
	char path[PATH_MAX];

	fprintf(f, "plugin %s: %s", p->plugin,
	    plugin_verdict_name(a->verdict));
	if (a->plugin_version[0] != '\0')
		fprintf(f, ", for pppd version %s", a->plugin_version);
	/* For a mismatch the loader only names a symbol, which helps nobody. */
	if (a->text[0] != '\0' && a->verdict != PLUGIN_MISMATCH)
		fprintf(f, ", %s", a->text);
	if (a->versioned && plugin_probe_path(p, path, sizeof(path)) != NULL)
		fprintf(f, ", as %s", path);
	if (a->verdict != PLUGIN_FITS)
		fprintf(f, "; %s", plugin_probe_calls(p));
	fputc('\n', f);
}

/* One line: pptpdctl doctor takes the command from it. */
static void
report_hints(FILE *f, bool amiss, bool guard_amiss)
{
	const char *hint = plugin_probe_hint(false);
	const char *guard_hint = plugin_probe_hint(true);

	fprintf(f, "to mend it: %s", amiss ? hint : guard_hint);
	if (amiss && guard_amiss && strcmp(hint, guard_hint) != 0)
		fprintf(f, "; %s", guard_hint);
	fputc('\n', f);
}

int
plugin_check_report(FILE *f, const char *pppd, const struct plugin_desc *desc,
    size_t n)
{
	struct plugin_probe p;
	size_t i;
	bool guard, amiss = false, guard_amiss = false;
	int status = 0;

	plugin_probe_init(&p, pppd, NULL, NULL, false);
	plugin_probe_run(&p);
	if (p.answer.verdict != PLUGIN_FITS) {
		fprintf(f, "pppd %s: cannot run: %s\n", p.pppd,
		    p.answer.text);
		return 2;
	}
	fprintf(f, "pppd %s: version %s\n", p.pppd, p.answer.pppd_version);
	for (i = 0; i < n; i++) {
		guard = desc[i].guard == PLUGIN_LOSS_GUARD;
		plugin_probe_init(&p, pppd, desc[i].path, NULL, guard);
		p.needed = desc[i].guard == PLUGIN_LOSS_NEEDED;
		plugin_probe_run(&p);
		report_plugin(f, &p);
		if (p.answer.verdict == PLUGIN_FITS)
			continue;
		status = 1;
		*(guard ? &guard_amiss : &amiss) = true;
	}
	if (status != 0)
		report_hints(f, amiss, guard_amiss);
	return status;
}
