/* The configuration: command line and /etc/pptpd.conf into one struct. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CONF_H
#define PPTPD_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rate.h"
#include "config/iprange.h"
#include "protocol/pool_name.h"
#include "state/limit.h"

#define CONF_CONNECTIONS_DEFAULT 100
#define CONF_DELEGATE_DEFAULT	 4096	/* connections, with delegate */
#define CONF_CONNECTIONS_MAX	 65535	/* Call IDs are 16 bits and not 0 */
#define CONF_STIMEOUT_DEFAULT	 10	/* seconds */
#define CONF_STIMEOUT_MAX	 86400
#define CONF_RESTART_GRACE_DEFAULT 60	/* seconds */
#define CONF_POOL_ADDRESSES_MAX	 65535	/* of all pools with a name */
#define CONF_ENGINES_MAX	 64	/* each gets a copy of all GRE */
#define CONF_MSS_PATH		 1	/* mss-clamp: what the path can carry */
#define CONF_MSS_MIN		 500
#define CONF_MSS_MAX		 1460
#define CONF_LIMIT_MAX		 1000000	/* of each number of limits */
#define CONF_LINE_MAX		 509	/* octets of a line, as Poptop's */
/* Poptop's addresses where the file has none. */
#define CONF_LOCALIP_DEFAULT	 "192.168.0.1-100"
#define CONF_REMOTEIP_DEFAULT	 "192.168.1.1-100"

/* Everything that can be set; the order is that of the usage text. */
enum conf_key {
	CONF_BCRELAY,
	CONF_CONF,
	CONF_DEBUG,
	CONF_PPP,
	CONF_FG,
	CONF_HELP,
	CONF_NOIPPARAM,
	CONF_LISTEN,
	CONF_OPTION,
	CONF_PIDFILE,
	CONF_SPEED,
	CONF_STIMEOUT,
	CONF_VERSION,
	CONF_LOGWTMP,
	CONF_CONNECTIONS,
	CONF_DELEGATE,
	CONF_CHECK,
	CONF_CHECK_PLUGINS,
	CONF_INETD,
	CONF_LOCALIP,
	CONF_REMOTEIP,
	CONF_CALLID,
	CONF_MAX_PER_IP,
	CONF_MAX_UNAUTH,
	CONF_MAX_UNAUTH_PER_IP,
	CONF_CONNECTION_RATE,
	CONF_CONNECTION_RATE_PER_IP,
	CONF_CALL_RATE,
	CONF_CALL_RATE_PER_IP,
	CONF_CALL_TIMEOUT,
	CONF_AUTH_TIMEOUT,
	CONF_AUTH_PENALTY,
	CONF_MESSAGE_RATE,
	CONF_LOG_RATE,
	CONF_MAX_LOGINS,
	CONF_SANDBOX,
	CONF_RESTART_GRACE,
	CONF_ENGINES,
	CONF_CONTROL_GROUP,
	CONF_DATAPATH,
	CONF_AAA,
	CONF_RADIUS_CONF,
	CONF_AAA_CONF,
	CONF_RATE_LIMIT,
	CONF_MSS_CLAMP,
	CONF_ANTI_SPOOFING,
	CONF_POOL,
	CONF_NKEYS
};

/* Who says which peers may have a call. */
enum conf_aaa {
	CONF_AAA_NONE,		/* pppd, by its own secrets */
	CONF_AAA_RADIUS,	/* servers that pptpd-aaa asks */
	CONF_AAA_EXEC,		/* a program that pptpd-aaa asks */
	CONF_AAA_FILE,		/* chap-secrets, read by pptpd-aaa */
	CONF_AAA_WRONG		/* none of these: nobody gets in */
};

enum conf_source {
	CONF_FROM_DEFAULT,
	CONF_FROM_ARGS,
	CONF_FROM_FILE
};

/* A network of clients, and whether the kernel carries their calls. */
struct conf_network {
	uint32_t net, mask;	/* host order */
	bool	 kernel;
};

/* One line of a pool with a name; several may have the same. */
struct conf_pool {
	char	 name[POOL_NAME_MAX + 1];
	char	*text;			/* its addresses as they are written */
	unsigned line;			/* of the file */
	struct iprange_list addrs;	/* the same, expanded */
};

/*
 * Strings are owned by the struct and NULL when not given, unless a default
 * is named here.
 */
