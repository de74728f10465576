/* The monitor's life: what each event makes of each state, and how it ends. */
#include <fcntl.h>
#include <unistd.h>

#include "base/log.h"
#include "fake_loop.h"
#include "monitor/access_query.h"
#include "monitor/awaited.h"
#include "monitor/aaa.h"
#include "monitor/bcrelay.h"
#include "monitor/calls.h"
#include "monitor/engines.h"
#include "monitor/lifetime.h"
#include "monitor/notify.h"
#include "monitor/rejoin_server.h"
#include "monitor/reload.h"
#include "monitor/signals.h"
#include "monitor/upgrade.h"
#include "trace.h"
#include "unit.h"

static struct conf conf;
static struct monitor_setup setup;

/* The others, as lifetime sees them. */
static struct {
	unsigned int	 calls;
	bool		 engines, expected, upgrade_possible;
	char		 log[4096];
} fake;

/* --- fakes --------------------------------------------------------------- */

void
access_query_drop(void)
{
	did("access-drop");
}

bool
awaited_expected(void)
{
	return fake.expected;
}

void
aaa_stop(bool off)
{
	did(off ? "aaa-off" : "aaa-stop");
}

void
bcrelay_stop(void)
{
	did("bcrelay-stop");
}

unsigned int
calls_count(void)
{
	return fake.calls;
}

void
calls_kill_all(void)
{
	did("calls-kill");
}

void
calls_slots(uint32_t *slots, uint32_t *free_slots)
{
	*slots = 100;
	*free_slots = 100 - fake.calls;
}

void
engines_drain(void)
{
	did("engines-drain");
}

void
engines_kill(const char *why)
{
	ck_assert_str_eq(why, "does not stop");
	did("engines-kill");
}

void
engines_stop(enum ipc_type how)
{
	did("engines-%s", how == IPC_LEAVE ? "leave" : "shutdown");
}

bool
engines_running(void)
{
	return fake.engines;
}

unsigned int
engines_restarts(void)
{
	return 3;
}

void
notify_ready(void)
{
	did("ready");
}

void
notify_reloading(void)
{
	did("reloading");
}

void
notify_stopping(void)
{
	did("stopping");
}

