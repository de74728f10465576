/* The monitor's engines: told in order, started again, blamed, ended. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "fake_loop.h"
#include "monitor/access.h"
#include "monitor/admin_socket.h"
#include "monitor/child.h"
#include "monitor/engine_file.h"
#include "monitor/engine_output.h"
#include "monitor/engines.h"
#include "monitor/ids_in_use.h"
#include "monitor/listener.h"
#include "monitor/request_check.h"
#include "monitor/rundir.h"
#include "trace.h"
#include "unit.h"
#include "unit_fork.h"

#define ENGINES		2
#define PULSE_MS	2000	/* from ping to ping */
#define QUICK_DEATHS	20

/* An engine: a child that waits, and the test speaks for it. */
static struct engine {
	pid_t	 pid;
	int	 sock;
	uint16_t *at_work;
	struct ipc_msg config;	/* the last one */
} engine[ENGINES];
static struct {
	int		 starts;
	bool		 spawn_fails, ignores_abort;
	const char	*fault;		/* of the next requests; NULL: none */
	char		 log[8192];
} fake;
static struct conf conf;
static struct monitor_setup setup_of;

/* --- fakes --------------------------------------------------------------- */

static int
index_of(const int *fds)
{
	return fds[2] == setup_of.gre[1];
}

pid_t
child_spawn(const char *path, char *const argv[], const int *fds, int n,
    int output)
{
	int i = index_of(fds);

	(void)path;
	(void)argv;
	(void)output;
	ck_assert_int_eq(n, 4);
	ck_assert_int_eq(fds[1], i == 0 ? setup_of.listener : -1);
	ck_assert_int_eq(fds[3], i == 0 ? setup_of.admin : -1);
	if (fake.spawn_fails)
		return -1;
	fake.starts++;
	did("start:%d", i);
	engine[i].sock = fcntl(fds[0], F_DUPFD_CLOEXEC, 0);
	ck_assert_int_eq(fcntl(engine[i].sock, F_SETFL, O_NONBLOCK), 0);
	/* It may be sent the signal at once. */
	(void)signal(SIGABRT, fake.ignores_abort ? SIG_IGN : SIG_DFL);
	engine[i].pid = unit_fork();
	if (engine[i].pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return engine[i].pid;
}

struct engine_output *
engine_output_open(int *fd)
{
	static char output;

	*fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	return (struct engine_output *)&output;
}

void
engine_output_close(struct engine_output *output, pid_t pid)
{
	(void)output;
	(void)pid;
}

void
ids_in_use_tell(int sock, uint32_t for_ms)
{
	(void)sock;
	ck_assert_uint_eq(for_ms, 60000 + 30000);
	did("ids");
}

int
engine_file_open(const char *pidfile, const char *name, size_t size,
    const char *lost)
{
	ck_assert_ptr_eq(pidfile, conf.pidfile);
	ck_assert_uint_gt(size, 4096);
	ck_assert_str_ne(lost, "");
	return memfd_create(name, MFD_CLOEXEC);
}

void
listener_restore(int fd)
{
	ck_assert_int_eq(fd, setup_of.listener);
	did("listener");
}

void
admin_socket_restore(int fd, gid_t gid)
{
	ck_assert_int_eq(fd, setup_of.admin);
	ck_assert_uint_eq(gid, setup_of.admin_group);
	did("control");
}

void
engine_file_restore(int fd, const char *name, size_t size)
{
	ck_assert_uint_gt(size, 4096);
	if (fd == -1)		/* under inetd */
		return;
	ck_assert_int_ne(fcntl(fd, F_GETFD), -1);
	did("%s", name);
}

bool
rundir_make(void)
{
	return true;
}

bool
access_built(void)
{
	return true;
}

const char *
request_check_fault(unsigned int index, unsigned int count,
    const struct ipc_msg *m, const int *fds, int n, uint64_t now, bool *late)
{
	(void)fds;
	(void)n;
	ck_assert_uint_lt(index, count);
	ck_assert_uint_eq(now, fake_loop.now_us / 1000000 * 1000);
	*late = m->type == IPC_CALL_REQUEST && m->u.call_request.again;
	return fake.fault;
}

static void
sink(int priority, const char *line, void *arg)
{
	size_t len = strlen(fake.log);

	(void)arg;
	snprintf(fake.log + len, sizeof(fake.log) - len, "<%d>%s\n", priority,
	    line);
}

/* --- what the monitor hears ---------------------------------------------- */

static const char *const names[] = {
	[IPC_CONFIG] = "config",
	[IPC_CONNECTION] = "connection",
	[IPC_SHUTDOWN] = "shutdown",
	[IPC_ADOPT] = "adopt",
	[IPC_LEAVE] = "leave",
	[IPC_DRAIN] = "drain",
	[IPC_PING] = "ping",
	[IPC_LIMIT_MEMORY] = "limits",
	[IPC_HISTORY] = "history",
	[IPC_CALL_REQUEST] = "call",
	[IPC_CALL_GIVE] = "give",
	[IPC_ADMIN_REQUEST] = "admin",
};

static const char *
name_of(const struct ipc_msg *m)
{
	ck_assert_uint_lt(m->type, sizeof(names) / sizeof(names[0]));
	ck_assert_ptr_nonnull(names[m->type]);
	return names[m->type];
}

static void
failed(void)
{
	did("failed");
}

static void
alive(void)
{
	did("alive");
}

static void
started(unsigned int i, int sock)
{
	ck_assert_int_ne(fcntl(sock, F_GETFD), -1);
	did("started:%u", i);
}

static void
ready(unsigned int i)
{
	did("ready:%u", i);
}

static void
ended(unsigned int i)
{
	did("ended:%u", i);
}

static void
request(const struct ipc_msg *m, const struct ipc_fds *fds, bool late)
{
	did("%s:%d%s", name_of(m), fds->n, late ? ":late" : "");
}

static const struct engines_ops ops = { failed, alive, started, ready, ended,
	request };

/* --- what engines hear --------------------------------------------------- */

static void
hear(struct engine *e, const struct ipc_msg *m, const int *fds, int n)
{
	did("%s", name_of(m));
	if (m->type != IPC_CONFIG)
		return;
	e->config = *m;
	if (n == 1)
		e->at_work = mmap(NULL, sizeof(*e->at_work), PROT_READ |
		    PROT_WRITE, MAP_SHARED, fds[0], 0);
	ck_assert_ptr_ne(e->at_work, MAP_FAILED);
}

/* Notes all that it has been told. */
static void
hears(int i)
{
	struct ipc_msg m;
	struct ipc_fds fds;

	while (ipc_recv(engine[i].sock, &m, &fds) == 1) {
		hear(&engine[i], &m, fds.fd, fds.n);
		ipc_fds_close(&fds);
	}
}

static void
says(int i, enum ipc_type type, int fd)
{
	struct ipc_msg m;

	ipc_msg_init(&m, type, 0);
	ck_assert_int_eq(ipc_send(engine[i].sock, &m, &fd, fd != -1), 0);
	loop_run_ready();
}

static void
ck_heard(int i, const char *words)
{
	trace_text[0] = '\0';
	hears(i);
	ck_did(words);
}

/* --- the ground ---------------------------------------------------------- */

static void
setup(void)
{
	memset(&fake, 0, sizeof(fake));
	fake_loop_init();
	log_set_sink(sink, NULL);
	(void)setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	conf_init(&conf);
	conf.restart_grace = 60;
	setup_of = (struct monitor_setup){ .conf = &conf, .listener = 100,
		.engines = ENGINES, .gre = { 101, 102 }, .connection = -1,
		.admin = 103, .kernel_map = -1 };
	engines_init(&setup_of, true, &ops);
}

static void
teardown(void)
{
	conf_free(&conf);
}

/* Starts both, and they have read all. */
static void
start(void)
{
	ck_assert(engines_start());
	hears(0);
	hears(1);
	trace_text[0] = '\0';
}

/* The status with which it ends, or has ended by itself. */
static int
wait_for(int i, bool kill_it)
{
	int status;

	if (kill_it)
		ck_assert_int_eq(kill(engine[i].pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(engine[i].pid, &status, 0), engine[i].pid);
	return status;
}

/* It ends, with this status of wait(2). */
static void
dies(int i, int status)
{
	(void)wait_for(i, true);
	close(engine[i].sock);
	ck_assert(engines_reaped(engine[i].pid, status));
}

static bool
runs(int i)
{
	return waitpid(engine[i].pid, NULL, WNOHANG) == 0;
}

static bool
said(const char *text)
{
	return strstr(fake.log, text) != NULL;
}

/* --- tests --------------------------------------------------------------- */

START_TEST(told_in_order)
{
	ck_assert(!engines_running());
	ck_assert(engines_start());
	ck_did("listener control start:0 limits history ids started:0 ready:0 "
	    "start:1 started:1 ready:1");
	ck_heard(0, "limits history config ping");
	ck_heard(1, "config ping");
	ck_assert(engines_running());
	ck_assert_uint_eq(engine[0].config.u.config.index, 0);
	ck_assert_uint_eq(engine[1].config.u.config.index, 1);
	ck_assert_uint_eq(engine[1].config.u.config.count, 2);
	ck_assert(engine[0].config.u.config.wait_listen);
	ck_assert(!engine[1].config.u.config.wait_listen);
	ck_assert(engine[0].config.u.config.leave_calls);
	ck_assert_ptr_nonnull(engine[0].at_work);
	ck_assert_ptr_nonnull(engine[1].at_work);
}
END_TEST

START_TEST(one_that_cannot_be_started)
{
	fake.spawn_fails = true;
	ck_assert(!engines_start());
	ck_did("listener control");
	ck_assert(!engines_running());
	ck_assert(said("cannot start"));
}
END_TEST

START_TEST(told_again)
{
	start();
	conf.debug = true;
	engines_configure();
	ck_heard(0, "config");
	ck_heard(1, "config");
	ck_assert(engine[1].config.u.config.debug);
}
END_TEST

START_TEST(drained)
{
	start();
	engines_drain();
	ck_heard(0, "drain");
	ck_heard(1, "");
	dies(0, SIGSEGV);
	loop_run_ready();
	hears(0);
	ck_assert(engine[0].config.u.config.draining);
}
END_TEST

START_TEST(a_message_for_the_owner)
{
	struct ipc_msg m;

	start();
	ipc_msg_init(&m, IPC_PING, 7);
	ck_assert(engines_tell_owner(&m, NULL, 0));
	ck_heard(0, "");
	ck_heard(1, "ping");
	ck_assert(engines_tell(&m, NULL, 0));
	ck_heard(0, "ping");
}
END_TEST

START_TEST(adopted)
{
	int fd;

	start();
	fd = engines_adopt(7);
	ck_assert_int_ne(fd, -1);
	close(fd);
	ck_heard(0, "");
	ck_heard(1, "adopt");
	dies(1, SIGSEGV);
	ck_assert_int_eq(engines_adopt(7), -1);
}
END_TEST

START_TEST(under_inetd)
{
	setup_of.connection = fcntl(0, F_DUPFD_CLOEXEC, 0);
	setup_of.engines = 1;
	conf.inetd = true;
	engines_init(&setup_of, false, &ops);
	ck_assert(engines_start());
	ck_heard(0, "config connection ping");
	ck_assert_int_eq(fcntl(setup_of.connection, F_GETFD), -1);
	dies(0, 0);
	fake_loop_pass_ms(1000);
	ck_did("ended:0");		/* and it is not started again */
}
END_TEST

/* --- deaths -------------------------------------------------------------- */

START_TEST(started_again)
{
	start();
	dies(1, SIGSEGV);
	ck_did("ended:1");
	ck_assert(said("<3>MGR: engine["));
	ck_assert(said("killed by signal 11 (Segmentation fault), another "
	    "one takes its calls"));
	loop_run_ready();
	ck_did("start:1 started:1 ready:1");
	ck_heard(1, "config ping");
	ck_assert_uint_eq(engines_restarts(), 1);
}
END_TEST

START_TEST(a_process_of_others)
{
	start();
	ck_assert(!engines_reaped(getpid(), 0));
	ck_did("");
}
END_TEST

START_TEST(the_sandbox_is_named)
{
	start();
	dies(0, SIGSYS);
	ck_assert(said("its sandbox forbade it a system call"));
}
END_TEST

/* The pause before the next start after so many deaths, in ms. */
static uint64_t
pause_after(int deaths)
{
	uint64_t ms = 0;

	for (int i = 1; i < deaths && ms < 640; i++)
		ms = ms == 0 ? 10 : ms * 2;
	return ms;
}

START_TEST(back_off)
{
	ck_assert_uint_eq(pause_after(2), 10);
	ck_assert_uint_eq(pause_after(8), 640);
	ck_assert_uint_eq(pause_after(19), 640);
	start();
	for (int n = 1; n < QUICK_DEATHS; n++) {
		fake.starts = 0;
		dies(0, 1 << 8);
		if (pause_after(n) > 0)
			fake_loop_pass_ms(pause_after(n) - 1);
		ck_assert_int_eq(fake.starts, 0);
		fake_loop_pass_ms(pause_after(n) > 0 ? 1 : 0);
		ck_assert_int_eq(fake.starts, 1);
	}
	trace_text[0] = '\0';
	dies(0, 1 << 8);
	ck_did("ended:0 failed");
	ck_assert(said("does not stay up, giving up"));
	fake_loop_pass_ms(5000);
	ck_did("");
}
END_TEST

START_TEST(one_that_stayed_up_is_started_at_once)
{
	start();
	for (int n = 0; n < 3; n++) {
		dies(0, 1 << 8);
		fake_loop_pass_ms(1000);
	}
	fake_loop_pass_ms(1000);	/* two seconds since its start */
	dies(0, 1 << 8);
	fake.starts = 0;
	loop_run_ready();
	ck_assert_int_eq(fake.starts, 1);
}
END_TEST

START_TEST(a_start_that_fails_is_tried_again)
{
	start();
	fake.spawn_fails = true;
	dies(0, 1 << 8);
	loop_run_ready();
	ck_did("ended:0 listener control");
	fake.spawn_fails = false;
	fake_loop_pass_ms(9);
	ck_did("");
	fake_loop_pass_ms(1);
	ck_did("listener control start:0 limits history ids started:0 ready:0");
	ck_assert_uint_eq(engines_restarts(), 1);
}
END_TEST

START_TEST(not_after_the_stop)
{
	start();
	dies(1, SIGSEGV);
	engines_stop(IPC_SHUTDOWN);
	ck_heard(0, "shutdown");
	fake_loop_pass_ms(5000);
	dies(0, 0);
	ck_did("ended:0");
	fake_loop_pass_ms(5000);
	ck_did("");
	ck_assert(!engines_running());
}
END_TEST

/* --- the call that it died of -------------------------------------------- */

/* It dies with this status while it is at this call, and another comes. */
static void
dies_at(uint16_t call_id, int status)
{
	*engine[1].at_work = call_id;
	dies(1, status);
	fake_loop_pass_ms(2000);
	hears(1);
	says(1, IPC_PONG, -1);
}

START_TEST(a_call_is_blamed_for_two_crashes_in_a_row)
{
	start();
	dies_at(7, SIGSEGV);
	ck_assert(!engines_crashed_by(7));
	dies_at(7, 1 << 8);
	ck_assert(engines_crashed_by(7));
	ck_assert(!engines_crashed_by(9));
	dies_at(9, SIGSEGV);
	ck_assert(!engines_crashed_by(7));
	ck_assert(!engines_crashed_by(9));
	dies_at(7, SIGSEGV);
	ck_assert(!engines_crashed_by(7));
}
END_TEST

START_TEST(no_call_is_blamed)
{
	start();
	/* Somebody else has killed it. */
	dies_at(7, SIGKILL);
	dies_at(7, SIGTERM);
	dies_at(7, SIGKILL);
	ck_assert(!engines_crashed_by(7));
	/* It was at no call. */
	dies_at(0, SIGSEGV);
	dies_at(0, SIGSEGV);
	ck_assert(!engines_crashed_by(0));
}
END_TEST

/* --- whether it answers -------------------------------------------------- */

START_TEST(all_must_answer)
{
	start();
	says(0, IPC_PONG, -1);
	ck_did("");
	says(1, IPC_PONG, -1);
	ck_did("alive");
	fake_loop_pass_ms(PULSE_MS);
	ck_heard(0, "ping");
	ck_heard(1, "ping");
	says(1, IPC_PONG, -1);
	ck_did("");
	says(0, IPC_PONG, -1);
	ck_did("alive");
}
END_TEST

START_TEST(one_that_does_not_answer)
{
	start();
	for (int i = 0; i < 5; i++) {
		ck_assert(!said("does not answer"));
		ck_assert(runs(0) && runs(1));
		says(0, IPC_PONG, -1);
		fake_loop_pass_ms(PULSE_MS);
	}
	ck_assert(said("does not answer, ending it"));
	ck_assert(runs(0));
	ck_assert_int_eq(WTERMSIG(wait_for(1, false)), SIGABRT);
}
END_TEST

START_TEST(one_that_has_been_stopped)
{
	fake.ignores_abort = true;
	start();
	fake_loop_pass_ms(5 * PULSE_MS);
	ck_assert(runs(0) && runs(1));
	fake_loop_pass_ms(PULSE_MS);
	ck_assert(said("does not end, ending it"));
	ck_assert_int_eq(WTERMSIG(wait_for(1, false)), SIGKILL);
}
END_TEST

START_TEST(one_that_does_not_read)
{
	struct ipc_msg m;
	int n = 0;

	start();
	ipc_msg_init(&m, IPC_PING, 0);
	while (engines_tell(&m, NULL, 0) && n < 1000000)
		n++;
	ck_assert(said("does not read its messages"));
	ck_assert_int_eq(WTERMSIG(wait_for(0, false)), SIGKILL);
	ck_assert(runs(1));
}
END_TEST

/* --- what it says -------------------------------------------------------- */

static void
logs(int i, int priority, const char *line)
{
	struct ipc_msg m;

	ipc_msg_init(&m, IPC_LOG, 0);
	m.u.log.priority = priority;
	snprintf(m.u.log.line, sizeof(m.u.log.line), "%s", line);
	ck_assert_int_eq(ipc_send(engine[i].sock, &m, NULL, 0), 0);
}

START_TEST(requests)
{
	struct ipc_msg m;

	start();
	says(1, IPC_CALL_GIVE, 0);
	ck_did("give:1");
	ipc_msg_init(&m, IPC_CALL_REQUEST, 8);
	m.u.call_request.again = true;	/* the fake's word for late */
	ck_assert_int_eq(ipc_send(engine[0].sock, &m, NULL, 0), 0);
	loop_run_ready();
	ck_did("call:0:late");
	ck_assert(runs(0) && runs(1));
}
END_TEST

START_TEST(a_request_with_a_fault)
{
	start();
	fake.fault = "asks for the moon";
	says(1, IPC_CALL_REQUEST, -1);
	ck_did("");
	ck_assert(said("asks for the moon, ending it"));
	ck_assert_int_eq(WTERMSIG(wait_for(1, false)), SIGKILL);
	ck_assert(runs(0));
}
END_TEST

START_TEST(nonsense)
{
	start();
	ck_assert_int_eq(write(engine[0].sock, "x", 1), 1);
	loop_run_ready();
	ck_assert(said("sent what is no message, ending it"));
	ck_assert_int_eq(WTERMSIG(wait_for(0, false)), SIGKILL);
}
END_TEST

START_TEST(log_lines)
{
	start();
	logs(0, LOG_NOTICE, "well");
	logs(0, LOG_EMERG, "to all\nterminals");
	loop_run_ready();
	ck_assert(said("<5>well\n"));
	ck_assert(said("<3>to all?terminals\n"));
}
END_TEST

START_TEST(after_the_stop_only_words)
{
	start();
	engines_stop(IPC_LEAVE);
	ck_heard(1, "leave");
	says(0, IPC_CALL_REQUEST, -1);
	says(0, IPC_PONG, -1);
	ck_did("");
	says(0, IPC_ADMIN_REQUEST, -1);
	ck_did("admin:0");
	fake.fault = "asks for the moon";
	says(0, IPC_CALL_REQUEST, -1);
	ck_did("");
	ck_assert(runs(0));
}
END_TEST

START_TEST(last_words)
{
	start();
	logs(0, LOG_ERR, "I die");
	ck_assert_int_eq(write(engine[0].sock, "x", 1), 1);
	logs(0, LOG_ERR, "now");
	dies(0, SIGSEGV);
	ck_assert(said("<3>I die\n"));
	ck_assert(said("<3>now\n"));
	ck_did("ended:0");
}
END_TEST

START_TEST(a_request_of_the_dead)
{
	struct ipc_msg m;

	start();
	ipc_msg_init(&m, IPC_CALL_REQUEST, 8);
	ck_assert_int_eq(ipc_send(engine[0].sock, &m, NULL, 0), 0);
	dies(0, SIGSEGV);
	ck_did("ended:0");
}
END_TEST

START_TEST(all_are_killed)
{
	start();
	engines_kill("does not stop");
	ck_assert(said("does not stop, ending it"));
	for (int i = 0; i < ENGINES; i++)
		ck_assert_int_eq(WTERMSIG(wait_for(i, false)), SIGKILL);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, told_in_order);
	tcase_add_test(tc, one_that_cannot_be_started);
	tcase_add_test(tc, told_again);
	tcase_add_test(tc, drained);
	tcase_add_test(tc, a_message_for_the_owner);
	tcase_add_test(tc, adopted);
	tcase_add_test(tc, under_inetd);
	tcase_add_test(tc, started_again);
	tcase_add_test(tc, a_process_of_others);
	tcase_add_test(tc, the_sandbox_is_named);
	tcase_add_test(tc, back_off);
	tcase_add_test(tc, one_that_stayed_up_is_started_at_once);
	tcase_add_test(tc, a_start_that_fails_is_tried_again);
	tcase_add_test(tc, not_after_the_stop);
	tcase_add_test(tc, a_call_is_blamed_for_two_crashes_in_a_row);
	tcase_add_test(tc, no_call_is_blamed);
	tcase_add_test(tc, all_must_answer);
	tcase_add_test(tc, one_that_does_not_answer);
	tcase_add_test(tc, one_that_has_been_stopped);
	tcase_add_test(tc, one_that_does_not_read);
	tcase_add_test(tc, requests);
	tcase_add_test(tc, a_request_with_a_fault);
	tcase_add_test(tc, nonsense);
	tcase_add_test(tc, log_lines);
	tcase_add_test(tc, after_the_stop_only_words);
	tcase_add_test(tc, last_words);
	tcase_add_test(tc, a_request_of_the_dead);
	tcase_add_test(tc, all_are_killed);
}

int
main(void)
{
	return unit_main("engines", tests);
}
