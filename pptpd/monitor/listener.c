/* Monitor: opens what only root can, TCP port 1723 and raw GRE sockets. */
/* SPDX-License-Identifier: ISC */
#include "monitor/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "protocol/pptp_msg.h"
#include "shared/gre_filter.h"

#define BACKLOG		1024	/* many clients may redial at once */
#define GRE_BUFFER	(8 * 1024 * 1024)	/* octets, each direction */

uint16_t
listener_port(void)
{
	struct servent *service = getservbyname("pptp", "tcp");

	return service != NULL ? ntohs((uint16_t)service->s_port) : PPTP_PORT;
}

/* Lets two of our sockets listen where one address contains the other. */
static int
share(int fd, int on)
{
	return setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
}

static int
make(uint32_t addr, bool beside)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int on = 1, fd, error;

	sin.sin_addr.s_addr = addr;
	sin.sin_port = htons(listener_port());
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    (!beside || share(fd, 1) == 0) &&
	    bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == 0 &&
	    listen(fd, BACKLOG) == 0 && (!beside || share(fd, 0) == 0))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/*
 * Sets the sharing option for bind(2) and listen(2) only: while it is set,
 * another server could take our port.
 */
int
listener_open(uint32_t addr, int old)
{
	int fd;

	if (old == -1)
		return make(addr, false);
	if (share(old, 1) == -1)
		return -1;
	fd = make(addr, true);
	(void)share(old, 0);
	return fd;
}

void
listener_restore(int fd)
{
	const struct linger none = { 0, 0 };
	int listens = 0;
	socklen_t len = sizeof(listens);

	if (fd == -1)
		return;
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	/* Connections would inherit it. */
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) == 0 &&
	    listens)
		return;
	if (listen(fd, BACKLOG) == 0)
		log_warn("MGR: an engine had shut the listener, it listens "
		    "again");
	else
		log_err("MGR: an engine has shut the listener: %s",
		    strerror(errno));
}

/*
 * Attaches the filter, with a map that the sockets of all engines share.  If
 * the map cannot be had, the kernel must carry no calls: their packets would
 * come to the engine too.
 */
static int
attach_filter(int fd, int *map, unsigned int index, unsigned int count)
{
	if (map != NULL && index == 0)
		*map = gre_filter_map();
	if (map != NULL && *map != -1) {
		if (gre_filter_attach_map(fd, *map, index, count) == 0)
			return 0;
		close(*map);
		*map = -1;
	}
	if (map != NULL && index == 0)
		log_err("GRE: the filter for calls of the kernel's cannot be "
		    "had, all calls take the userspace data path: bpf: %s",
		    strerror(errno));
	return gre_filter_attach(fd, index, count);
}

static int silencer = -1;

void
listener_open_silencer(void)
{
	struct sock_filter nothing[] = { BPF_STMT(BPF_RET | BPF_K, 0) };
	struct sock_fprog prog = { 1, nothing };
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_GRE);

	if (fd != -1 && setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
	    sizeof(prog)) == -1) {
		close(fd);
		fd = -1;
	}
	silencer = fd;
	if (fd == -1)
		log_warn("GRE: clients may be told that nobody listens when "
		    "there is too much to do: %s", strerror(errno));
}

int
listener_silencer(void)
{
	return silencer;
}

/* Sets a large buffer, beyond the system's limit if we have the right to. */
static void
set_buffer(int fd, int forced, int plain)
{
	int size = GRE_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, forced, &size, sizeof(size)) == -1)
		(void)setsockopt(fd, SOL_SOCKET, plain, &size, sizeof(size));
}

int
listener_open_gre(int *map, unsigned int index, unsigned int count)
{
	/* No path MTU discovery: a forged ICMP must not shrink the tunnel
	 * (point TX-3). */
	int pmtu = IP_PMTUDISC_DONT;
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    IPPROTO_GRE);

	if (fd == -1 || attach_filter(fd, map, index, count) == -1 ||
	    setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &pmtu,
	    sizeof(pmtu)) == -1) {
		log_err("GRE: socket() failed: %s", strerror(errno));
		if (fd != -1)
			close(fd);
		return -1;
	}
	set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF);
	set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF);
	return fd;
}
