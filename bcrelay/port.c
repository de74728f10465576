/* The worker's side of an interface: receiving from it, sending to it. */
/* SPDX-License-Identifier: ISC */
#include "port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PACKET_MAX	65535	/* octets in an IPv4 packet */

/* Pages that no packet has reached take no memory. */
static uint8_t buffers[PORT_BATCH][PACKET_MAX + 1];

bool
port_change(struct port *port, const struct link_msg *m, const uint32_t *addr)
{
	uint32_t *copy = NULL;

	if (m->n_addr > 0) {
		copy = reallocarray(NULL, m->n_addr, sizeof(*copy));
		if (copy == NULL)
			return false;
		memcpy(copy, addr, m->n_addr * sizeof(*copy));
	}
	free(port->addr);
	port->addr = copy;
	port->n_addr = m->n_addr;
	memcpy(port->name, m->name, sizeof(port->name));
	port->tunnel = m->tunnel;
	port->loopback = m->loopback;
	port->peer = m->peer;
	port->dst = m->dst;
	return true;
}

struct port *
port_new(const struct link_msg *m, const uint32_t *addr, int fd)
{
	struct port *port = calloc(1, sizeof(*port));

	if (port == NULL || !port_change(port, m, addr)) {
		free(port);
		close(fd);
		return NULL;
	}
	port->index = m->index;
	port->fd = fd;
	return port;
}

void
port_free(struct port *port)
{
	close(port->fd);
	free(port->addr);
	free(port);
}

/* --- receiving ----------------------------------------------------------- */

/*
 * The source address for packets from this port; 0: keep it.  The client's
 * system may send with an address that the LAN has no route to, so packets from
 * a tunnel get the client's address in the tunnel: answers reach that one.
 */
static uint32_t
source_for(const struct port *port)
{
	return port->tunnel ? port->peer : 0;
}

static bool
take(struct port *port, const struct packet_net *net,
    const struct sockaddr_ll *from, uint8_t *data, size_t len,
    struct packet *packet)
{
	if (from->sll_protocol != htons(ETH_P_IP))
		return false;
	if (port->loopback && from->sll_pkttype == PACKET_OUTGOING)
		return false;		/* seen again when it comes in */
	if (packet_look(packet, data, len, from->sll_pkttype ==
	    PACKET_BROADCAST, net) != PACKET_RELAY)
		return false;
	packet_rewrite(packet, from->sll_pkttype == PACKET_OUTGOING ? 0 :
	    source_for(port));
	return true;
}

size_t
port_receive(struct port *port, const struct packet_net *net,
    struct packet *packets, size_t *came)
{
	struct sockaddr_ll from[PORT_BATCH];
	struct mmsghdr mm[PORT_BATCH];
	struct iovec iov[PORT_BATCH];
	size_t i, n = 0;
	int got;

	memset(mm, 0, sizeof(mm));
	memset(from, 0, sizeof(from));
	for (i = 0; i < PORT_BATCH; i++) {
		iov[i].iov_base = buffers[i];
		iov[i].iov_len = sizeof(buffers[i]);
		mm[i].msg_hdr.msg_iov = &iov[i];
		mm[i].msg_hdr.msg_iovlen = 1;
		mm[i].msg_hdr.msg_name = &from[i];
		mm[i].msg_hdr.msg_namelen = sizeof(from[i]);
	}
	got = recvmmsg(port->fd, mm, PORT_BATCH, MSG_DONTWAIT, NULL);
	*came = 0;
	for (; got > 0 && *came < (size_t)got; (*came)++) {
		i = *came;
		if (take(port, net, &from[i], buffers[i], mm[i].msg_len,
		    &packets[n]))
			n++;
	}
	return n;
}

/* --- sending ------------------------------------------------------------- */

static void
aim(struct packet *packets, size_t n, uint32_t dst)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!packets[i].group)
			packet_aim(&packets[i], dst);
	}
}

/* Sends the packets; if one fails, goes on with the next. */
static int
send_all(int fd, struct mmsghdr *mm, size_t n, bool *sent)
{
	int error = 0;
	size_t i = 0;

	while (i < n) {
		int done = sendmmsg(fd, &mm[i], (unsigned int)(n - i),
		    MSG_DONTWAIT | MSG_NOSIGNAL);

		for (; done > 0; done--)
			sent[i++] = true;
		if (done == -1) {
			error = errno;
			sent[i++] = false;
		}
	}
	return error;
}

int
port_send(struct port *port, struct packet *packets, size_t n, bool *sent)
{
	struct sockaddr_ll to[PORT_BATCH];
	struct mmsghdr mm[PORT_BATCH];
	struct iovec iov[PORT_BATCH];
	size_t i;
	int error;

	memset(mm, 0, n * sizeof(mm[0]));
	memset(to, 0, n * sizeof(to[0]));
	if (port->dst != 0)
		aim(packets, n, port->dst);
	for (i = 0; i < n; i++) {
		to[i].sll_family = AF_PACKET;
		to[i].sll_protocol = htons(ETH_P_IP);
		to[i].sll_ifindex = port->index;
		to[i].sll_halen = PACKET_MAC_LEN;
		packet_mac(&packets[i], to[i].sll_addr);
		iov[i].iov_base = packets[i].data;
		iov[i].iov_len = packets[i].len;
		mm[i].msg_hdr.msg_iov = &iov[i];
		mm[i].msg_hdr.msg_iovlen = 1;
		mm[i].msg_hdr.msg_name = &to[i];
		mm[i].msg_hdr.msg_namelen = sizeof(to[i]);
	}
	error = send_all(port->fd, mm, n, sent);
	if (port->dst != 0)
		aim(packets, n, PACKET_ANYONE);
	return error;
}
