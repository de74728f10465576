/* vpnuser, pptpdctl doctor: ask for a password. */
/* SPDX-License-Identifier: ISC */
#include "ctl/password.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static volatile sig_atomic_t caught;

static void
on_signal(int sig)
{
	caught = sig;
}

static bool
complain(const char *why)
{
	fprintf(stderr, "%s: password: %s\n", program_invocation_short_name,
	    why);
	return false;
}

/* Reads a line, octet by octet: what follows it is somebody else's. */
static bool
read_line(char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;
	char c;

	for (;;) {
		n = read(STDIN_FILENO, &c, 1);
		if (n == -1 && errno == EINTR && caught == 0)
			continue;
		if (n == -1)
			return complain(caught != 0 ? "broken off" :
			    strerror(errno));
		if (n == 0 && len == 0)
			return complain("there is none on standard input");
		if (n == 0 || c == '\n')
			break;
		if (c == '\0')
			return complain("has an octet 0");
		if (len == size - 1)
			return complain("is too long");
		buf[len++] = c;
	}
	if (len > 0 && buf[len - 1] == '\r')	/* a line of Windows */
		len--;
	buf[len] = '\0';
	return true;
}

static bool
ask(const char *prompt, char *buf, size_t size)
{
	bool done;

	fputs(prompt, stderr);
	done = read_line(buf, size);
	fputc('\n', stderr);
	return done;
}

static bool
ask_twice(char *buf, size_t size)
{
	char again[1024];
	bool same;

	if (!ask("Password: ", buf, size) ||
	    !ask("Once more: ", again, sizeof(again)))
		return false;
	same = strcmp(buf, again) == 0;
	explicit_bzero(again, sizeof(again));
	return same ? true : complain("these were two");
}

static bool
ask_once(char *buf, size_t size)
{
	return ask("Password: ", buf, size);
}

static bool
read_silently(char *buf, size_t size, bool (*how)(char *, size_t))
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT,
	    SIGTSTP };
	struct sigaction sa = { .sa_handler = on_signal }, before[5];
	struct termios old, silent;
	bool done;

	if (tcgetattr(STDIN_FILENO, &old) == -1)
		return read_line(buf, size);
	silent = old;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	for (int i = 0; i < 5; i++)
		sigaction(signals[i], &sa, &before[i]);
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == -1)
		done = complain(strerror(errno));
	else
		done = how(buf, size);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
	for (int i = 0; i < 5; i++)
		sigaction(signals[i], &before[i], NULL);
	if (caught != 0)
		raise(caught);
	return done;
}

bool
password_read(char *buf, size_t size)
{
	return read_silently(buf, size, ask_twice);
}

bool
password_read_old(char *buf, size_t size)
{
	return read_silently(buf, size, ask_once);
}
