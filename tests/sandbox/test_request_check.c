/* What an engine that a peer has taken over might ask of the monitor. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "monitor/request_check.h"

static const struct limit_conf usual = {
	.connections = 100, .max_unauth = 300, .connection_rate = 2000,
	.message_rate = 10,
};
static unsigned int passed, failed;
static int client, server, listener;	/* a control connection's ends */
static uint32_t home;			/* 127.0.0.1 */
static bool late;			/* of what was judged last */
static unsigned int engine, engines = 1;	/* who says it, of how many */
static uint64_t clock_ms = 1000;

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

static void
good(const char *what, const struct ipc_msg *m, const int *fds, int n)
{
	const char *fault = request_check_fault(engine, engines, m, fds, n,
	    clock_ms, &late);

	verdict(what, fault == NULL);
	if (fault != NULL)
		printf("     %s\n", fault);
}

static void
bad(const char *what, const struct ipc_msg *m, const int *fds, int n)
{
	verdict(what, request_check_fault(engine, engines, m, fds, n,
	    clock_ms, &late) != NULL);
}

static void
make_connection(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);

	home = sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	client = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (struct sockaddr *)&sin, sizeof(sin)) == -1 ||
	    listen(listener, 1) == -1 || getsockname(listener,
	    (struct sockaddr *)&sin, &len) == -1 || connect(client,
	    (struct sockaddr *)&sin, sizeof(sin)) == -1 ||
	    (server = accept(listener, NULL, NULL)) == -1) {
		perror("connection");
		exit(1);
	}
}

static struct ipc_msg
call(uint32_t client_addr, uint32_t server_addr)
{
	struct ipc_msg m;

	memset(&m, 0, sizeof(m));
	m.version = IPC_VERSION;
	m.type = IPC_CALL_REQUEST;
	m.call_id = 7;
	m.u.call_request.client_addr = client_addr;
	m.u.call_request.server_addr = server_addr;
	return m;
}

/* The same call, given away. */
static struct ipc_msg
given(uint32_t client_addr, uint32_t server_addr)
{
	struct ipc_msg m;

	memset(&m, 0, sizeof(m));
	m.version = IPC_VERSION;
	m.type = IPC_CALL_GIVE;
	m.call_id = 7;
	m.u.call_give.client_addr = client_addr;
	m.u.call_give.server_addr = server_addr;
	return m;
}

static void
test_calls(void)
{
	struct ipc_msg m = call(home, home);
	int fds[2] = { server, server }, lines[2], null;

	good("a call", &m, fds, 1);
	good("a call whose descriptor was lost", &m, fds, IPC_FDS_LOST);
	bad("a call without a connection", &m, fds, 0);
	bad("a call with two connections", &m, fds, 2);
	m.call_id = 0;
	bad("a call without an ID", &m, fds, 1);
	m = call(htonl(0xc6336407), home);
	bad("a call in another client's name", &m, fds, 1);
	m = call(home, htonl(0xc6336407));
	bad("a call at another address of ours", &m, fds, 1);
	m = call(home, home);
	null = open("/dev/null", O_RDWR);
	bad("a call on a file", &m, &null, 1);
	close(null);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, lines) == 0) {
		bad("a call on a socket of another kind", &m, lines, 1);
		close(lines[0]);
		close(lines[1]);
	}
	m = call(0, 0);
	good("the listener is not connected, so it is late", &m, &listener, 1);
	verdict("the listener is late", late);
}

/* S-14: it has our address and the client's, and is no control connection. */
static void
test_other_sockets(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);
	struct ipc_msg m = call(home, home);
	int datagram = socket(AF_INET, SOCK_DGRAM, 0);

	bad("an unconnected datagram socket", &m, &datagram, 1);
	getsockname(server, (struct sockaddr *)&sin, &len);
	if (connect(datagram, (struct sockaddr *)&sin, len) == 0)
		bad("a connected one", &m, &datagram, 1);
	close(datagram);
	request_check_listener(listener);
	good("a connection that came in", &m, &server, 1);
	bad("one that went out", &m, &client, 1);
}

static void
test_late_client(void)
{
	struct linger at_once = { 1, 0 };
	struct ipc_msg m = call(home, home);

	good("a connected client", &m, &server, 1);
	verdict("... is not late", !late);
	setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(client);
	good("a client that has just gone", &m, &server, 1);
	verdict("... is late", late);
}

static void
test_others(void)
{
	struct ipc_msg m;

	memset(&m, 0, sizeof(m));
	m.version = IPC_VERSION;
	m.type = IPC_ACCESS_REQUEST;
	bad("access, which nobody needs", &m, &server, 0);
	request_check_init(&usual, false, true);
	good("access", &m, &server, 0);
	bad("access with a descriptor", &m, &server, 1);
	m.type = IPC_PONG;
	good("an answer to a ping", &m, &server, 0);
	bad("an answer with a descriptor", &m, &server, 1);
	m.type = IPC_LOG;
	good("a line", &m, &server, 0);
	bad("a line with a descriptor", &m, &server, 1);
	bad("a line with lost ones", &m, &server, IPC_FDS_LOST);
	for (unsigned int type = 0; type <= UINT8_MAX; type++) {
		if (type == IPC_LOG || type == IPC_ACCESS_REQUEST ||
		    type == IPC_CALL_REQUEST || type == IPC_PONG)
			continue;
		m.type = (uint8_t)type;
		bad("a message of others", &m, &server, 0);
	}
}

