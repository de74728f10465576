/* Keeper: the kernel's own PPTP, a socket that carries one call. */
/* SPDX-License-Identifier: ISC */
#include "keeper/kernel_pptp.h"

#include <errno.h>
#include <netinet/in.h>
#include <net/if.h>
#include <linux/if_pppox.h>
#include <linux/ppp-ioctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel wants the Call ID in host order. */
static void
address(struct sockaddr_pppox *sp, uint32_t addr, uint16_t id)
{
	struct in_addr in = { addr };

	memset(sp, 0, sizeof(*sp));
	sp->sa_family = AF_PPPOX;
	sp->sa_protocol = PX_PROTO_PPTP;
	sp->sa_addr.pptp.call_id = id;
	/* The struct is packed, so a pointer to a member is not allowed. */
	sp->sa_addr.pptp.sin_addr = in;
}

static int
failed(int sock, char *why, size_t size, const char *what)
{
	snprintf(why, size, "%s: %s", what, strerror(errno));
	if (sock != -1)
		close(sock);
	return -1;
}

int
kernel_pptp_open(const struct kernel_pptp *p, char *why, size_t size)
{
	struct sockaddr_pppox sp;
	char what[80];
	int sock = socket(AF_PPPOX, SOCK_STREAM | SOCK_CLOEXEC,
	    PX_PROTO_PPTP);

	if (sock == -1)
		return failed(sock, why, size, "no kernel module pptp");
	address(&sp, p->server, p->our_id);
	if (bind(sock, (struct sockaddr *)&sp, sizeof(sp)) == -1) {
		snprintf(what, sizeof(what), "our Call ID %04X", p->our_id);
		return failed(sock, why, size, what);
	}
	address(&sp, p->client, p->peer_id);
	if (connect(sock, (struct sockaddr *)&sp, sizeof(sp)) == -1) {
		snprintf(what, sizeof(what), "the client's Call ID %04X",
		    p->peer_id);
		return failed(sock, why, size, what);
	}
	return sock;
}

int
kernel_pptp_counts(const char *ifname, struct kernel_pptp_counts *counts)
{
	struct ppp_stats stats;
	struct ifreq ifr;
	int sock, rc, error;

	memset(&stats, 0, sizeof(stats));
	memset(&ifr, 0, sizeof(ifr));
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	ifr.ifr_data = (void *)&stats;
	sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock == -1)
		return -1;
	rc = ioctl(sock, SIOCGPPPSTATS, &ifr);
	error = errno;
	close(sock);
	errno = error;
	counts->octets_in = stats.p.ppp_ibytes;
	counts->octets_out = stats.p.ppp_obytes;
	counts->packets_in = stats.p.ppp_ipackets;
	counts->packets_out = stats.p.ppp_opackets;
	counts->errors_in = stats.p.ppp_ierrors;
	return rc;
}
