/*
 * Sends one Ethernet frame again and again: flood INTERFACE HEX RATE SECONDS,
 * RATE a second.  Prints how many it sent.
 */
/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME_MAX	2048
#define BATCH		50

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static size_t
from_hex(const char *hex, unsigned char *frame)
{
	size_t n = 0;
	unsigned int octet;

	while (n < FRAME_MAX && sscanf(hex + 2 * n, "%2x", &octet) == 1)
		frame[n++] = (unsigned char)octet;
	return n;
}

int
main(int argc, char **argv)
{
	unsigned char frame[FRAME_MAX];
	struct iovec iov = { frame, 0 };
	struct mmsghdr mm[BATCH];
	struct sockaddr_ll sll = { .sll_family = AF_PACKET };
	unsigned long sent = 0;
	double rate, begin, end;
	int fd;

	if (argc != 5)
		return 2;
	iov.iov_len = from_hex(argv[2], frame);
	rate = atof(argv[3]);
	sll.sll_ifindex = (int)if_nametoindex(argv[1]);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd == -1 || sll.sll_ifindex == 0 ||
	    bind(fd, (struct sockaddr *)&sll, sizeof(sll)) == -1) {
		perror(argv[1]);
		return 1;
	}
	memset(mm, 0, sizeof(mm));
	for (int i = 0; i < BATCH; i++) {
		mm[i].msg_hdr.msg_iov = &iov;
		mm[i].msg_hdr.msg_iovlen = 1;
	}
	begin = now();
	end = begin + atof(argv[4]);
	for (;;) {
		double t = now();
		double due = (t - begin) * rate - (double)sent;
		int n;

		if (t >= end)
			break;
		if (due < 1) {
			usleep(100);	/* pace */
			continue;
		}
		n = sendmmsg(fd, mm, due < BATCH ? (unsigned int)due : BATCH,
		    0);
		if (n > 0)
			sent += (unsigned long)n;
		else if (errno != ENOBUFS && errno != EAGAIN) {
			perror("sendmmsg");
			return 1;
		}
	}
	printf("%lu\n", sent);
	return 0;
}
