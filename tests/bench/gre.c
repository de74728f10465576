/* The load client's enhanced GRE over raw sockets: RFC 2637 section 4. */
/* SPDX-License-Identifier: ISC */
#include <sys/epoll.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <linux/sock_diag.h>
#include <netinet/ip.h>

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loadclient.h"

#define BATCH		64
#define IP_LEN		20
#define GRE_MAX		16
#define PROTO_PPP	0x880B
#define FLAG_K		0x20		/* first octet: key present */
#define FLAG_S		0x10		/* sequence number present */
#define FLAG_A		0x80		/* second octet: ack present */
#define VERSION		1
#define ACK_DELAY	(5 * MILLISECOND)
#define BUFFER		(64 << 20)

static struct {
	uint8_t	 buf[BATCH][IP_LEN + GRE_MAX + FRAME_MAX];
	struct iovec iov[BATCH];
	struct mmsghdr msg[BATCH];
	struct sockaddr_in to;
	unsigned int n;
} tx;

static struct {
	uint8_t	 buf[BATCH][2048];
	struct iovec iov[BATCH];
	struct mmsghdr msg[BATCH];
} rx;

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

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/*
 * One socket receives for all addresses.  Another sends: with our own IP
 * header, for that is where each packet gets its source address from.
 */
void
gre_open(struct client *c)
{
	struct epoll_event ev = { 0 };
	int i, size = BUFFER;

	c->gre = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    IPPROTO_GRE);
	c->raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (c->gre == -1 || c->raw == -1)
		err(1, "raw socket");
	if (setsockopt(c->gre, SOL_SOCKET, SO_RCVBUFFORCE, &size,
	    sizeof size) == -1)
		err(1, "SO_RCVBUFFORCE");
	ev.events = EPOLLIN;
	ev.data.ptr = NULL;
	if (epoll_ctl(c->epoll, EPOLL_CTL_ADD, c->gre, &ev) == -1)
		err(1, "epoll_ctl");
	tx.to.sin_family = AF_INET;
	tx.to.sin_addr = c->server;
	for (i = 0; i < BATCH; i++) {
		tx.iov[i].iov_base = tx.buf[i];
		tx.msg[i].msg_hdr.msg_iov = &tx.iov[i];
		tx.msg[i].msg_hdr.msg_iovlen = 1;
		tx.msg[i].msg_hdr.msg_name = &tx.to;
		tx.msg[i].msg_hdr.msg_namelen = sizeof tx.to;
		rx.iov[i].iov_base = rx.buf[i];
		rx.iov[i].iov_len = sizeof rx.buf[i];
		rx.msg[i].msg_hdr.msg_iov = &rx.iov[i];
		rx.msg[i].msg_hdr.msg_iovlen = 1;
	}
}

uint64_t
gre_drops(const struct client *c)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof info;

	if (getsockopt(c->gre, SOL_SOCKET, SO_MEMINFO, info, &len) == -1)
		return 0;
	return info[SK_MEMINFO_DROPS];
}

void
gre_flush(struct client *c)
{
	unsigned int sent = 0;
	int n;

	while (sent < tx.n) {
		n = sendmmsg(c->raw, tx.msg + sent, tx.n - sent, 0);
		if (n > 0)
			sent += (unsigned int)n;
		else if (n == -1 && errno == ENOBUFS)
			sent++;		/* lost, as on any network */
		else if (n == -1 && errno != EINTR)
			err(1, "sendmmsg");
	}
	tx.n = 0;
}

/* Writes IP and GRE headers; returns where the payload goes. */
static uint8_t *
packet(struct client *c, struct call *call, int has_seq, uint32_t seq,
    unsigned int len)
{
	uint8_t *ip, *gre;
	int has_ack = call->unacked > 0;
	unsigned int n = 8 + 4 * (unsigned int)(has_seq + has_ack);

	if (tx.n == BATCH)
		gre_flush(c);
	ip = tx.buf[tx.n];
	gre = ip + IP_LEN;
	memset(ip, 0, IP_LEN);		/* the kernel does id and checksum */
	ip[0] = 0x45;
	put16(ip + 2, IP_LEN + n + len);
	put16(ip + 6, IP_DF);
	ip[8] = 64;
	ip[9] = IPPROTO_GRE;
	memcpy(ip + 12, &call->addr, 4);
	memcpy(ip + 16, &c->server, 4);
	gre[0] = (uint8_t)(FLAG_K | (has_seq ? FLAG_S : 0));
	gre[1] = (uint8_t)(VERSION | (has_ack ? FLAG_A : 0));
	put16(gre + 2, PROTO_PPP);
	put16(gre + 4, len);
	put16(gre + 6, call->peer_id);
	gre += 8;
	if (has_seq) {
		put32(gre, seq);
		gre += 4;
	}
	if (has_ack) {
		put32(gre, call->recv_seq);
		gre += 4;
		call->unacked = 0;
	}
	tx.iov[tx.n++].iov_len = IP_LEN + n + len;
	return gre;
}

