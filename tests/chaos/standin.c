/* Stand-in for pppd: lets everybody in, then echoes what comes. */
/* SPDX-License-Identifier: ISC */

/*
 * Writes GREETING to its line, what pppd says until the client is in, and then
 * sends every octet back: frames come back as they came, escapes and all.
 * Ends as pppd does: 16 when the line hangs up, 5 on SIGTERM.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define EXIT_SIGNAL	5	/* pppd(8) */
#define EXIT_HANGUP	16

static const char greeting[] = GREETING;

static void
on_signal(int sig)
{
	_exit(sig == SIGHUP ? EXIT_HANGUP : EXIT_SIGNAL);
}

static void
wait_for(short events)
{
	struct pollfd line = { STDIN_FILENO, events, 0 };

	(void)poll(&line, 1, -1);
}

static void
put(const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, p, len);

		if (n > 0) {
			p += n;
			len -= (size_t)n;
		} else if (n == -1 && errno == EAGAIN) {
			wait_for(POLLOUT);
		} else if (n == 0 || errno != EINTR) {
			_exit(EXIT_HANGUP);
		}
	}
}

int
main(int argc, char **argv)
{
	char buf[4096];
	ssize_t n;

	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		puts("pppd version " PPPD_VERSION);
		return 0;
	}
	signal(SIGHUP, on_signal);
	signal(SIGTERM, on_signal);
	put(greeting, sizeof(greeting) - 1);
	for (;;) {
		n = read(STDIN_FILENO, buf, sizeof(buf));
		if (n > 0)
			put(buf, (size_t)n);
		else if (n == -1 && errno == EAGAIN)
			wait_for(POLLIN);
		else if (n == 0 || errno != EINTR)
			return EXIT_HANGUP;
	}
}
