/* Another configuration: all of it, or nothing. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "fake_loop.h"
#include "monitor/access.h"
#include "monitor/admin_socket.h"
#include "monitor/aaa.h"
#include "monitor/bcrelay.h"
#include "monitor/calls.h"
#include "monitor/conf_load.h"
#include "monitor/engines.h"
#include "monitor/listener.h"
#include "monitor/notify.h"
#include "monitor/plugin_choice.h"
#include "monitor/pools.h"
#include "monitor/reload.h"
#include "monitor/request_check.h"
#include "trace.h"
#include "unit.h"

#define OLD_ADDR	0x0100007fU
#define NEW_ADDR	0x0200007fU

/* The steps that can fail, in their order. */
enum step { LOAD, PPPD, LISTEN, POOLS, CALLS, NONE };

static struct {
	enum step	 fails;
	bool		 moves;		/* another address to listen on */
	bool		 another;	/* needs another pptpd */
	int		 listener;	/* that was opened */
	unsigned int	 errors;	/* in the file */
	int		 in_force;	/* conf.stimeout */
	char		 log[1024];
} fake;
static struct conf conf;
static struct monitor_setup setup;

/* --- fakes --------------------------------------------------------------- */

static void
complain(struct conf *c, const char *text)
{
	if (c->errors++ == 0)
		c->error = strdup(text);
}

bool
conf_load_again(struct conf *c, const struct conf *now)
{
	ck_assert_ptr_eq(now, &conf);
	did("load");
	for (unsigned int i = 0; fake.fails == LOAD && i < fake.errors; i++)
		complain(c, "bad file");
	c->debug = true;
	c->stimeout = 17;
	c->listen_addr = fake.moves ? NEW_ADDR : OLD_ADDR;
	c->listen = strdup("127.0.0.2");
	return c->errors == 0;
}

void
conf_load_complain(struct conf *c, enum conf_key key, const char *reason,
    const char *value)
{
	char text[256];

	snprintf(text, sizeof(text), "%d: %s: %s", (int)key, reason,
	    value != NULL ? value : "-");
	complain(c, text);
}

bool
conf_load_keep(const struct conf *before, struct conf *after)
{
	ck_assert_int_eq(before->stimeout, fake.in_force);
	fake.in_force = after->stimeout;
	ck_assert_int_eq(after->stimeout, 17);
	return fake.another;
}

bool
plugin_choice_try(const struct conf *c, char *text)
{
	ck_assert_int_eq(c->stimeout, 17);
	did("try-pppd");
	snprintf(text, LOG_LINE_MAX, "pppd refuses");
	return fake.fails != PPPD;
}

int
listener_open(uint32_t addr, int old)
{
	did("listen");
	ck_assert_uint_eq(addr, NEW_ADDR);
	ck_assert_int_eq(old, setup.listener);
	errno = EADDRINUSE;
	if (fake.fails == LISTEN)
		return -1;
	fake.listener = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ck_assert_int_ne(fake.listener, -1);
	return fake.listener;
}

/* When nothing has changed after all, pppds get the old ones again. */
int
pools_write(const struct conf *c)
{
	did(c == &conf ? "old-pools" : "pools");
	errno = ENOSPC;
	return fake.fails == POOLS ? -1 : 0;
}

int
calls_change(const struct conf *c)
{
	ck_assert_int_eq(c->stimeout, 17);
	did("calls");
	return fake.fails == CALLS ? -1 : 0;
}

bool
access_built(void)
{
	return true;
}

void
plugin_choice_change(void)
{
	did("plugins");
}

void
request_check_init(const struct limit_conf *limits, bool debug, bool access)
{
	ck_assert_ptr_eq(limits, &conf.limits);
	ck_assert(debug && access);
	did("check");
}

void
request_check_listener(int fd)
{
	ck_assert_int_eq(fd, fake.listener);
	did("check-listener");
}

void
admin_socket_change(const char *group, gid_t *gid)
{
	(void)group;
	ck_assert_ptr_eq(gid, &setup.admin_group);
	did("admin");
}

void
engines_configure(void)
{
	did("engines");
}

bool
engines_tell(const struct ipc_msg *m, const int *fds, int n)
{
	ck_assert_int_eq(m->type, IPC_LISTENER);
	ck_assert_int_eq(n, 1);
	ck_assert_int_eq(fds[0], fake.listener);
	did("engines-listener");
	return true;
}

