/* The server's own table: what nft is told, and in which order. */
/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "fake_loop.h"
#include "monitor/child.h"
#include "monitor/firewall.h"
#include "unit.h"

static char dir[] = "/tmp/test_firewall.XXXXXX";
static struct conf conf;
static unsigned int started;	/* so many; pids are 1001 and so on */
static char text[2048];		/* of the last */
static const char *complaint;	/* what nft writes */
static bool no_nft;
static pid_t killed;
static char said[LOG_LINE_MAX];

pid_t
child_spawn(const char *path, char *const argv[], const int *fds, int n,
    int output)
{
	(void)fds;
	ck_assert_int_eq(n, 0);
	ck_assert_int_eq(path[0], '/');
	ck_assert_str_eq(argv[0], "nft");
	ck_assert_ptr_null(argv[2]);
	snprintf(text, sizeof(text), "%s", argv[1]);
	if (complaint != NULL)
		ck_assert_int_gt(write(output, complaint, strlen(complaint)),
		    0);
	return (pid_t)(1000 + ++started);
}

int	__wrap_kill(pid_t, int);

int
__wrap_kill(pid_t pid, int sig)
{
	ck_assert_int_eq(sig, SIGKILL);
	killed = pid;
	return 0;
}

int	__wrap_access(const char *, int);
int	__real_access(const char *, int);

int
__wrap_access(const char *path, int mode)
{
	if (strstr(path, "/nft") != NULL)
		return no_nft ? -1 : 0;
	return __real_access(path, mode);
}

int	__wrap_instance_path(char *, size_t, const char *, const char *);

/* Not in the run directory of this machine's server. */
int
__wrap_instance_path(char *buf, size_t size, const char *name,
    const char *pidfile)
{
	(void)pidfile;
	return snprintf(buf, size, "%s/%s", dir, name) < (int)size ? 0 : -1;
}

static void
listen_to(int priority, const char *line, void *arg)
{
	(void)priority;
	(void)arg;
	snprintf(said, sizeof(said), "%s", line);
}

static void
begin(uint32_t mss, bool sources)
{
	char *made = mkdtemp(dir);

	ck_assert_ptr_nonnull(made);
	fake_loop_init();
	log_set_sink(listen_to, NULL);
	conf_init(&conf);
	conf.mss_clamp = mss;
	conf.anti_spoofing = sources;
	firewall_start(&conf);
}

static bool
marked(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/firewall", dir);
	return __real_access(path, F_OK) == 0;
}

/* The last nft ends. */
static void
ends(int status)
{
	ck_assert(firewall_reaped((pid_t)(1000 + started), status));
}

static void
done(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/firewall", dir);
	(void)unlink(path);
	(void)rmdir(dir);
	conf_free(&conf);
}

static bool
told(const char *what)
{
	return strstr(text, what) != NULL;
}

START_TEST(nobody_is_asked_for_nothing)
{
	begin(0, false);
	ck_assert_uint_eq(started, 0);
	firewall_change(&conf);
	firewall_end(false);
	ck_assert_uint_eq(started, 0);
	ck_assert(!marked());
	ck_assert(!firewall_reaped(1001, 0));
	done();
}
END_TEST

START_TEST(one_after_the_other)
{
	begin(CONF_MSS_PATH, true);
	ck_assert_uint_eq(started, 1);
	ck_assert(told("add set inet pptpd calls { type iface_index; }"));
	ck_assert(told("flush chain inet pptpd clamp"));
	ck_assert(told("oif @calls tcp flags & (syn | rst) == syn tcp option "
	    "maxseg size set rt mtu"));
	ck_assert(!firewall_reaped(77, 0));
	ends(0);
	ck_assert(marked());
	ck_assert_uint_eq(started, 2);
	ck_assert(told("iif @calls fib saddr . iif oif missing counter drop"));
	ck_assert(!told("clamp"));
	ends(0);
	ck_assert_uint_eq(started, 2);
	ck_assert_str_eq(said, "");
	done();
}
END_TEST

START_TEST(changes)
{
	begin(1300, false);
	ck_assert(told("maxseg size set 1300"));
	ends(0);
	ck_assert_uint_eq(started, 1);
	/* One goes, the other comes. */
	conf.mss_clamp = 0;
	conf.anti_spoofing = true;
	firewall_change(&conf);
	ck_assert(told("delete chain inet pptpd clamp"));
	ends(0);
	ck_assert(told("fib saddr"));
	ends(0);
	ck_assert_uint_eq(started, 3);
	/* No change, but somebody may have flushed all tables. */
	firewall_change(&conf);
	ck_assert(told("fib saddr"));
	ends(0);
	ck_assert_uint_eq(started, 4);
	conf.anti_spoofing = false;
	firewall_change(&conf);
	ck_assert_str_eq(text,
	    "add table inet pptpd; delete table inet pptpd");
	ends(0);
	ck_assert(!marked());
	firewall_change(&conf);
	ck_assert_uint_eq(started, 5);
	done();
}
END_TEST

/* One change while nft is at work with another. */
START_TEST(two_changes_at_once)
{
	begin(1300, true);
	conf.mss_clamp = 0;
	conf.anti_spoofing = false;
	firewall_change(&conf);
	ck_assert_uint_eq(started, 1);
	ends(0);
	ck_assert_uint_eq(started, 2);
	ck_assert(told("delete table"));
	ends(0);
	ck_assert_uint_eq(started, 2);
	ck_assert(!marked());
	done();
}
END_TEST

