/* Why calls end: one table with a row for each reason. */
/* SPDX-License-Identifier: ISC */
#include "state/ctrl_end.h"

#include <stddef.h>

#include "protocol/aaa_msg.h"
#include "protocol/pptp_msg.h"

struct reason {
	const char	*word;
	const char	*text;
	const char	*counter;	/* NULL: not counted */
	uint8_t		 stop, cdn, ocrp;
};

#define STOP(name)	PPTP_STOP_ ## name
#define CDN(name)	PPTP_CDN_ ## name
#define OCRP(name)	PPTP_OCRP_ ## name

/* If a keyword sets the limit, word and counter are the keyword. */
static const struct reason reasons[] = {
	[CTRL_END_NONE] = { "none",
	    "still up", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_CLEARED] = { "cleared",
	    "client cleared the call", NULL,
	    STOP(NONE), CDN(REQUEST), OCRP(ERROR) },
	[CTRL_END_STOPPED] = { "stopped",
	    "client stopped the control connection", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_EOF] = { "closed",
	    "client closed the control connection", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_RESET] = { "connection-failed",
	    "control connection failed", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_PROTOCOL] = { "protocol",
	    "client broke the protocol", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_NOT_READING] = { "not-reading",
	    "client does not read our replies", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_ECHO] = { "echo-timeout",
	    "client does not answer Echo-Requests", NULL,
	    STOP(NONE), CDN(SHUTDOWN), OCRP(ERROR) },
	[CTRL_END_NO_SCCRQ] = { "stimeout",
	    "client did not start the control connection", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_NO_CALL] = { "call-timeout",
	    "client asked for no call", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_NOT_STARTED] = { "not-started",
	    "call could not be started", NULL,
	    STOP(NONE), CDN(ERROR), OCRP(ERROR) },
	[CTRL_END_PPPD] = { "pppd-ended",
	    "pppd ended", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_ADMIN] = { "admin",
	    "ended by the administrator", NULL,
	    STOP(NONE), CDN(SHUTDOWN), OCRP(ERROR) },
	[CTRL_END_SHUTDOWN] = { "shutdown",
	    "server is shutting down", NULL,
	    STOP(SHUTDOWN), CDN(SHUTDOWN), OCRP(ERROR) },
	[CTRL_END_LOST] = { "lost",
	    "a process of the server is gone", NULL,
	    STOP(NONE), CDN(ERROR), OCRP(ERROR) },
	[CTRL_END_CRASH] = { "crash",
	    "the engine crashed over it, twice", NULL,
	    STOP(NONE), CDN(ERROR), OCRP(ERROR) },
	[CTRL_END_VERSION] = { "version",
	    "another version of the server took over", NULL,
	    STOP(NONE), CDN(ERROR), OCRP(ERROR) },
	[CTRL_END_DAMAGED] = { "damaged",
	    "its record is damaged", NULL,
	    STOP(NONE), CDN(ERROR), OCRP(ERROR) },
	[CTRL_END_NO_AUTH] = { "auth-timeout",
	    "client did not authenticate in time", "auth-failed",
	    STOP(NONE), CDN(SHUTDOWN), OCRP(ERROR) },
	[CTRL_END_FLOOD] = { "message-rate",
	    "client sent too many control messages", "message-rate",
	    STOP(NONE), CDN(SHUTDOWN), OCRP(ERROR) },
	[CTRL_END_CROWDED] = { "max-unauth",
	    "too many unauthenticated connections", "max-unauth",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_RATE] = { "rate-per-ip",
	    "too many attempts from its address", "rate-per-ip",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(BUSY) },
	[CTRL_END_PER_IP] = { "max-per-ip",
	    "too many calls from its address", "max-per-ip",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(BUSY) },
	[CTRL_END_UNAUTH_PER_IP] = { "max-unauth-per-ip",
	    "too many unauthenticated connections from its address",
	    "max-unauth-per-ip",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_PENALTY] = { "auth-penalty",
	    "authentications from its address keep failing", "auth-penalty",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(FORBIDDEN) },
	[CTRL_END_ADDRESS] = { "address",
	    "its address lies in remoteip or localip, its packets would loop",
	    "address",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(FORBIDDEN) },
	[CTRL_END_RESOURCE] = { "resources",
	    "server is out of memory or descriptors", "resources",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_STALLED] = { "kernel-stalled",
	    "the kernel data path takes no more of the client's packets", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_BUSY] = { "busy",
	    "all addresses are in use", "busy",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_DRAIN] = { "draining",
	    "server takes no new calls", "draining",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(FORBIDDEN) },
	[CTRL_END_MADE_ROOM] = { "made-room",
	    "not authenticated, made room for another client", "made-room",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_AUTH_FAILED] = { "auth-failed",
	    "authentication failed", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_NEGOTIATION] = { "negotiation",
	    "PPP could not be negotiated", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_IDLE] = { "idle",
	    "the call was idle for too long", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_TIME] = { "session-time",
	    "the call has lasted as long as it may", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_TRAFFIC] = { "traffic",
	    "the call has carried as much as it may", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_LCP_ECHO] = { "lcp-echo",
	    "client does not answer LCP Echo-Requests", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_PPPD_SIGNAL] = { "pppd-signal",
	    "pppd was ended by a signal", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_PPPD_OPTIONS] = { "pppd-options",
	    "pppd does not accept its options", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_NO_PPP] = { "no-kernel-ppp",
	    "the kernel has no PPP", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_PPPD_FAILED] = { "pppd-failed",
	    "pppd failed", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_ACCESS] = { "access",
	    "hosts.allow and hosts.deny do not let it in", "access",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(FORBIDDEN) },
	[CTRL_END_LOGINS] = { "max-logins-per-user",
	    "its user has as many calls as he may have",
	    "max-logins-per-user",
	    STOP(NONE), CDN(SHUTDOWN), OCRP(ERROR) },
	[CTRL_END_REPLACED] = { "replaced",
	    "its user has logged in once more", "replaced",
	    STOP(NONE), CDN(SHUTDOWN), OCRP(ERROR) },
	[CTRL_END_USER_FILE] = { "user-file",
	    "the file of its user's options cannot be used", "user-file",
	    STOP(NONE), CDN(SHUTDOWN), OCRP(ERROR) },
	[CTRL_END_ORDERED] = { "radius-disconnect",
	    "a RADIUS server has ended it", NULL,
	    STOP(NONE), CDN(SHUTDOWN), OCRP(ERROR) },
	[CTRL_END_NO_ADDRESS] = { "no-address",
	    "the address pool of its user has none for it", "no-address",
	    STOP(NONE), CDN(SHUTDOWN), OCRP(ERROR) },
};

