/* Whose turn it is: calls are started few at a time, the others wait. */
#ifndef PPTPD_TURN_H
#define PPTPD_TURN_H

#include <stdbool.h>
#include <sys/queue.h>

/*
 * So many may be between their request and their pppd's first word.  If all
 * of a crowd were started at once, all of them would be late.
 */
#define TURN_MAX	64

/* Embedded in what waits; zeroed memory has no turn. */
struct turn {
	TAILQ_ENTRY(turn) entry;
	bool	waiting, taken;
};

/*
 * True: go on now.  False: start() is called when it is its turn.  Both
 * observe call-rate.
 */
bool	turn_take(struct turn *, void (*start)(struct turn *));
/* It has started, or is gone; may be told more than once. */
void	turn_done(struct turn *);

#endif
