/*
 * A pppd that answers --version when the test lets it.  For everything else it
 * becomes the stand-in.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HANG	"/run/conformance/hang"		/* while it is there */
#define ASKED	"/run/conformance/asked"	/* an octet for each question */
#define STANDIN	"/run/conformance/standin"

void	lcp_close(int, const char *);

/* By this function pptpd knows a pppd. */
void
lcp_close(int unit, const char *reason)
{
	(void)unit;
	(void)reason;
}

int
main(int argc, char **argv)
{
	int fd;

	if (argc < 2 || strcmp(argv[argc - 1], "--version") != 0) {
		execv(STANDIN, argv);
		return 1;
	}
	fd = open(ASKED, O_WRONLY | O_CREAT | O_APPEND, 0666);
	if (fd == -1 || write(fd, ".", 1) != 1)
		return 1;
	close(fd);
	while (access(HANG, F_OK) == 0)
		usleep(20000);	/* look */
	puts("pppd version 2.4.9");
	return 0;
}