_Static_assert(sizeof(reasons) / sizeof(reasons[0]) == CTRL_END_COUNT,
    "a reason without a row");

/* The row of a reason, or that of NONE if this version does not know it. */
static const struct reason *
reason(enum ctrl_end end)
{
	return &reasons[ctrl_end_is_known(end) ? end : CTRL_END_NONE];
}

bool
ctrl_end_is_known(enum ctrl_end end)
{
	return (unsigned int)end > CTRL_END_NONE &&
	    (unsigned int)end < CTRL_END_COUNT;
}

const char *
ctrl_end_text(enum ctrl_end end)
{
	if (end != CTRL_END_NONE && !ctrl_end_is_known(end))
		return "unknown reason";
	return reasons[end].text;
}

const char *
ctrl_end_word(enum ctrl_end end)
{
	if (end != CTRL_END_NONE && !ctrl_end_is_known(end))
		return "unknown";
	return reasons[end].word;
}

/* Exit statuses of pppd(8). */
enum ctrl_end
ctrl_end_of_pppd(int status)
{
	switch (status) {
	case 0:			/* the client has ended PPP */
	case 16:
		return CTRL_END_PPPD;
	case -1:
	case 5:
		return CTRL_END_PPPD_SIGNAL;
	case 2:
		return CTRL_END_PPPD_OPTIONS;
	case 4:
		return CTRL_END_NO_PPP;
	case 10:
		return CTRL_END_NEGOTIATION;
	case 11:
		return CTRL_END_AUTH_FAILED;
	case 12:
		return CTRL_END_IDLE;
	case 13:
		return CTRL_END_TIME;
	case 15:
		return CTRL_END_LCP_ECHO;
	case 20:
		return CTRL_END_TRAFFIC;
	case AAA_EXIT_ORDERED:
		return CTRL_END_ORDERED;
	default:
		return CTRL_END_PPPD_FAILED;
	}
}

const char *
ctrl_end_counter(enum ctrl_end end)
{
	return reason(end)->counter;
}

uint8_t
ctrl_end_stop_reason(enum ctrl_end end)
{
	return reason(end)->stop;
}

uint8_t
ctrl_end_cdn_result(enum ctrl_end end)
{
	return reason(end)->cdn;
}

uint8_t
ctrl_end_ocrp_result(enum ctrl_end end)
{
	return reason(end)->ocrp;
}
