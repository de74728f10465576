/* What an administrator orders: the reply comes first, and then the deed. */
#include "fake_loop.h"
#include "monitor/admin_orders.h"
#include "monitor/calls.h"
#include "monitor/lifetime.h"
#include "monitor/reload.h"
#include "trace.h"
#include "unit.h"

static struct {
	unsigned int	 calls;
	bool		 can_upgrade, reloads;
	char		 reload_text[RELOAD_TEXT];
} fake;
static struct ipc_msg reply;

/* --- fakes --------------------------------------------------------------- */

unsigned int
calls_count(void)
{
	return fake.calls;
}

void
lifetime_drain(const char *cause)
{
	did("drain(%s)", cause);
}

void
lifetime_stop(const char *cause)
{
	did("stop(%s)", cause);
}

void
lifetime_upgrade(const char *cause)
{
	did("upgrade(%s)", cause);
}

bool
lifetime_can_upgrade(void)
{
	return fake.can_upgrade;
}

void
lifetime_status(struct ipc_admin_status *s)
{
	memset(s, 0, sizeof(*s));
	s->slots_free = 17;
}

bool
reload_now(char text[RELOAD_TEXT])
{
	did("reload");
	snprintf(text, RELOAD_TEXT, "%s", fake.reload_text);
	return fake.reloads;
}

void
reload_log_level(bool debug)
{
	did("level(%s)", debug ? "debug" : "info");
}

/* --- tests --------------------------------------------------------------- */

static void
setup(void)
{
	fake_loop_init();
	admin_orders_init();
}

static void
order(enum ipc_admin_verb verb, bool ok, const char *text)
{
	ipc_msg_init(&reply, IPC_ADMIN_REPLY, 0);
	admin_orders_do(verb, &reply);
	ck_assert_int_eq(reply.u.admin_reply.ok, ok);
	ck_assert_str_eq(reply.u.admin_reply.text, text);
	ck_assert_uint_eq(reply.u.admin_reply.status.slots_free, 17);
}

START_TEST(status)
{
	order(IPC_ADMIN_STATUS, true, "");
	loop_run_ready();
	ck_did("");
}
END_TEST

START_TEST(drain)
{
	fake.calls = 3;
	order(IPC_ADMIN_DRAIN, true, "draining: the server leaves with its "
	    "last call, 3 calls");
	ck_did("");
	loop_run_ready();
	ck_did("drain(pptpdctl drain)");
}
END_TEST

START_TEST(stop)
{
	fake.calls = 1;
	order(IPC_ADMIN_SHUTDOWN, true, "shutting down: 1 call");
	ck_did("");
	loop_run_ready();
	ck_did("stop(pptpdctl shutdown)");
	loop_run_ready();
	ck_did("");
}
END_TEST

START_TEST(upgrade)
{
	fake.can_upgrade = true;
	order(IPC_ADMIN_UPGRADE, true, "becoming the pptpd that is installed "
	    "now");
	ck_did("");
	loop_run_ready();
	ck_did("upgrade(pptpdctl upgrade)");
}
END_TEST

START_TEST(upgrade_impossible)
{
	order(IPC_ADMIN_UPGRADE, false, "no upgrade, this pptpd goes on: its "
	    "log says why");
	loop_run_ready();
	ck_did("");
}
END_TEST

START_TEST(log_level)
{
	order(IPC_ADMIN_LOG_DEBUG, true, "until the configuration is read "
	    "again");
	ck_did("level(debug)");
	order(IPC_ADMIN_LOG_INFO, true, "until the configuration is read "
	    "again");
	ck_did("level(info)");
	loop_run_ready();
	ck_did("");
}
END_TEST

START_TEST(reload)
{
	fake.reloads = true;
	strcpy(fake.reload_text, "debug changed");
	order(IPC_ADMIN_RELOAD, true, "debug changed");
	ck_did("reload");
	loop_run_ready();
	ck_did("");
}
END_TEST

START_TEST(reload_fails)
{
	strcpy(fake.reload_text, "pptpd.conf:3: debug: no");
	order(IPC_ADMIN_RELOAD, false, "pptpd.conf:3: debug: no");
	ck_did("reload");
}
END_TEST

START_TEST(reload_says_more_than_fits)
{
	char most[IPC_ADMIN_TEXT] = "";

	memset(fake.reload_text, 'x', RELOAD_TEXT - 1);
	memset(most, 'x', IPC_ADMIN_TEXT - 1);
	order(IPC_ADMIN_RELOAD, false, most);
}
END_TEST

/* The engine chooses the octet; request_check passes known ones only. */
START_TEST(unknown_verb)
{
	order((enum ipc_admin_verb)0, false, "");
	order((enum ipc_admin_verb)99, false, "");
	loop_run_ready();
	ck_did("");
}
END_TEST

/* Two orders before the first is done: the last one, but for a shutdown. */
START_TEST(later_order_wins_but_over_a_shutdown)
{
	order(IPC_ADMIN_DRAIN, true, "draining: the server leaves with its "
	    "last call, 0 calls");
	order(IPC_ADMIN_SHUTDOWN, true, "shutting down: 0 calls");
	order(IPC_ADMIN_DRAIN, true, "draining: the server leaves with its "
	    "last call, 0 calls");
	loop_run_ready();
	ck_did("stop(pptpdctl shutdown)");
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, status);
	tcase_add_test(tc, drain);
	tcase_add_test(tc, stop);
	tcase_add_test(tc, upgrade);
	tcase_add_test(tc, upgrade_impossible);
	tcase_add_test(tc, log_level);
	tcase_add_test(tc, reload);
	tcase_add_test(tc, reload_fails);
	tcase_add_test(tc, reload_says_more_than_fits);
	tcase_add_test(tc, unknown_verb);
	tcase_add_test(tc, later_order_wins_but_over_a_shutdown);
}

int
main(void)
{
	return unit_main("admin_orders", tests);
}
