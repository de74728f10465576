/* Calls that other engines serve, as the front one sees them. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/back_calls.h"
#include "engine/call_ids.h"
#include "engine/limiter.h"
#include "fake_engine.h"
#include "shared/call_record.h"
#include "unit.h"

#define ID	0x1235

static struct limit_conf conf = {
	.connections = 100, .max_unauth = 64, .auth_penalty = 20
};
static uint32_t client;
static const struct login_key key = { "0123456789abcde" };
static int monitor;		/* our end of what the front sends to */

static void
setup(void)
{
	int pair[2];

	fake_engine_init();
	engine.count = 2;
	client = inet_addr("198.51.100.7");
	ck_assert(limiter_configure(&conf));
	ck_assert_int_eq(ipc_pair(pair), 0);
	ck_assert_int_eq(dup2(pair[1], IPC_FD_PARENT), IPC_FD_PARENT);
	monitor = fcntl(pair[0], F_DUPFD_CLOEXEC, 20);
	ck_assert_int_ne(monitor, -1);
}

static struct call_record *
make_record(int *fd)
{
	struct call_record *rec;

	*fd = call_record_create(&rec);
	ck_assert_int_ne(*fd, -1);
	rec->our_id = ID;
	rec->client_addr = client;
	call_record_seal(rec);
	return rec;
}

/* A call of the front's own, given to the other engine. */
static void
give(void)
{
	struct limit_conn c;
	struct queued_call turn = { .taken = true };
	int fds[IPC_GIVE_FDS], record;

	memset(&c, 0, sizeof(c));
	(void)limit_open(limiter_limits, &c, client, engine_now_ms());
	(void)limit_call(limiter_limits, &c, engine_now_ms());
	limit_has_slot(limiter_limits, &c, engine_now_ms());
	for (int i = 0; i < IPC_GIVE_FDS; i++)
		fds[i] = STDIN_FILENO;
	ck_assert(back_calls_give(make_record(&record), fds, &key, &c,
	    &turn));
	ck_assert_ptr_null(c.source);
	ck_assert(!turn.taken);
	call_ids_lend(ID);
	close(record);
}

static void
news(enum ipc_news what, enum ctrl_end end)
{
	struct ipc_msg m;

	ipc_msg_init(&m, IPC_CALL_NEWS, ID);
	m.u.news.what = (uint8_t)what;
	m.u.news.end = end;
	back_calls_news(&m);
}

static const struct source *
source(void)
{
	return source_find(&limiter_limits->sources, client);
}

START_TEST(what_is_given_goes_with_its_descriptors)
{
	struct ipc_msg m;
	struct ipc_fds fds;

	give();
	ck_assert_int_eq(ipc_recv(monitor, &m, &fds), 1);
	ck_assert_int_eq(m.type, IPC_CALL_GIVE);
	ck_assert_uint_eq(m.call_id, ID);
	ck_assert_uint_eq(m.u.call_give.client_addr, client);
	ck_assert_int_eq(fds.n, IPC_GIVE_FDS);
	ck_assert_uint_eq(back_calls_count(), 1);
	ck_assert_uint_eq(back_calls_record(ID)->our_id, ID);
	ck_assert_mem_eq(back_calls_login_key(ID), &key, sizeof(key));
	ck_assert_ptr_null(back_calls_login_key(ID + 2));
	ck_assert_uint_eq(source()->calls, 1);
	ck_assert_uint_eq(limiter_limits->waiting.n, 1);
}
END_TEST

START_TEST(its_end_gives_all_back)
{
	give();
	news(IPC_NEWS_SPOKEN, CTRL_END_NONE);
	news(IPC_NEWS_AUTHENTICATED, CTRL_END_NONE);
	ck_assert_uint_eq(source()->authenticated, 1);
	ck_assert_uint_eq(limiter_limits->waiting.n, 0);
	news(IPC_NEWS_OVER, CTRL_END_NONE);
	ck_assert_uint_eq(back_calls_count(), 0);
	ck_assert_ptr_null(back_calls_record(ID));
	ck_assert_uint_eq(source()->connections, 0);
	ck_assert_uint_eq(source()->calls, 0);
	ck_assert_uint_eq(source()->authenticated, 0);
	news(IPC_NEWS_OVER, CTRL_END_NONE);	/* of nothing */
	/* Its Call ID rests, and is not lent any more. */
	ck_assert_uint_ne(call_ids_take(NULL, ID, 1, engine_now_ms()), ID);
	ck_assert_uint_eq(call_ids_take(NULL, ID, 1, engine_now_ms() +
	    CALL_ID_REST_MS), ID);
}
END_TEST

