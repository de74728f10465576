/*
 * pptpd-logwtmp.so: a pppd plugin that writes login records of each call, with
 * the address of the client.  Its options and log lines are Poptop's.
 */
/* SPDX-License-Identifier: ISC */
#include "../plugins/pppd-compat.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>
#include <utmp.h>

#include "shared/wtmp.h"
#include "shared/wtmp_db.h"

PLUGIN_VERSION_STAMP();

static char	original_ip[PATH_MAX];
static bool	strip_domain;

static option_t options[] = {
	{ PLUGIN_TEXT("pptpd-original-ip"), o_string, original_ip,
	    PLUGIN_TEXT("Address of the client, for the login records"),
	    OPT_STATIC, NULL, sizeof(original_ip), 0, NULL, 0, 0 },
	{ PLUGIN_TEXT("pptpd-logwtmp-strip-domain"), o_bool, &strip_domain,
	    PLUGIN_TEXT("Strip the domain from the user's name there"),
	    OPT_PRIO | 1, NULL, 0, 0, NULL, 0, 0 },
	{ NULL, o_wild, NULL, NULL, 0, NULL, 0, 0, NULL, 0, 0 }
};

/* The user without domain, from "//host/DOMAIN\user" or "DOMAIN\user". */
static const char *
user_name(void)
{
	const char *name = ppp_peer_authname(NULL, 0), *p;

	if (strip_domain) {
		p = strstr(name, "//");
		if (p != NULL)
			name = p + 2;
		p = strchr(name, '\\');
		if (p != NULL)
			name = p + 1;
	}
	return name;
}

/*
 * Poptop's plugin calls logwtmp(3).  Under pppd 2.5 this is libc's function.
 * pppd 2.4 has a function of the same name, which hides libc's and writes other
 * records: always a USER_PROCESS, with an id from the interface's name, and
 * with the client's address inside the tunnel.  This makes the same records, so
 * that last -i and other programs show the same as under Poptop.
 */
static void
as_logwtmp(struct utmp *ut, const char *line)
{
#ifdef PPPD_API_24
	size_t len = strlen(line);

	ut->ut_type = USER_PROCESS;
	memset(ut->ut_id, 0, sizeof(ut->ut_id));
	if (len > 3)
		memcpy(ut->ut_id, line + 3, strnlen(line + 3,
		    sizeof(ut->ut_id)));
	if (ipcp_protent.enabled_flag && ipcp_hisoptions[0].neg_addr)
		memcpy(&ut->ut_addr_v6[0], &ipcp_hisoptions[0].hisaddr,
		    sizeof(ut->ut_addr_v6[0]));
#else
	(void)ut;
	(void)line;
#endif
}

/* Writes a record.  The call goes on if that fails. */
static void
note(const char *line, const char *name, const char *host)
{
	struct utmp ut;

	wtmp_record(&ut, line, name, host, getpid());
	/* who(1) reads utmp. */
	if (wtmp_put_utmp(_PATH_UTMP, &ut) == -1 && errno != ENOENT)
		plugin_warn("pptpd-logwtmp.so: cannot write %s: %m",
		    _PATH_UTMP);
	as_logwtmp(&ut, line);
	if (wtmp_append(_PATH_WTMP, &ut) == -1 && errno != ENOENT)
		plugin_warn("pptpd-logwtmp.so: cannot write %s: %m",
		    _PATH_WTMP);
	if (wtmp_db_log(line, name, host) == -1)
		plugin_warn("pptpd-logwtmp.so: cannot write wtmpdb: %m");
}

static void
ip_up(void *ctx, int arg)
{
	const char *name = user_name();

	(void)ctx;
	(void)arg;
	if (debug_on())
		plugin_notice("pptpd-logwtmp.so ip-up %s %s %s", ppp_ifname(),
		    name, original_ip);
	note(ppp_ifname(), name, original_ip);
}

static void
ip_down(void *ctx, int arg)
{
	(void)ctx;
	(void)arg;
	if (debug_on())
		plugin_notice("pptpd-logwtmp.so ip-down %s", ppp_ifname());
	note(ppp_ifname(), "", "");
}

PLUGIN_EXPORT void
plugin_init(void)
{
	if (!plugin_is_new())
		return;
	ppp_add_options(options);
	ppp_add_notify(NF_IP_UP, ip_up, NULL);
	ppp_add_notify(NF_IP_DOWN, ip_down, NULL);
	/* Poptop logs the dollar signs too. */
	if (debug_on())
		plugin_notice("pptpd-logwtmp: $Version$");
}
