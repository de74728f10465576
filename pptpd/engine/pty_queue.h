/* Frames on their way to pppd, each whole or not at all (point P-8). */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PTY_QUEUE_H
#define PPTPD_PTY_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Encoded octets that the pty has not taken yet. */
struct pty_queue {
	uint8_t	*buf;		/* NULL while empty: idle calls hold none */
	size_t	 start, len;
};

void	pty_queue_free(struct pty_queue *);
/*
 * Encodes one frame behind the others.  False: there is no room, nothing has
 * changed, and the frame is lost.
 */
bool	pty_queue_add(struct pty_queue *, const uint8_t *frame, size_t len);
/*
 * Writes what the pty takes, without blocking.  1: more is waiting; 0: empty;
 * -1: the pty is gone.
 */
int	pty_queue_flush(struct pty_queue *, int pty);

#endif