/* What pptpdctl's users can have passed on, and how often. */
static void
test_admin(void)
{
	struct ipc_msg m;
	unsigned int n = 0;

	memset(&m, 0, sizeof(m));
	m.version = IPC_VERSION;
	m.type = IPC_ADMIN_REQUEST;
	for (unsigned int verb = 0; verb <= UINT8_MAX; verb++) {
		m.u.admin_request.verb = (uint8_t)verb;
		if (verb >= IPC_ADMIN_STATUS && verb <= IPC_ADMIN_LAST)
			good("a verb", &m, NULL, 0);
		else
			bad("no verb", &m, NULL, 0);
	}
	m.u.admin_request.verb = IPC_ADMIN_DRAIN;
	bad("a verb with a descriptor", &m, &server, 1);
	bad("a verb with lost ones", &m, NULL, IPC_FDS_LOST);
	while (n < 1000 &&
	    request_check_fault(0, 1, &m, NULL, 0, 50000, &late) == NULL)
		n++;
	verdict("orders are few", n == 10);
	verdict("... and two a second", request_check_fault(0, 1, &m, NULL, 0,
	    50500, &late) == NULL && request_check_fault(0, 1, &m, NULL, 0, 50600,
	    &late) != NULL);
	/* Each reload comes here, and must not be what makes room. */
	request_check_init(&usual, false, true);
	verdict("... also after a reload", request_check_fault(0, 1, &m,
	    NULL, 0, 50700, &late) != NULL);
	m.u.admin_request.verb = IPC_ADMIN_STATUS;
	for (n = 0; n < 1000; n++) {
		if (request_check_fault(0, 1, &m, NULL, 0, 50700, &late) !=
		    NULL)
			break;
	}
	verdict("status is asked for more often", n == 100);
}

/* How many of max messages of one instant are let through. */
static unsigned int
burst(unsigned int max, uint64_t now)
{
	struct ipc_msg m;
	unsigned int n = 0;

	memset(&m, 0, sizeof(m));
	m.type = IPC_LOG;
	while (n < max &&
	    request_check_fault(0, 1, &m, NULL, 0, now, &late) == NULL)
		n++;
	return n;
}

/* A Unix stream, whose other end a process with this uid has made. */
static int
stream_of(uid_t uid, int type)
{
	int pair[2] = { -1, -1 };

	if (seteuid(uid) == -1 || socketpair(AF_UNIX, type, 0, pair) == -1) {
		perror("socketpair");
		exit(1);
	}
	(void)!seteuid(0);
	return pair[0];
}

/* A socket as that of pptpdctl, which root made: an engine has that. */
static int
listener_of_root(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	/* The kernel chooses an abstract name. */
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun.sun_family)) == -1 ||
	    listen(fd, 1) == -1) {
		perror("listen");
		exit(1);
	}
	return fd;
}

/* A trace of a call of the other engine, of two: for root alone. */
static void
test_traces(void)
{
	int root = stream_of(0, SOCK_STREAM), other = stream_of(1,
	    SOCK_STREAM), packets = stream_of(0, SOCK_SEQPACKET);
	int listens = listener_of_root();
	int two[2] = { root, root };
	struct ipc_msg m;

	memset(&m, 0, sizeof(m));
	m.version = IPC_VERSION;
	m.type = IPC_TRACE;
	m.call_id = 7;
	good("a trace for root", &m, &root, 1);
	good("... whose descriptor was lost", &m, &root, IPC_FDS_LOST);
	bad("... with two", &m, two, 2);
	bad("... without one", &m, &root, 0);
	bad("... for another user", &m, &other, 1);
	bad("... into a link of ours", &m, &packets, 1);
	m.call_id = 8;
	bad("... of a call of the front", &m, &root, 1);
	m.call_id = 7;
	bad("... and one too many in a second", &m, &root, 1);
	clock_ms += 1000;
	good("... and one in the next second", &m, &root, 1);
	bad("... into a socket that listens", &m, &listens, 1);
	close(root);
	close(listens);
	close(other);
	close(packets);
}

