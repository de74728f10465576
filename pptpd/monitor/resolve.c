/* Monitor: looks up names of hosts that stand in the configuration. */
/* SPDX-License-Identifier: ISC */
#include "monitor/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/ipc.h"
#include "shared/mono.h"
#include "shared/subprocess.h"

static uint64_t deadline;	/* of mono_ms() */

bool
resolve_name(const char *name, uint32_t *addr, void *arg)
{
	struct addrinfo hints = { .ai_family = AF_INET,
	    .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	struct sockaddr_in sin;

	(void)arg;
	if (getaddrinfo(name, NULL, &hints, &found) != 0)
		return false;
	memcpy(&sin, found->ai_addr, sizeof(sin));
	*addr = sin.sin_addr.s_addr;
	freeaddrinfo(found);
	return true;
}

void
resolve_begin(void)
{
	deadline = mono_ms() + RESOLVE_MS;
}

static void
child(const char *name, int sock)
{
	uint32_t addr;

	subprocess_signals();
	_exit(resolve_name(name, &addr, NULL) &&
	    write(sock, &addr, sizeof(addr)) == sizeof(addr) ? 0 : 1);
}

/* Whether there is something to read before the deadline. */
static bool
wait_for(int fd)
{
	struct pollfd answer = { fd, POLLIN, 0 };
	int n;

	do {
		n = poll(&answer, 1, (int)mono_left_ms(deadline));
	} while (n == -1 && errno == EINTR);
	return n == 1;
}

bool
resolve_in_time(const char *name, uint32_t *addr, void *arg)
{
	bool found = false;
	int pair[2];
	pid_t pid;

	(void)arg;
	if (mono_left_ms(deadline) == 0 || ipc_pair(pair) == -1)
		return false;
	pid = fork();
	if (pid == 0)
		child(name, pair[1]);
	close(pair[1]);
	if (pid != -1) {
		found = wait_for(pair[0]) &&
		    read(pair[0], addr, sizeof(*addr)) == sizeof(*addr);
		kill(pid, SIGKILL);	/* not reaped, so the pid is ours */
		(void)waitpid(pid, NULL, 0);
	}
	close(pair[0]);
	return found;
}
