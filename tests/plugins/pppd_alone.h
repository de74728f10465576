/*
 * What aaa_alone and session_alone have of a pppd 2.4: each is linked with all
 * that its plugin calls, and this is what both plugins call.
 */
/* SPDX-License-Identifier: ISC */
#ifndef PPPD_ALONE_H
#define PPPD_ALONE_H

#include <stdio.h>

/* The beginning of pppd's option_t, and its size. */
struct pppd_option {
	const char	*name;
	int		 type;
	int		(*set)(char **);
	void		*rest[6];
};

/* What a plugin only points to here, functions included. */
#define ROOM(name)	char name[4096] __attribute__((aligned(16)))
ROOM(auth_up_notifier);
ROOM(exitnotify);
ROOM(ip_down_notifier);
ROOM(ip_up_notifier);
ROOM(ipcp_allowoptions);
ROOM(ipcp_hisoptions);
ROOM(ipcp_wantoptions);
ROOM(link_stats);
ROOM(ifname);
ROOM(update_link_stats);

int	ifunit, link_stats_valid, status;
void	*ip_choose_hook;

void	add_options(struct pppd_option *);
void	lcp_close(int, char *);
void	timeout(void (*)(void *), void *, int, int);
void	untimeout(void (*)(void *), void *);
void	warn(const char *, ...) __attribute__((format(printf, 1, 2)));

static struct pppd_option *options;
static int	closed;		/* so often LCP was told to close */

void
add_options(struct pppd_option *o)
{
	options = o;
}

void
lcp_close(int unit, char *why)
{
	(void)unit;
	printf("LCP closes: %s\n", why);
	closed++;
}

/* No test waits for what a plugin looks at from time to time. */
void
timeout(void (*fn)(void *), void *arg, int s, int us)
{
	(void)fn;
	(void)arg;
	(void)s;
	(void)us;
}

void
untimeout(void (*fn)(void *), void *arg)
{
	(void)fn;
	(void)arg;
}

void
warn(const char *fmt, ...)
{
	puts(fmt);
}

#endif