void
aaa_change(const struct conf *c)
{
	ck_assert_ptr_eq(c, &conf);
	did("aaa");
}

const char *
aaa_socket(void)
{
	return "/run/aaa";
}

void
calls_aaa(const char *path)
{
	ck_assert_str_eq(path, "/run/aaa");
}

void
bcrelay_change(const struct conf *c)
{
	ck_assert_ptr_eq(c, &conf);
	did("bcrelay");
}

void
notify_reloading(void)
{
	did("reloading");
}

void
notify_ready(void)
{
	did("ready");
}

static void
make_way(void *arg)
{
	ck_assert_ptr_null(arg);
	did("make-way");
}

static void
sink(int priority, const char *line, void *arg)
{
	size_t len = strlen(fake.log);

	(void)arg;
	snprintf(fake.log + len, sizeof(fake.log) - len, "<%d>%s\n", priority,
	    line);
}

/* --- the ground ---------------------------------------------------------- */

static void
setup_all(void)
{
	fake.fails = NONE;
	fake.listener = -1;
	fake.errors = 1;
	fake_loop_init();
	log_set_sink(sink, NULL);
	conf_init(&conf);
	conf.stimeout = fake.in_force = 3;
	conf.listen_addr = OLD_ADDR;
	setup = (struct monitor_setup){ .conf = &conf,
		.listener = open("/dev/null", O_RDONLY | O_CLOEXEC) };
	reload_init(&setup, make_way);
}

static void
teardown_all(void)
{
	conf_free(&conf);
	log_set_debug(false);
}

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

/* --- tests --------------------------------------------------------------- */

static const struct {
	enum step	 fails;
	const char	*done, *text;
} failures[] = {
	{ LOAD, "load", "bad file" },
	{ PPPD, "load try-pppd", "pppd refuses: -" },
	{ LISTEN, "load try-pppd listen", "Address already in use: "
	    "127.0.0.2" },
	{ POOLS, "load try-pppd listen pools", "No space left on device: -" },
	{ CALLS, "load try-pppd listen pools calls old-pools",
	    "Cannot allocate memory: -" },
};
#define FAILURES	((int)(sizeof(failures) / sizeof(failures[0])))

START_TEST(a_step_that_fails_changes_nothing)
{
	struct conf before = conf;
	struct monitor_setup setup_before = setup;
	char text[RELOAD_TEXT] = "";

	fake.moves = fake.another = true;
	fake.fails = failures[_i].fails;
	ck_assert(!reload_now(text));
	ck_did(failures[_i].done);
	ck_assert_msg(strstr(text, failures[_i].text) != NULL, "%s", text);
	ck_assert_msg(strstr(fake.log, "<3>MGR: configuration not changed: ")
	    != NULL && strstr(fake.log, text) != NULL, "%s", fake.log);
	ck_assert_mem_eq(&conf, &before, sizeof(conf));
	ck_assert_mem_eq(&setup, &setup_before, sizeof(setup));
	ck_assert(is_open(setup.listener));
	ck_assert(fake.listener == -1 || !is_open(fake.listener));
	ck_assert(!log_is_debug());
	loop_run_ready();
	ck_did("");			/* no other pptpd either */
	/* And the next try is a whole one. */
	fake.fails = NONE;
	ck_assert(reload_now(text));
	ck_assert_int_eq(conf.stimeout, 17);
}
END_TEST

START_TEST(more_errors_are_counted)
{
	char text[RELOAD_TEXT];

	fake.fails = LOAD;
	fake.errors = 2;
	ck_assert(!reload_now(text));
	ck_assert_str_eq(text, "bad file (and 1 more error)");
	fake.errors = 3;
	ck_assert(!reload_now(text));
	ck_assert_str_eq(text, "bad file (and 2 more errors)");
}
END_TEST

START_TEST(pppds_complaint_names_its_keyword)
{
	char text[RELOAD_TEXT], want[64];

	fake.fails = PPPD;
	ck_assert(!reload_now(text));
	snprintf(want, sizeof(want), "%d: pppd refuses: -", CONF_PPP);
	ck_assert_str_eq(text, want);
}
END_TEST

