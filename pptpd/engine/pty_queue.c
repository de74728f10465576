/* Engine: frames on their way to pppd, each whole or not at all (P-8). */
/* SPDX-License-Identifier: ISC */
#include "engine/pty_queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/hdlc.h"

#define QUEUE_SIZE	131072	/* 64 frames (a usual window) of usual size */
#define SPARE_MAX	16	/* buffers kept for the next busy call */

static uint8_t *spare[SPARE_MAX];
static size_t spares;

static uint8_t *
buffer_get(void)
{
	return spares > 0 ? spare[--spares] : malloc(QUEUE_SIZE);
}

static void
buffer_put(uint8_t *buf)
{
	if (buf != NULL && spares < SPARE_MAX)
		spare[spares++] = buf;
	else
		free(buf);
}

void
pty_queue_free(struct pty_queue *q)
{
	buffer_put(q->buf);
	memset(q, 0, sizeof(*q));
}

bool
pty_queue_add(struct pty_queue *q, const uint8_t *frame, size_t len)
{
	if (q->buf == NULL && (q->buf = buffer_get()) == NULL)
		return false;
	if (q->start > 0 &&
	    q->start + q->len + HDLC_ENCODED_MAX(len) > QUEUE_SIZE) {
		memmove(q->buf, q->buf + q->start, q->len);
		q->start = 0;
	}
	if (q->len + HDLC_ENCODED_MAX(len) > QUEUE_SIZE)
		return false;
	q->len += hdlc_encode(q->buf + q->start + q->len, frame, len);
	return true;
}

int
pty_queue_flush(struct pty_queue *q, int pty)
{
	while (q->len > 0) {
		ssize_t n = write(pty, q->buf + q->start, q->len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN)
			return 1;
		if (n <= 0)
			return -1;
		q->start += n;
		q->len -= n;
		if (q->len > 0)
			return 1;	/* the pty is full */
	}
	pty_queue_free(q);
	return 0;
}
