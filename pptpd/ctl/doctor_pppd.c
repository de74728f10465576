/* pptpdctl doctor: checks of pppd, its options and plugins. */
/* SPDX-License-Identifier: ISC */
#include "ctl/doctor_pppd.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/doctor_find.h"
#include "shared/subprocess.h"

#define SERVER		(SBINDIR "/pptpd")
#define VERSION_IS	"pppd version "
#define NO_LEGACY	"Could not load legacy provider"
#define UNKNOWN		"unrecognized option '"
#define GET_LEGACY	"apt install openssl-provider-legacy (Debian 13; RHEL " \
	"has it in openssl-libs), and mend /etc/ssl/openssl.cnf if it " \
	"switches the provider off"

/* The first line of the output, for a text. */
static const char *
first_line(char *out)
{
	out[strcspn(out, "\n")] = '\0';
	return out[0] != '\0' ? out : "no output";
}

/* What a version is known for; pppd-plugins.8 and the releases' notes. */
static void
say_traps(struct doctor *d)
{
	unsigned v = d->pppd_version;

	if (v < 20409)
		doctor_find(d, DOCTOR_WARNING, "install the distribution's "
		    "current ppp", "this pppd may have the hole "
		    "CVE-2020-8597 in EAP, which refuse-eap does not close; "
		    "distributions have mended it in their packages");
	if (v == 20500)
		doctor_find(d, d->lint.radius ? DOCTOR_WARNING : DOCTOR_NOTE,
		    "install pppd 2.5.1 or newer", "pppd 2.5.0 gives wrong "
		    "encryption keys to users that RADIUS has authenticated");
}

void
doctor_pppd(struct doctor *d)
{
	const char *const words[] = { d->conf.ppp, "--version", NULL };
	unsigned a = 0, b = 0, c = 0;
	int status = doctor_exec(d, words);
	const char *at;

	at = strstr(d->out, VERSION_IS);
	if (status == 0 && at != NULL)
		(void)sscanf(at + strlen(VERSION_IS), "%u.%u.%u", &a, &b, &c);
	if (a != 0) {
		d->pppd_version = a * 10000 + b * 100 + c;
		say_traps(d);
		if (!doctor_has_found(d))
			doctor_find(d, DOCTOR_OK, NULL, "%s runs: version "
			    "%u.%u.%u", d->conf.ppp, a, b, c);
		return;
	}
	if (strstr(d->out, NO_LEGACY) != NULL)
		doctor_find(d, DOCTOR_ERROR, GET_LEGACY, "%s does not run: "
		    "OpenSSL has no legacy provider, and MS-CHAPv2 needs MD4 "
		    "and DES of it", d->conf.ppp);
	else if (status == DOCTOR_NO_PROGRAM)
		doctor_find(d, DOCTOR_ERROR, "apt install ppp (RHEL: dnf "
		    "install ppp)", "%s is not there, or is no program",
		    d->conf.ppp);
	else if (status == SUBPROCESS_LATE)
		doctor_find(d, DOCTOR_ERROR, NULL, "%s --version does not end",
		    d->conf.ppp);
	else
		doctor_find(d, status == 0 ? DOCTOR_NOTE : DOCTOR_ERROR, NULL,
		    "%s --version: status %d: %s", d->conf.ppp, status,
		    first_line(d->out));
}

/* --- options that this pppd does not know -------------------------------- */

static const struct {
	const char *option, *instead;
} gone[] = {
	{ "mppe", "require-mppe-128" },
	{ "mppe-128", "require-mppe-128" },
	{ "mppe-40", "nothing: 40 bits are not safe" },
	{ "mppe-stateless", "nothing: that is the default" },
	{ "+chapms-v2", "require-mschap-v2" },
	{ "chapms-v2", "require-mschap-v2" },
	{ "+chapms", "nothing: MS-CHAP version 1 is not safe" },
	{ "require-chapms-v2", "require-mschap-v2" },
	{ "nomp", "nothing: this pppd has no multilink" },
	{ "nomultilink", "nothing: this pppd has no multilink" },
	{ "mp", "nothing: this pppd has no multilink" },
	{ "multilink", "nothing: this pppd has no multilink" },
	{ "mrru", "nothing: this pppd has no multilink" },
	{ "endpoint", "nothing: this pppd has no multilink" },
	{ "ipx", "nothing: IPX is gone" },
	{ "ipx-network", "nothing: IPX is gone" },
	{ "ipx-node", "nothing: IPX is gone" },
	{ "ipx-routing", "nothing: IPX is gone" },
	{ "chapms-strip-domain", "nothing: pppd has it from 2.4.9 on" },
	{ "ip-up-script", "nothing, and use /etc/ppp/ip-up: pppd has it from "
	    "2.4.9 on" },
	{ "ip-down-script", "nothing, and use /etc/ppp/ip-down: pppd has it "
	    "from 2.4.9 on" },
	{ "defaultroute-metric", "nothing: only Debian's pppd has it" },
	{ "srp-interval", "nothing: SRP is gone" },
	{ "callback-server", "nothing: this pppd has no callback" },
	{ "cbcp", "nothing: this pppd has no callback" },
};

