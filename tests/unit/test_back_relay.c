/* What the front engine hears of the calls of the others. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_loop.h"
#include "monitor/back_relay.h"
#include "trace.h"
#include "unit.h"

#define ENGINES	4
#define CROWD	200
#define CLIENT(id)	(0x0a000000U + (id))

static int front[2];		/* ours, the front's */
static int record;
static struct stat record_file;

static bool
tell_front(const struct ipc_msg *m, const int *fds, int n)
{
	(void)fds;
	ck_assert_int_eq(n, 0);
	ck_assert_int_eq(m->type, IPC_CALL_NEWS);
	did("%u:%u", m->call_id, m->u.news.what);
	return true;
}

static void
setup(void)
{
	fake_loop_init();
	back_relay_init(ENGINES, tell_front);
	ck_assert_int_eq(ipc_pair(front), 0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(fcntl(front[i], F_SETFL, O_NONBLOCK), 0);
	record = memfd_create("record", MFD_CLOEXEC);
	ck_assert_int_ne(record, -1);
	ck_assert_int_eq(fstat(record, &record_file), 0);
}

static int
lowest_free(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

static struct keeper_call
call_of(uint16_t id)
{
	struct keeper_call call = { .our_id = id, .client_addr = CLIENT(id) };

	memset(&call.login_key, id, sizeof(call.login_key));
	return call;
}

static struct relayed_call *
begin(uint16_t id)
{
	struct relayed_call *d;

	const struct keeper_call call = call_of(id);

	ck_assert(back_relay_begin(&d, &call, record));
	return d;
}

static struct relayed_call *
rejoin(uint16_t id)
{
	struct relayed_call *d;

	const struct keeper_call call = call_of(id);

	ck_assert(back_relay_rejoin(&d, &call, record));
	return d;
}

static void
news(uint16_t id, enum ipc_news what)
{
	struct ipc_msg m;

	ipc_msg_init(&m, IPC_CALL_NEWS, id);
	m.u.news.what = (uint8_t)what;
	back_relay_news(&m);
}

/* The front reads one message, if there is one; its type. */
static int
front_reads(uint16_t *id)
{
	struct ipc_msg m;
	struct stat st;
	struct ipc_fds fds;

	if (ipc_recv(front[1], &m, &fds) != 1)
		return 0;
	if (m.type == IPC_ELSEWHERE) {
		ck_assert_int_eq(fds.n, 1);
		ck_assert_int_eq(fstat(fds.fd[0], &st), 0);
		ck_assert(st.st_ino == record_file.st_ino);
		ck_assert_uint_eq(m.u.elsewhere.client_addr,
		    CLIENT(m.call_id));
		ck_assert_uint_eq(m.u.elsewhere.login_key.octets[15],
		    m.call_id & 0xff);
	}
	ipc_fds_close(&fds);
	*id = m.call_id;
	return m.type;
}

/* The loop runs, and the front reads; notes what it has heard. */
static void
front_hears(void)
{
	uint16_t id;
	int type;

	loop_run_ready();
	while ((type = front_reads(&id)) != 0) {
		if (type == IPC_ELSEWHERE)
			did("elsewhere:%u", id);
		else if (type == IPC_LISTEN)
			did("listen");
		else
			did("?%d", type);
	}
}

static void
greet(void)
{
	back_relay_greet(front[0]);
	front_hears();
}

/* --- tests --------------------------------------------------------------- */

START_TEST(calls_of_the_front_are_its_own)
{
	struct relayed_call *d = begin(8);

	ck_assert_ptr_null(d);
	ck_assert_ptr_null(rejoin(12));
	ck_assert_ptr_null(back_relay_find(8));
	back_relay_end(NULL);
	news(8, IPC_NEWS_SPOKEN);
	ck_did("");
}
END_TEST

START_TEST(a_new_call_is_known_to_the_front)
{
	struct relayed_call *d;

	greet();
	ck_did("listen");
	d = begin(5);
	ck_assert_ptr_eq(back_relay_find(5), d);
	front_hears();
	ck_did("");
	news(5, IPC_NEWS_SPOKEN);
	news(5, IPC_NEWS_AUTHENTICATED);
	ck_did("5:1 5:2");
}
END_TEST

START_TEST(a_new_front_hears_of_all_and_then_listens)
{
	begin(5);
	rejoin(6);
	front_hears();
	ck_did("");			/* it is not there yet */
	greet();
	ck_did("elsewhere:6 elsewhere:5 listen");
	greet();
	ck_did("elsewhere:6 elsewhere:5 listen");
}
END_TEST

START_TEST(a_call_that_comes_later_is_told)
{
	greet();
	ck_did("listen");
	rejoin(7);
	front_hears();
	ck_did("elsewhere:7");		/* it listens already */
	back_relay_front_gone();
	rejoin(9);
	front_hears();
	ck_did("");
	greet();
	ck_did("elsewhere:9 elsewhere:7 listen");
}
END_TEST

START_TEST(a_crowd_is_told_as_the_front_reads)
{
	uint16_t id;
	int small = 4096, told = 0, type = 0, last = 0;

	ck_assert_int_eq(setsockopt(front[0], SOL_SOCKET, SO_SNDBUF, &small,
	    sizeof(small)), 0);
	for (int i = 0; i < CROWD; i++)
		rejoin((uint16_t)(i * ENGINES + 1));
	back_relay_greet(front[0]);
	for (int i = 0; i <= CROWD; i++) {
		loop_run_ready();
		while ((type = front_reads(&id)) != 0) {
			told += type == IPC_ELSEWHERE;
			last = type;
		}
	}
	ck_assert_int_eq(told, CROWD);
	ck_assert_int_eq(last, IPC_LISTEN);
}
END_TEST

START_TEST(the_last_word_comes_before_the_end)
{
	int free_before = lowest_free();
	struct relayed_call *d = begin(5);

	ck_assert_int_ne(lowest_free(), free_before);
	news(5, IPC_NEWS_OVER);
	ck_did("5:4");
	ck_assert_ptr_eq(back_relay_find(5), d);
	greet();
	ck_did("listen");		/* nothing of a call that is over */
	back_relay_end(d);
	ck_assert_ptr_null(back_relay_find(5));
	ck_did("");
	ck_assert_int_eq(lowest_free(), free_before);
}
END_TEST

START_TEST(the_last_word_comes_after_the_end)
{
	back_relay_end(begin(5));
	fake_loop_pass_ms(1000);
	news(5, IPC_NEWS_AUTH_FAILED);
	ck_did("5:3");
	news(5, IPC_NEWS_OVER);
	ck_did("5:4");
	ck_assert_ptr_null(back_relay_find(5));
	fake_loop_pass_ms(10000);
	news(5, IPC_NEWS_OVER);
	ck_did("");
}
END_TEST

START_TEST(no_last_word)
{
	int free_before = lowest_free();

	back_relay_end(begin(5));
	fake_loop_pass_ms(RELAY_LINGER_S * 1000);
	ck_did("");
	ck_assert_ptr_nonnull(back_relay_find(5));
	back_relay_end(begin(6));
	fake_loop_pass_ms(1000);
	ck_did("5:4");
	ck_assert_ptr_null(back_relay_find(5));
	fake_loop_pass_ms(RELAY_LINGER_S * 1000);
	ck_did("6:4");
	ck_assert_int_eq(lowest_free(), free_before);
	ck_assert_uint_eq(fake_loop_timers(), 0);
}
END_TEST

START_TEST(the_number_is_used_again)
{
	struct relayed_call *d;

	back_relay_end(begin(5));
	d = begin(5);
	fake_loop_pass_ms(5000);
	ck_did("");			/* the other one goes on */
	ck_assert_ptr_eq(back_relay_find(5), d);
}
END_TEST

START_TEST(an_ended_call_is_not_told_to_a_new_front)
{
	back_relay_end(rejoin(5));
	greet();
	ck_did("listen");
}
END_TEST

START_TEST(no_descriptor)
{
	struct relayed_call *d;
	const struct keeper_call call = call_of(5);

	ck_assert(!back_relay_begin(&d, &call, -1));
	ck_assert_ptr_null(d);
	ck_assert(!back_relay_rejoin(&d, &call, -1));
	ck_assert_ptr_null(d);
	ck_assert_ptr_null(back_relay_find(5));
	greet();
	ck_did("listen");
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, calls_of_the_front_are_its_own);
	tcase_add_test(tc, a_new_call_is_known_to_the_front);
	tcase_add_test(tc, a_new_front_hears_of_all_and_then_listens);
	tcase_add_test(tc, a_call_that_comes_later_is_told);
	tcase_add_test(tc, a_crowd_is_told_as_the_front_reads);
	tcase_add_test(tc, the_last_word_comes_before_the_end);
	tcase_add_test(tc, the_last_word_comes_after_the_end);
	tcase_add_test(tc, no_last_word);
	tcase_add_test(tc, the_number_is_used_again);
	tcase_add_test(tc, an_ended_call_is_not_told_to_a_new_front);
	tcase_add_test(tc, no_descriptor);
}

int
main(void)
{
	return unit_main("back_relay", tests);
}
