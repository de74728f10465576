/* The load client's PPTP control connections: RFC 2637 sections 2 and 3. */
/* SPDX-License-Identifier: ISC */
#include <sys/epoll.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "loadclient.h"

#define PORT		1723
#define MAGIC		0x1A2B3C4DU
#define HEADER		12

enum { SCCRQ = 1, SCCRP, STOPCCRQ, STOPCCRP, ECHORQ, ECHORP, OCRQ, OCRP,
    CCRQ = 12, CDN, SLI = 15 };

static void
put16(uint8_t *p, unsigned int v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void
put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xFFFF);
}

static unsigned int
get16(const uint8_t *p)
{
	return (unsigned int)p[0] << 8 | p[1];
}

void
call_fail(struct client *c, struct call *call, const char *why)
{
	if (c->reason[0] == '\0')
		snprintf(c->reason, sizeof c->reason, "%s (state %d)", why,
		    (int)call->state);
	call->state = CALL_FAILED;
}

/* Fills in the header and sends; a fresh socket's buffer takes it whole. */
static void
control_send(struct client *c, struct call *call, uint8_t *msg, size_t len,
    unsigned int type)
{
	put16(msg, (unsigned int)len);
	put16(msg + 2, 1);
	put32(msg + 4, MAGIC);
	put16(msg + 8, type);
	if (send(call->fd, msg, len, MSG_NOSIGNAL) != (ssize_t)len)
		call_fail(c, call, "cannot send");
}

static void
send_sccrq(struct client *c, struct call *call)
{
	uint8_t msg[156] = { 0 };

	put16(msg + 12, 0x0100);	/* Protocol Version */
	put32(msg + 16, 3);		/* Framing Capabilities */
	put32(msg + 20, 3);		/* Bearer Capabilities */
	memcpy(msg + 28, "bench", 5);	/* Host Name */
	memcpy(msg + 92, "bench", 5);	/* Vendor String */
	call->state = CALL_SCCRQ;
	control_send(c, call, msg, sizeof msg, SCCRQ);
}

static void
send_ocrq(struct client *c, struct call *call)
{
	uint8_t msg[168] = { 0 };

	put16(msg + 12, call->id);
	put16(msg + 14, call->id);	/* Call Serial Number */
	put32(msg + 16, 300);		/* Minimum BPS */
	put32(msg + 20, 100000000);	/* Maximum BPS */
	put32(msg + 24, 3);		/* Bearer Type */
	put32(msg + 28, 3);		/* Framing Type */
	put16(msg + 32, c->window);
	call->state = CALL_OCRQ;
	control_send(c, call, msg, sizeof msg, OCRQ);
}

static void
send_stop(struct client *c, struct call *call)
{
	uint8_t msg[16] = { 0 };

	msg[12] = 1;			/* Reason: none */
	call->state = CALL_STOP;
	control_send(c, call, msg, sizeof msg, STOPCCRQ);
}

/* The server may ask for the end of the connection at the same time as we. */
static void
got_stop(struct client *c, struct call *call)
{
	uint8_t msg[16] = { 0 };

	msg[12] = 1;			/* Result Code: OK */
	control_send(c, call, msg, sizeof msg, STOPCCRP);
	if (call->state == CALL_CLEAR || call->state == CALL_STOP)
		call->state = CALL_CLOSED;
	else
		call_fail(c, call, "Stop-Control-Connection-Request");
}

static void
send_echo_reply(struct client *c, struct call *call, const uint8_t *request)
{
	uint8_t msg[20] = { 0 };

	memcpy(msg + 12, request + 12, 4);
	msg[16] = 1;			/* Result Code: OK */
	control_send(c, call, msg, sizeof msg, ECHORP);
}

/* A Call ID that no live call has; ids go round so that a late packet of an
 * earlier call meets nobody. */
static uint16_t
take_id(struct client *c)
{
	do {
		c->last_id++;
	} while (c->last_id == 0 || c->by_id[c->last_id] != NULL);
	return c->last_id;
}

