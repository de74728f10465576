/* Where keepers come that have lost their engine: what each is answered. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "fake_loop.h"
#include "monitor/calls.h"
#include "monitor/engines.h"
#include "monitor/listener.h"
#include "monitor/rejoin_server.h"
#include "shared/rejoin_msg.h"
#include "trace.h"
#include "unit.h"

#define ID	7
#define CLIENT	htonl(0x0a000002U)	/* 10.0.0.2 */

static struct {
	bool		 engine;	/* one runs */
	bool		 culprit;	/* an engine died of the call twice */
	enum ctrl_end	 end;		/* of calls_rejoin() */
	int		 engine_link, silencer, map;
	char		 log[2048];
} fake;
static char dir[] = "/tmp/pptpd-rejoin-XXXXXX", path[64];
static struct rejoin_hello hello;

/* --- fakes --------------------------------------------------------------- */

enum ctrl_end
calls_rejoin(pid_t keeper, const struct keeper_call *kc, int sock,
    int pppd_fd, int record_fd, const char **why)
{
	ck_assert_int_eq(keeper, getpid());
	ck_assert_int_ne(fcntl(sock, F_GETFD), -1);
	ck_assert_mem_eq(kc, &hello.call, sizeof(*kc));
	close(pppd_fd);
	close(record_fd);
	did("rejoin");
	if (fake.end != CTRL_END_NONE)
		*why = "a reason";
	return fake.end;
}

int
calls_kernel_map(const struct keeper_call *kc)
{
	return (kc->flags & CALL_FLAG_KERNEL) != 0 ? fake.map : -1;
}

bool
engines_crashed_by(uint16_t call_id)
{
	ck_assert_uint_eq(call_id, ID);
	return fake.culprit;
}

int
engines_adopt(uint16_t call_id)
{
	ck_assert_uint_eq(call_id, ID);
	did("adopt");
	return fake.engine ? fcntl(fake.engine_link, F_DUPFD_CLOEXEC, 0) : -1;
}

int
listener_silencer(void)
{
	return fake.silencer;
}

static void
sink(int priority, const char *line, void *arg)
{
	size_t len = strlen(fake.log);

	(void)priority;
	(void)arg;
	snprintf(fake.log + len, sizeof(fake.log) - len, "%s\n", line);
}

/* --- the keeper's side --------------------------------------------------- */

static int
file(void)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	ck_assert_int_ne(fd, -1);
	return fd;
}

static void
setup(void)
{
	memset(&fake, 0, sizeof(fake));
	fake.engine = true;
	fake.engine_link = file();
	fake.silencer = file();
	fake.map = file();
	hello = (struct rejoin_hello){ REJOIN_MAGIC, REJOIN_VERSION,
		sizeof(hello), CALL_RECORD_VERSION, IPC_VERSION, CLIENT,
		{ .our_id = ID, .client_addr = CLIENT } };
	fake_loop_init();
	log_set_sink(sink, NULL);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/socket", dir);
	ck_assert(rejoin_server_open(path));
}

static void
teardown(void)
{
	rejoin_server_close();
	(void)unlink(path);
	ck_assert_int_eq(rmdir(dir), 0);
}

/* Descriptors that are open. */
static int
files(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

static int
come(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);

	memcpy(sun.sun_path, path, strlen(path) + 1);
	ck_assert_int_eq(connect(sock, (struct sockaddr *)&sun, sizeof(sun)),
	    0);
	return sock;
}

/* Says the first octets of hello, with so many descriptors. */
static void
say(int sock, size_t len, int n)
{
	int fds[3] = { fake.map, fake.map, fake.map };

	ck_assert_int_eq(ipc_send_data(sock, &hello, len, fds, n), 0);
	loop_run_ready();
}

static int
come_and_say(size_t len)
{
	int sock = come();

	say(sock, len, REJOIN_FDS);
	return sock;
}

static bool
is_file(int fd, int like)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && fstat(like, &b) == 0 &&
	    a.st_ino == b.st_ino;
}

/* The answer is a link to an engine, and so many more: the silencer, if there
 * is one, and then the map. */
static void
ck_engine(int sock, int more)
{
	struct rejoin_answer a;
	struct ipc_fds fds;
	const int *others;

	ck_assert_int_eq(ipc_recv_data(sock, &a, sizeof(a), &fds),
	    (int)sizeof(a));
	ck_assert_uint_eq(a.magic, REJOIN_MAGIC);
	ck_assert_uint_eq(a.verdict, REJOIN_ENGINE);
	ck_assert_uint_eq(a.end, CTRL_END_NONE);
	others = fds.fd + REJOIN_ANSWER_FD_OTHERS;
	ck_assert_int_eq(fds.n, REJOIN_ANSWER_FD_OTHERS + more);
	ck_assert(is_file(fds.fd[REJOIN_ANSWER_FD_ENGINE], fake.engine_link));
	if (fake.silencer != -1)
		ck_assert(more-- > 0 && is_file(*others++, fake.silencer));
	ck_assert(more == 0 || is_file(*others, fake.map));
	ipc_fds_close(&fds);
	/* And that is all. */
	ck_assert_int_eq(ipc_recv_data(sock, &a, sizeof(a), &fds), 0);
	close(sock);
}

