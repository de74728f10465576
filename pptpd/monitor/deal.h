/* Calls dealt over several engines: what the front one hears of the others'. */
#ifndef PPTPD_DEAL_H
#define PPTPD_DEAL_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <time.h>

#include "shared/ipc.h"

#define DEAL_LINGER_S	2	/* for an engine's last word on a call */

/* A call of an engine that is not the front. */
struct deal {
	TAILQ_ENTRY(deal) entry;
	uint16_t	 id;		/* Call ID */
	uint32_t	 client;	/* network order */
	int		 record;	/* descriptor */
	bool		 untold;	/* the front is to hear of it */
	bool		 silent;	/* its engine has had the last word */
	time_t		 ended;		/* CLOCK_MONOTONIC; 0: it goes on */
};

/*
 * A call begins, or (deal_rejoin) comes back from another monitor: the front
 * does not know it then.  record stays the caller's.  NULL in *d is a call of
 * the front's own.  False: there is no memory, or no descriptor.
 */
bool	deal_begin(struct deal **d, uint16_t id, uint32_t client,
	    int record);
bool	deal_rejoin(struct deal **d, uint16_t id, uint32_t client,
	    int record);
/*
 * It has neither keeper nor pppd any more; NULL is passed over.  Its engine may
 * still have something to say of it.
 */
void	deal_end(struct deal *);
/* NULL: the front has it, or nobody. */
const struct deal *deal_find(uint16_t id);
/* What an engine has said of one of its calls. */
void	deal_news(const struct ipc_msg *);

/* There is a new front, at the other end of sock: it hears of all of them. */
void	deal_greet(struct event_base *, int sock);
/* It is gone. */
void	deal_front_gone(void);

#endif