struct conf {
	char	*file;		/* -c; /etc/pptpd.conf */
	bool	 file_given;	/* by -c */
	bool	 file_read;	/* the file exists and was read */
	bool	 check;		/* --check */
	bool	 check_plugins;	/* --check-plugins; then check is true too */
	bool	 foreground;	/* -f */
	bool	 debug;		/* -d, debug */
	bool	 noipparam;	/* -i, noipparam */
	bool	 logwtmp;	/* -w, logwtmp */
	bool	 delegate;	/* -D, delegate */
	char	*bcrelay;	/* -b, bcrelay: interface */
	char	*listen;	/* -l, listen: as given */
	uint32_t listen_addr;	/* network order; 0 any */
	char	*pidfile;	/* -p, pidfile; /var/run/pptpd.pid */
	char	*ppp;		/* -e, ppp; /usr/sbin/pppd */
	char	*option;	/* -o, option: pppd options file */
	char	*speed;		/* -s, speed; "115200" */
	int	 stimeout;	/* -t, stimeout: seconds, above 0 */
	int	 connections;	/* -C, connections: 0 or more */
	bool	 connections_given;	/* explicitly: enforced with delegate */
	char	*localip;	/* localip: as given */
	char	*remoteip;	/* remoteip: as given */
	struct iprange_list local;	/* localip, expanded: slots or more;
					   none with delegate */
	struct iprange_list remote;	/* remoteip, the same */
	int	 slots;		/* calls that the addresses allow, or with
				   delegate the limit of calls */
	struct limit_conf limits;	/* max-per-ip and the like */
	char	*plugin;	/* for logwtmp: .../pptpd-logwtmp.so */
	char	*sandbox;	/* sandbox: "on", "log" or "off" */
	uint32_t engines;	/* engines: processes; 0: as many as cores */
	uint32_t restart_grace;	/* restart-grace: seconds that calls wait for
				   another server; 0: they do not wait */
	char	*control_group;	/* group that may use pptpdctl, as root may */
	enum conf_aaa aaa;	/* aaa */
	char	*radius_conf;	/* radius-conf: the file that it reads;
				   /etc/pptpd/radius.conf */
	char	*aaa_conf;	/* aaa-conf: the same with exec and file;
				   /etc/pptpd/aaa.conf */
	struct rate_limits rate_limit;	/* rate-limit: of each call for which
					   nobody says another; zero: none */
	uint32_t mss_clamp;	/* mss-clamp: octets of a segment; CONF_MSS_PATH;
				   0: off */
	bool	 anti_spoofing;	/* anti-spoofing: a client sends from its own
				   addresses only */
	struct conf_datapath {
		struct conf_network *networks;	/* no network twice */
		size_t	 n;
	} datapath;		/* datapath: all of its lines */
	struct conf_pools {
		struct conf_pool *pool;	/* no address twice, none of localip
					   or remoteip */
		size_t	 n;
	} pools;		/* pool: all of its lines */

	/*
	 * pptpctrl under inetd serves one connection.  Then no file is read,
	 * and local and remote have at most one address each.
	 */
	bool	 inetd;		/* --inetd */
	int	 inetd_callid;	/* --callid: Call ID; -1 none */

	unsigned errors;	/* number of errors that forbid a start */
	char	*error;		/* the first of them, as it was reported */
	struct {
		enum conf_source from;
		unsigned	 line;	/* of the file; 0 otherwise */
	} origin[CONF_NKEYS];
};

/*
 * One error or notice of reading, at a syslog priority.  Errors that forbid
 * a start are counted in conf.errors.
 */
typedef void conf_report(int priority, const char *text, void *arg);

/*
 * What the reader needs from outside.  The caller supplies these functions, so
 * that reading itself makes no system call.
 */
struct conf_env {
	conf_report	*report;
	/* Takes usage and version; whole lines. */
	void	(*print)(const char *text, void *arg);
	/* Returns why the file of -c cannot be read; NULL if it can be. */
	const char *(*unreadable)(const char *path, void *arg);
	iprange_resolve	*resolve;
	const char	*version;	/* for -v */
	void		*arg;		/* of all these functions */
};

/* What the caller has to do after conf_parse_args(). */
enum conf_action {
	CONF_RUN,		/* go on */
	CONF_EXIT_OK,		/* -h, -v: printed, exit 0 */
	CONF_EXIT_ERROR		/* printed, exit 1 */
};

/* Sets the defaults.  Out of memory is fatal: abort(3). */
void	conf_init(struct conf *);
void	conf_free(struct conf *);
/* The word of aaa in pptpd.conf, as "exec". */
const char *conf_aaa_name(enum conf_aaa);
/* The value with that name; CONF_AAA_WRONG: none. */
enum conf_aaa conf_aaa_find(const char *name);
/* The file that pptpd-aaa reads. */
const char *conf_aaa_file(const struct conf *);

/*
 * Looks for -f, --check, --check-plugins and --inetd only, since they decide
 * where errors go.  Reports nothing.
 */
void	conf_peek_args(struct conf *, int argc, char **argv);
/* Reads the command line; argv is permuted as by getopt_long(3). */
enum conf_action conf_parse_args(struct conf *, int argc, char **argv,
		    const struct conf_env *);
/*
 * Reads the text of conf->file (len octets), after the command line.  A value
 * from the command line wins (but see connections in pptpd.conf(5)).
 */
void	conf_parse_file(struct conf *, const char *text, size_t len,
	    const struct conf_env *);
/* Expands the addresses and counts the slots, after the file. */
void	conf_finish(struct conf *, const struct conf_env *);

/*
 * Fills text with the keywords whose values differ, as "listen, remoteip"; ""
 * if there are none, "..." at the end if not all fit.
 */
void	conf_changes(const struct conf *before, const struct conf *after,
	    char *text, size_t size);
/*
 * For values that cannot change while the server runs: copies the old value
 * from before into after, and reports that.  Also reports the values that only
 * a new engine uses.  True: a new server that takes the calls over would use
 * the values that were put back.
 */
bool	conf_keep(const struct conf *before, struct conf *after,
	    const struct conf_env *);
/*
 * conf_datapath_kernel(): whether the kernel is to carry the calls of a client
 * (network order); the smallest network with that client decides.
 * conf_datapath_any(): whether it is to carry those of any client.
 */
bool	conf_datapath_kernel(const struct conf *, uint32_t client);
bool	conf_datapath_any(const struct conf *);
/* The number of addresses of all pools. */
size_t	conf_pools_size(const struct conf *);
/*
 * The number of addresses of the pool with this name, over all of its lines; 0:
 * there is no such pool.
 */
size_t	conf_pool_size(const struct conf *, const char *name);
/* Whether line i of all pools is the first one of its name. */
bool	conf_pool_is_first(const struct conf *, size_t i);
/* Whether the server has a table of its own in the packet filter. */
bool	conf_table_any(const struct conf *);
/* Whether calls need pptpd-net.so, or may need it. */
bool	conf_net_any(const struct conf *);

#endif
