/* Taking up calls that another engine has left: which, and why not. */
/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/adopt.h"
#include "engine/conn.h"
#include "fake_engine.h"
#include "shared/call_record.h"
#include "unit.h"

static struct call_record *rec, *adopted;
static int record, keeper, error, control_fd, pty_fd;
static bool resumed, heard;
static struct ipc_msg answer;	/* that the keeper got */

/* --- a fake of connections --- */

struct conn *
conn_adopt(int fd, struct call_record *r, int k, int pty)
{
	(void)k;
	control_fd = fd;
	pty_fd = pty;
	errno = error;
	if (error != 0)
		return NULL;
	adopted = r;
	return (struct conn *)(void *)&adopted;
}

void
conn_resume(struct conn *conn)
{
	ck_assert_ptr_eq(conn, &adopted);
	resumed = true;
}

/* A call that is up, as its keeper has it. */
static void
setup(void)
{
	fake_engine_init();
	record = call_record_create(&rec);
	ck_assert_int_ne(record, -1);
	rec->our_id = 0x1234;
	call_record_seal(rec);
	ctrl_init(&rec->ctrl, "198.51.100.7", 10000, engine_now_ms());
	rec->ctrl.state = CTRL_ESTABLISHED;
	rec->ctrl.call_state = CTRL_CALL_UP;
	rec->ctrl.call.our_id = 0x1234;
	gre_rx_init(&rec->rx);
	gre_tx_init(&rec->tx);
	gre_ack_init(&rec->ack, 64);
}

static bool
is_done(void)
{
	struct ipc_fds fds;
	int got;

	if (resumed || heard)
		return true;
	got = ipc_recv(keeper, &answer, &fds);
	heard = got != -1;
	if (got == 0)
		answer.type = 0;	/* it was hung up without a word */
	return heard;
}

/* Its keeper hands it over, with so many descriptors. */
static void
hand_over(enum ipc_type type, bool kernel, int n)
{
	const int fds[IPC_CALL_FDS] = {
		[IPC_CALL_FD_RECORD] = record,
		[IPC_CALL_FD_CONTROL] = STDIN_FILENO,
		[IPC_CALL_FD_PTY] = STDIN_FILENO,
	};
	int pair[2];
	struct ipc_msg m;

	ck_assert_int_eq(ipc_pair(pair), 0);
	keeper = pair[0];
	ck_assert(loop_unblock(keeper));
	ipc_msg_init(&m, type, 0x1234);
	m.u.call.kernel = kernel;
	ck_assert_int_eq(ipc_send(keeper, &m, fds, n), 0);
	adopt_new(pair[1]);
	ck_assert(fake_engine_run(is_done, 5000));
}

/* It is refused for that reason, and with these words. */
static void
refused(enum ctrl_end end, const char *why)
{
	ck_assert(!resumed);
	ck_assert_int_eq(answer.type, IPC_HANGUP);
	ck_assert_int_eq(answer.u.hangup.end, end);
	ck_assert_msg(strstr(fake.log, why) != NULL, "log: %s", fake.log);
}

START_TEST(a_call_that_is_up_goes_on)
{
	hand_over(IPC_CALL, false, IPC_CALL_FDS);
	ck_assert(resumed);
	ck_assert_uint_eq(adopted->our_id, 0x1234);
	ck_assert_int_ne(pty_fd, -1);
	ck_assert_int_ne(control_fd, -1);
	ck_assert_str_eq(fake.log, "");
}
END_TEST

START_TEST(a_call_of_the_kernel_has_no_pty)
{
	hand_over(IPC_CALL, true, IPC_CALL_FD_PTY);
	ck_assert(resumed);
	ck_assert_int_eq(pty_fd, -1);
}
END_TEST

START_TEST(what_the_monitor_wrote_is_checked)
{
	rec->our_id++;
	hand_over(IPC_CALL, false, IPC_CALL_FDS);
	refused(CTRL_END_DAMAGED, "its record is damaged");
}
END_TEST

START_TEST(what_an_engine_wrote_is_checked)
{
	rec->rx.wait_us = 0;
	hand_over(IPC_CALL, false, IPC_CALL_FDS);
	refused(CTRL_END_DAMAGED, "its numbers make no sense");
}
END_TEST

START_TEST(a_record_of_another_version)
{
	rec->version++;
	hand_over(IPC_CALL, false, IPC_CALL_FDS);
	refused(CTRL_END_VERSION, "another version of pptpd");
}
END_TEST

