/* Sockets of the kernel's PPTP: made, refused, and why; here it may have none. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keeper/kernel_pptp.h"

static unsigned int passed, failed_checks;

static void
verdict(const char *what, bool ok, const char *why)
{
	if (ok) {
		passed++;
		return;
	}
	failed_checks++;
	printf("FAIL %s: %s\n", what, why);
}

static struct kernel_pptp
path(uint16_t our_id, uint16_t peer_id)
{
	return (struct kernel_pptp){ htonl(INADDR_LOOPBACK),
	    htonl(INADDR_LOOPBACK + 1), our_id, peer_id };
}

static void
test_none(const char *why)
{
	struct kernel_pptp_counts counts;

	verdict("the reason names the module",
	    strstr(why, "no kernel module pptp: ") == why, why);
	verdict("there is no such interface",
	    kernel_pptp_counts("nosuchif0", &counts) == -1, "found");
	verdict("lo does not count as PPP",
	    kernel_pptp_counts("lo", &counts) == -1, "found");
}

static void
test_some(int sock)
{
	struct kernel_pptp same = path(0x7431, 2), peer = path(0x7432, 1);
	char why[160];

	verdict("a Call ID of ours is there once",
	    kernel_pptp_open(&same, why, sizeof(why)) == -1 &&
	    strstr(why, "our Call ID 7431: ") == why, why);
	verdict("and one of a client's",
	    kernel_pptp_open(&peer, why, sizeof(why)) == -1 &&
	    strstr(why, "the client's Call ID 0001: ") == why, why);
	close(sock);
	sock = kernel_pptp_open(&same, why, sizeof(why));
	verdict("closed, it is free again", sock != -1, why);
	close(sock);
}

int
main(void)
{
	struct kernel_pptp first = path(0x7431, 1);
	char why[160] = "";
	int sock = kernel_pptp_open(&first, why, sizeof(why));

	if (sock == -1)
		test_none(why);
	else
		test_some(sock);
	printf("%u passed, %u failed\n", passed, failed_checks);
	return failed_checks == 0 ? 0 : 1;
}