void
call_open(struct client *c, struct call *call, unsigned int address)
{
	struct sockaddr_in from = { 0 }, to = { 0 };
	struct epoll_event ev = { 0 };
	int one = 1;

	memset(call, 0, sizeof *call);
	call->state = CALL_CONNECT;
	call->t_open = now_ns();
	call->id = take_id(c);
	c->by_id[call->id] = call;
	call->addr.s_addr = htonl(ntohl(c->from.s_addr) +
	    address % c->addresses);
	from.sin_family = to.sin_family = AF_INET;
	from.sin_addr = call->addr;
	to.sin_addr = c->server;
	to.sin_port = htons(PORT);
	call->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	if (call->fd == -1) {
		call_fail(c, call, "socket");
		return;
	}
	setsockopt(call->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	/* Ports are chosen at connect(), per pair of addresses. */
	setsockopt(call->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one,
	    sizeof one);
	if (bind(call->fd, (struct sockaddr *)&from, sizeof from) == -1) {
		call_fail(c, call, "bind");
		return;
	}
	if (connect(call->fd, (struct sockaddr *)&to, sizeof to) == -1 &&
	    errno != EINPROGRESS) {
		call_fail(c, call, "connect");
		return;
	}
	ev.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP;
	ev.data.ptr = call;
	if (epoll_ctl(c->epoll, EPOLL_CTL_ADD, call->fd, &ev) == -1)
		call_fail(c, call, "epoll_ctl");
}

/* Forgets a call in whatever state it is. */
void
call_release(struct client *c, struct call *call)
{
	if (call->state == CALL_FREE)
		return;
	if (call->fd != -1)
		close(call->fd);
	c->by_id[call->id] = NULL;
	call->fd = -1;
	call->state = CALL_FREE;
}

/* Asks for the call's end, as clients do: Call-Clear-Request first. */
void
call_clear(struct client *c, struct call *call)
{
	uint8_t msg[16] = { 0 };

	put16(msg + 12, call->id);
	call->t_clear = now_ns();
	call->state = CALL_CLEAR;
	control_send(c, call, msg, sizeof msg, CCRQ);
}

/* The stand-in's first frame has come, before or after the OCRP. */
void
call_hello(struct call *call, uint32_t slot)
{
	call->slot = slot;
	call->hello = 1;
	if (call->state == CALL_HELLO) {
		call->state = CALL_UP;
		call->t_up = now_ns();
	}
}

static void
connected(struct client *c, struct call *call)
{
	struct epoll_event ev = { 0 };
	socklen_t len = sizeof(int);
	int error = 0;

	getsockopt(call->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error != 0) {
		call_fail(c, call, strerror(error));
		return;
	}
	ev.events = EPOLLIN | EPOLLRDHUP;
	ev.data.ptr = call;
	epoll_ctl(c->epoll, EPOLL_CTL_MOD, call->fd, &ev);
	send_sccrq(c, call);
}

/*
 * Clients send one as soon as they have the reply: with it they say that they
 * hear PPP from now on, and a server may wait for that.
 */
static void
send_link_info(struct client *c, struct call *call)
{
	uint8_t msg[24] = { 0 };

	put16(msg + 12, call->peer_id);
	put32(msg + 16, UINT32_MAX);	/* Send ACCM, as before */
	put32(msg + 20, UINT32_MAX);	/* Receive ACCM */
	control_send(c, call, msg, sizeof msg, SLI);
}

static void
got_ocrp(struct client *c, struct call *call, const uint8_t *msg, size_t len)
{
	if (call->state != CALL_OCRQ || len < 32 || msg[16] != 1 ||
	    get16(msg + 14) != call->id) {
		call_fail(c, call, "Outgoing-Call-Reply not as expected");
		return;
	}
	call->peer_id = (uint16_t)get16(msg + 12);
	call->t_ocrp = now_ns();
	call->state = CALL_HELLO;
	send_link_info(c, call);
	if (call->hello)
		call_hello(call, call->slot);
}

static void
message(struct client *c, struct call *call, const uint8_t *msg, size_t len)
{
	switch (get16(msg + 8)) {
	case SCCRP:
		if (call->state == CALL_SCCRQ && len >= 156 && msg[14] == 1)
			send_ocrq(c, call);
		else
			call_fail(c, call, "SCCRP not as expected");
		break;
	case OCRP:
		got_ocrp(c, call, msg, len);
		break;
	case ECHORQ:
		if (len >= 16)
			send_echo_reply(c, call, msg);
		break;
	case CDN:
		if (call->state == CALL_CLEAR)
			send_stop(c, call);
		else
			call_fail(c, call, "Call-Disconnect-Notify");
		break;
	case STOPCCRP:
		if (call->state == CALL_STOP)
			call->state = CALL_CLOSED;
		break;
	case STOPCCRQ:
		got_stop(c, call);
		break;
	default:
		break;
	}
}

/* Splits the stream into messages. */
static void
messages(struct client *c, struct call *call)
{
	size_t len;

	while (call->in_len >= HEADER && call->state < CALL_CLOSED) {
		len = get16(call->in);
		if (len < HEADER || len > CONTROL_MAX) {
			call_fail(c, call, "bad length");
			return;
		}
		if (call->in_len < len)
			return;
		message(c, call, call->in, len);
		call->in_len -= len;
		memmove(call->in, call->in + len, call->in_len);
	}
}

/* Something happened on the control connection. */
void
call_input(struct client *c, struct call *call, uint32_t events)
{
	ssize_t n;

	if (call->state == CALL_CONNECT) {
		if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
			connected(c, call);
		return;
	}
	while (call->state < CALL_CLOSED) {
		n = recv(call->fd, call->in + call->in_len,
		    sizeof call->in - call->in_len, 0);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			/* Poptop answers a Call-Clear-Request so. */
			if (call->state == CALL_CLEAR ||
			    call->state == CALL_STOP)
				call->state = CALL_CLOSED;
			else
				call_fail(c, call, n == 0 ?
				    "server closed the connection" :
				    strerror(errno));
			return;
		}
		call->in_len += (size_t)n;
		messages(c, call);
	}
}