/* Of two engines, the front and the other one. */
static void
test_two_engines(void)
{
	struct ipc_msg m = call(home, home);
	int fds[4] = { server, server, server, server };

	engines = 2;
	engine = 0;
	good("a call of either", &m, fds, 1);
	m = given(home, home);
	good("a call is given away", &m, fds, 3);
	good("... whose descriptors were lost", &m, fds, IPC_FDS_LOST);
	good("... which the kernel carries", &m, fds, 2);
	bad("... with one too few", &m, fds, 1);
	bad("... with one too many", &m, fds, 4);
	m.call_id = 8;
	bad("... which is the front's own", &m, fds, 3);
	m = given(htonl(0xc6336407), home);
	bad("... of somebody else", &m, fds, 3);
	m.type = IPC_CALL_KICK;
	m.u.kick.end = CTRL_END_ADMIN;
	good("the end of a call of the other", &m, fds, 0);
	bad("... with a descriptor", &m, fds, 1);
	m.u.kick.end = CTRL_END_CRASH;
	bad("... for a reason of the monitor's", &m, fds, 0);
	m.u.kick.end = CTRL_END_MADE_ROOM;
	good("... to make room", &m, fds, 0);
	m.u.kick.end = CTRL_END_LOGINS;
	good("... of a user who has too many", &m, fds, 0);
	m.u.kick.end = CTRL_END_REPLACED;
	good("... of one who has another one now", &m, fds, 0);
	m.type = IPC_ADMIT;
	good("a user may go on", &m, fds, 0);
	bad("... with a descriptor", &m, fds, 1);
	m.call_id = 8;
	bad("a user of its own may", &m, fds, 0);
	m.call_id = 9;
	m.type = IPC_CALL_KICK;
	m.call_id = 8;
	bad("the end of one of its own", &m, fds, 0);
	if (geteuid() == 0)
		test_traces();
	else
		printf("who traces is not tried: that needs root\n");
	m.type = IPC_CALL_NEWS;
	bad("news from the front", &m, fds, 0);

	engine = 1;
	m = call(home, home);
	bad("a call asked for by the other", &m, fds, 1);
	m = given(home, home);
	bad("a call given away by it", &m, fds, 3);
	m.type = IPC_CALL_NEWS;
	for (unsigned int what = 0; what <= UINT8_MAX; what++) {
		m.u.news.what = (uint8_t)what;
		if (what >= IPC_NEWS_SPOKEN && what <= IPC_NEWS_REPORT)
			good("news", &m, fds, 0);
		else
			bad("no news", &m, fds, 0);
	}
	m.u.news.what = IPC_NEWS_OVER;
	bad("news with a descriptor", &m, fds, 1);
	m.call_id = 8;
	bad("news of a call of the front's", &m, fds, 0);
	for (unsigned int type = 0; type <= UINT8_MAX; type++) {
		if (type == IPC_LOG || type == IPC_PONG ||
		    type == IPC_CALL_NEWS)
			continue;
		m.type = (uint8_t)type;
		bad("a message of the front", &m, fds, 0);
	}
	m.type = IPC_LOG;
	good("a line", &m, fds, 0);
	m.type = IPC_PONG;
	good("a pong", &m, fds, 0);
	engines = 1;
	engine = 0;
}

static void
test_rate(void)
{
	struct limit_conf none = usual;

	request_check_init(&usual, false, false);
	verdict("4 x (2000 + 10 x 400) at once", burst(1000000, 5000) == 24000);
	verdict("no more", burst(1, 5000) == 0);
	verdict("as many a second later", burst(1000000, 6000) >= 23000);
	request_check_init(&usual, true, false);
	verdict("8 times as many with debug lines",
	    burst(1000000, 5000) == 192000);
	none.connection_rate = 0;
	request_check_init(&none, false, false);
	verdict("no limit on clients, none here", burst(100000, 5000) ==
	    100000);
}

/* How many calls of one instant an engine may ask for. */
static unsigned int
calls_at(uint64_t now)
{
	struct ipc_msg m = call(home, home);
	unsigned int n = 0;

	while (n < 10000 && request_check_fault(0, 1, &m, NULL, IPC_FDS_LOST,
	    now, &late) == NULL)
		n++;
	return n;
}

/* S-19: each one starts a pppd. */
static void
test_call_rate(void)
{
	struct limit_conf few = usual;

	few.connection_rate = 20;
	few.max_unauth = 30;
	request_check_init(&few, false, false);
	verdict("2 x (20 + 30) calls at once", calls_at(100000) == 100);
	verdict("40 a second", calls_at(101000) == 40);
	request_check_refused();
	verdict("one that is refused can be asked for again",
	    calls_at(101000) == 1);
	request_check_init(&few, false, false);
	verdict("... also after a reload", calls_at(101000) == 0);
	few.max_unauth = 0;
	request_check_init(&few, false, false);
	verdict("no limit on clients, none here", calls_at(200000) == 10000);
}

int
main(void)
{
	request_check_init(&usual, false, false);
	make_connection();
	test_calls();
	test_two_engines();
	test_other_sockets();
	test_late_client();
	test_others();
	test_admin();
	test_rate();
	test_call_rate();
	printf("%u passed, %u failed\n", passed, failed);
	return failed == 0 ? 0 : 1;
}
