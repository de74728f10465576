/* pptpctrl: keeper of one call for pptpd, or inetd's server (pptpctrl(8)). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inetd.h"
#include "keeper.h"
#include "title.h"

/* pppd's arguments, copied because the title is written over argv. */
static char **
copy_args(char **argv, int n)
{
	char **copy = calloc(n + 1, sizeof(*copy));

	for (int i = 0; copy != NULL && i < n; i++) {
		copy[i] = strdup(argv[i]);
		if (copy[i] == NULL)
			return NULL;
	}
	return copy;
}

int
main(int argc, char **argv)
{
	char **args;

	if (argc < 3 || strcmp(argv[1], "--call") != 0)
		return inetd_run(argc, argv);
	args = copy_args(argv + 2, argc - 2);
	if (args == NULL || chdir("/") == -1) {
		perror("pptpctrl");
		return 1;
	}
	title_init(argc, argv);
	return keeper_run(args);
}
