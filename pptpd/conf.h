/* The configuration: command line and /etc/pptpd.conf into one struct. */
#ifndef PPTPD_CONF_H
#define PPTPD_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "iprange.h"

#define CONF_CONNECTIONS_DEFAULT 100
#define CONF_STIMEOUT_DEFAULT	 10	/* seconds */
#define CONF_LINE_MAX		 509	/* octets of a line, as Poptop's */

/*
 * Strings are owned by the struct and NULL when not given, unless a default
 * is named here.
 */
struct conf {
	char	*file;		/* -c; /etc/pptpd.conf */
	bool	 file_given;	/* by -c */
	bool	 check;		/* --check */
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
	int	 stimeout;	/* -t, stimeout: seconds */
	int	 connections;	/* -C, connections */
	bool	 connections_given;	/* explicitly: enforced with delegate */
	struct iprange_list local;	/* localip, expanded */
	struct iprange_list remote;	/* remoteip, expanded */
	int	 slots;		/* calls that the addresses allow; with
				   delegate: connections, or 0 = no limit */
};

/*
 * One error or notice of reading.  `file`/`line` are NULL/0 for the command
 * line.  Severity is a syslog priority; an LOG_ERR that says fatal makes the
 * start fail.
 */
typedef void conf_report(int priority, const char *text, void *arg);

/* What the caller has to do after conf_parse_args(). */
enum conf_action {
	CONF_RUN,		/* go on */
	CONF_EXIT_OK,		/* -h, -v: printed, exit 0 */
	CONF_EXIT_ERROR		/* printed, exit 1 */
};

void	conf_init(struct conf *);
void	conf_free(struct conf *);

#endif
