/* The table of options and keywords: one line for each, for all readers. */
/* SPDX-License-Identifier: ISC */
#include "config.h"
#include "config/conf_key.h"

#include <string.h>

#define ARGS	(CONF_IN_ARGS | CONF_IN_INETD)
#define BOTH	(ARGS | CONF_IN_FILE)
#define OWN	CONF_IN_INETD
#define FIELD(name) offsetof(struct conf, name)
#define LIMIT(key, name, field, value) \
	{ key, name, 0, CONF_IN_FILE, CONF_KIND_LIMIT, FIELD(limits.field), \
	    value, NULL }

/*
 * Poptop's options are in Poptop's order, because an abbreviation that fits
 * several options, such as --d, means the first of them.
 */
const struct conf_keyword conf_keywords[] = {
#ifdef WITH_BCRELAY
	{ CONF_BCRELAY, "bcrelay", 'b', BOTH, CONF_KIND_STRING, FIELD(bcrelay),
	    "if", "Relays the broadcasts of this interface to the\n"
	    "clients (default is not to)." },
#endif
	{ CONF_CONF, "conf", 'c', ARGS, CONF_KIND_ACTION, FIELD(file),
	    "file", "Specifies the configuration file\n"
	    "(default is " CONF_FILE_DEFAULT ")." },
	{ CONF_DEBUG, "debug", 'd', BOTH, CONF_KIND_FLAG, FIELD(debug),
	    NULL, "Logs every step, at level debug." },
	{ CONF_PPP, "ppp", 'e', BOTH, CONF_KIND_STRING, FIELD(ppp),
	    "file", "Specifies the pppd to run\n"
	    "(default is " CONF_PPP_DEFAULT ")." },
	{ CONF_FG, "fg", 'f', ARGS, CONF_KIND_FLAG, FIELD(foreground),
	    NULL, "Stays in the foreground." },
	{ CONF_HELP, "help", 'h', ARGS, CONF_KIND_ACTION, 0,
	    NULL, "Prints this text." },
	{ CONF_NOIPPARAM, "noipparam", 'i', BOTH, CONF_KIND_FLAG,
	    FIELD(noipparam),
	    NULL, "Does not pass the client's address to pppd as\n"
	    "ipparam (default is to pass it)." },
	{ CONF_LISTEN, "listen", 'l', BOTH, CONF_KIND_LISTEN, FIELD(listen),
	    "x.x.x.x", "Specifies the address to take calls at\n"
	    "(default is all of this machine)." },
	{ CONF_OPTION, "option", 'o', BOTH, CONF_KIND_STRING, FIELD(option),
	    "file", "Specifies the file with options for pppd\n"
	    "(default is /etc/ppp/options only)." },
	{ CONF_PIDFILE, "pidfile", 'p', BOTH, CONF_KIND_STRING, FIELD(pidfile),
	    "file", "Specifies where to write the process ID\n"
	    "(default is " CONF_PIDFILE_DEFAULT ")." },
	{ CONF_SPEED, "speed", 's', BOTH, CONF_KIND_STRING, FIELD(speed),
	    "baud", "Specifies the speed that pppd is told\n"
	    "(default is 115200)." },
	{ CONF_STIMEOUT, "stimeout", 't', BOTH, CONF_KIND_STIMEOUT,
	    FIELD(stimeout),
	    "seconds", "Hangs up on who has not sent a first message\n"
	    "after this time (default is 10)." },
	{ CONF_VERSION, "version", 'v', ARGS, CONF_KIND_ACTION, 0,
	    NULL, "Prints the version." },
	{ CONF_LOGWTMP, "logwtmp", 'w', BOTH, CONF_KIND_FLAG, FIELD(logwtmp),
	    NULL, "Records logins and logouts in wtmp." },
	{ CONF_CONNECTIONS, "connections", 'C', BOTH, CONF_KIND_CONNECTIONS,
	    FIELD(connections),
	    "n", "Specifies how many clients may be there at once\n"
	    "(default is 100)." },
	{ CONF_DELEGATE, "delegate", 'D', BOTH, CONF_KIND_FLAG, FIELD(delegate),
	    NULL, "Leaves the choice of addresses to pppd." },
	{ CONF_CHECK, "check", 0, CONF_IN_ARGS, CONF_KIND_FLAG, FIELD(check),
	    NULL, "Checks the configuration, says what a start\n"
	    "would do, and does nothing." },
	{ CONF_CHECK_PLUGINS, "check-plugins", 0, CONF_IN_ARGS, CONF_KIND_FLAG,
	    FIELD(check_plugins),
	    NULL, "Says whether pppd loads the server's plugins." },
	{ CONF_INETD, "inetd", 0, OWN, CONF_KIND_FLAG, FIELD(inetd),
	    NULL, NULL },
	{ CONF_LOCALIP, "localip", 0, OWN | CONF_IN_FILE, CONF_KIND_STRING,
	    FIELD(localip), "list", NULL },
	{ CONF_REMOTEIP, "remoteip", 0, OWN | CONF_IN_FILE, CONF_KIND_STRING,
	    FIELD(remoteip), "list", NULL },
	{ CONF_CALLID, "callid", 0, OWN, CONF_KIND_CALLID, FIELD(inetd_callid),
	    "id", NULL },
	{ CONF_SANDBOX, "sandbox", 0, CONF_IN_FILE, CONF_KIND_SANDBOX,
	    FIELD(sandbox), "mode", NULL },
	{ CONF_ENGINES, "engines", 0, CONF_IN_FILE, CONF_KIND_ENGINES,
	    FIELD(engines), "n", NULL },
	{ CONF_RESTART_GRACE, "restart-grace", 0, CONF_IN_FILE,
	    CONF_KIND_LIMIT, FIELD(restart_grace), "seconds", NULL },
	{ CONF_CONTROL_GROUP, "control-group", 0, CONF_IN_FILE,
	    CONF_KIND_STRING, FIELD(control_group), "group", NULL },
	{ CONF_DATAPATH, "datapath", 0, CONF_IN_FILE, CONF_KIND_DATAPATH,
	    FIELD(datapath), "path", NULL },
	{ CONF_POOL, "pool", 0, CONF_IN_FILE, CONF_KIND_POOL, FIELD(pools),
	    "name list", NULL },
	{ CONF_AAA, "aaa", 0, CONF_IN_FILE, CONF_KIND_AAA, FIELD(aaa),
	    "service", NULL },
	{ CONF_RADIUS_CONF, "radius-conf", 0, CONF_IN_FILE, CONF_KIND_STRING,
	    FIELD(radius_conf), "file", NULL },
	{ CONF_AAA_CONF, "aaa-conf", 0, CONF_IN_FILE, CONF_KIND_STRING,
	    FIELD(aaa_conf), "file", NULL },
	{ CONF_RATE_LIMIT, "rate-limit", 0, CONF_IN_FILE, CONF_KIND_RATE,
	    FIELD(rate_limit), "down/up", NULL },
	{ CONF_MSS_CLAMP, "mss-clamp", 0, CONF_IN_FILE, CONF_KIND_MSS,
	    FIELD(mss_clamp), "size", NULL },
	{ CONF_ANTI_SPOOFING, "anti-spoofing", 0, CONF_IN_FILE,
	    CONF_KIND_SWITCH, FIELD(anti_spoofing), "on", NULL },
	LIMIT(CONF_MAX_PER_IP, "max-per-ip", max_per_ip, "n"),
	LIMIT(CONF_MAX_UNAUTH, "max-unauth", max_unauth, "n"),
	LIMIT(CONF_MAX_UNAUTH_PER_IP, "max-unauth-per-ip", max_unauth_per_ip,
	    "n"),
	LIMIT(CONF_CONNECTION_RATE, "connection-rate", connection_rate, "n"),
	LIMIT(CONF_CONNECTION_RATE_PER_IP, "connection-rate-per-ip",
	    connection_rate_per_ip, "n"),
	LIMIT(CONF_CALL_RATE, "call-rate", call_rate, "n"),
	LIMIT(CONF_CALL_RATE_PER_IP, "call-rate-per-ip", call_rate_per_ip,
	    "n"),
	LIMIT(CONF_CALL_TIMEOUT, "call-timeout", call_timeout, "seconds"),
	LIMIT(CONF_AUTH_TIMEOUT, "auth-timeout", auth_timeout, "seconds"),
	LIMIT(CONF_AUTH_PENALTY, "auth-penalty", auth_penalty, "seconds"),
	LIMIT(CONF_MESSAGE_RATE, "message-rate", message_rate, "n"),
	LIMIT(CONF_LOG_RATE, "log-rate", log_rate, "n"),
	{ CONF_MAX_LOGINS, "max-logins-per-user", 0, CONF_IN_FILE,
	    CONF_KIND_LOGINS, FIELD(limits.max_logins), "n", NULL },
};
const size_t conf_nkeywords = sizeof(conf_keywords) / sizeof(conf_keywords[0]);

const struct conf_keyword *
conf_keyword_find(const char *name)
{
	const struct conf_keyword *kw;

	for (kw = conf_keywords; kw < conf_keywords + conf_nkeywords; kw++) {
		if ((kw->where & CONF_IN_FILE) && strcmp(kw->name, name) == 0)
			return kw;
	}
	return NULL;
}

const struct conf_keyword *
conf_keyword_letter(int letter)
{
	const struct conf_keyword *kw;

	for (kw = conf_keywords; kw < conf_keywords + conf_nkeywords; kw++) {
		if (kw->letter != 0 && kw->letter == letter)
			return kw;
	}
	return NULL;
}
