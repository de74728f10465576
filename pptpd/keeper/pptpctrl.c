/* Keeper: main() of pptpctrl, for pptpd or as inetd's server (pptpctrl(8)). */
/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keeper/inetd.h"
#include "keeper/spawner.h"
#include "keeper/title.h"

int
main(int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "--spawner") != 0)
		return inetd_run(argc, argv);
	if (chdir("/") == -1) {
		perror("pptpctrl");
		return 1;
	}
	title_init(argc, argv);
	return spawner_run();
}