void
notify_status(const char *fmt, ...)
{
	char text[64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	did("\"%s\"", text);
}

void
notify_alive(uint64_t now_us)
{
	ck_assert_uint_eq(now_us, fake_loop.now_us);
	did("alive");
}

void
rejoin_server_close(void)
{
	did("rejoin-close");
}

void
rejoin_server_end(void)
{
	did("rejoin-end");
}

void
reload_stop(void)
{
	did("reload-stop");
}

void
signals_hold(void)
{
	did("signals-hold");
}

bool
upgrade_check(void)
{
	did("upgrade-check");
	return fake.upgrade_possible;
}

static void
sink(int priority, const char *line, void *arg)
{
	size_t len = strlen(fake.log);

	(void)priority;
	(void)arg;
	snprintf(fake.log + len, sizeof(fake.log) - len, "%s\n", line);
}

/* --- the ground ---------------------------------------------------------- */

/* Serves, with two calls and engines that run. */
static void
begin(bool keep_calls)
{
	memset(&fake, 0, sizeof(fake));
	trace_text[0] = '\0';
	fake.calls = 2;
	fake.engines = fake.upgrade_possible = true;
	fake_loop_init();
	log_set_sink(sink, NULL);
	conf.restart_grace = 30;
	if (setup.conf != NULL && setup.listener != -1)
		close(setup.listener);
	setup = (struct monitor_setup){ .conf = &conf,
		.listener = open("/dev/null", O_RDONLY | O_CLOEXEC) };
	lifetime_init(&setup, keep_calls);
	ck_assert_int_eq(lifetime_state(), LIFETIME_SERVING);
}

static void
drain(void)
{
	lifetime_drain("test");
}

static void
stop(void)
{
	lifetime_stop("test");
}

static void
leave(void)
{
	lifetime_leave("test");
}

static void
upgrade(void)
{
	lifetime_upgrade("test");
}

/* Leads from SERVING to a state; NULL: is there. */
static void (*const way[])(void) = {
	[LIFETIME_SERVING] = NULL,
	[LIFETIME_DRAINING] = drain,
	[LIFETIME_STOPPING] = stop,
	[LIFETIME_LEAVING] = leave,
	[LIFETIME_UPGRADING] = upgrade,
};
#define STATES	((int)(sizeof(way) / sizeof(way[0])))

#define SERVE	LIFETIME_SERVING
#define DRAIN	LIFETIME_DRAINING
#define STOP	LIFETIME_STOPPING
#define LEAVE	LIFETIME_LEAVING
#define UPGRADE	LIFETIME_UPGRADING

/* The next state for each present one, in the order of the enum. */
static const struct {
	const char	*name;
	void		(*event)(void);
	bool		 keep_calls;
	enum lifetime_state next[5];
} events[] = {
	{ "drain", drain, true, { DRAIN, DRAIN, STOP, LEAVE, UPGRADE } },
	{ "stop", stop, true, { STOP, STOP, STOP, LEAVE, UPGRADE } },
	{ "leave", leave, true, { LEAVE, LEAVE, STOP, LEAVE, UPGRADE } },
	{ "leave, calls end", leave, false,
	    { STOP, STOP, STOP, STOP, UPGRADE } },
	{ "upgrade", upgrade, true,
	    { UPGRADE, UPGRADE, STOP, LEAVE, UPGRADE } },
	{ "engine failed", lifetime_engine_failed, true,
	    { LEAVE, LEAVE, STOP, LEAVE, UPGRADE } },
	{ "engine failed, calls end", lifetime_engine_failed, false,
	    { STOP, STOP, STOP, STOP, UPGRADE } },
	{ "connection over", lifetime_connection_over, true,
	    { STOP, STOP, STOP, LEAVE, UPGRADE } },
	{ "engines alive", lifetime_engines_alive, true,
	    { SERVE, DRAIN, STOP, LEAVE, UPGRADE } },
	{ "look", lifetime_look, true,
	    { SERVE, DRAIN, STOP, LEAVE, UPGRADE } },
};
#define EVENTS	((int)(sizeof(events) / sizeof(events[0])))

/* --- tests --------------------------------------------------------------- */

START_TEST(each_event_in_each_state)
{
	enum lifetime_state state;

	for (int from = 0; from < STATES; from++) {
		begin(events[_i].keep_calls);
		if (way[from] != NULL)
			way[from]();
		events[_i].event();
		state = lifetime_state();
		ck_assert_msg(state == events[_i].next[from],
		    "%s in state %d: state %d, not %d", events[_i].name, from,
		    (int)state, (int)events[_i].next[from]);
		ck_assert_int_eq(lifetime_is_over(), state != SERVE &&
		    state != DRAIN);
		ck_assert(!fake_loop.stopped);	/* engines run */
	}
}
END_TEST

START_TEST(stop_waits_for_engines_and_calls)
{
	begin(true);
	stop();
	ck_did("rejoin-end stopping \"Stopping, 2 calls\" reload-stop "
	    "bcrelay-stop access-drop engines-shutdown");
	ck_assert_int_eq(setup.listener, -1);
	fake.engines = false;
	lifetime_look();
	ck_assert(!fake_loop.stopped);
	fake.calls = 0;
	fake.expected = true;		/* one may still come back */
	lifetime_look();
	ck_assert(!fake_loop.stopped);
	fake.expected = false;
	lifetime_look();
	ck_assert(fake_loop.stopped);
	ck_assert_int_eq(lifetime_exit_status(), 0);
}
END_TEST

START_TEST(stop_without_anybody_ends_at_once)
{
	begin(true);
	fake.engines = false;
	fake.calls = 0;
	stop();
	ck_assert(fake_loop.stopped);
}
END_TEST

START_TEST(engines_that_do_not_stop_are_killed)
{
	begin(true);
	stop();
	trace_text[0] = '\0';
	fake_loop_pass_ms(7900);
	ck_did("");
	fake_loop_pass_ms(200);
	ck_did("engines-kill");
	ck_assert(!fake_loop.stopped);
}
END_TEST

START_TEST(calls_that_do_not_end_are_killed)
{
	begin(true);
	stop();
	fake.engines = false;
	lifetime_look();
	trace_text[0] = '\0';
	fake_loop_pass_ms(13900);
	ck_did("");
	fake_loop_pass_ms(200);
	ck_did("calls-kill");
	ck_assert(fake_loop.stopped);
	ck_assert(strstr(fake.log, "2 calls do not end") != NULL);
}
END_TEST

/* pptpctrl under inetd: the engine has ended, and its keeper hangs. */
START_TEST(an_only_call_that_does_not_end_is_killed)
{
	begin(false);
	fake.engines = false;
	fake.calls = 1;
	lifetime_connection_over();
	ck_assert(!fake_loop.stopped);
	fake_loop_pass_ms(13900);
	ck_did("");
	fake_loop_pass_ms(200);
	ck_did("calls-kill");
	ck_assert(fake_loop.stopped);
}
END_TEST

START_TEST(leave_waits_for_engines_alone)
{
	begin(true);
	leave();
	ck_did("rejoin-close stopping \"Restarting, 2 calls\" reload-stop "
	    "bcrelay-stop aaa-stop access-drop engines-leave");
	ck_assert_int_eq(setup.listener, -1);
	ck_assert(strstr(fake.log, "2 calls wait 30 s for the next") != NULL);
	fake_loop_pass_ms(1900);
	ck_did("");
	fake_loop_pass_ms(200);
	ck_did("engines-kill");
	ck_assert(!fake_loop.stopped);
	fake.engines = false;
	lifetime_look();
	ck_assert(fake_loop.stopped);
	ck_assert_int_eq(lifetime_exit_status(), 0);
}
END_TEST

START_TEST(leave_is_a_stop_where_calls_would_end)
{
	begin(false);
	leave();
	ck_did("rejoin-end stopping \"Stopping, 2 calls\" reload-stop "
	    "bcrelay-stop access-drop engines-shutdown");
}
END_TEST

START_TEST(upgrade_keeps_the_listener)
{
	begin(true);
	upgrade();
	ck_did("signals-hold rejoin-close reloading \"Upgrading, 2 calls\" "
	    "reload-stop bcrelay-stop aaa-stop access-drop engines-leave");
	ck_assert_int_ne(setup.listener, -1);
	ck_assert_int_ne(fcntl(setup.listener, F_GETFD), -1);
	fake.engines = false;
	lifetime_look();
	ck_assert(fake_loop.stopped);
	ck_assert_int_eq(lifetime_exit_status(), MONITOR_UPGRADE);
}
END_TEST

static void
no_upgrade(const char *why)
{
	fake.log[0] = '\0';
	ck_assert(!lifetime_can_upgrade());
	ck_did("");			/* the other program was not asked */
	ck_assert_msg(strstr(fake.log, why) != NULL, "%s", fake.log);
}

START_TEST(upgrade_impossible)
{
	begin(false);
	no_upgrade("calls would end, see restart-grace");
	begin(true);
	drain();
	trace_text[0] = '\0';
	no_upgrade("it is draining");
	stop();
	trace_text[0] = '\0';
	no_upgrade("it is stopping");
	begin(true);
	ck_assert(lifetime_can_upgrade());
	fake.upgrade_possible = false;
	ck_assert(!lifetime_can_upgrade());
	ck_did("upgrade-check upgrade-check");
	ck_assert_int_eq(lifetime_state(), LIFETIME_SERVING);
}
END_TEST

START_TEST(drain_then_stop)
{
	begin(true);
	drain();
	ck_did("reload-stop engines-drain");
	ck_assert_int_eq(setup.listener, -1);
	fake.calls = 1;
	lifetime_look();
	fake.calls = 0;
	fake.expected = true;
	lifetime_look();
	ck_assert_int_eq(lifetime_state(), LIFETIME_DRAINING);
	fake.expected = false;
	lifetime_look();
	ck_did("rejoin-end stopping \"Stopping, 0 calls\" reload-stop "
	    "bcrelay-stop access-drop engines-shutdown");
	ck_assert_int_eq(lifetime_state(), LIFETIME_STOPPING);
	fake.engines = false;
	lifetime_look();
	ck_assert(fake_loop.stopped);
	ck_assert_int_eq(lifetime_exit_status(), 0);
}
END_TEST

START_TEST(drain_without_calls_is_a_stop)
{
	begin(true);
	fake.calls = 0;
	drain();
	ck_assert_int_eq(lifetime_state(), LIFETIME_STOPPING);
}
END_TEST

START_TEST(exit_status_of_a_failed_engine)
{
	begin(true);
	lifetime_engine_failed();
	fake.engines = false;
	lifetime_look();
	ck_assert(fake_loop.stopped);
	ck_assert_int_eq(lifetime_exit_status(), MONITOR_NO_SOCKET);
}
END_TEST

/* The others may hang: nobody pings them any more. */
START_TEST(a_failed_engine_does_not_keep_the_others)
{
	begin(true);
	lifetime_engine_failed();
	ck_did("rejoin-close stopping \"Restarting, 2 calls\" reload-stop "
	    "bcrelay-stop aaa-stop access-drop engines-leave");
	ck_assert_int_eq(setup.listener, -1);
	fake_loop_pass_ms(2100);
	ck_did("engines-kill");
	begin(false);
	lifetime_engine_failed();
	ck_did("rejoin-end stopping \"Stopping, 2 calls\" reload-stop "
	    "bcrelay-stop access-drop engines-shutdown");
	fake_loop_pass_ms(8100);
	ck_did("engines-kill");
}
END_TEST

START_TEST(exit_status_of_a_connection)
{
	begin(false);
	fake.engines = false;
	lifetime_connection_over();
	ck_assert(!fake_loop.stopped);	/* its call goes on */
	fake.calls = 0;
	lifetime_look();
	ck_assert(fake_loop.stopped);
	ck_assert_int_eq(lifetime_exit_status(), 0);
}
END_TEST

START_TEST(ready_is_said_once)
{
	begin(true);
	lifetime_engines_alive();
	ck_did("ready \"Serving, 2 calls\" alive");
	lifetime_engines_alive();
	ck_did("\"Serving, 2 calls\" alive");
	drain();
	trace_text[0] = '\0';
	lifetime_engines_alive();
	ck_did("\"Draining, 2 calls to go\" alive");
}
END_TEST

static void
status_is(uint32_t uptime_s, bool draining, bool stopping)
{
	struct ipc_admin_status s;

	memset(&s, 0xff, sizeof(s));
	lifetime_status(&s);
	ck_assert_int_eq(s.pid, getpid());
	ck_assert_uint_eq(s.uptime_s, uptime_s);
	ck_assert_uint_eq(s.engine_restarts, 3);
	ck_assert_uint_eq(s.slots, 100);
	ck_assert_uint_eq(s.slots_free, 98);
	ck_assert_int_eq(s.draining, draining);
	ck_assert_int_eq(s.stopping, stopping);
}

START_TEST(status)
{
	begin(true);
	status_is(0, false, false);
	fake_loop_pass_ms(5000);
	status_is(5, false, false);
	drain();
	status_is(5, true, false);
	stop();
	status_is(5, false, true);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_loop_test(tc, each_event_in_each_state, 0, EVENTS);
	tcase_add_test(tc, stop_waits_for_engines_and_calls);
	tcase_add_test(tc, stop_without_anybody_ends_at_once);
	tcase_add_test(tc, engines_that_do_not_stop_are_killed);
	tcase_add_test(tc, calls_that_do_not_end_are_killed);
	tcase_add_test(tc, an_only_call_that_does_not_end_is_killed);
	tcase_add_test(tc, leave_waits_for_engines_alone);
	tcase_add_test(tc, leave_is_a_stop_where_calls_would_end);
	tcase_add_test(tc, upgrade_keeps_the_listener);
	tcase_add_test(tc, upgrade_impossible);
	tcase_add_test(tc, drain_then_stop);
	tcase_add_test(tc, drain_without_calls_is_a_stop);
	tcase_add_test(tc, exit_status_of_a_failed_engine);
	tcase_add_test(tc, a_failed_engine_does_not_keep_the_others);
	tcase_add_test(tc, exit_status_of_a_connection);
	tcase_add_test(tc, ready_is_said_once);
	tcase_add_test(tc, status);
}

int
main(void)
{
	return unit_main("lifetime", tests);
}
