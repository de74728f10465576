/* systemd's notify protocol, with a socket in systemd's place. */
/* SPDX-License-Identifier: ISC */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "monitor/notify.h"
#include "unit.h"

#define US	1000000

static int manager_sock = -1;
static char said[256];

/* Listens as the service manager does; name as NOTIFY_SOCKET has it. */
static void
listen_at(const char *name)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	size_t len = strlen(name);

	memcpy(sun.sun_path, name, len + 1);
	if (name[0] == '@')
		sun.sun_path[0] = '\0';
	manager_sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	ck_assert_int_eq(bind(manager_sock, (struct sockaddr *)&sun,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)), 0);
	setenv("NOTIFY_SOCKET", name, 1);
}

/* What it has been told last, or "". */
static const char *
heard(void)
{
	ssize_t n = recv(manager_sock, said, sizeof(said) - 1, 0);

	said[n > 0 ? n : 0] = '\0';
	return said;
}

static void
set_up(void)
{
	char name[64];

	snprintf(name, sizeof(name), "@pptpd-test-notify-%ld",
	    (long)getpid());
	listen_at(name);
	unsetenv("WATCHDOG_PID");
	unsetenv("WATCHDOG_USEC");
	notify_init();
}

static void
tear_down(void)
{
	close(manager_sock);
}

START_TEST(words)
{
	unsigned long long us;

	notify_ready();
	ck_assert_str_eq(heard(), "READY=1");
	notify_stopping();
	ck_assert_str_eq(heard(), "STOPPING=1");
	notify_reloading();
	ck_assert_int_eq(sscanf(heard(), "RELOADING=1\nMONOTONIC_USEC=%llu",
	    &us), 1);
	ck_assert(us > 0);
	ck_assert_str_eq(heard(), "");
}
END_TEST

START_TEST(status_only_when_it_changes)
{
	char name[2 * NOTIFY_STATUS_MAX];

	notify_status("%d calls", 1);
	ck_assert_str_eq(heard(), "STATUS=1 calls");
	notify_status("%d calls", 1);
	ck_assert_str_eq(heard(), "");
	notify_status("%d calls", 2);
	ck_assert_str_eq(heard(), "STATUS=2 calls");
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	notify_status("%s", name);
	ck_assert_uint_eq(strlen(heard()), strlen("STATUS=") +
	    NOTIFY_STATUS_MAX - 1);
	notify_status("%s", name);
	ck_assert_str_eq(heard(), "");
}
END_TEST

/* It must come more often than the manager asks for, but not each time. */
START_TEST(watchdog)
{
	unsigned int n = 0;

	setenv("WATCHDOG_USEC", "40000000", 1);
	notify_init();
	for (uint64_t now = US; now < 101 * (uint64_t)US; now += US) {
		notify_alive(now);
		n += strcmp(heard(), "WATCHDOG=1") == 0;
	}
	ck_assert_uint_eq(n, 10);
}
END_TEST

START_TEST(watchdog_of_another_process)
{
	char pid[16];

	notify_alive(US);
	ck_assert_str_eq(heard(), "");
	setenv("WATCHDOG_USEC", "40000000", 1);
	snprintf(pid, sizeof(pid), "%ld", (long)getppid());
	setenv("WATCHDOG_PID", pid, 1);
	notify_init();
	notify_alive(US);
	ck_assert_str_eq(heard(), "");
	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	notify_init();
	notify_alive(US);
	ck_assert_str_eq(heard(), "WATCHDOG=1");
}
END_TEST

START_TEST(socket_with_a_path)
{
	char name[] = "/tmp/pptpd-test-notify-XXXXXX", path[64];

	ck_assert_ptr_nonnull(mkdtemp(name));
	snprintf(path, sizeof(path), "%s/notify", name);
	close(manager_sock);
	listen_at(path);
	notify_init();
	notify_ready();
	ck_assert_str_eq(heard(), "READY=1");
	unlink(path);
	notify_ready();		/* nobody there: nothing happens */
	rmdir(name);
}
END_TEST

static int
lowest_free(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

START_TEST(nobody_listens)
{
	static const char *const names[] = { "", "/", "@", "relative", "vsock:2:1" };
	char longer[200];
	int none;

	unsetenv("NOTIFY_SOCKET");
	notify_init();
	none = lowest_free();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		setenv("NOTIFY_SOCKET", names[i], 1);
		notify_init();
		ck_assert_int_eq(lowest_free(), none);	/* no socket */
		notify_ready();
	}
	memset(longer, 'x', sizeof(longer));
	longer[0] = '/';
	longer[sizeof(longer) - 1] = '\0';
	setenv("NOTIFY_SOCKET", longer, 1);
	notify_init();
	ck_assert_int_eq(lowest_free(), none);	/* no socket */
	unsetenv("NOTIFY_SOCKET");
	notify_init();
	notify_ready();
	ck_assert_str_eq(heard(), "");
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, words);
	tcase_add_test(tc, status_only_when_it_changes);
	tcase_add_test(tc, watchdog);
	tcase_add_test(tc, watchdog_of_another_process);
	tcase_add_test(tc, socket_with_a_path);
	tcase_add_test(tc, nobody_listens);
}

int
main(void)
{
	return unit_main("notify", tests);
}
