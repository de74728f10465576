/* pptpdctl top: calls with their rates, in a terminal. */
/* SPDX-License-Identifier: ISC */
#include "ctl/top_main.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "ctl/pptpdctl_link.h"
#include "ctl/pptpdctl_output.h"
#include "ctl/top.h"
#include "shared/mono.h"

#define EXIT_AGAIN	9	/* of the child: the engine is gone */
#define COLUMNS_USUAL	80
#define ROWS_USUAL	24

/* Another screen, without a cursor; and back.  Any terminal since the VT100's
 * heirs knows these; who does not, passes over them. */
#define SCREEN_ON	"\033[?1049h\033[?25l"
#define SCREEN_OFF	"\033[?25h\033[?1049l"
#define HOME		"\033[H"
#define LINE_END	"\033[K\n"	/* clears the rest of it */
#define PAGE_END	"\033[J"

static struct termios saved;
static volatile sig_atomic_t resized, interrupted, child;
static unsigned int interval;	/* ms */

/* --- the terminal -------------------------------------------------------- */

static void
say(const char *octets)
{
	(void)!write(STDOUT_FILENO, octets, strlen(octets));
}

/* Keys come at once and are not shown; Ctrl-C and Ctrl-Z stay signals. */
static void
terminal_take(void)
{
	struct termios mode = saved;

	mode.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	mode.c_cc[VMIN] = 1;
	mode.c_cc[VTIME] = 0;
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &mode);
	say(SCREEN_ON);
}

static void
terminal_give_back(void)
{
	say(SCREEN_OFF);
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
}

static void
size_of_terminal(unsigned int *columns, unsigned int *rows)
{
	struct winsize size;

	*columns = COLUMNS_USUAL;
	*rows = ROWS_USUAL;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 &&
	    size.ws_row > 0) {
		*columns = size.ws_col;
		*rows = size.ws_row;
	}
}

/* --- pages --------------------------------------------------------------- */

/* A page is written at once, so that it does not flicker. */
static bool
draw(const struct top *t)
{
	unsigned int columns, rows;
	char *text = NULL;
	size_t size, done = 0;
	FILE *page = open_memstream(&text, &size);

	if (page == NULL)
		return false;
	size_of_terminal(&columns, &rows);
	fputs(HOME, page);
	top_print(page, t, columns, rows - 1, LINE_END);
	fputs(PAGE_END, page);
	if (fclose(page) != 0) {
		free(text);
		return false;
	}
	while (done < size) {
		ssize_t n = write(STDOUT_FILENO, text + done, size - done);

		if (n == -1 && errno != EINTR)
			break;
		done += n > 0 ? (size_t)n : 0;
	}
	free(text);
	return done == size;
}

static bool
print(const struct top *t)
{
	top_print(stdout, t, COLUMNS_USUAL * 2, 0, "\n");
	fputc('\n', stdout);
	return fflush(stdout) == 0;
}

/* What comes behind an escape is the rest of a key that we do not know. */
static enum top_key
key(struct top *t)
{
	unsigned int columns, rows;
	char octets[32];
	ssize_t n = read(STDIN_FILENO, octets, sizeof(octets));
	enum top_key did = TOP_IGNORED, last;

	if (n == 0 || (n == -1 && errno != EINTR))
		return TOP_QUIT;	/* the terminal is gone */
	size_of_terminal(&columns, &rows);
	for (ssize_t i = 0; i < n && octets[i] != '\033'; i++) {
		last = top_key(t, (unsigned char)octets[i], rows);
		if (last == TOP_QUIT)
			return last;
		did = last != TOP_IGNORED ? last : did;
	}
	return did;
}

static void
pace(enum top_key did)
{
	if (did == TOP_FASTER && interval / 2 >= TOP_MS_LEAST)
		interval /= 2;
	else if (did == TOP_SLOWER && interval * 2 <= TOP_MS_MOST)
		interval *= 2;
}

/* Serves keys until the next page is due; false: that was the last. */
static bool
wait_for_keys(struct top *t, uint64_t since)
{
	struct pollfd in = { STDIN_FILENO, POLLIN, 0 };
	uint64_t now;

	while ((now = mono_ms()) < since + interval) {
		int ready = poll(&in, 1, (int)(since + interval - now));
		enum top_key did = TOP_IGNORED;

		if (ready == 1)
			did = key(t);
		if (did == TOP_QUIT)
			return false;
		pace(did);
		if (did == TOP_NOW)
			break;
		if ((did != TOP_IGNORED || resized) && !draw(t))
			return false;
		resized = 0;
	}
	return true;
}

/* --- the server ---------------------------------------------------------- */

