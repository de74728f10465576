/*
 * Limits the rate of an interface, and changes the limits, with the code of
 * pptpd-net.so:
 *
 *	rate_change INTERFACE LIMITS
 *
 * sets the limits, and those of each line that it reads.  For each it writes a
 * line: "set", or what is not in force.
 */
/* SPDX-License-Identifier: ISC */
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "net-rate.h"

int
main(int argc, char **argv)
{
	struct net_rate in_force = { 0 };
	char line[64], why[NET_RATE_WHY];
	struct rate_limits limits;

	if (argc != 3 || strlen(argv[2]) >= sizeof(line))
		return 2;
	strcpy(line, argv[2]);
	do {
		line[strcspn(line, "\n")] = '\0';
		if (!rate_limits_read(&limits, line))
			return 2;
		puts(net_rate_set(&in_force, if_nametoindex(argv[1]), &limits,
		    why) ? "set" : why);
		fflush(stdout);
	} while (fgets(line, sizeof(line), stdin) != NULL);
	return 0;
}
