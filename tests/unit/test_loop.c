/* The event loop's helpers, with real descriptors and short times. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "shared/loop.h"
#include "shared/mono.h"
#include "unit.h"

static int count;

static void
setup(void)
{
	count = 0;
	ck_assert(loop_init());
}

static void
teardown(void)
{
	loop_free();
}

static void
tick(void *arg)
{
	if (++count == *(int *)arg)
		loop_stop();
}

START_TEST(timer_fires_once)
{
	struct loop_timer t = { 0 };
	int stop_at = 1;
	uint64_t begin = mono_us();

	loop_timer_stop(&t);		/* zeros */
	ck_assert(!loop_timer_runs(&t));
	loop_timer_init(&t, tick, &stop_at);
	ck_assert(!loop_timer_runs(&t));
	ck_assert(loop_timer_in_ms(&t, 20));
	ck_assert(loop_timer_runs(&t));
	loop_run();
	ck_assert_int_eq(count, 1);
	ck_assert_uint_ge(mono_us() - begin, 19000);
	ck_assert(!loop_timer_runs(&t));
	loop_run();			/* nothing is left: returns */
	ck_assert_int_eq(count, 1);
}
END_TEST

START_TEST(timer_fires_again)
{
	struct loop_timer t;
	int stop_at = 3;

	loop_timer_init(&t, tick, &stop_at);
	ck_assert(loop_timer_every_ms(&t, 2));
	loop_run();
	ck_assert_int_eq(count, 3);
	ck_assert(loop_timer_runs(&t));
	loop_timer_stop(&t);
	ck_assert(!loop_timer_runs(&t));
	loop_run();
	ck_assert_int_eq(count, 3);
	/* Once again means once. */
	ck_assert(loop_timer_every_ms(&t, 1000));
	ck_assert(loop_timer_in_us(&t, 100));
	loop_run();
	ck_assert_int_eq(count, 4);
}
END_TEST

START_TEST(timer_of_the_past_fires_at_once)
{
	struct loop_timer t;
	int stop_at = 1;

	loop_timer_init(&t, tick, &stop_at);
	ck_assert(loop_timer_at_us(&t, mono_us() - 5000000));
	loop_run();
	loop_timer_now(&t);
	loop_run_ready();
	ck_assert_int_eq(count, 2);
	ck_assert(loop_timer_at_us(&t, mono_us() + 3600000000U));
	loop_run_ready();
	ck_assert_int_eq(count, 2);
	loop_timer_stop(&t);
}
END_TEST

static void
on_octet(int fd, void *arg)
{
	char c;

	ck_assert_int_eq(read(fd, &c, 1), 1);
	tick(arg);
}

START_TEST(watch_goes_on_and_off)
{
	struct loop_watch w = { 0 };
	int fds[2], never = -1;

	loop_watch_off(&w);		/* zeros */
	ck_assert_int_eq(pipe(fds), 0);
	loop_watch_init(&w, fds[0], LOOP_READ, on_octet, &never);
	ck_assert_int_eq(write(fds[1], "abc", 3), 3);
	loop_run_ready();
	ck_assert_int_eq(count, 0);
	ck_assert(loop_watch_on(&w));
	ck_assert(loop_watch_is_on(&w));
	loop_run_ready();
	ck_assert_int_eq(count, 3);
	loop_watch_off(&w);
	ck_assert(!loop_watch_is_on(&w));
	ck_assert_int_eq(write(fds[1], "de", 2), 2);
	loop_run_ready();
	ck_assert_int_eq(count, 3);
	loop_watch_init(&w, fds[0], LOOP_READ | LOOP_ONCE, on_octet, &never);
	ck_assert(loop_watch_on(&w));
	loop_run_ready();
	ck_assert_int_eq(count, 4);
	ck_assert(!loop_watch_is_on(&w));
	close(fds[0]);
	close(fds[1]);
}
END_TEST

static int caught;

static void
on_signal(int signo)
{
	caught = signo;
}

START_TEST(signals_come_in_the_loop)
{
	ck_assert(loop_signal(SIGUSR1, on_signal));
	ck_assert(loop_signal(SIGUSR2, on_signal));
	raise(SIGUSR2);
	ck_assert_int_eq(caught, 0);
	loop_run_ready();
	ck_assert_int_eq(caught, SIGUSR2);
}
END_TEST

#define PAUSE_US	100000

static struct loop_listener listener;
static int accepted, errors;

static void
on_client(int fd, void *arg)
{
	int s = loop_accept(&listener, PAUSE_US);

	(void)fd;
	(void)arg;
	if (s == -1)
		errors++;
	else {
		accepted++;
		close(s);
	}
}

/* An abstract name that the kernel chooses. */
static int
listen_somewhere(struct sockaddr_un *sun, socklen_t *len)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	memset(sun, 0, sizeof(*sun));
	sun->sun_family = AF_UNIX;
	ck_assert_int_eq(bind(fd, (struct sockaddr *)sun,
	    sizeof(sa_family_t)), 0);
	ck_assert_int_eq(listen(fd, 8), 0);
	*len = sizeof(*sun);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)sun, len), 0);
	return fd;
}