static void
say_unknown(struct doctor *d, const char *option)
{
	char fix[DOCTOR_TEXT];

	snprintf(fix, sizeof(fix), "remove \"%.100s\" from %s", option,
	    d->options);
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
		if (strcmp(gone[i].option, option) == 0)
			snprintf(fix, sizeof(fix), "in %s, in place of "
			    "\"%s\", write %s", d->options, option,
			    gone[i].instead);
	}
	doctor_find(d, DOCTOR_ERROR, fix, "%s: this pppd does not know the "
	    "option \"%.100s\", and ends at once: no call can come up",
	    d->options, option);
}

/*
 * Asks pppd itself: it reads all options before --version ends it.  It stops at
 * the first that it does not know.
 */
void
doctor_options(struct doctor *d)
{
	const char *const words[] = { d->conf.ppp, "file", d->conf.option,
	    "--version", NULL };
	char *at;
	int status;

	if (d->conf.option == NULL) {
		doctor_find(d, DOCTOR_OK, NULL, "pppd has no options but "
		    "those of %s", d->options);
		return;
	}
	if (d->pppd_version == 0 || !d->world->root) {
		doctor_find(d, DOCTOR_UNKNOWN, NULL, "whether pppd takes the "
		    "options in %s: %s", d->options, d->world->root ?
		    "it does not run" : "run this as root");
		return;
	}
	status = doctor_exec(d, words);
	at = strstr(d->out, UNKNOWN);
	if (status == 0)
		doctor_find(d, DOCTOR_OK, NULL, "pppd takes the options in "
		    "%s", d->options);
	else if (at != NULL) {
		at += strlen(UNKNOWN);
		at[strcspn(at, "'\n")] = '\0';
		say_unknown(d, at);
	} else
		doctor_find(d, DOCTOR_ERROR, NULL, "pppd does not take the "
		    "options in %s: status %d: %s", d->options, status,
		    first_line(d->out));
}

/* --- MD4 and DES --------------------------------------------------------- */

void
doctor_legacy(struct doctor *d)
{
	static const char *const words[] = { "openssl", "list", "-providers",
	    "-provider", "legacy", NULL };
	int status;

	if (d->pppd_version != 0 && d->pppd_version < 20500) {
		doctor_find(d, DOCTOR_OK, NULL, "this pppd brings MD4 and DES "
		    "for MS-CHAPv2 itself");
		return;
	}
	status = doctor_exec(d, words);
	if (status == DOCTOR_NO_PROGRAM)
		doctor_find(d, d->pppd_version >= 20501 ? DOCTOR_OK :
		    DOCTOR_UNKNOWN, NULL, "%s", d->pppd_version >= 20501 ?
		    "pppd runs, which it does not without OpenSSL's legacy "
		    "provider" : "whether OpenSSL has its legacy provider: "
		    "there is no program openssl here");
	else if (status != 0 || strstr(d->out, "legacy") == NULL)
		doctor_find(d, DOCTOR_ERROR, GET_LEGACY, "OpenSSL does not "
		    "load its legacy provider: without MD4 and DES of it, "
		    "MS-CHAPv2 fails at the first login");
	else
		doctor_find(d, DOCTOR_OK, NULL, "OpenSSL loads its legacy "
		    "provider: MS-CHAPv2 has MD4 and DES");
}

/* --- plugins ------------------------------------------------------------- */

struct verdicts {
	struct doctor *d;
	char	 fix[DOCTOR_TEXT];
};

static void
find_fix(char *line, void *arg)
{
	struct verdicts *v = arg;
	static const char mend[] = "to mend it: ";

	if (strncmp(line, mend, sizeof(mend) - 1) == 0)
		snprintf(v->fix, sizeof(v->fix), "%s",
		    line + sizeof(mend) - 1);
}

static void
say_plugin(char *line, void *arg)
{
	struct verdicts *v = arg;

	if (strncmp(line, "plugin ", 7) == 0 && strchr(line, ';') != NULL)
		doctor_find(v->d, DOCTOR_WARNING, v->fix[0] != '\0' ?
		    v->fix : NULL, "%s", line);
}

/* The verdicts are those of `pptpd --check-plugins`, which tries each one. */
void
doctor_plugins(struct doctor *d)
{
	bool file = doctor_exists(d, d->conf.file);
	const char *const words[] = { SERVER, "--check-plugins",
	    file ? "-c" : NULL, d->conf.file, NULL };
	struct verdicts v = { d, "" };
	char *copy;
	int status;

	if (!d->world->root) {
		doctor_find(d, DOCTOR_UNKNOWN, NULL, "whether pppd loads our "
		    "plugins: run this as root");
		return;
	}
	status = doctor_exec(d, words);
	if (status == 1 && strstr(d->out, "\nplugin ") != NULL) {
		copy = strdup(d->out);
		if (copy == NULL)
			abort();
		doctor_lines(copy, find_fix, &v);
		free(copy);
		doctor_lines(d->out, say_plugin, &v);
	} else if (status != 0)
		doctor_find(d, DOCTOR_UNKNOWN, NULL, "whether pppd loads our "
		    "plugins: pptpd --check-plugins: %s",
		    status == DOCTOR_NO_PROGRAM ? "there is no "
		    SBINDIR "/pptpd" : first_line(d->out));
	if (status == 0)
		doctor_find(d, DOCTOR_OK, NULL, "pppd loads our plugins");
}