START_TEST(all_are_told)
{
	int listener = setup.listener;
	char text[RELOAD_TEXT];

	ck_assert(reload_now(text));
	ck_did("load try-pppd pools calls plugins check admin engines bcrelay aaa");
	ck_assert_int_eq(conf.stimeout, 17);
	ck_assert_ptr_eq(setup.conf, &conf);
	ck_assert_int_eq(setup.listener, listener);
	ck_assert(is_open(listener));
	ck_assert(log_is_debug());
	loop_run_ready();
	ck_did("");
}
END_TEST

START_TEST(another_listener)
{
	struct stat st;
	int old = setup.listener;
	char text[RELOAD_TEXT];

	fake.moves = true;
	ck_assert(reload_now(text));
	ck_did("load try-pppd listen pools calls plugins check admin engines "
	    "check-listener engines-listener bcrelay aaa");
	ck_assert_int_eq(setup.listener, fake.listener);
	ck_assert_int_eq(fstat(setup.listener, &st), 0);
	ck_assert(!is_open(old));
	/* It is the one in force now. */
	ck_assert(reload_now(text));
	ck_did("load try-pppd pools calls plugins check admin engines bcrelay aaa");
}
END_TEST

START_TEST(what_has_changed_is_said)
{
	char text[RELOAD_TEXT];

	conf.origin[CONF_DEBUG].from = CONF_FROM_FILE;
	ck_assert(reload_now(text));
	ck_assert_str_eq(text, "debug changed");
	ck_assert(strstr(fake.log, "read again: debug changed") != NULL);
	ck_assert(reload_now(text));
	ck_assert_str_eq(text, "nothing changed");
}
END_TEST

START_TEST(another_pptpd_comes_from_the_loop)
{
	char text[RELOAD_TEXT];

	fake.another = true;
	ck_assert(reload_now(text));
	ck_did("load try-pppd pools calls plugins check admin engines bcrelay aaa");
	loop_run_ready();
	ck_did("make-way");
}
END_TEST

START_TEST(nothing_after_the_end)
{
	char text[RELOAD_TEXT];

	fake.another = true;
	ck_assert(reload_now(text));
	reload_soon();
	trace_text[0] = '\0';
	reload_stop();
	fake_loop_pass_ms(10000);
	reload_soon();
	fake_loop_pass_ms(10000);
	ck_assert(!reload_now(text));
	ck_assert_str_eq(text, "pptpd is about to end");
	ck_did("");
}
END_TEST

START_TEST(nothing_under_inetd)
{
	char text[RELOAD_TEXT];

	conf.inetd = true;
	ck_assert(!reload_now(text));
	ck_assert_str_eq(text, "under inetd there is no file");
	ck_did("");
}
END_TEST

#define ONCE	"reloading load try-pppd pools calls plugins check admin engines " \
	"bcrelay aaa ready"

START_TEST(signals_are_put_together)
{
	reload_soon();
	reload_soon();
	ck_did("");
	loop_run_ready();
	ck_did(ONCE);
}
END_TEST

START_TEST(not_twice_in_a_pause)
{
	reload_soon();
	loop_run_ready();
	ck_did(ONCE);
	for (int i = 0; i < 5; i++) {
		reload_soon();
		fake_loop_pass_ms(10);
	}
	ck_did("");
	fake_loop_pass_ms(RELOAD_PAUSE_MS - 60);
	ck_did("");
	fake_loop_pass_ms(20);
	ck_did(ONCE);
	fake_loop_pass_ms(10000);
	ck_did("");
	reload_soon();
	loop_run_ready();
	ck_did(ONCE);
}
END_TEST

START_TEST(a_failure_asked_for_by_a_signal)
{
	fake.fails = LOAD;
	reload_soon();
	loop_run_ready();
	ck_did("reloading load ready");
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup_all, teardown_all);
	tcase_add_loop_test(tc, a_step_that_fails_changes_nothing, 0,
	    FAILURES);
	tcase_add_test(tc, more_errors_are_counted);
	tcase_add_test(tc, pppds_complaint_names_its_keyword);
	tcase_add_test(tc, all_are_told);
	tcase_add_test(tc, another_listener);
	tcase_add_test(tc, what_has_changed_is_said);
	tcase_add_test(tc, another_pptpd_comes_from_the_loop);
	tcase_add_test(tc, nothing_after_the_end);
	tcase_add_test(tc, nothing_under_inetd);
	tcase_add_test(tc, signals_are_put_together);
	tcase_add_test(tc, not_twice_in_a_pause);
	tcase_add_test(tc, a_failure_asked_for_by_a_signal);
}

int
main(void)
{
	return unit_main("reload", tests);
}
