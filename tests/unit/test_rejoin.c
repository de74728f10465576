/* A keeper's search for another engine, and its last word to the monitor. */
/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper/rejoin.h"
#include "shared/ipc.h"
#include "shared/process.h"
#include "shared/rejoin_msg.h"
#include "unit.h"

#define NOW	1000000U	/* ms */
#define GRACE_S	30
#define QUICK	50		/* ms from one try to the next, at first */
#define SLOW	250
#define QUICKS	20		/* tries until they become slow */
#define FDS_OWN	16		/* below: where the keeper puts its own */

static char dir[] = "/tmp/pptpd-keeper-XXXXXX";
static struct keeper_call kc;
static struct rejoin r;
static int listener = -1, monitor = -1;	/* the monitor's side */
static uid_t monitor_uid;
static int engine;			/* what rejoin_go_on() found */
static uint32_t end;
static pid_t pppd;

/* The linker's: what the library calls, and libc's. */
int	__wrap_getsockopt(int, int, int, void *, socklen_t *);
int	__real_getsockopt(int, int, int, void *, socklen_t *);

/* The monitor is a user's of the test's choice. */
int
__wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	int got = __real_getsockopt(fd, level, name, value, len);

	if (got == 0 && level == SOL_SOCKET && name == SO_PEERCRED)
		((struct ucred *)value)->uid = monitor_uid;
	return got;
}

/* --- the monitor --------------------------------------------------------- */

static int
file(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	ck_assert_int_ne(fd, -1);
	return fd;
}

static void
monitor_opens(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	memcpy(sun.sun_path, kc.rejoin, strlen(kc.rejoin));
	listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&sun, sizeof(sun)),
	    0);
	ck_assert_int_eq(listen(listener, 8), 0);
}

/* Whether a keeper has come. */
static bool
monitor_accepts(void)
{
	monitor = accept(listener, NULL, NULL);
	return monitor != -1;
}

static void
monitor_answers(uint32_t magic, uint32_t verdict, const int *fds, int n)
{
	struct rejoin_answer answer = { magic, verdict, CTRL_END_CRASH };

	ck_assert_int_eq(ipc_send_data(monitor, &answer, sizeof(answer), fds,
	    n), 0);
}

/* Accepts the keeper, which has said hello. */
static int
monitor_hears(void)
{
	struct rejoin_hello hello;
	struct ipc_fds fds;
	int sock = accept4(listener, NULL, NULL, SOCK_NONBLOCK |
	    SOCK_CLOEXEC);

	ck_assert_int_ne(sock, -1);
	ck_assert_int_eq(ipc_recv_data(sock, &hello, sizeof(hello), &fds),
	    (int)sizeof(hello));
	ck_assert_int_eq(fds.n, REJOIN_FDS);
	ipc_fds_close(&fds);
	return sock;
}

static void
answer(int sock, enum rejoin_verdict verdict, enum ctrl_end why)
{
	struct rejoin_answer a = { REJOIN_MAGIC, verdict, why };
	int fd = memfd_create("engine", MFD_CLOEXEC);

	ck_assert_int_eq(ipc_send_data(sock, &a, sizeof(a), &fd,
	    verdict == REJOIN_ENGINE), 0);
	close(fd);
}

/* The last word has come, and nothing after it. */
static void
ck_last_word(int sock)
{
	struct rejoin_end said;
	struct ipc_fds fds;

	ck_assert_int_eq(ipc_recv_data(sock, &said, sizeof(said), &fds),
	    (int)sizeof(said));
	ck_assert_uint_eq(said.magic, REJOIN_MAGIC);
	ck_assert_int_eq(fds.n, 0);
	ck_assert_int_eq(ipc_recv_data(sock, &said, sizeof(said), &fds), -1);
	ck_assert_int_eq(errno, EAGAIN);
}

/* The keeper has closed this connection without a word. */
static bool
was_left(int sock)
{
	char c;

	return recv(sock, &c, 1, 0) == 0;
}

/* --- the keeper ---------------------------------------------------------- */

static enum rejoin_result
go_on(uint64_t now)
{
	return rejoin_go_on(&r, &kc, pppd, NOW + now, &engine, &end);
}

static void
setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	memset(&kc, 0, sizeof(kc));
	kc.our_id = 7;
	kc.client_addr = 0x0200000a;
	kc.grace_s = GRACE_S;
	snprintf(kc.rejoin, sizeof(kc.rejoin), "%s/socket", dir);
	monitor_uid = 0;
	engine = -1;
	end = CTRL_END_NONE;
	pppd = getpid();
	ck_assert_int_eq(dup2(file("record"), IPC_FD_RECORD), IPC_FD_RECORD);
	rejoin_init(&r);
	rejoin_say_end(&r);	/* to nobody */
	ck_assert_uint_eq(rejoin_deadline(&r), UINT64_MAX);
	rejoin_start(&r, &kc, NOW);
	ck_assert_uint_eq(rejoin_deadline(&r), NOW);
}