START_TEST(a_failure_costs_its_address)
{
	give();
	news(IPC_NEWS_AUTH_FAILED, CTRL_END_NONE);
	ck_assert_uint_eq(limiter_count(CTRL_END_NO_AUTH), 1);
	ck_assert(source()->refused);
	news(IPC_NEWS_OVER, CTRL_END_NONE);
}
END_TEST

/* S-8: also when another engine serves the call that ends early. */
START_TEST(s8_an_early_end_costs_while_slots_are_short)
{
	limiter_limits->conf.auth_penalty = 1;
	give();
	news(IPC_NEWS_OVER, CTRL_END_NONE);
	ck_assert_uint_eq(limiter_count(CTRL_END_NO_AUTH), 0);
	limit_no_slot(limiter_limits, engine_now_ms());
	give();
	news(IPC_NEWS_OVER, CTRL_END_NONE);
	ck_assert_uint_eq(limiter_count(CTRL_END_NO_AUTH), 1);
	give();
	news(IPC_NEWS_AUTHENTICATED, CTRL_END_NONE);
	news(IPC_NEWS_OVER, CTRL_END_NONE);
	ck_assert_uint_eq(limiter_count(CTRL_END_NO_AUTH), 1);
}
END_TEST

START_TEST(a_new_front_is_told)
{
	int fd;
	struct call_record *rec = make_record(&fd);

	back_calls_tell(ID, client, fd, &key);
	back_calls_tell(ID, client, fd, &key);	/* once more */
	ck_assert_uint_eq(back_calls_count(), 1);
	ck_assert_uint_eq(source()->calls, 1);
	ck_assert_uint_ne(call_ids_take(NULL, ID, 1, engine_now_ms()), ID);
	call_record_unmap(rec);
	back_calls_tell(ID + 2, client, STDIN_FILENO, &key);	/* no record at all */
	ck_assert_uint_eq(back_calls_count(), 1);
	ck_assert_ptr_nonnull(strstr(fake.log, "cannot be listed"));
}
END_TEST

START_TEST(an_order_to_end_it_names_the_reason)
{
	ck_assert(!back_calls_kick(ID, CTRL_END_ADMIN, false));
	ck_assert_uint_eq(fake.ntold, 0);
	give();
	ck_assert(back_calls_kick(ID, CTRL_END_MADE_ROOM, false));
	ck_assert_uint_eq(fake.ntold, 1);
	ck_assert_int_eq(fake.told[0].type, IPC_CALL_KICK);
	ck_assert_uint_eq(fake.told[0].call_id, ID);
	ck_assert_int_eq(fake.told[0].u.kick.end, CTRL_END_MADE_ROOM);
	fake.deaf = true;
	ck_assert(back_calls_kick(ID, CTRL_END_ADMIN, false));
	ck_assert_ptr_nonnull(strstr(fake.log, "cannot be told"));
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, what_is_given_goes_with_its_descriptors);
	tcase_add_test(tc, its_end_gives_all_back);
	tcase_add_test(tc, a_failure_costs_its_address);
	tcase_add_test(tc, s8_an_early_end_costs_while_slots_are_short);
	tcase_add_test(tc, a_new_front_is_told);
	tcase_add_test(tc, an_order_to_end_it_names_the_reason);
}

int
main(void)
{
	/* The number is taken before Check needs descriptors of its own. */
	if (dup2(STDIN_FILENO, IPC_FD_PARENT) == -1)
		return 1;
	return unit_main("back_calls", tests);
}
