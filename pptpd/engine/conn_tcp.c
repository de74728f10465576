/* Engine: the TCP socket of a control connection, and input that waits. */
/* SPDX-License-Identifier: ISC */
#include "engine/conn_tcp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/trace.h"
#include "state/ctrl_out.h"

#define READ_SIZE	4096

/* --- output -------------------------------------------------------------- */

/* Removes n octets of queued messages, which were sent. */
static void
sent(struct ctrl *ctrl, size_t n)
{
	const uint8_t *data;

	while (n > 0) {
		size_t len = ctrl_out_next(ctrl, &data);
		size_t part = len < n ? len : n;

		ctrl_out_sent(ctrl, part);
		n -= part;
		if (part == len)
			log_debug("CTRL: Sent packet to client");
	}
}

bool
conn_tcp_flush(struct conn_tcp *tcp, struct ctrl *ctrl)
{
	while (ctrl->out_len > 0) {
		ssize_t n = send(tcp->fd, ctrl->out, ctrl->out_len,
		    MSG_NOSIGNAL);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno != EAGAIN)
			return false;
		if (n > 0 && tcp->trace != NULL)
			trace_packet(tcp->trace, TRACE_CONTROL, TRACE_OUT,
			    tcp->client, NULL, 0, ctrl->out, (size_t)n);
		if (n > 0)
			sent(ctrl, n);
		if (ctrl->out_len > 0) {
			(void)loop_watch_on(&tcp->writable);
			return true;
		}
	}
	return true;
}

static void
on_writable(int fd, void *arg)
{
	struct conn_tcp *tcp = arg;

	(void)fd;
	tcp->events->writable(tcp->owner);
}

/* --- input --------------------------------------------------------------- */

bool
conn_tcp_read(struct conn_tcp *tcp)
{
	return loop_watch_on(&tcp->readable);
}

void
conn_tcp_stop_reading(struct conn_tcp *tcp)
{
	tcp->deaf = true;
	loop_watch_off(&tcp->readable);
}

void
conn_tcp_watch_close(struct conn_tcp *tcp)
{
	(void)loop_watch_on(&tcp->closed);
}

bool
conn_tcp_hold(struct conn_tcp *tcp, const uint8_t *data, size_t len)
{
	tcp->holding = true;
	loop_watch_off(&tcp->readable);
	if (len == 0)
		return true;
	tcp->held = malloc(len);
	if (tcp->held == NULL)
		return false;
	memcpy(tcp->held, data, len);
	tcp->held_len = len;
	return true;
}

void
conn_tcp_go_on(struct conn_tcp *tcp)
{
	if (!tcp->holding || tcp->paused)
		return;
	tcp->holding = false;
	loop_timer_now(&tcp->release);
}

void
conn_tcp_pause(struct conn_tcp *tcp, uint64_t ms)
{
	tcp->paused = true;
	(void)loop_timer_in_ms(&tcp->resume, ms);
}

static void
on_readable(int fd, void *arg)
{
	struct conn_tcp *tcp = arg;
	uint8_t buf[READ_SIZE];
	ssize_t n = recv(fd, buf, sizeof(buf), 0);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0 && tcp->trace != NULL)
		trace_packet(tcp->trace, TRACE_CONTROL, TRACE_IN,
		    tcp->client, NULL, 0, buf, (size_t)n);
	if (n > 0)
		tcp->events->input(tcp->owner, buf, (size_t)n);
	else
		tcp->events->eof(tcp->owner, n == -1);
}

static void
on_closed(int fd, void *arg)
{
	struct conn_tcp *tcp = arg;

	(void)fd;
	tcp->events->closed(tcp->owner);
}

/* Goes on with the input that has waited. */
static void
on_release(void *arg)
{
	struct conn_tcp *tcp = arg;
	uint8_t *data = tcp->held;
	size_t len = tcp->held_len;

	tcp->held = NULL;
	tcp->held_len = 0;
	loop_watch_off(&tcp->closed);
	tcp->events->input(tcp->owner, data, len);
	free(data);
	if (tcp->fd != -1 && !tcp->holding && !tcp->deaf)
		(void)loop_watch_on(&tcp->readable);
}

static void
on_resume(void *arg)
{
	struct conn_tcp *tcp = arg;

	tcp->paused = false;
	tcp->events->resumed(tcp->owner);
}

/* --- beginning and end --------------------------------------------------- */

void
conn_tcp_init(struct conn_tcp *tcp, int fd, uint32_t client,
    const struct conn_tcp_events *events, void *owner)
{
	*tcp = (struct conn_tcp){ .events = events, .owner = owner, .fd = fd,
	    .client = client };
	loop_watch_init(&tcp->readable, fd, LOOP_READ, on_readable, tcp);
	loop_watch_init(&tcp->writable, fd, LOOP_WRITE | LOOP_ONCE,
	    on_writable, tcp);
	loop_watch_init(&tcp->closed, fd, LOOP_CLOSED | LOOP_ONCE, on_closed,
	    tcp);
	loop_timer_init(&tcp->release, on_release, tcp);
	loop_timer_init(&tcp->resume, on_resume, tcp);
}

void
conn_tcp_end(struct conn_tcp *tcp, bool reset)
{
	struct linger at_once = { 1, 0 };

	if (reset)
		(void)setsockopt(tcp->fd, SOL_SOCKET, SO_LINGER, &at_once,
		    sizeof(at_once));
	else		/* a keeper may have the socket, too */
		(void)shutdown(tcp->fd, SHUT_RDWR);
}

void
conn_tcp_give_back(struct conn_tcp *tcp)
{
	trace_detach(&tcp->trace);
	loop_watch_off(&tcp->readable);
	loop_watch_off(&tcp->writable);
	loop_watch_off(&tcp->closed);
	loop_timer_stop(&tcp->release);
	loop_timer_stop(&tcp->resume);
	tcp->fd = -1;
}

void
conn_tcp_close(struct conn_tcp *tcp)
{
	int fd = tcp->fd;

	conn_tcp_give_back(tcp);
	if (fd != -1)
		close(fd);
}

void
conn_tcp_free(struct conn_tcp *tcp)
{
	free(tcp->held);
	tcp->held = NULL;
}
