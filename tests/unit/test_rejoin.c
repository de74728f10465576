/* A keeper's search for an engine, and its last word to the monitor. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "keeper/rejoin.h"
#include "shared/ipc.h"
#include "shared/rejoin_msg.h"
#include "unit.h"

#define GRACE_S		30

static char dir[] = "/tmp/pptpd-rejoin-XXXXXX";
static struct keeper_call call;
static struct rejoin rejoin;
static uint64_t now;
static int engine;		/* what the keeper has found */
static uint32_t end;

/* --- the monitor's side -------------------------------------------------- */

static int
monitor_open(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK |
	    SOCK_CLOEXEC, 0);

	memcpy(sun.sun_path, call.rejoin, strlen(call.rejoin) + 1);
	(void)unlink(call.rejoin);
	ck_assert_int_eq(bind(sock, (struct sockaddr *)&sun, sizeof(sun)), 0);
	ck_assert_int_eq(listen(sock, 5), 0);
	return sock;
}

/* Accepts the keeper, which has said hello. */
static int
monitor_hears(int listener)
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

/* --- the keeper's side --------------------------------------------------- */

static void
setup(void)
{
	int record = memfd_create("record", MFD_CLOEXEC);

	ck_assert_int_eq(dup2(record, IPC_FD_RECORD), IPC_FD_RECORD);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	call = (struct keeper_call){ .grace_s = GRACE_S };
	snprintf(call.rejoin, sizeof(call.rejoin), "%s/socket", dir);
	now = 1000;
	engine = -1;
	rejoin_init(&rejoin);
	rejoin_say_end(&rejoin);	/* to nobody */
	rejoin_start(&rejoin, &call, now);
}

static void
teardown(void)
{
	(void)unlink(call.rejoin);
	ck_assert_int_eq(rmdir(dir), 0);
}

static enum rejoin_result
go_on(void)
{
	return rejoin_go_on(&rejoin, &call, getpid(), now, &engine, &end);
}

/* --- tests --------------------------------------------------------------- */

START_TEST(the_monitor_that_gave_an_engine_hears_of_the_end)
{
	int monitor = monitor_open(), sock;

	ck_assert_int_eq((int)go_on(), REJOIN_WAIT);
	sock = monitor_hears(monitor);
	answer(sock, REJOIN_ENGINE, CTRL_END_NONE);
	ck_assert_int_eq((int)go_on(), REJOIN_FOUND);
	ck_assert_int_ne(engine, -1);
	ck_assert_int_eq(rejoin.sock, -1);	/* is not read any more */
	rejoin_stop(&rejoin);			/* it hangs up */
	rejoin_say_end(&rejoin);
	ck_last_word(sock);
}
END_TEST

START_TEST(the_monitor_that_refused_hears_of_the_end)
{
	int monitor = monitor_open(), sock;

	ck_assert_int_eq((int)go_on(), REJOIN_WAIT);
	sock = monitor_hears(monitor);
	answer(sock, REJOIN_HANG_UP, CTRL_END_SHUTDOWN);
	ck_assert_int_eq((int)go_on(), REJOIN_REFUSED);
	ck_assert_uint_eq(end, CTRL_END_SHUTDOWN);
	rejoin_say_end(&rejoin);
	ck_last_word(sock);
}
END_TEST

/* It has the call among its own already, and no engine for it. */
START_TEST(the_monitor_that_had_no_engine_in_time_hears_of_the_end)
{
	int monitor = monitor_open(), sock;

	ck_assert_int_eq((int)go_on(), REJOIN_WAIT);
	sock = monitor_hears(monitor);
	now += GRACE_S * 1000;
	ck_assert_int_eq((int)go_on(), REJOIN_REFUSED);
	ck_assert_uint_eq(end, CTRL_END_LOST);
	rejoin_say_end(&rejoin);
	ck_last_word(sock);
}
END_TEST

/* An engine dies, the monitor lives: the keeper comes to it once more. */
START_TEST(only_the_latest_connection_counts)
{
	int monitor = monitor_open(), first, second;

	ck_assert_int_eq((int)go_on(), REJOIN_WAIT);
	first = monitor_hears(monitor);
	answer(first, REJOIN_ENGINE, CTRL_END_NONE);
	ck_assert_int_eq((int)go_on(), REJOIN_FOUND);
	rejoin_start(&rejoin, &call, now);
	ck_assert_int_eq((int)go_on(), REJOIN_WAIT);
	second = monitor_hears(monitor);
	ck_assert(!was_left(first));
	answer(second, REJOIN_ENGINE, CTRL_END_NONE);
	ck_assert_int_eq((int)go_on(), REJOIN_FOUND);
	ck_assert(was_left(first));
	rejoin_say_end(&rejoin);
	ck_last_word(second);
}
END_TEST

/* A search in vain must not cost it the monitor that has the call. */
START_TEST(a_monitor_stays_while_no_other_answers)
{
	int monitor = monitor_open(), sock;

	ck_assert_int_eq((int)go_on(), REJOIN_WAIT);
	sock = monitor_hears(monitor);
	answer(sock, REJOIN_ENGINE, CTRL_END_NONE);
	ck_assert_int_eq((int)go_on(), REJOIN_FOUND);
	close(monitor);
	rejoin_start(&rejoin, &call, now);
	ck_assert_int_eq((int)go_on(), REJOIN_WAIT);
	now += GRACE_S * 1000;
	ck_assert_int_eq((int)go_on(), REJOIN_REFUSED);
	rejoin_say_end(&rejoin);
	ck_last_word(sock);
}
END_TEST

START_TEST(a_monitor_that_is_gone_does_no_harm)
{
	int monitor = monitor_open(), sock;

	ck_assert_int_eq((int)go_on(), REJOIN_WAIT);
	sock = monitor_hears(monitor);
	answer(sock, REJOIN_ENGINE, CTRL_END_NONE);
	ck_assert_int_eq((int)go_on(), REJOIN_FOUND);
	close(sock);
	rejoin_say_end(&rejoin);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_monitor_that_gave_an_engine_hears_of_the_end);
	tcase_add_test(tc, the_monitor_that_refused_hears_of_the_end);
	tcase_add_test(tc,
	    the_monitor_that_had_no_engine_in_time_hears_of_the_end);
	tcase_add_test(tc, only_the_latest_connection_counts);
	tcase_add_test(tc, a_monitor_stays_while_no_other_answers);
	tcase_add_test(tc, a_monitor_that_is_gone_does_no_harm);
}

/* A keeper listens to root alone. */
int
main(void)
{
	return geteuid() == 0 ? unit_main("rejoin", tests) : 77;
}