static void
teardown(void)
{
	(void)unlink(kc.rejoin);
	(void)rmdir(dir);
}

static bool
is_same(int fd, int other)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && fstat(other, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Nobody is there: often at first, then less often, and not for ever. */
START_TEST(it_tries_until_the_grace_is_over)
{
	uint64_t now = 0;

	for (int i = 1; i <= QUICKS + 2; i++) {
		ck_assert_int_eq(go_on(now), REJOIN_WAIT);
		ck_assert_int_eq(r.sock, -1);
		now += i <= QUICKS ? QUICK : SLOW;
		ck_assert_uint_eq(rejoin_deadline(&r), NOW + now);
		ck_assert_int_eq(go_on(now - 1), REJOIN_WAIT);
		ck_assert_uint_eq(rejoin_deadline(&r), NOW + now);
	}
	ck_assert_int_eq(go_on(GRACE_S * 1000 - 1), REJOIN_WAIT);
	ck_assert_uint_eq(rejoin_deadline(&r), NOW + GRACE_S * 1000);
	ck_assert_int_eq(go_on(GRACE_S * 1000), REJOIN_REFUSED);
	ck_assert_uint_eq(end, CTRL_END_LOST);
	ck_assert_uint_eq(rejoin_deadline(&r), UINT64_MAX);
}
END_TEST

START_TEST(the_monitor_hears_what_the_keeper_knows)
{
	struct rejoin_hello hello;
	struct ipc_fds fds;

	monitor_opens();
	ck_assert_int_eq(go_on(0), REJOIN_WAIT);
	ck_assert(monitor_accepts());
	/* It has asked: only the answer and the end of its grace wake it. */
	ck_assert_uint_eq(rejoin_deadline(&r), NOW + GRACE_S * 1000);
	ck_assert_int_eq(ipc_recv_data(monitor, &hello, sizeof(hello), &fds),
	    sizeof(hello));
	ck_assert_uint_eq(hello.magic, REJOIN_MAGIC);
	ck_assert_uint_eq(hello.version, REJOIN_VERSION);
	ck_assert_uint_eq(hello.size, sizeof(hello));
	ck_assert_uint_eq(hello.record_version, CALL_RECORD_VERSION);
	ck_assert_uint_eq(hello.ipc_version, IPC_VERSION);
	ck_assert_uint_eq(hello.client_addr, kc.client_addr);
	ck_assert_mem_eq(&hello.call, &kc, sizeof(kc));
	ck_assert_int_eq(fds.n, REJOIN_FDS);
	ck_assert(is_same(fds.fd[REJOIN_FD_RECORD], IPC_FD_RECORD));
	ck_assert(!process_ended(fds.fd[REJOIN_FD_PPPD]));
	ck_assert_int_eq(process_kill(fds.fd[REJOIN_FD_PPPD], 0), 0);
	ipc_fds_close(&fds);
	ck_assert_int_eq(go_on(5000), REJOIN_WAIT);
	ck_assert(!monitor_accepts());		/* once is enough */
}
END_TEST

/* The engine's link, and after it what there is of silencer and map. */
START_TEST(an_engine_comes_with_the_new_servers_descriptors)
{
	int pair[2], map = file("map"), link = file("link");
	int silencer = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const int fds[] = { link, map, silencer };

	monitor_opens();
	ck_assert_int_eq(ipc_pair(pair), 0);
	ck_assert_int_eq(dup2(pair[0], IPC_FD_SILENCER), IPC_FD_SILENCER);
	ck_assert_int_eq(go_on(0), REJOIN_WAIT);
	ck_assert(monitor_accepts());
	monitor_answers(REJOIN_MAGIC, REJOIN_ENGINE, fds, 3);
	ck_assert_int_eq(go_on(10), REJOIN_FOUND);
	ck_assert_int_eq(r.sock, -1);
	ck_assert_uint_eq(rejoin_deadline(&r), UINT64_MAX);
	ck_assert(is_same(engine, link));
	ck_assert(is_same(IPC_FD_MAP, map));
	ck_assert(is_same(IPC_FD_SILENCER, silencer));
}
END_TEST

START_TEST(without_more_the_old_descriptors_stay)
{
	int link = file("link"), old = file("old");

	monitor_opens();
	ck_assert_int_eq(dup2(old, IPC_FD_SILENCER), IPC_FD_SILENCER);
	ck_assert_int_eq(go_on(0), REJOIN_WAIT);
	ck_assert(monitor_accepts());
	monitor_answers(REJOIN_MAGIC, REJOIN_ENGINE, &link, 1);
	ck_assert_int_eq(go_on(10), REJOIN_FOUND);
	ck_assert(is_same(engine, link));
	ck_assert(is_same(IPC_FD_SILENCER, old));
}
END_TEST

START_TEST(a_call_that_cannot_go_on_is_hung_up)
{
	monitor_opens();
	ck_assert_int_eq(go_on(0), REJOIN_WAIT);
	ck_assert(monitor_accepts());
	monitor_answers(REJOIN_MAGIC, REJOIN_HANG_UP, NULL, 0);
	ck_assert_int_eq(go_on(10), REJOIN_REFUSED);
	ck_assert_uint_eq(end, CTRL_END_CRASH);
	ck_assert_int_eq(engine, -1);
	ck_assert_uint_eq(rejoin_deadline(&r), UINT64_MAX);
}
END_TEST

/* Nonsense, an engine without a link, or an end: it asks the next one. */
START_TEST(a_monitor_of_no_use_is_left)
{
	monitor_opens();
	ck_assert_int_eq(go_on(0), REJOIN_WAIT);
	ck_assert(monitor_accepts());
	if (_i == 0)
		monitor_answers(REJOIN_MAGIC + 1, REJOIN_HANG_UP, NULL, 0);
	else if (_i == 1)
		monitor_answers(REJOIN_MAGIC, REJOIN_ENGINE, NULL, 0);
	else if (_i == 2)
		ck_assert_int_eq(ipc_send_data(monitor, "x", 1, NULL, 0), 0);
	else
		close(monitor);
	ck_assert_int_eq(go_on(10), REJOIN_WAIT);
	ck_assert_int_eq(r.sock, -1);
	ck_assert_uint_eq(rejoin_deadline(&r), NOW + 10 + QUICK);
	ck_assert_int_eq(go_on(10 + QUICK), REJOIN_WAIT);
	ck_assert(monitor_accepts());
	monitor_answers(REJOIN_MAGIC, REJOIN_HANG_UP, NULL, 0);
	ck_assert_int_eq(go_on(20 + QUICK), REJOIN_REFUSED);
}
END_TEST

/* Whoever is not root could make the socket's name, and hear of the call. */
START_TEST(only_root_is_asked)
{
	char octet;

	monitor_opens();
	monitor_uid = 1;
	ck_assert_int_eq(go_on(0), REJOIN_WAIT);
	ck_assert_int_eq(r.sock, -1);
	ck_assert(monitor_accepts());
	ck_assert_int_eq(recv(monitor, &octet, 1, 0), 0);	/* no hello */
	monitor_uid = 0;
	ck_assert_int_eq(go_on(QUICK), REJOIN_WAIT);
	ck_assert_int_ne(r.sock, -1);
}
END_TEST

START_TEST(no_hello_without_pppd)
{
	char octet;

	monitor_opens();
	pppd = fork();
	if (pppd == 0)
		_exit(0);
	ck_assert_int_eq(waitpid(pppd, NULL, 0), pppd);
	ck_assert_int_eq(go_on(0), REJOIN_WAIT);
	ck_assert_int_eq(r.sock, -1);
	ck_assert(monitor_accepts());
	ck_assert_int_eq(recv(monitor, &octet, 1, 0), 0);
}
END_TEST

START_TEST(a_path_that_is_too_long_is_no_socket)
{
	memset(kc.rejoin, 'x', sizeof(kc.rejoin) - 1);
	kc.rejoin[sizeof(kc.rejoin) - 1] = '\0';
	ck_assert_int_eq(go_on(0), REJOIN_WAIT);
	ck_assert_int_eq(r.sock, -1);
	snprintf(kc.rejoin, sizeof(kc.rejoin), "%s/socket", dir);
}
END_TEST

/* pppd has ended meanwhile: that is for the monitor that has heard of it. */
START_TEST(a_search_can_be_stopped)
{
	int sock;

	monitor_opens();
	ck_assert_int_eq(go_on(0), REJOIN_WAIT);
	sock = monitor_hears();
	rejoin_stop(&r);
	ck_assert_uint_eq(rejoin_deadline(&r), UINT64_MAX);
	ck_assert_int_eq(r.sock, -1);
	rejoin_say_end(&r);
	ck_last_word(sock);
}
END_TEST

/* --- the last word ------------------------------------------------------- */

START_TEST(the_monitor_that_gave_an_engine_hears_of_the_end)
{
	int sock;

	monitor_opens();
	ck_assert_int_eq(go_on(0), REJOIN_WAIT);
	sock = monitor_hears();
	answer(sock, REJOIN_ENGINE, CTRL_END_NONE);
	ck_assert_int_eq(go_on(0), REJOIN_FOUND);
	ck_assert_int_ne(engine, -1);
	ck_assert_int_eq(r.sock, -1);	/* is not read any more */
	rejoin_stop(&r);			/* it hangs up */
	rejoin_say_end(&r);
	ck_last_word(sock);
}
END_TEST

START_TEST(the_monitor_that_refused_hears_of_the_end)
{
	int sock;

	monitor_opens();
	ck_assert_int_eq(go_on(0), REJOIN_WAIT);
	sock = monitor_hears();
	answer(sock, REJOIN_HANG_UP, CTRL_END_SHUTDOWN);
	ck_assert_int_eq(go_on(0), REJOIN_REFUSED);
	ck_assert_uint_eq(end, CTRL_END_SHUTDOWN);
	rejoin_say_end(&r);
	ck_last_word(sock);
}
END_TEST

/* It has the call among its own already, and no engine for it. */
START_TEST(the_monitor_that_had_no_engine_in_time_hears_of_the_end)
{
	int sock;

	monitor_opens();
	ck_assert_int_eq(go_on(0), REJOIN_WAIT);
	sock = monitor_hears();
	ck_assert_int_eq(go_on(GRACE_S * 1000), REJOIN_REFUSED);
	ck_assert_uint_eq(end, CTRL_END_LOST);
	rejoin_say_end(&r);
	ck_last_word(sock);
}
END_TEST

/* An engine dies, the monitor lives: the keeper comes to it once more. */
START_TEST(only_the_latest_connection_counts)
{
	int first, second;

	monitor_opens();
	ck_assert_int_eq(go_on(0), REJOIN_WAIT);
	first = monitor_hears();
	answer(first, REJOIN_ENGINE, CTRL_END_NONE);
	ck_assert_int_eq(go_on(0), REJOIN_FOUND);
	rejoin_start(&r, &kc, NOW);
	ck_assert_int_eq(go_on(0), REJOIN_WAIT);
	second = monitor_hears();
	ck_assert(!was_left(first));
	answer(second, REJOIN_ENGINE, CTRL_END_NONE);
	ck_assert_int_eq(go_on(0), REJOIN_FOUND);
	ck_assert(was_left(first));
	rejoin_say_end(&r);
	ck_last_word(second);
}
END_TEST

/* A search in vain must not cost it the monitor that has the call. */
START_TEST(a_monitor_stays_while_no_other_answers)
{
	int sock;

	monitor_opens();
	ck_assert_int_eq(go_on(0), REJOIN_WAIT);
	sock = monitor_hears();
	answer(sock, REJOIN_ENGINE, CTRL_END_NONE);
	ck_assert_int_eq(go_on(0), REJOIN_FOUND);
	close(listener);
	rejoin_start(&r, &kc, NOW);
	ck_assert_int_eq(go_on(0), REJOIN_WAIT);
	ck_assert_int_eq(go_on(GRACE_S * 1000), REJOIN_REFUSED);
	rejoin_say_end(&r);
	ck_last_word(sock);
}
END_TEST

START_TEST(a_monitor_that_is_gone_does_no_harm)
{
	int sock;

	monitor_opens();
	ck_assert_int_eq(go_on(0), REJOIN_WAIT);
	sock = monitor_hears();
	answer(sock, REJOIN_ENGINE, CTRL_END_NONE);
	ck_assert_int_eq(go_on(0), REJOIN_FOUND);
	close(sock);
	rejoin_say_end(&r);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, it_tries_until_the_grace_is_over);
	tcase_add_test(tc, the_monitor_hears_what_the_keeper_knows);
	tcase_add_test(tc, an_engine_comes_with_the_new_servers_descriptors);
	tcase_add_test(tc, without_more_the_old_descriptors_stay);
	tcase_add_test(tc, a_call_that_cannot_go_on_is_hung_up);
	tcase_add_loop_test(tc, a_monitor_of_no_use_is_left, 0, 4);
	tcase_add_test(tc, only_root_is_asked);
	tcase_add_test(tc, no_hello_without_pppd);
	tcase_add_test(tc, a_path_that_is_too_long_is_no_socket);
	tcase_add_test(tc, a_search_can_be_stopped);
	tcase_add_test(tc, the_monitor_that_gave_an_engine_hears_of_the_end);
	tcase_add_test(tc, the_monitor_that_refused_hears_of_the_end);
	tcase_add_test(tc,
	    the_monitor_that_had_no_engine_in_time_hears_of_the_end);
	tcase_add_test(tc, only_the_latest_connection_counts);
	tcase_add_test(tc, a_monitor_stays_while_no_other_answers);
	tcase_add_test(tc, a_monitor_that_is_gone_does_no_harm);
}

int
main(void)
{
	/* The keeper's own numbers must be nobody else's, Check's included. */
	while (open("/dev/null", O_RDONLY | O_CLOEXEC) < FDS_OWN)
		;
	return unit_main("rejoin", tests);
}
