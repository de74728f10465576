/* pptpdctl doctor: what the machine lacks for calls, and what mends it. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_DOCTOR_H
#define PPTPD_DOCTOR_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "config/addr_set.h"
#include "config/conf.h"
#include "config/options_lint.h"

#define DOCTOR_IFACES	4096	/* addresses of interfaces that are looked at */
#define DOCTOR_OUTPUT	(2 * 1024 * 1024)  /* octets of a program's output */
#define DOCTOR_TEXT	1024	/* octets of a finding, and of its command */

enum severity {
	DOCTOR_OK,		/* looked at and found in order */
	DOCTOR_NOTE,		/* may be meant to be so */
	DOCTOR_UNKNOWN,		/* could not be looked at */
	DOCTOR_WARNING,		/* some calls suffer, or it is unsafe */
	DOCTOR_ERROR		/* calls do not come up */
};
#define DOCTOR_SEVERITIES (DOCTOR_ERROR + 1)

/* One address of an interface, or the interface itself (addr 0). */
struct doctor_iface {
	char	 name[IF_NAMESIZE];
	unsigned flags;		/* IFF_... */
	unsigned mtu;
	uint32_t addr, mask;	/* host order */
};

#define DOCTOR_NO_PROGRAM -3	/* of run: it is not installed */

/*
 * What a check can see of the machine.  Tests have a table of files and
 * outputs in its place.
 */
struct doctor_world {
	/*
	 * The text of a regular file of at most max octets, with a NUL behind
	 * its *len octets, to be freed; NULL with errno.
	 */
	char	*(*read)(const char *path, size_t max, size_t *len, void *arg);
	/* 0, or an errno. */
	int	 (*stat)(const char *path, struct stat *, void *arg);
	/*
	 * subprocess_run() for at most 10 s; argv[0] without a slash is looked
	 * for in the usual directories.
	 */
	int	 (*run)(char *const argv[], char *out, size_t size, void *arg);
	/* Fills the table; returns how many there are. */
	size_t	 (*ifaces)(struct doctor_iface *, size_t max, void *arg);
	/*
	 * Finds the process that has the socket with this inode open: its
	 * number and name.  0, or an errno: EACCES without root.
	 */
	int	 (*owner)(unsigned long inode, pid_t *, char name[32],
		    void *arg);
	iprange_resolve *resolve;
	bool	 root;		/* we may see everything */
	void	*arg;		/* of all these functions */
};

struct doctor_finding {
	const char	*check;		/* name of the check */
	enum severity	 severity;
	char		*text, *fix;	/* fix: a command; NULL if there is
					   none */
};

struct doctor {
	const struct doctor_world *world;
	const char	*pidfile;	/* which server */
	const char	*conf_file;	/* NULL: that of the server */
	uint16_t	 port;
	bool		 in_order;	/* findings are printed as they come */

	/* Known when the first check has run. */
	struct conf	 conf;
	bool		 conf_good;
	pid_t		 server;	/* the running one; 0: none */
	struct options_lint lint;
	const char	*options;	/* the file to mend */
	unsigned	 pppd_version;	/* 20409 for 2.4.9; 0: unknown */
	struct doctor_iface *ifaces;
	size_t		 nifaces;
	struct addr_set	 local;		/* localip */
	char		*out;		/* of programs; DOCTOR_OUTPUT octets */
	bool		 saw_rules;	/* of the packet filter; */
	bool		 clamps;	/* one adapts the segment size, */
	bool		 sets_helper;	/* one calls for nf_conntrack_pptp */

	const char	*check;		/* that runs */
	struct doctor_finding *finding;
	size_t		 n;
};

/* A check says what it sees by doctor_find(), at least one thing. */
struct doctor_check {
	const char	*name;		/* for scripts; never changes */
	void		(*run)(struct doctor *);
};
extern const struct doctor_check doctor_checks[];
extern const size_t doctor_nchecks;

/*
 * Runs all checks.  Returns 0, or -1 without memory.  doctor_free() frees what
 * it made.
 */
int	doctor_run(struct doctor *);
/* The same without a check: for who runs one alone. */
int	doctor_begin(struct doctor *);
void	doctor_free(struct doctor *);
/* The exit status: 0 in order, 1 warnings, 2 errors. */
int	doctor_status(const struct doctor *);
/* Prints the findings, worst first, unless in_order. */
void	doctor_print(FILE *, const struct doctor *);
/* The same as one JSON object on standard output. */
void	doctor_print_json(const struct doctor *);

/* What pptpdctl's options say of the command. */
struct doctor_wish {
	const char *pidfile;
	const char *user;	/* whether this one may log in is asked, and
				   nothing else; NULL: not */
	bool	    self_test;	/* calls are made, and nothing else */
};

/* pptpdctl's command; argv[0] is its name.  Returns the exit status. */
int	doctor_main(int argc, char **argv, const struct doctor_wish *);

#endif
