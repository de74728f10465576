/* pptpctrl: keeper of one call for pptpd, or inetd's server (pptpctrl(8)). */
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
