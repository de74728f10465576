/* Monitor: tells a service manager its state, as sd_notify(3) does. */
/* SPDX-License-Identifier: ISC */
#include "monitor/notify.h"
#include "shared/mono.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ALIVE_PARTS	4	/* reports within the watchdog's time */

static struct {
	int		   sock;	/* -1: nobody listens */
	struct sockaddr_un addr;
	socklen_t	   addr_len;
	uint64_t	   alive_us;	/* between reports; 0: no watchdog */
	uint64_t	   alive_at;
	char		   status[NOTIFY_STATUS_MAX];
} manager = { .sock = -1 };

static void
tell(const char *text)
{
	if (manager.sock != -1)
		(void)sendto(manager.sock, text, strlen(text), MSG_NOSIGNAL |
		    MSG_DONTWAIT, (struct sockaddr *)&manager.addr,
		    manager.addr_len);
}

/* Takes the socket's address; "@name" is an abstract socket. */
static void
take_socket(const char *name)
{
	size_t len = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || len < 2 ||
	    len >= sizeof(manager.addr.sun_path))
		return;
	manager.addr.sun_family = AF_UNIX;
	memcpy(manager.addr.sun_path, name, len + 1);
	manager.addr_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
	    len);
	if (name[0] == '@')
		manager.addr.sun_path[0] = '\0';
	manager.sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

void
notify_init(void)
{
	const char *name = getenv("NOTIFY_SOCKET");
	const char *pid = getenv("WATCHDOG_PID");
	const char *us = getenv("WATCHDOG_USEC");

	if (manager.sock != -1)
		close(manager.sock);
	memset(&manager, 0, sizeof(manager));
	manager.sock = -1;
	if (name != NULL)
		take_socket(name);
	/* Without WATCHDOG_PID the time is meant for any process. */
	if (us != NULL && (pid == NULL || strtol(pid, NULL, 10) == getpid()))
		manager.alive_us = strtoull(us, NULL, 10) / ALIVE_PARTS;
}

void
notify_ready(void)
{
	tell("READY=1");
}

void
notify_reloading(void)
{
	char text[64];

	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
	    mono_us());
	tell(text);
}

void
notify_stopping(void)
{
	tell("STOPPING=1");
}

void
notify_status(const char *fmt, ...)
{
	char text[NOTIFY_STATUS_MAX + 8], *line = text + strlen("STATUS=");
	va_list ap;

	memcpy(text, "STATUS=", sizeof("STATUS="));
	va_start(ap, fmt);
	vsnprintf(line, NOTIFY_STATUS_MAX, fmt, ap);
	va_end(ap);
	if (strcmp(line, manager.status) == 0)
		return;
	memcpy(manager.status, line, strlen(line) + 1);
	tell(text);
}

void
notify_alive(uint64_t now_us)
{
	if (manager.alive_us == 0 || (manager.alive_at != 0 &&
	    now_us < manager.alive_at + manager.alive_us))
		return;
	manager.alive_at = now_us;
	tell("WATCHDOG=1");
}
