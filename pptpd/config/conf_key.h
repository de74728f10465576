/* The table of options and keywords, for the files that read them. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CONF_KEY_H
#define PPTPD_CONF_KEY_H

#include "config/conf.h"

#define CONF_FILE_DEFAULT	SYSCONFDIR "/pptpd.conf"
#define CONF_PIDFILE_DEFAULT	RUNDIR "/pptpd.pid"
#define CONF_PPP_DEFAULT	"/usr/sbin/pppd"
#define CONF_SPEED_DEFAULT	"115200"
#define CONF_SANDBOX_DEFAULT	"on"
#define CONF_RADIUS_CONF_DEFAULT SYSCONFDIR "/pptpd/radius.conf"
#define CONF_AAA_CONF_DEFAULT	SYSCONFDIR "/pptpd/aaa.conf"
#define CONF_PLUGIN_DEFAULT	PLUGINDIR "/pptpd-logwtmp.so"

/* Where a key may stand. */
#define CONF_IN_ARGS	0x1	/* on the command line */
#define CONF_IN_FILE	0x2
#define CONF_IN_INETD	0x4	/* on the command line after --inetd */

enum conf_kind {
	CONF_KIND_ACTION,	/* acts when it is read */
	CONF_KIND_FLAG,		/* bool: there or not */
	CONF_KIND_STRING,
	CONF_KIND_LISTEN,	/* string, looked up into listen_addr */
	CONF_KIND_CONNECTIONS,	/* int */
	CONF_KIND_STIMEOUT,	/* int */
	CONF_KIND_CALLID,	/* int */
	CONF_KIND_SANDBOX,	/* string, one of three */
	CONF_KIND_AAA,		/* enum conf_aaa, by its name */
	CONF_KIND_DATAPATH,	/* one of several lines, which add up */
	CONF_KIND_POOL,		/* the same */
	CONF_KIND_ENGINES,	/* uint32_t, 1 to CONF_ENGINES_MAX; 0: auto */
	CONF_KIND_LIMIT,	/* uint32_t, 0 to CONF_LIMIT_MAX */
	CONF_KIND_LOGINS,	/* the same, and what then happens */
	CONF_KIND_RATE,		/* struct rate_limits */
	CONF_KIND_MSS,		/* uint32_t, as mss_clamp */
	CONF_KIND_SWITCH,	/* bool: on or off */
	CONF_NKINDS
};

struct conf_keyword {
	enum conf_key	 key;
	const char	*name;		/* keyword and long option */
	char		 letter;	/* short option or 0 */
	unsigned	 where;		/* CONF_IN_* */
	enum conf_kind	 kind;
	size_t		 field;		/* offset in struct conf */
	const char	*value;		/* its name in the usage; NULL: none */
	const char	*help;		/* lines of the usage; NULL: none */
};

extern const struct conf_keyword conf_keywords[];
extern const size_t conf_nkeywords;

/* The keyword of that name in the file, or NULL. */
const struct conf_keyword *conf_keyword_find(const char *name);
/* The option with that letter, or NULL. */
const struct conf_keyword *conf_keyword_letter(int letter);

/*
 * Sets a value and where it comes from, or complains about it.  A flag takes
 * no value: NULL.
 */
void	conf_set(struct conf *, const struct conf_env *,
	    const struct conf_keyword *, const char *value, enum conf_source,
	    unsigned line);
/* Whether a keyword has the same value in both, and so nothing changes. */
bool	conf_same(const struct conf *, const struct conf *,
	    const struct conf_keyword *);
/*
 * Copies a keyword's value, and nothing else.  The copy is owned by `to`.  Out
 * of memory: abort(3).
 */
void	conf_copy(struct conf *to, const struct conf *from,
	    const struct conf_keyword *);
/* Whether all lines of a keyword count together, not just the first. */
bool	conf_adds_up(const struct conf_keyword *);

/* Adds one line of datapath: who carries the frames of which clients. */
void	conf_set_datapath(struct conf *, const struct conf_env *,
	    const char *value);

/* Adds one line of pool: a name, and addresses. */
void	conf_set_pool(struct conf *, const struct conf_env *,
	    const char *value);
/* Expands all pools, after localip and remoteip, and compares them to these. */
void	conf_pools_finish(struct conf *, const struct conf_env *);
bool	conf_pools_same(const struct conf_pools *, const struct conf_pools *);
/* Out of memory: abort(3). */
void	conf_pools_copy(struct conf_pools *to, const struct conf_pools *from);
void	conf_pools_free(struct conf_pools *);

/*
 * Set the defaults of limits.  conf_limit_finish() comes after all is read, for
 * defaults that depend on other values.
 */
void	conf_limit_init(struct limit_conf *);
void	conf_limit_finish(struct conf *);

/* Prints the usage, in Poptop's layout. */
void	conf_usage(const struct conf_env *);

#endif