static bool
ask(struct link *in, struct top *t)
{
	json_t *calls = json_array(), *result = NULL;
	json_t *status = link_collect(in, "status", calls), *end = NULL;

	if (status != NULL)
		end = link_collect(in, "list", calls);
	if (end == NULL) {
		json_decref(status);
		json_decref(calls);
		return false;
	}
	result = json_incref(json_object_get(status, "result"));
	top_take(t, result, calls, mono_ms());
	json_decref(status);
	json_decref(end);
	return true;
}

/* Pages until the engine, the pages or the patience end. */
static int
follow(int fd, const struct top_wish *wish)
{
	static struct link in;
	static struct top t = { .sort = TOP_BY_OUT };
	int status = 0;

	in.fd = fd;
	if (!link_give_up_root())
		return EXIT_TROUBLE;
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	in.quiet = true;
	if (!link_greet(&in))
		return in.gone ? EXIT_AGAIN : EXIT_TROUBLE;
	for (unsigned int page = 1; status == 0; page++) {
		uint64_t since = mono_ms();

		if (!ask(&in, &t))
			status = in.gone ? EXIT_AGAIN : EXIT_TROUBLE;
		else if (!(wish->batch ? print : draw)(&t))
			status = EXIT_TROUBLE;
		else if (page == wish->pages)
			break;
		else if (wish->batch)
			(void)poll(NULL, 0, (int)interval);
		else if (!wait_for_keys(&t, since))
			break;
	}
	top_free(&t);
	return status;
}

/* --- two processes ------------------------------------------------------- */

static void
on_resize(int signo)
{
	(void)signo;
	resized = 1;
}

/* Ends the child; then the terminal is given back. */
static void
on_end(int signo)
{
	interrupted = signo;
	if (child > 0)
		(void)kill((pid_t)child, SIGTERM);
}

/* Ctrl-Z: the shell gets the terminal as it was. */
static void
on_stop(int signo)
{
	(void)signo;
	terminal_give_back();
	(void)raise(SIGSTOP);
	terminal_take();
}

static void
handle(int signo, void (*fn)(int))
{
	struct sigaction sa = { .sa_handler = fn };

	sigaction(signo, &sa, NULL);
}

/* Our parent was killed, or we are: the terminal must not stay as it is. */
static void
on_child_end(int signo)
{
	(void)signo;
	terminal_give_back();
	_exit(EXIT_TROUBLE);
}

static int
run_child(int fd, const struct top_wish *wish)
{
	handle(SIGINT, SIG_IGN);	/* our parent ends us */
	handle(SIGTSTP, SIG_DFL);
	handle(SIGTERM, wish->batch ? SIG_DFL : on_child_end);
	handle(SIGHUP, wish->batch ? SIG_DFL : on_child_end);
	handle(SIGWINCH, on_resize);
	return follow(fd, wish);
}

/* One engine after the other; returns the exit status. */
static int
pages(const char *path, int fd, const struct top_wish *wish)
{
	int status = 0;

	while (fd != -1) {
		child = fork();
		if (child == 0)
			exit(run_child(fd, wish));
		close(fd);
		if (child == -1)
			return EXIT_TROUBLE;
		while (waitpid((pid_t)child, &status, 0) == -1 &&
		    errno == EINTR)
			;
		if (interrupted == SIGINT)
			return 0;
		if (WIFSIGNALED(status) || interrupted)
			return EXIT_TROUBLE;
		if (WEXITSTATUS(status) != EXIT_AGAIN)
			return WEXITSTATUS(status);
		fd = link_wait(path);
	}
	return EXIT_TROUBLE;
}

/*
 * As with events: a child without rights reads what engines say, and we connect
 * again when its engine is gone.  The terminal is ours, so it is given back
 * however the child ends.
 */
int
top_main(const char *socket_path, const struct top_wish *wish)
{
	int fd, status;

	interval = wish->ms;
	if (!wish->batch && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
	    tcgetattr(STDIN_FILENO, &saved) == -1)) {
		ctl_complain("usage", "top needs a terminal; with -b it "
		    "prints pages");
		return EXIT_TROUBLE;
	}
	fd = link_open(socket_path);
	if (fd == -1)
		return EXIT_TROUBLE;
	handle(SIGINT, on_end);
	handle(SIGTERM, on_end);
	handle(SIGHUP, on_end);
	handle(SIGQUIT, on_end);
	if (!wish->batch) {
		handle(SIGTSTP, on_stop);
		terminal_take();
	}
	status = pages(socket_path, fd, wish);
	if (!wish->batch)
		terminal_give_back();
	if (status == EXIT_TROUBLE && link_try(socket_path) == -1)
		ctl_complain("not-running", "the server has ended");
	return status;
}
