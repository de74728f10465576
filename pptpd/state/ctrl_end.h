/* Why a call, or a connection without one, has ended. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CTRL_END_H
#define PPTPD_CTRL_END_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Processes of two versions exchange these numbers, in records and messages.
 * So no number ever changes its meaning, and new ones come at the end.  A new
 * one needs a row in ctrl_end.c and one in docs/troubleshooting.md.
 */
enum ctrl_end {
	CTRL_END_NONE,
	CTRL_END_CLEARED,	/* Call-Clear-Request */
	CTRL_END_STOPPED,	/* Stop-Control-Connection-Request */
	CTRL_END_EOF,		/* the client closed TCP */
	CTRL_END_RESET,		/* TCP error */
	CTRL_END_PROTOCOL,	/* the client's octets make no sense */
	CTRL_END_NOT_READING,	/* the client does not take our replies */
	CTRL_END_ECHO,		/* no Echo-Reply */
	CTRL_END_NO_SCCRQ,	/* stimeout */
	CTRL_END_NO_CALL,	/* no OCRQ in time */
	CTRL_END_NOT_STARTED,	/* pppd, or what it needs, failed */
	CTRL_END_PPPD,		/* pppd ended by itself */
	CTRL_END_ADMIN,		/* TERM to the call's pptpctrl */
	CTRL_END_SHUTDOWN,	/* the daemon stops */
	CTRL_END_LOST,		/* a process of ours is gone */
	CTRL_END_CRASH,		/* it made the engine crash, twice */
	CTRL_END_VERSION,	/* record of an unknown version of pptpd */
	CTRL_END_DAMAGED,	/* its record makes no sense */
	/* limit.h */
	CTRL_END_NO_AUTH,	/* no authentication in time */
	CTRL_END_FLOOD,		/* too many control messages */
	CTRL_END_CROWDED,	/* max-unauth */
	CTRL_END_RATE,		/* too many vain attempts of its address */
	CTRL_END_PER_IP,	/* max-per-ip */
	CTRL_END_UNAUTH_PER_IP,	/* max-unauth-per-ip */
	CTRL_END_PENALTY,	/* its authentications keep failing */
	CTRL_END_ADDRESS,	/* its address is one of the tunnels' */
	CTRL_END_RESOURCE,	/* no memory, no descriptors */
	CTRL_END_STALLED,	/* the kernel drops its packets */
	CTRL_END_BUSY,		/* no free slot */
	CTRL_END_DRAIN,		/* the server takes no new calls */
	CTRL_END_MADE_ROOM,	/* unauthenticated; another needed its slot */
	/* pppd ended, with this meaning of its exit status */
	CTRL_END_AUTH_FAILED,
	CTRL_END_NEGOTIATION,	/* LCP, MPPE or IPCP failed */
	CTRL_END_IDLE,		/* option idle */
	CTRL_END_TIME,		/* option maxconnect */
	CTRL_END_TRAFFIC,	/* option maxoctets */
	CTRL_END_LCP_ECHO,	/* option lcp-echo-failure */
	CTRL_END_PPPD_SIGNAL,	/* somebody's, but not ours */
	CTRL_END_PPPD_OPTIONS,
	CTRL_END_NO_PPP,
	CTRL_END_PPPD_FAILED,	/* any other */
	CTRL_END_ACCESS,	/* TCP wrappers */
	CTRL_END_LOGINS,	/* max-logins-per-user, deny */
	CTRL_END_REPLACED,	/* max-logins-per-user, replace-oldest */
	CTRL_END_USER_FILE,	/* the user's file cannot be used */
	CTRL_END_ORDERED,	/* a RADIUS server's Disconnect */
	CTRL_END_NO_ADDRESS,	/* its pool has none for its user */

	CTRL_END_COUNT		/* number of reasons */
};

/* Whether this version knows the reason; CTRL_END_NONE is no reason. */
bool		 ctrl_end_is_known(enum ctrl_end);
/*
 * The reason in one word, the same in the log, in events, in the history and in
 * JSON.  No word ever changes; docs/troubleshooting.md explains each of them.
 * Never NULL.
 */
const char	*ctrl_end_word(enum ctrl_end);
/* The reason in words, for the log line at a call's end; never NULL. */
const char	*ctrl_end_text(enum ctrl_end);
/*
 * The reason that an exit status of pppd means, if nobody hung up before; -1: it
 * was killed by a signal.
 */
enum ctrl_end	 ctrl_end_of_pppd(int status);
/*
 * The name under which "pptpdctl status" counts refusals for this reason; NULL:
 * they are not counted.
 */
const char	*ctrl_end_counter(enum ctrl_end);
/* The Reason of a StopCCRQ for it (RFC 2637 2.3). */
uint8_t		 ctrl_end_stop_reason(enum ctrl_end);
/* The Result Code of a CDN for it (RFC 2637 2.13). */
uint8_t		 ctrl_end_cdn_result(enum ctrl_end);
/* The Result Code of the OCRP that refuses a call for it (RFC 2637 2.8). */
uint8_t		 ctrl_end_ocrp_result(enum ctrl_end);

#endif
