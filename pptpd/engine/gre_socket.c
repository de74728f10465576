/* Engine: the raw GRE socket of all calls, read and written in batches. */
/* SPDX-License-Identifier: ISC */
#include "engine/gre_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "engine/engine.h"
#include "protocol/hdlc.h"

#define BATCH		64
#define IP_HEADER_MAX	60
#define DATAGRAM_MAX	(IP_HEADER_MAX + PPTP_GRE_HEADER_MAX + HDLC_FRAME_MAX)

/* Room for the source address of a packet, as ancillary data. */
union source_space {
	struct cmsghdr	align;
	char		buf[CMSG_SPACE(sizeof(struct in_pktinfo))];
};

static struct {
	struct mmsghdr	 msg[BATCH];
	struct iovec	 iov[BATCH];
	uint8_t		 buf[BATCH][DATAGRAM_MAX];
} rx;

static struct {
	struct mmsghdr	 msg[BATCH];
	struct iovec	 iov[BATCH];
	struct sockaddr_in to[BATCH];
	union source_space source[BATCH];
	uint8_t		 buf[BATCH][PPTP_GRE_HEADER_MAX + HDLC_FRAME_MAX];
	unsigned int	 count;
} tx;

struct gre_socket_stats gre_socket_stats;

static void
receive(const uint8_t *buf, size_t len, uint64_t now, gre_receive *deliver)
{
	struct gre_packet p;
	size_t at, gre_len;

	at = pptp_gre_ip(buf, len, &p.src, &p.dst, &gre_len);
	if (at == 0) {
		gre_socket_stats.not_ip++;
		return;
	}
	if (pptp_gre_decode(buf + at, gre_len, &p.header) !=
	    PPTP_GRE_DECODED) {
		gre_socket_stats.bad_header++;
		return;
	}
	if (p.header.payload_len > HDLC_FRAME_MAX) {
		gre_socket_stats.too_large++;
		return;
	}
	p.payload = buf + at + p.header.header_len;
	p.at = now;
	deliver(&p);
}

/* Logs each error once: what a kernel or firewall forbids stays forbidden. */
static void
say(const char *call, int error, bool *said)
{
	if (*said || (error != ENOSYS && error != EPERM && error != EACCES))
		return;
	*said = true;
	log_err("engine: GRE: %s: %s", call, strerror(error));
}

int
gre_socket_read(int fd, gre_receive *deliver)
{
	static bool said;
	uint64_t now;
	int n;

	if (rx.iov[0].iov_base == NULL) {
		for (int i = 0; i < BATCH; i++) {
			rx.iov[i].iov_base = rx.buf[i];
			rx.iov[i].iov_len = sizeof(rx.buf[i]);
			rx.msg[i].msg_hdr.msg_iov = &rx.iov[i];
			rx.msg[i].msg_hdr.msg_iovlen = 1;
		}
	}
	n = recvmmsg(fd, rx.msg, BATCH, MSG_DONTWAIT, NULL);
	if (n == -1)
		say("recvmmsg", errno, &said);
	now = engine_now_us();
	for (int i = 0; i < n; i++) {
		if ((rx.msg[i].msg_hdr.msg_flags & MSG_TRUNC) != 0)
			gre_socket_stats.truncated++;
		else
			receive(rx.buf[i], rx.msg[i].msg_len, now, deliver);
	}
	return n > 0 ? n : 0;
}

void
gre_socket_queue(int fd, const struct gre_packet *p)
{
	unsigned int i = tx.count++;
	struct msghdr *mh = &tx.msg[i].msg_hdr;
	struct in_pktinfo info = { .ipi_spec_dst.s_addr = p->src };
	struct cmsghdr *c;
	size_t n;

	n = pptp_gre_encode(tx.buf[i], &p->header);
	if (p->header.has_seq && p->header.payload_len > 0) {
		memcpy(tx.buf[i] + n, p->payload, p->header.payload_len);
		n += p->header.payload_len;
	}
	tx.iov[i].iov_base = tx.buf[i];
	tx.iov[i].iov_len = n;
	tx.to[i].sin_family = AF_INET;
	tx.to[i].sin_addr.s_addr = p->dst;
	memset(mh, 0, sizeof(*mh));
	mh->msg_name = &tx.to[i];
	mh->msg_namelen = sizeof(tx.to[i]);
	mh->msg_iov = &tx.iov[i];
	mh->msg_iovlen = 1;
	mh->msg_control = tx.source[i].buf;
	mh->msg_controllen = sizeof(tx.source[i].buf);
	c = CMSG_FIRSTHDR(mh);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	if (tx.count == BATCH)
		gre_socket_flush(fd);
}

void
gre_socket_flush(int fd)
{
	static bool said;
	unsigned int sent = 0;

	while (sent < tx.count) {
		int n = sendmmsg(fd, tx.msg + sent, tx.count - sent,
		    MSG_DONTWAIT);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			say("sendmmsg", errno, &said);
		if (n <= 0) {		/* the first packet is lost */
			gre_socket_stats.send_errors++;
			n = 1;
		}
		sent += n;
	}
	tx.count = 0;
}
