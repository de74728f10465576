/* Why calls end: one table with a row for each reason. */
/* SPDX-License-Identifier: ISC */
#include "state/ctrl_end.h"

#include <stddef.h>

#include "protocol/pptp_msg.h"

struct reason {
	const char	*text;
	const char	*counter;	/* NULL: not counted */
	uint8_t		 stop, cdn, ocrp;
};

#define STOP(name)	PPTP_STOP_ ## name
#define CDN(name)	PPTP_CDN_ ## name
#define OCRP(name)	PPTP_OCRP_ ## name

/* If a keyword sets the limit, the counter has the keyword's name. */
static const struct reason reasons[] = {
	[CTRL_END_NONE] = { "still up", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_CLEARED] = { "client cleared the call", NULL,
	    STOP(NONE), CDN(REQUEST), OCRP(ERROR) },
	[CTRL_END_STOPPED] = { "client stopped the control connection", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_EOF] = { "client closed the control connection", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_RESET] = { "control connection failed", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_PROTOCOL] = { "client broke the protocol", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_NOT_READING] = { "client does not read our replies", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_ECHO] = { "client does not answer Echo-Requests", NULL,
	    STOP(NONE), CDN(SHUTDOWN), OCRP(ERROR) },
	[CTRL_END_NO_SCCRQ] = {
	    "client did not start the control connection", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_NO_CALL] = { "client asked for no call", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_NOT_STARTED] = { "call could not be started", NULL,
	    STOP(NONE), CDN(ERROR), OCRP(ERROR) },
	[CTRL_END_PPPD] = { "pppd ended", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_ADMIN] = { "ended by the administrator", NULL,
	    STOP(NONE), CDN(SHUTDOWN), OCRP(ERROR) },
	[CTRL_END_SHUTDOWN] = { "server is shutting down", NULL,
	    STOP(SHUTDOWN), CDN(SHUTDOWN), OCRP(ERROR) },
	[CTRL_END_LOST] = { "a process of the server is gone", NULL,
	    STOP(NONE), CDN(ERROR), OCRP(ERROR) },
	[CTRL_END_CRASH] = { "the engine crashed over it, twice", NULL,
	    STOP(NONE), CDN(ERROR), OCRP(ERROR) },
	[CTRL_END_VERSION] = { "another version of the server took over", NULL,
	    STOP(NONE), CDN(ERROR), OCRP(ERROR) },
	[CTRL_END_DAMAGED] = { "its record is damaged", NULL,
	    STOP(NONE), CDN(ERROR), OCRP(ERROR) },
	[CTRL_END_NO_AUTH] = {
	    "client did not authenticate in time", "auth-failed",
	    STOP(NONE), CDN(SHUTDOWN), OCRP(ERROR) },
	[CTRL_END_FLOOD] = {
	    "client sent too many control messages", "message-rate",
	    STOP(NONE), CDN(SHUTDOWN), OCRP(ERROR) },
	[CTRL_END_CROWDED] = {
	    "too many unauthenticated connections", "max-unauth",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_RATE] = { "too many attempts from its address", "rate-per-ip",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(BUSY) },
	[CTRL_END_PER_IP] = { "too many calls from its address", "max-per-ip",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(BUSY) },
	[CTRL_END_UNAUTH_PER_IP] = {
	    "too many unauthenticated connections from its address",
	    "max-unauth-per-ip",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_PENALTY] = {
	    "authentications from its address keep failing", "auth-penalty",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(FORBIDDEN) },
	[CTRL_END_ADDRESS] = {
	    "its address lies in remoteip or localip, its packets would loop",
	    "address",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(FORBIDDEN) },
	[CTRL_END_RESOURCE] = {
	    "server is out of memory or descriptors", "resources",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_STALLED] = {
	    "the kernel data path takes no more of the client's packets", NULL,
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_BUSY] = { "all addresses are in use", "busy",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
	[CTRL_END_DRAIN] = { "server takes no new calls", "draining",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(FORBIDDEN) },
	[CTRL_END_MADE_ROOM] = {
	    "not authenticated, made room for another client", "made-room",
	    STOP(NONE), CDN(LOST_CARRIER), OCRP(ERROR) },
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
