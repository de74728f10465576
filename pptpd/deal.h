/* Calls dealt over several engines: what the front one hears of the others'. */
#ifndef PPTPD_DEAL_H
#define PPTPD_DEAL_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "ipc.h"

/* A call of an engine that is not the front; embedded in what the monitor
 * keeps of it.  Zeroed memory is none. */
struct deal {
	TAILQ_ENTRY(deal) entry;
	uint16_t	 id;		/* Call ID; 0: it is none */
	uint32_t	 client;	/* network order */
	int		 record;	/* descriptor */
	bool		 untold;	/* the front is to hear of it */
};

/*
 * A call begins, or comes back from another monitor: the front does not know
 * it then.  record stays the caller's.  Nothing is done for a call of the
 * front's own.  False, with errno set: there is no descriptor left.
 */
bool	deal_begin(struct deal *, uint16_t id, uint32_t client, int record);
bool	deal_rejoin(struct deal *, uint16_t id, uint32_t client, int record);
/* It is over. */
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