/* What a change before the last one wanted is done, too. */
START_TEST(no_change_is_forgotten)
{
	begin(1300, true);
	conf.mss_clamp = 0;
	firewall_change(&conf);
	firewall_change(&conf);
	ck_assert_uint_eq(started, 1);
	ends(0);
	ck_assert(told("delete chain inet pptpd clamp"));
	ends(0);
	ck_assert(told("fib saddr"));
	ends(0);
	ck_assert_uint_eq(started, 3);
	done();
}
END_TEST

START_TEST(one_clear_line)
{
	no_nft = true;
	begin(0, true);
	ck_assert_uint_eq(started, 0);
	ck_assert_str_eq(said, "MGR: anti-spoofing is not in force: there is "
	    "no nft (Debian, Fedora, RHEL: package nftables)");
	/* It comes later. */
	no_nft = false;
	complaint = "Error: Could not process rule: No such \x1b[file\nadd\n";
	firewall_change(&conf);
	ck_assert_uint_eq(started, 1);
	ends(1 << 8);
	ck_assert_str_eq(said, "MGR: anti-spoofing is not in force: Error: "
	    "Could not process rule: No such ?[file");
	ck_assert(!marked());
	complaint = NULL;
	firewall_change(&conf);
	ends(9);
	ck_assert_str_eq(said, "MGR: anti-spoofing is not in force: nft ended "
	    "with wait status 9");
	done();
}
END_TEST

/* What does not work for one is no harm to the other. */
START_TEST(one_of_two_fails)
{
	begin(CONF_MSS_PATH, true);
	ends(0);
	complaint = "Error: no fib\n";
	ends(1 << 8);
	ck_assert(marked());
	done();
}
END_TEST

START_TEST(what_another_server_left)
{
	FILE *f;
	char path[64];
	char *made = mkdtemp(dir);

	ck_assert_ptr_nonnull(made);
	fake_loop_init();
	snprintf(path, sizeof(path), "%s/firewall", dir);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fclose(f);
	log_set_sink(listen_to, NULL);
	conf_init(&conf);
	firewall_start(&conf);
	ck_assert(told("delete table inet pptpd"));
	ends(0);
	ck_assert(!marked());
	done();
}
END_TEST

START_TEST(with_calls_it_stays)
{
	begin(CONF_MSS_PATH, false);
	ends(0);
	firewall_end(true);
	ck_assert_uint_eq(started, 1);
	ck_assert(marked());
	done();
}
END_TEST

/* It would hold up all that comes after it, and for ever. */
START_TEST(one_that_hangs_is_killed)
{
	begin(1300, true);
	fake_loop_pass_ms(29000);
	ck_assert_int_eq(killed, 0);
	fake_loop_pass_ms(1000);
	ck_assert_int_eq(killed, 1001);
	ck_assert_str_eq(said, "MGR: mss-clamp is not in force: nft hangs, "
	    "and is killed");
	ends(SIGKILL);
	ck_assert(told("fib saddr"));	/* the other goes on */
	ends(0);
	ck_assert_uint_eq(started, 2);
	fake_loop_pass_ms(60000);
	ck_assert_uint_eq(started, 3);
	ck_assert(told("maxseg size set 1300"));
	ends(0);
	fake_loop_pass_ms(600000);
	ck_assert_uint_eq(started, 3);
	ck_assert_uint_eq(fake_loop_timers(), 0);
	done();
}
END_TEST

/* It may have made the table before: nobody else would remove it. */
START_TEST(what_one_that_was_killed_has_made_is_removed)
{
	begin(1300, false);
	fake_loop_pass_ms(30000);
	ends(SIGKILL);
	ck_assert(marked());
	firewall_end(false);
	ck_assert_uint_eq(started, 2);
	ck_assert(told("delete table"));
	done();
}
END_TEST

/* What was wanted when it began counts no more. */
START_TEST(what_hangs_is_not_done_against_the_configuration)
{
	begin(1300, false);
	ends(0);
	conf.mss_clamp = 0;
	firewall_change(&conf);
	ck_assert(told("delete table"));
	fake_loop_pass_ms(30000);
	ends(SIGKILL);
	conf.mss_clamp = 1400;
	firewall_change(&conf);
	ck_assert(told("maxseg size set 1400"));
	ends(0);
	fake_loop_pass_ms(600000);
	ck_assert_uint_eq(started, 3);
	done();
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, nobody_is_asked_for_nothing);
	tcase_add_test(tc, one_after_the_other);
	tcase_add_test(tc, changes);
	tcase_add_test(tc, two_changes_at_once);
	tcase_add_test(tc, no_change_is_forgotten);
	tcase_add_test(tc, one_clear_line);
	tcase_add_test(tc, one_of_two_fails);
	tcase_add_test(tc, what_another_server_left);
	tcase_add_test(tc, with_calls_it_stays);
	tcase_add_test(tc, one_that_hangs_is_killed);
	tcase_add_test(tc, what_one_that_was_killed_has_made_is_removed);
	tcase_add_test(tc, what_hangs_is_not_done_against_the_configuration);
}

int
main(void)
{
	return unit_main("firewall", add);
}
