/* The user of a call: reports of pptpd-session.so, and the login records. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LOGIN_H
#define PPTPD_LOGIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "protocol/session_msg.h"
#include "shared/call_record.h"
#include "shared/keeper_call.h"
#include "shared/wtmp.h"

/* Part of a keeper; times are ms of CLOCK_MONOTONIC. */
struct login {
	struct call_record *rec;	/* gets user and ifname */
	const struct keeper_call *call;
	char		 user[CALL_USER_TEXT];	/* authenticated, escaped */
	char		 ifname[16];	/* of pppd, while IP is up */
	char		 told_user[CALL_USER_TEXT], told_ifname[16];
					/* as the record has them */
	const char	*client;
	uint32_t	 flags;		/* CALL_FLAG_* */
	uint32_t	 local, remote;	/* network order, 0: not known */
	bool		 ip_known;	/* they are those that IP has had */
	pid_t		 pppd;
	time_t		 since;		/* wall clock */
	bool		 reports;	/* pptpd-session.so is in use */
	bool		 authenticated;
	uint64_t	 login_ms;	/* when that was; 0: not yet */
	bool		 own_limit;	/* the user's file has a limit of logins: */
	uint32_t	 max;
	bool		 replace;
	bool		 waits;		/* pppd waits for login_go() */
	enum ctrl_end	 unfit;		/* the user's file is not good, or he
					   has no address; NONE: he may go on */
	bool		 news;		/* the engine has to be told */
	bool		 counted;	/* the next four are known */
	uint64_t	 octets_in, octets_out;	/* final, of pppd */
	uint32_t	 packets_in, packets_out;
	enum session_auth method;
	int		 mppe_bits;	/* -1: not known */
	bool		 mppe_stateful;
	uint64_t	 look_at;	/* next look; UINT64_MAX: none */
	struct wtmp_login wtmp;		/* if the keeper writes it */
	char		 line[UT_LINESIZE + 1];
};

/* Before pppd starts.  The pointers must stay valid. */
void	login_init(struct login *, struct call_record *rec,
	    const struct keeper_call *, const char *client);
/* Writes to the record who has logged in, and seals it. */
void	login_publish(const struct login *);
/* pppd was started (again); plugin: pptpd-logwtmp.so records the login. */
void	login_started(struct login *, pid_t pppd, bool plugin, uint64_t now);
/* Tells the plugin, at the other end of fd, that login_go() will follow. */
void	login_greet(const struct login *, int fd);
/* Answers a pppd that waits, if it does: the user may go on, or not. */
void	login_go(struct login *, int fd, bool go);
/* Reads the reports on fd.  False: no more will come. */
bool	login_read(struct login *, int fd);
/* The time at which to call login_timer(); UINT64_MAX: never. */
uint64_t login_deadline(const struct login *);
void	login_timer(struct login *, uint64_t now);
/* pppd was reaped.  Records the logout if that is still to be done. */
void	login_ended(struct login *, int wait_status);

#endif