START_TEST(no_record_at_all)
{
	record = STDIN_FILENO;
	hand_over(IPC_CALL, false, IPC_CALL_FDS);
	refused(CTRL_END_DAMAGED, "its record is none");
}
END_TEST

/* S-10: the log says why. */
START_TEST(s10_another_call_has_its_id)
{
	error = EEXIST;
	hand_over(IPC_CALL, false, IPC_CALL_FDS);
	refused(CTRL_END_LOST, "another call has its Call ID");
}
END_TEST

START_TEST(no_memory)
{
	error = ENOMEM;
	hand_over(IPC_CALL, false, IPC_CALL_FDS);
	refused(CTRL_END_RESOURCE, "out of memory");
}
END_TEST

/* A call that was ending anyway ends for the reason that it had. */
START_TEST(the_first_reason_counts)
{
	rec->ctrl.end = CTRL_END_CLEARED;
	hand_over(IPC_CALL, false, IPC_CALL_FDS);
	refused(CTRL_END_CLEARED, "no call was up");
}
END_TEST

START_TEST(what_is_no_handover_is_hung_up)
{
	/* A descriptor is missing. */
	hand_over(IPC_CALL, false, IPC_CALL_FD_PTY);
	ck_assert_int_eq(answer.type, 0);
	heard = false;
	hand_over(IPC_PPPD_EXIT, false, IPC_CALL_FDS);
	ck_assert_int_eq(answer.type, 0);
	heard = false;
	engine.stopping = true;			/* the next one has it */
	hand_over(IPC_CALL, false, IPC_CALL_FDS);
	ck_assert_int_eq(answer.type, 0);
	ck_assert(!resumed);
}
END_TEST

START_TEST(a_call_that_was_given)
{
	const int control = dup(STDIN_FILENO), pty = dup(STDIN_FILENO);
	struct ipc_fds fds = { IPC_TAKE_FDS - 2, {
		[IPC_TAKE_FD_KEEPER] = dup(STDIN_FILENO),
		[IPC_TAKE_FD_RECORD] = record,
		[IPC_TAKE_FD_CONTROL] = control,
		[IPC_TAKE_FD_PTY] = pty,
	} };

	adopt_given(&fds);		/* too few */
	fds.n = IPC_TAKE_FDS;
	engine.stopping = true;
	adopt_given(&fds);
	engine.stopping = false;
	ck_assert(!resumed);
	for (int i = 0; i < IPC_TAKE_FDS; i++)
		ck_assert_int_ne(fds.fd[i], -1);
	adopt_given(&fds);
	ck_assert(resumed);
	ck_assert_int_eq(pty_fd, pty);
	ck_assert_int_eq(control_fd, control);
	for (int i = 0; i < IPC_TAKE_FDS; i++)
		ck_assert_int_eq(fds.fd[i], -1);	/* all are taken */
}
END_TEST

/* Without a pty the kernel carries its frames. */
START_TEST(a_call_of_the_kernel_that_was_given)
{
	const int control = dup(STDIN_FILENO);
	struct ipc_fds fds = { IPC_TAKE_FD_PTY, {
		[IPC_TAKE_FD_KEEPER] = dup(STDIN_FILENO),
		[IPC_TAKE_FD_RECORD] = record,
		[IPC_TAKE_FD_CONTROL] = control,
		[IPC_TAKE_FD_PTY] = STDIN_FILENO,	/* not part of it */
	} };

	adopt_given(&fds);
	ck_assert(resumed);
	ck_assert_int_eq(pty_fd, -1);
	ck_assert_int_eq(control_fd, control);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, a_call_that_is_up_goes_on);
	tcase_add_test(tc, a_call_of_the_kernel_has_no_pty);
	tcase_add_test(tc, what_the_monitor_wrote_is_checked);
	tcase_add_test(tc, what_an_engine_wrote_is_checked);
	tcase_add_test(tc, a_record_of_another_version);
	tcase_add_test(tc, no_record_at_all);
	tcase_add_test(tc, s10_another_call_has_its_id);
	tcase_add_test(tc, no_memory);
	tcase_add_test(tc, the_first_reason_counts);
	tcase_add_test(tc, what_is_no_handover_is_hung_up);
	tcase_add_test(tc, a_call_that_was_given);
	tcase_add_test(tc, a_call_of_the_kernel_that_was_given);
}

int
main(void)
{
	return unit_main("adopt", tests);
}
