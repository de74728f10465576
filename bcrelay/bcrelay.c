/* bcrelay: relays broadcasts between a LAN and the clients of calls. */
/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "args.h"
#include "base/log.h"
#include "opener.h"
#include "shared/syslog_sink.h"

/*
 * The descriptor at which pptpd leaves one end of a socket pair to a program
 * that it starts.  When the other end closes, pptpd is gone or becomes a new
 * one that starts its own bcrelay, and this one exits.
 */
#define PARENT_FD	3

static int
find_parent(void)
{
	socklen_t len = sizeof(int);
	int type;

	if (getsockopt(PARENT_FD, SOL_SOCKET, SO_TYPE, &type, &len) == -1 ||
	    type != SOCK_SEQPACKET || fcntl(PARENT_FD, F_SETFD,
	    FD_CLOEXEC) == -1)
		return -1;
	return PARENT_FD;
}

/* Opens /dev/null as 0 to 2, so that no later open() gets such a number. */
static void
fill_stdio(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd != -1 && fd <= STDERR_FILENO);
	if (fd != -1)
		close(fd);
}

static int
print_usage(const char *name, int status)
{
	char *text = args_usage(name, PACKAGE_VERSION);

	if (text != NULL)
		fputs(text, stdout);
	free(text);
	return fflush(stdout) == 0 ? status : 1;
}

static void
complain(const char *why)
{
	if (why[0] == '\0')
		return;
	log_info("%s", why);
	fprintf(stderr, "\n%s\n", why);
}

static bool
write_pidfile(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
	    O_CLOEXEC, 0644);
	bool done;

	done = fd != -1 && dprintf(fd, "%ld\n", (long)getpid()) > 0;
	if (!done)
		log_err("%s: %s", path, strerror(errno));
	if (fd != -1)
		close(fd);
	return done;
}

static int
run(const struct args *args)
{
	bool written = false;
	int status, parent = find_parent();

	if (!args->daemon) {
		log_info("Running as child");
	} else if (daemon(0, 1) == -1) {
		log_err("daemon: %s", strerror(errno));
		return 1;
	} else
		written = write_pidfile(args->pidfile);
	status = opener_run(args, parent);
	if (written)
		(void)unlink(args->pidfile);
	return status;
}

int
main(int argc, char **argv)
{
	struct args args;
	char why[512];
	int status = 1;

	fill_stdio();
	syslog_sink_open("bcrelay", false);
	syslog_sink_warm_up();
	switch (args_parse(&args, argc, argv, why, sizeof(why))) {
	case ARGS_RUN:
		status = run(&args);
		break;
	case ARGS_USAGE:
		status = print_usage(argv[0], 0);
		break;
	case ARGS_VERSION:
		printf("BCrelay v%s\n", PACKAGE_VERSION);
		status = fflush(stdout) == 0 ? 0 : 1;
		break;
	case ARGS_WRONG:
		complain(why);
		status = print_usage(argv[0], 1);
		break;
	case ARGS_WRONG_IPSEC:
		complain(why);
		status = print_usage(argv[0], 0);
		break;
	}
	args_free(&args);
	return status;
}