static void
ck_hang_up(int sock, enum ctrl_end end)
{
	struct rejoin_answer a;
	struct ipc_fds fds;

	ck_assert_int_eq(ipc_recv_data(sock, &a, sizeof(a), &fds),
	    (int)sizeof(a));
	ck_assert_uint_eq(a.magic, REJOIN_MAGIC);
	ck_assert_uint_eq(a.verdict, REJOIN_HANG_UP);
	ck_assert_uint_eq(a.end, end);
	ck_assert_int_eq(fds.n, 0);
	ck_assert_int_eq(ipc_recv_data(sock, &a, sizeof(a), &fds), 0);
	close(sock);
}

/* It is still connected, and has heard nothing. */
static bool
waits(int sock)
{
	char c;

	return recv(sock, &c, 1, 0) == -1;
}

/* --- tests --------------------------------------------------------------- */

START_TEST(a_keeper_gets_an_engine)
{
	int before = files();

	ck_engine(come_and_say(sizeof(hello)), 1);
	ck_did("rejoin adopt");
	ck_assert_int_eq(files(), before);
	ck_assert_str_eq(fake.log, "");
}
END_TEST

START_TEST(a_call_of_the_kernels_gets_the_map)
{
	hello.call.flags = CALL_FLAG_KERNEL;
	ck_engine(come_and_say(sizeof(hello)), 2);
}
END_TEST

/* The keeper tells the two by their kind, so the map may come first. */
START_TEST(a_map_without_a_silencer)
{
	close(fake.silencer);
	fake.silencer = -1;
	ck_engine(come_and_say(sizeof(hello)), 0);
	hello.call.flags = CALL_FLAG_KERNEL;
	ck_engine(come_and_say(sizeof(hello)), 1);
}
END_TEST

/* Speech that we do not understand: the call ends, and its keeper knows why. */
static const struct {
	size_t		 at;		/* the member ... */
	uint32_t	 value;		/* ... has this value */
	const char	*why;
} bad[] = {
	{ offsetof(struct rejoin_hello, magic), 0, "does not speak" },
	{ offsetof(struct rejoin_hello, version), REJOIN_VERSION + 1,
	    "another version" },
	{ offsetof(struct rejoin_hello, ipc_version), IPC_VERSION + 1,
	    "another version" },
	{ offsetof(struct rejoin_hello, record_version),
	    CALL_RECORD_VERSION - 1, "another version" },
	{ offsetof(struct rejoin_hello, size), sizeof(hello) - 4,
	    "does not speak" },
};
#define BAD	((int)(sizeof(bad) / sizeof(bad[0])))

static void
ck_refused(int sock, enum ctrl_end end, const char *client, const char *why)
{
	ck_hang_up(sock, end);
	ck_assert_msg(strstr(fake.log, why) != NULL &&
	    strstr(fake.log, client) != NULL, "%s", fake.log);
}

START_TEST(a_hello_that_is_not_understood)
{
	int before = files();

	memcpy((char *)&hello + bad[_i].at, &bad[_i].value,
	    sizeof(bad[_i].value));
	ck_refused(come_and_say(sizeof(hello)), CTRL_END_VERSION, "10.0.0.2",
	    bad[_i].why);
	ck_did("");			/* calls has not heard of it */
	ck_assert_int_eq(files(), before);
}
END_TEST

START_TEST(a_hello_of_another_length)
{
	int before = files();
	size_t head = offsetof(struct rejoin_hello, call);

	ck_refused(come_and_say(head - 1), CTRL_END_VERSION, "0.0.0.0",
	    "does not speak");
	ck_refused(come_and_say(head), CTRL_END_VERSION, "10.0.0.2",
	    "does not speak");
	ck_refused(come_and_say(sizeof(hello) - 1), CTRL_END_VERSION,
	    "10.0.0.2", "does not speak");
	ck_did("");
	ck_assert_int_eq(files(), before);
}
END_TEST

START_TEST(an_older_version_is_known_by_its_head)
{
	hello.version = REJOIN_VERSION - 1;
	hello.size -= 8;
	ck_refused(come_and_say(sizeof(hello) - 8), CTRL_END_VERSION,
	    "10.0.0.2", "another version");
}
END_TEST

START_TEST(other_descriptors_are_no_hello)
{
	int before = files(), sock;
	char c;

	for (int n = 0; n <= 3; n++) {
		if (n == REJOIN_FDS)
			continue;
		sock = come();
		say(sock, sizeof(hello), n);
		ck_assert_int_eq(recv(sock, &c, 1, 0), 0);
		close(sock);
	}
	ck_did("");
	ck_assert_int_eq(files(), before);
}
END_TEST

