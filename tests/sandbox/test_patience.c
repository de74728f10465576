/* S-7: who closes what an engine gave does not wait as that engine wants. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "shared/patience.h"

#define LINGER_S	15
#define SOON_S		5	/* on a busy machine */

static bool refused;	/* the engine sets it again in this very moment */

/* The linker's: what the library calls, and libc's. */
int	__wrap_setsockopt(int, int, int, const void *, socklen_t);
int	__real_setsockopt(int, int, int, const void *, socklen_t);

int
__wrap_setsockopt(int fd, int level, int name, const void *value,
    socklen_t len)
{
	return refused ? 0 : __real_setsockopt(fd, level, name, value, len);
}

static unsigned int passed, failed;

static void
verdict(const char *what, bool ok)
{
	if (ok)
		passed++;
	else {
		failed++;
		printf("FAIL %s\n", what);
	}
}

/* A connection whose peer does not read, full; its peer is *peer. */
static int
full_connection(int *peer, struct linger l)
{
	static const char zeroes[65536];
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd;

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	*peer = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (struct sockaddr *)&sin, sizeof(sin)) == -1 ||
	    listen(listener, 1) == -1 || getsockname(listener,
	    (struct sockaddr *)&sin, &len) == -1 || connect(*peer,
	    (struct sockaddr *)&sin, sizeof(sin)) == -1 ||
	    (fd = accept(listener, NULL, NULL)) == -1 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) == -1 ||
	    __real_setsockopt(fd, SOL_SOCKET, SO_LINGER, &l,
	    sizeof(l)) == -1) {
		perror("connection");
		exit(1);
	}
	close(listener);
	while (send(fd, zeroes, sizeof(zeroes), 0) != -1)
		;
	return fd;
}

static time_t
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static void
test_close(const char *what, void (*how)(int))
{
	int peer, fd = full_connection(&peer, (struct linger){ 1, LINGER_S });
	time_t begin = now();

	how(fd);
	verdict(what, now() - begin < SOON_S);
	close(peer);
}

static void
close_limited(int fd)
{
	patience_limit();
	close(fd);
	patience_restore();
}

static void
close_many(int fd)
{
	const int fds[] = { fd, dup(STDOUT_FILENO) };
	int n = 2;

	patience_close_all(fds, &n);
	verdict("none is left", n == 0 && fcntl(fds[1], F_GETFD) == -1);
}

/* One that is to be reset is still reset. */
static void
test_reset(void)
{
	int peer, fd = full_connection(&peer, (struct linger){ 1, 0 });
	char buf[4096];
	ssize_t n;

	patience_close(fd);
	while ((n = recv(peer, buf, sizeof(buf), 0)) > 0)
		;
	verdict("a reset stays a reset", n == -1 && errno == ECONNRESET);
	close(peer);
}

int
main(void)
{
	int n = -1;

	test_close("a connection", patience_close);
	test_close("a connection among others", close_many);
	test_close("a connection in a system call", close_limited);
	test_reset();
	refused = true;
	test_close("one whose option is set again", patience_close);
	patience_close_all(NULL, &n);
	verdict("descriptors that were lost", n == 0);
	printf("%u passed, %u failed\n", passed, failed);
	return failed == 0 ? 0 : 1;
}
