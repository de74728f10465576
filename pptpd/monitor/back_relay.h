/* Calls of the back engines: tells the front what it must know of them. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_BACK_RELAY_H
#define PPTPD_BACK_RELAY_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/queue.h"
#include "shared/ipc.h"
#include "shared/keeper_call.h"

#define RELAY_LINGER_S	2	/* for an engine's last word on a call */

/* A call of an engine that is not the front. */
struct relayed_call {
	TAILQ_ENTRY(relayed_call) entry;
	uint16_t	 id;		/* Call ID */
	uint32_t	 client;	/* network order */
	int		 record;	/* descriptor */
	struct login_key login_key;
	bool		 untold;	/* the front does not know of it yet */
	bool		 silent;	/* its engine has reported its end */
	time_t		 ended;		/* CLOCK_MONOTONIC; 0: not ended */
};

/* To be called after loop_init(); engines is the number of engines. */
void	back_relay_init(unsigned int engines, bool (*tell_front)(
	    const struct ipc_msg *, const int *fds, int n));

/*
 * back_relay_begin(): a new call, of which the front knows.
 * back_relay_rejoin(): a call that began under an earlier monitor, of which the
 * front has yet to be told.  record stays the caller's.  *d is NULL if the
 * front itself serves the call.  False: there is no memory, or no descriptor.
 */
bool	back_relay_begin(struct relayed_call **d, const struct keeper_call *,
	    int record);
bool	back_relay_rejoin(struct relayed_call **d, const struct keeper_call *,
	    int record);
/*
 * The keeper and pppd of the call are gone.  The entry stays for
 * RELAY_LINGER_S, since the call's engine may still report its end.  NULL is
 * passed over.
 */
void	back_relay_end(struct relayed_call *);
/* The call with this ID.  NULL: the front serves it, or there is none. */
const struct relayed_call *back_relay_find(uint16_t id);
/* What an engine has said of one of its calls. */
void	back_relay_news(const struct ipc_msg *);

/* There is a new front at the other end of sock: tells it of all calls here. */
void	back_relay_greet(int sock);
/* The front is gone. */
void	back_relay_front_gone(void);

#endif