START_TEST(one_that_goes_without_a_word)
{
	int before = files(), sock = come();

	loop_run_ready();
	ck_assert(waits(sock));
	close(sock);
	loop_run_ready();
	ck_assert_int_eq(files(), before);
}
END_TEST

START_TEST(a_call_that_is_not_taken)
{
	fake.end = CTRL_END_CRASH;
	ck_refused(come_and_say(sizeof(hello)), CTRL_END_CRASH, "10.0.0.2",
	    "cannot go on: a reason");
	ck_did("rejoin");
}
END_TEST

START_TEST(a_call_that_engines_die_of)
{
	fake.culprit = true;
	ck_refused(come_and_say(sizeof(hello)), CTRL_END_CRASH, "10.0.0.2",
	    "crashed over it twice");
	ck_did("rejoin");
}
END_TEST

START_TEST(a_visitor_waits_for_an_engine)
{
	int before = files(), sock, silent = come();

	fake.engine = false;
	sock = come_and_say(sizeof(hello));
	ck_assert(waits(sock));
	rejoin_server_serve();
	ck_assert(waits(sock));
	ck_did("rejoin adopt adopt");
	fake.engine = true;
	rejoin_server_serve();
	ck_engine(sock, 1);
	ck_did("adopt");
	ck_assert(waits(silent));	/* it has said nothing yet */
	say(silent, sizeof(hello), REJOIN_FDS);
	ck_engine(silent, 1);
	ck_assert_int_eq(files(), before);
}
END_TEST

START_TEST(the_end_of_the_server)
{
	int sock;

	fake.engine = false;
	sock = come_and_say(sizeof(hello));
	fake.engine = true;
	rejoin_server_end();
	ck_hang_up(sock, CTRL_END_SHUTDOWN);
	ck_hang_up(come_and_say(sizeof(hello)), CTRL_END_SHUTDOWN);
	ck_did("rejoin adopt rejoin");	/* both are known, and then end */
	ck_assert_str_eq(fake.log, "");
}
END_TEST

START_TEST(visitors_are_sent_to_the_next_server)
{
	struct stat st;
	char c;
	int sock;

	fake.engine = false;
	sock = come_and_say(sizeof(hello));
	rejoin_server_close();
	ck_assert_int_eq(recv(sock, &c, 1, 0), 0);	/* no verdict */
	close(sock);
	ck_assert_int_eq(lstat(path, &st), -1);
	rejoin_server_close();				/* once more */
}
END_TEST

START_TEST(the_socket_of_the_next_server_stays)
{
	struct stat st;
	char another[sizeof(path) + 4];

	ck_assert_int_eq(lstat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0700);
	snprintf(another, sizeof(another), "%s.new", path);
	ck_assert_int_eq(mkfifo(another, 0600), 0);
	ck_assert_int_eq(rename(another, path), 0);
	rejoin_server_close();
	ck_assert_int_eq(lstat(path, &st), 0);
}
END_TEST

START_TEST(a_path_that_cannot_be)
{
	char too_long[200];

	memset(too_long, 'x', sizeof(too_long) - 1);
	too_long[sizeof(too_long) - 1] = '\0';
	rejoin_server_close();
	ck_assert(!rejoin_server_open(too_long));
	ck_assert(strstr(fake.log, "File name too long") != NULL);
	ck_assert(!rejoin_server_open("/nonexistent/socket"));
	ck_assert(strstr(fake.log, "/nonexistent/socket: No such") != NULL);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_keeper_gets_an_engine);
	tcase_add_test(tc, a_call_of_the_kernels_gets_the_map);
	tcase_add_test(tc, a_map_without_a_silencer);
	tcase_add_loop_test(tc, a_hello_that_is_not_understood, 0, BAD);
	tcase_add_test(tc, a_hello_of_another_length);
	tcase_add_test(tc, an_older_version_is_known_by_its_head);
	tcase_add_test(tc, other_descriptors_are_no_hello);
	tcase_add_test(tc, one_that_goes_without_a_word);
	tcase_add_test(tc, a_call_that_is_not_taken);
	tcase_add_test(tc, a_call_that_engines_die_of);
	tcase_add_test(tc, a_visitor_waits_for_an_engine);
	tcase_add_test(tc, the_end_of_the_server);
	tcase_add_test(tc, visitors_are_sent_to_the_next_server);
	tcase_add_test(tc, the_socket_of_the_next_server_stays);
	tcase_add_test(tc, a_path_that_cannot_be);
}

/* Keepers are root's; nobody else may say hello. */
int
main(void)
{
	if (geteuid() != 0)
		return 77;
	return unit_main("rejoin_server", tests);
}
