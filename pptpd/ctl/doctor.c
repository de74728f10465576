/* pptpdctl doctor: runs the checks and prints what they find. */
/* SPDX-License-Identifier: ISC */
#include "ctl/doctor.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "admin/admin_colour.h"
#include "admin/admin_text.h"
#include "ctl/doctor_conf.h"
#include "ctl/doctor_firewall.h"
#include "ctl/doctor_kernel.h"
#include "ctl/doctor_network.h"
#include "ctl/doctor_pppd.h"
#include "ctl/doctor_server.h"
#include "ctl/pptpdctl_output.h"

/* In the order in which they run; see pptpdctl(8). */
const struct doctor_check doctor_checks[] = {
	{ "configuration", doctor_configuration },
	{ "ppp", doctor_ppp },
	{ "mppe", doctor_mppe },
	{ "kernel-datapath", doctor_kernel_path },
	{ "rights", doctor_rights },
	{ "open-tunnels", doctor_tunnels },
	{ "conntrack-helper", doctor_helper },
	{ "pppd", doctor_pppd },
	{ "pppd-options", doctor_options },
	{ "legacy-provider", doctor_legacy },
	{ "plugins", doctor_plugins },
	{ "authentication", doctor_authentication },
	{ "compression", doctor_compression },
	{ "secrets", doctor_secrets },
	{ "file-modes", doctor_modes },
	{ "forwarding", doctor_forwarding },
	{ "rp-filter", doctor_rp_filter },
	{ "pools", doctor_pools },
	{ "proxy-arp", doctor_proxy_arp },
	{ "mtu", doctor_mtu },
	{ "firewall", doctor_firewall },
	{ "mss", doctor_mss },
	{ "port", doctor_port },
	{ "limits", doctor_limits },
};
const size_t doctor_nchecks = sizeof(doctor_checks) /
    sizeof(doctor_checks[0]);

static const char *const names[DOCTOR_SEVERITIES] = {
	[DOCTOR_OK] = "ok",
	[DOCTOR_NOTE] = "note",
	[DOCTOR_UNKNOWN] = "unknown",
	[DOCTOR_WARNING] = "warning",
	[DOCTOR_ERROR] = "error",
};

int
doctor_begin(struct doctor *d)
{
	conf_init(&d->conf);
	d->out = malloc(DOCTOR_OUTPUT);
	d->ifaces = calloc(DOCTOR_IFACES, sizeof(*d->ifaces));
	if (d->out == NULL || d->ifaces == NULL)
		return -1;
	d->out[0] = '\0';
	d->nifaces = d->world->ifaces(d->ifaces, DOCTOR_IFACES,
	    d->world->arg);
	return 0;
}

int
doctor_run(struct doctor *d)
{
	if (doctor_begin(d) == -1)
		return -1;
	for (size_t i = 0; i < doctor_nchecks; i++) {
		d->check = doctor_checks[i].name;
		doctor_checks[i].run(d);
	}
	return 0;
}

void
doctor_free(struct doctor *d)
{
	conf_free(&d->conf);
	addr_set_free(&d->local);
	for (size_t i = 0; i < d->n; i++) {
		free(d->finding[i].text);
		free(d->finding[i].fix);
	}
	free(d->finding);
	free(d->ifaces);
	free(d->out);
}

static const enum admin_colour colours[] = {
	[DOCTOR_OK] = ADMIN_GOOD,
	[DOCTOR_NOTE] = ADMIN_PLAIN,
	[DOCTOR_UNKNOWN] = ADMIN_PLAIN,
	[DOCTOR_WARNING] = ADMIN_ODD,
	[DOCTOR_ERROR] = ADMIN_BAD,
};

static unsigned
count(const struct doctor *d, enum severity severity)
{
	unsigned n = 0;

	for (size_t i = 0; i < d->n; i++)
		n += d->finding[i].severity == severity;
	return n;
}

int
doctor_status(const struct doctor *d)
{
	if (count(d, DOCTOR_ERROR) > 0)
		return 2;
	return count(d, DOCTOR_WARNING) > 0;
}

static void
print_finding(FILE *out, const struct doctor_finding *f)
{
	admin_colour_put(out, colours[f->severity], names[f->severity], 8);
	fprintf(out, " %s: ", f->check);
	admin_text_put(out, f->text);
	if (f->fix != NULL) {
		fputs("\n         to mend it: ", out);
		admin_text_put(out, f->fix);
	}
	fputc('\n', out);
}

void
doctor_print(FILE *out, const struct doctor *d)
{
	for (int s = DOCTOR_ERROR; s >= DOCTOR_OK; s--) {
		for (size_t i = 0; i < d->n; i++) {
			if (d->in_order ||
			    d->finding[i].severity == (enum severity)s)
				print_finding(out, &d->finding[i]);
		}
		if (d->in_order)
			break;
	}
	fprintf(out, "%u errors, %u warnings, %u notes; %u could not be "
	    "looked at\n", count(d, DOCTOR_ERROR), count(d, DOCTOR_WARNING),
	    count(d, DOCTOR_NOTE), count(d, DOCTOR_UNKNOWN));
}

void
doctor_print_json(const struct doctor *d)
{
	json_t *list = json_array(), *object;

	for (size_t i = 0; i < d->n; i++) {
		const struct doctor_finding *f = &d->finding[i];

		object = json_pack("{ss ss so so}", "check", f->check,
		    "severity", names[f->severity], "text",
		    ctl_json_text(f->text), "fix", f->fix != NULL ?
		    ctl_json_text(f->fix) : json_null());
		(void)json_array_append_new(list, object);
	}
	object = json_pack("{si si si si so}",
	    "errors", (int)count(d, DOCTOR_ERROR),
	    "warnings", (int)count(d, DOCTOR_WARNING),
	    "notes", (int)count(d, DOCTOR_NOTE),
	    "unknown", (int)count(d, DOCTOR_UNKNOWN), "findings", list);
	ctl_put_json(object);
	json_decref(object);
}