struct slot *
call_slot(struct client *c, const struct call *call)
{
	return &c->sh->slots[call->slot % SLOTS];
}

/* Sends the frame that is offset frames after the call's next one. */
void
call_frame(struct client *c, struct call *call, unsigned int offset,
    uint8_t op, uint64_t size)
{
	struct frame f;

	f.time = now_ns();
	f.call = (uint32_t)(call - c->calls);
	f.number = call->number + offset;
	f.len = (uint16_t)size;
	f.op = op;
	frame_build(c->sh, packet(c, call, 1, call->seq + offset, f.len), &f);
}

void
call_advance(struct call *call, unsigned int frames)
{
	call->seq += frames;
	call->number += frames;
}

void
clear_counts(struct client *c)
{
	memset(c->sh->hists, 0, sizeof c->sh->hists);
	memset(&c->echo, 0, sizeof c->echo);
	memset(&c->down, 0, sizeof c->down);
	c->echoes = c->bad_data = c->bad_call = 0;
	c->drops = gre_drops(c);
}

/* Acks that no frame has carried for ACK_DELAY. */
void
gre_acks(struct client *c)
{
	unsigned int i;

	if (c->acks_due == 0 || now_ns() < c->acks_due)
		return;
	c->acks_due = 0;
	for (i = 0; i < c->ncalls; i++) {
		if (c->calls[i].unacked > 0 && c->calls[i].state == CALL_UP)
			packet(c, &c->calls[i], 0, 0, 0);
	}
	gre_flush(c);
}

/* A frame that the call's stand-in sent, or sent back. */
static void
frame_input(struct client *c, struct call *call, const uint8_t *p, size_t len)
{
	struct frame f;

	if (!frame_check(c->sh, p, len, &f)) {
		c->bad_data++;
		return;
	}
	switch (f.op) {
	case OP_HELLO:
		call_hello(call, f.call);
		break;
	case OP_ECHO:
		if (f.call != (uint32_t)(call - c->calls)) {
			c->bad_call++;
			break;
		}
		hist_add(&c->echo, now_ns() - f.time);
		c->echoes++;
		break;
	case OP_DATA:
		if (f.call != call->slot) {
			c->bad_call++;
			break;
		}
		hist_add(&c->down, now_ns() - f.time);
		call->received++;
		if (f.number >= call->down_next) {
			call->missing += f.number - call->down_next;
			call->down_next = f.number + 1;
		} else
			call->late++;
		break;
	default:
		c->bad_data++;
		break;
	}
}

static void
data_input(struct client *c, struct call *call, uint32_t seq,
    const uint8_t *p, size_t len)
{
	if (!call->heard || (int32_t)(seq - call->recv_seq) > 0)
		call->recv_seq = seq;
	call->heard = 1;
	call->unacked++;
	if (call->unacked >= c->ack_every && call->state == CALL_UP)
		packet(c, call, 0, 0, 0);
	else if (c->acks_due == 0)
		c->acks_due = now_ns() + ACK_DELAY;
	frame_input(c, call, p, len);
}

static void
packet_input(struct client *c, const uint8_t *p, size_t len)
{
	size_t ip = len > 0 ? (p[0] & 0x0FU) * 4U : 0, n = 8, data;
	const uint8_t *to = p + 16;
	struct call *call;
	uint32_t seq = 0;

	if (ip < IP_LEN || len < ip + n) {
		c->strangers++;
		return;
	}
	p += ip;
	len -= ip;
	n += p[0] & FLAG_S ? 4 : 0;
	n += p[1] & FLAG_A ? 4 : 0;
	data = (size_t)p[4] << 8 | p[5];
	call = c->by_id[(size_t)p[6] << 8 | p[7]];
	if ((p[0] & ~FLAG_S) != FLAG_K || (p[1] & ~FLAG_A) != VERSION ||
	    p[2] != PROTO_PPP >> 8 || p[3] != (PROTO_PPP & 0xFF) ||
	    len < n + data || call == NULL ||
	    memcmp(to, &call->addr, 4) != 0) {	/* another client's */
		c->strangers++;
		return;
	}
	if (p[1] & FLAG_A) {
		uint32_t ack = get32(p + n - 4) + 1;

		if ((int32_t)(ack - call->acked) > 0 &&
		    (int32_t)(call->seq - ack) >= 0)
			call->acked = ack;
	}
	if (p[0] & FLAG_S) {
		seq = get32(p + 8);
		data_input(c, call, seq, p + n, data);
	}
}

/* Takes everything that waits on the socket. */
void
gre_receive(struct client *c)
{
	int i, n;

	do {
		n = recvmmsg(c->gre, rx.msg, BATCH, MSG_DONTWAIT, NULL);
		if (n == -1 && errno != EAGAIN && errno != EINTR)
			err(1, "recvmmsg");
		for (i = 0; i < n; i++)
			packet_input(c, rx.buf[i], rx.msg[i].msg_len);
	} while (n == BATCH);
	gre_flush(c);
}