START_TEST(s15_listener_without_descriptors_pauses)
{
	struct sockaddr_un sun;
	struct rlimit old, none;
	socklen_t len;
	int fd = listen_somewhere(&sun, &len), client;
	uint64_t begin;

	loop_listener_init(&listener, fd, on_client, NULL);
	ck_assert(loop_listener_on(&listener));
	client = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&sun, len), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	begin = mono_us();
	for (int i = 0; i < 1000; i++)
		loop_run_ready();
	/* On a busy machine that may take longer than the pause. */
	ck_assert_int_ge(errors, 1);
	ck_assert_uint_le((uint64_t)errors, 1 + (mono_us() - begin) /
	    PAUSE_US);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
	begin = mono_us();
	while (accepted == 0 && mono_us() < begin + 10000000)
		loop_run_ready();
	ck_assert_int_eq(accepted, 1);
	ck_assert(!loop_listener_is_paused(&listener));
	loop_listener_pause_us(&listener, 1);
	loop_listener_off(&listener);
	close(client);
	client = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&sun, len), 0);
	loop_run();			/* nothing is left */
	ck_assert_int_eq(accepted, 1);
	close(client);
	close(fd);
}
END_TEST

/* Where accept4() is forbidden, or fails for good, it must not be tried again
 * and again. */
START_TEST(listener_that_cannot_accept_pauses)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	loop_listener_init(&listener, fd, on_client, NULL);
	ck_assert(loop_listener_on(&listener));
	ck_assert_int_eq(loop_accept(&listener, PAUSE_US), -1);
	ck_assert_int_eq(errno, EINVAL);	/* it does not listen */
	ck_assert(loop_listener_is_paused(&listener));
	loop_listener_off(&listener);
	ck_assert(!loop_listener_is_paused(&listener));
	close(fd);
}
END_TEST

START_TEST(shortages)
{
	ck_assert(loop_is_shortage(EMFILE) && loop_is_shortage(ENFILE) &&
	    loop_is_shortage(ENOBUFS) && loop_is_shortage(ENOMEM));
	ck_assert(!loop_is_shortage(EAGAIN) && !loop_is_shortage(EINTR) &&
	    !loop_is_shortage(ECONNABORTED));
}
END_TEST

static int kept;

static void
keep_second(const struct ipc_msg *m, struct ipc_fds *fds, void *arg)
{
	ck_assert_int_eq(m->type, IPC_TAKE);
	ck_assert_int_eq(m->call_id, 7);
	ck_assert_int_eq(fds->n, 3);
	ck_assert_ptr_eq(arg, &kept);
	kept = ipc_fds_take(fds, 1);
	ck_assert_int_eq(ipc_fds_take(fds, 1), -1);
	ck_assert_int_eq(ipc_fds_take(fds, 3), -1);
	count++;
}

static int
lowest_free(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

START_TEST(descriptors_of_a_message_are_closed_but_for_those_taken)
{
	struct ipc_msg m;
	int pair[2], fds[3] = { 0, 1, 2 }, before;

	ck_assert_int_eq(ipc_pair(pair), 0);
	before = lowest_free();
	ipc_msg_init(&m, IPC_TAKE, 7);
	ck_assert_int_eq(ipc_send(pair[0], &m, fds, 3), 0);
	ck_assert_int_eq(loop_message(pair[1], keep_second, &kept), 1);
	ck_assert_int_eq(count, 1);
	ck_assert_int_ne(kept, -1);
	ck_assert_int_ne(fcntl(kept, F_GETFD), -1);
	close(kept);
	ck_assert_int_eq(lowest_free(), before);
	/* Nonsense, and the end. */
	ck_assert_int_eq(write(pair[0], "x", 1), 1);
	ck_assert_int_eq(loop_message(pair[1], keep_second, &kept), -1);
	ck_assert_int_eq(errno, EBADMSG);
	close(pair[0]);
	ck_assert_int_eq(loop_message(pair[1], keep_second, &kept), 0);
	ck_assert_int_eq(count, 1);
	close(pair[1]);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, timer_fires_once);
	tcase_add_test(tc, timer_fires_again);
	tcase_add_test(tc, timer_of_the_past_fires_at_once);
	tcase_add_test(tc, watch_goes_on_and_off);
	tcase_add_test(tc, signals_come_in_the_loop);
	tcase_add_test(tc, s15_listener_without_descriptors_pauses);
	tcase_add_test(tc, listener_that_cannot_accept_pauses);
	tcase_add_test(tc, shortages);
	tcase_add_test(tc,
	    descriptors_of_a_message_are_closed_but_for_those_taken);
}

int
main(void)
{
	return unit_main("loop", tests);
}
