/* The monitor's calls: who gets a slot, and when it comes back. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "config/pppd_args.h"
#include "fake_loop.h"
#include "monitor/awaited.h"
#include "monitor/back_relay.h"
#include "monitor/calls.h"
#include "monitor/children.h"
#include "monitor/ends.h"
#include "monitor/ledger.h"
#include "monitor/plugin_choice.h"
#include "monitor/spawner_client.h"
#include "monitor/tunnel.h"
#include "protocol/pptp_msg.h"
#include "shared/gre_filter.h"
#include "shared/linux_calls.h"
#include "shared/process.h"
#include "shared/rejoin_msg.h"
#include "trace.h"
#include "unit.h"
#include "unit_fork.h"

#define CLIENT		htonl(0xcb007101U)	/* 203.0.113.1 */
#define IN_POOL		htonl(0x0a010002U)	/* 10.1.0.2 */
#define MAP		1000		/* no descriptor, but a number */
#define ORPHAN_MS	5000

/* A child of this test that stands for a keeper or a pppd. */
struct child {
	pid_t	 pid;
	int	 sock;		/* an octet is its exit status */
};

static struct {
	bool		 spawner_fails;
	bool		 kernel;	/* pptpd-kernel.so fits */
	bool		 aaa;		/* so does pptpd-aaa.so */
	bool		 asked;		/* the last pppd was given it */
	struct child	 keeper;	/* the last one that was started */
	struct keeper_call kc;		/* ... for this call */
	int		 nfds;		/* ... with so many descriptors */
	pid_t		 orphan;	/* what is to be found among children */
	char		 args[128];	/* its arguments, as one text */
	struct relayed_call relayed[16];	/* of calls with odd IDs */
	unsigned int	 ends;		/* that the front was told of */
	char		 ended[SESSION_ID_TEXT];	/* the last one */
	char		 log[4096];
} fake;
static struct conf conf;
static struct ipc_msg reply;

/* --- fakes --------------------------------------------------------------- */

static struct child
child_new(void)
{
	struct child c;
	char status = 0;
	int pair[2];

	ck_assert_int_eq(ipc_pair(pair), 0);
	/* Check's handler must not be the child's for an instant. */
	(void)signal(SIGTERM, SIG_DFL);
	c.pid = unit_fork();
	if (c.pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(pair[0]);
		_exit(read(pair[1], &status, 1) == 1 ? status : 99);
	}
	close(pair[1]);
	c.sock = pair[0];
	return c;
}

/* Until it has ended; it is not reaped. */
static void
child_wait(const struct child *c)
{
	siginfo_t info;

	ck_assert_int_eq(waitid(P_PID, (id_t)c->pid, &info,
	    WEXITED | WNOWAIT), 0);
	close(c->sock);
}

/* ... and calls has seen it. */
static void
child_await(const struct child *c)
{
	child_wait(c);
	loop_run_ready();
}

static void
child_exit(const struct child *c, char status)
{
	ck_assert_int_eq(write(c->sock, &status, 1), 1);
	child_await(c);
}

static void
child_kill(const struct child *c)
{
	ck_assert_int_eq(kill(c->pid, SIGKILL), 0);
	child_await(c);
}

pid_t
spawner_keeper(const struct keeper_call *kc, const struct pppd_args *args,
    const int *fds, int n)
{
	ck_assert_str_eq(args->argv[0], conf.ppp);
	for (int i = 0; i < 3; i++)
		ck_assert_int_ne(fcntl(fds[i], F_GETFD), -1);
	fake.kc = *kc;
	fake.nfds = n;
	fake.asked = false;
	for (int i = 0; i < args->argc; i++)
		fake.asked = fake.asked || strcmp(args->argv[i], "/run/aaa") ==
		    0;
	errno = EAGAIN;
	if (fake.spawner_fails)
		return -1;
	fake.keeper = child_new();
	return fake.keeper.pid;
}

int
spawner_is(pid_t pid)
{
	(void)pid;
	return false;
}

void
children_each(void (*tell)(pid_t, const char *, size_t))
{
	did("look");
	if (fake.orphan != 0)
		tell(fake.orphan, fake.args, strlen(fake.args));
}

bool
children_args_have(const char *args, size_t len, const char *word,
    const char *next)
{
	ck_assert_uint_eq(len, strlen(args));
	return strstr(args, word) != NULL &&
	    (next == NULL || strstr(args, next) != NULL);
}

void
plugin_choice_init(bool in_loop, const struct conf *c)
{
	ck_assert(in_loop);
	ck_assert_ptr_eq(c, &conf);
}

const char *
plugin_choice_needs_session(void)
{
	return NULL;
}

void
plugin_choice_choose(struct plugin_choice *use)
{
	memset(use, 0, sizeof(*use));
	use->no_kernel = "none fits";
	if (fake.aaa)
		use->aaa = "/lib/pptpd-aaa.so";
	if (fake.kernel)
		use->kernel = "/lib/pptpd-kernel.so";
}

uint32_t *
tunnel_peers(size_t *n)
{
	*n = 0;
	return calloc(1, sizeof(uint32_t));
}

void
awaited_init(struct pool *pool, const char *path, void (*changed)(void))
{
	(void)pool;
	(void)path;
	(void)changed;
}

uint64_t
awaited_back(pid_t keeper)
{
	(void)keeper;
	did("awaited");
	return 12345;
}

bool
back_relay_begin(struct relayed_call **d, const struct keeper_call *call,
    int record)
{
	uint16_t id = call->our_id;

	ck_assert_uint_eq(call->client_addr, CLIENT);
	ck_assert_int_ne(fcntl(record, F_GETFD), -1);
	ck_assert_uint_lt(id, 16);
	fake.relayed[id].id = id;
	*d = id % 2 == 0 ? NULL : &fake.relayed[id];
	return true;
}

bool
back_relay_rejoin(struct relayed_call **d, const struct keeper_call *call,
    int record)
{
	return back_relay_begin(d, call, record);
}

void
back_relay_end(struct relayed_call *d)
{
	if (d != NULL)
		did("relay-end:%u", d->id);
}

void
ends_add(uint16_t id, const char *session, uint32_t client,
    uint32_t seconds)
{
	ck_assert_uint_eq(id % 2, 0);	/* of the others back_relay tells */
	ck_assert_uint_eq(client, CLIENT);
	ck_assert_uint_le(seconds, fake_loop.now_us / 1000000);
	fake.ends++;
	memcpy(fake.ended, session, sizeof(fake.ended));
}

/* An entry is the Call ID. */
int
ledger_put(pid_t keeper, uint64_t since_ms, uint16_t call_id,
    const char *remote)
{
	ck_assert_int_gt(keeper, 0);
	ck_assert(since_ms == 0 || since_ms == 12345);
	did("ledger+%u:%s", call_id, remote);
	return call_id;
}

void
ledger_drop(int entry)
{
	if (entry != -1)
		did("ledger-%d", entry);
}

int
gre_filter_set(int map, uint16_t id, uint32_t client)
{
	ck_assert_int_eq(map, MAP);
	did("map%c%u", client != 0 ? '+' : '-', id);
	return 0;
}

static void
changed(void)
{
	did("changed");
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

static void
quiet(int priority, const char *text, void *arg)
{
	(void)arg;
	if (priority <= LOG_ERR)
		ck_abort_msg("%s", text);
}

static const struct conf_env env = { quiet, NULL, NULL, NULL, "1", NULL };

static void
configure(struct conf *c, const char *text)
{
	conf_init(c);
	conf_parse_file(c, text, strlen(text), &env);
	conf_finish(c, &env);
}

#define TWO_CALLS "localip 10.0.0.1\nremoteip 10.1.0.1-2\n"

static void
setup(void)
{
	memset(&fake, 0, sizeof(fake));
	fake_loop_init();
	log_set_sink(sink, NULL);
	configure(&conf, TWO_CALLS);
	ck_assert_int_eq(calls_init(&conf, false, changed), 0);
}

static void
free_slots(unsigned int n)
{
	uint32_t slots, left;

	calls_slots(&slots, &left);
	ck_assert_uint_eq(slots, 2);
	ck_assert_uint_eq(left, n);
}

/* An engine asks for a call; the result of the reply. */
static int
start_for(uint16_t id, uint32_t client, int control_fd)
{
	struct ipc_msg m;
	int fds[IPC_FDS_MAX] = { -1, -1, -1, -1 };

	ipc_msg_init(&m, IPC_CALL_REQUEST, id);
	m.u.call_request.client_addr = client;
	m.u.call_request.peer_id = 77;
	calls_start(&m, control_fd, &reply, fds);
	ck_assert_int_eq(reply.type, IPC_CALL_REPLY);
	ck_assert_uint_eq(reply.call_id, id);
	ck_assert_int_eq(fds[0] != -1, reply.u.call_reply.result ==
	    PPTP_OCRP_CONNECTED);
	if (fds[0] != -1) {
		close(fds[0]);
		close(fds[1]);
	}
	return reply.u.call_reply.result;
}

static struct child
start(uint16_t id)
{
	ck_assert_int_eq(start_for(id, CLIENT, 0), PPTP_OCRP_CONNECTED);
	return fake.keeper;
}

static void
refused(int result, int want, int error, enum ctrl_end end)
{
	ck_assert_int_eq(result, want);
	ck_assert_int_eq(reply.u.call_reply.error, error);
	ck_assert_int_eq((int)reply.u.call_reply.end, (int)end);
	ck_assert_uint_eq(calls_count(), 0);
	free_slots(2);
	ck_did("");
}

static bool
said(const char *text)
{
	return strstr(fake.log, text) != NULL;
}

/* --- calls begin --------------------------------------------------------- */

START_TEST(a_call_is_described_to_its_keeper)
{
	calls_keep("/run/rejoin", "/run/ledger");
	start(8);
	ck_did("ledger+8:10.1.0.1");
	ck_assert_uint_eq(calls_count(), 1);
	free_slots(1);
	ck_assert_str_eq(fake.kc.local, "10.0.0.1");
	ck_assert_str_eq(fake.kc.remote, "10.1.0.1");
	ck_assert_uint_eq(fake.kc.client_addr, CLIENT);
	ck_assert_uint_eq(fake.kc.our_id, 8);
	ck_assert_uint_eq(fake.kc.peer_id, 77);
	ck_assert_uint_eq(fake.kc.started_ms, fake_loop.now_us / 1000);
	ck_assert_str_eq(fake.kc.rejoin, "/run/rejoin");
	ck_assert_uint_eq(fake.kc.grace_s, conf.restart_grace);
	ck_assert_uint_eq(fake.kc.flags, 0);
	ck_assert_int_eq(fake.nfds, 3);
}
END_TEST

/* Call IDs come again at once here; addresses and slots too. */
START_TEST(a_session_id_never_comes_again)
{
	char seen[3][SESSION_ID_TEXT];
	struct child keeper;

	for (int i = 0; i < 3; i++) {
		keeper = start(8);
		memcpy(seen[i], fake.kc.session, SESSION_ID_TEXT);
		ck_assert_uint_eq(strlen(seen[i]), SESSION_ID_LEN);
		for (int before = 0; before < i; before++)
			ck_assert_str_ne(seen[i], seen[before]);
		child_exit(&keeper, 0);
		ck_assert_uint_eq(fake.ends, (unsigned int)i + 1);
		ck_assert_str_eq(fake.ended, seen[i]);
	}
}
END_TEST

START_TEST(each_call_has_an_address_of_its_own)
{
	struct child first = start(8);

	start(10);
	ck_assert_str_eq(fake.kc.remote, "10.1.0.2");
	free_slots(0);
	ck_assert_int_eq(start_for(12, CLIENT, 0), PPTP_OCRP_BUSY);
	ck_assert(said("No free connection slots or IPs"));
	ck_assert_uint_eq(calls_count(), 2);
	child_exit(&first, 0);
	free_slots(1);
	start(12);
	ck_assert_str_eq(fake.kc.remote, "10.1.0.1");
}
END_TEST

START_TEST(a_call_that_is_refused_takes_nothing)
{
	refused(start_for(8, IN_POOL, 0), PPTP_OCRP_FORBIDDEN,
	    PPTP_ERROR_NONE, CTRL_END_ADDRESS);
	refused(start_for(8, CLIENT, -1), PPTP_OCRP_ERROR,
	    PPTP_ERROR_NO_RESOURCE, CTRL_END_RESOURCE);
	fake.spawner_fails = true;
	refused(start_for(8, CLIENT, 0), PPTP_OCRP_ERROR,
	    PPTP_ERROR_NO_RESOURCE, CTRL_END_NOT_STARTED);
	ck_assert(said("fork() failed"));
	ck_assert_uint_eq(fake.ends, 0);	/* there was no call */
	refused(start_for(8, CLIENT, 0), PPTP_OCRP_ERROR,
	    PPTP_ERROR_NO_RESOURCE, CTRL_END_NOT_STARTED);
}
END_TEST

START_TEST(the_kernel_carries_a_call)
{
	struct child keeper;

	conf_free(&conf);
	configure(&conf, TWO_CALLS "datapath kernel\n");
	fake.kernel = true;
	keeper = start(8);		/* there is no map */
	ck_assert_uint_eq(fake.kc.flags, 0);
	ck_assert(said("has had no filter for it"));
	child_exit(&keeper, 0);
	ck_did("ledger+8:10.1.0.1 ledger-8 changed");
	calls_kernel(MAP);
	keeper = start(8);
	ck_assert_uint_eq(fake.kc.flags, CALL_FLAG_KERNEL);
	ck_assert_int_eq(fake.nfds, 4);
	ck_assert_int_eq(calls_kernel_map(&fake.kc), MAP);
	child_exit(&keeper, 0);
	ck_did("ledger+8:10.1.0.1 ledger-8 map-8 changed");
	fake.kernel = false;
	start(8);
	ck_assert_int_eq(calls_kernel_map(&fake.kc), -1);
	ck_assert(said("userspace does: none fits"));
}
END_TEST

/* Who guards cannot be left out: without it there is no call. */
START_TEST(no_call_without_aaa)
{
	conf_free(&conf);
	configure(&conf, TWO_CALLS "aaa radius\n");
	calls_aaa("/run/aaa");
	refused(start_for(8, CLIENT, 0), PPTP_OCRP_ERROR,
	    PPTP_ERROR_NO_RESOURCE, CTRL_END_NOT_STARTED);
	ck_assert(said("pppd cannot use pptpd-aaa.so"));
	fake.aaa = true;
	calls_aaa(NULL);
	refused(start_for(8, CLIENT, 0), PPTP_OCRP_ERROR,
	    PPTP_ERROR_NO_RESOURCE, CTRL_END_NOT_STARTED);
	ck_assert(said("pptpd-aaa has no socket"));
	calls_aaa("/run/aaa");
	start(8);
	ck_assert(fake.asked);
}
END_TEST

/* --- and end ------------------------------------------------------------- */

START_TEST(a_keeper_ends)
{
	struct child keeper = start(7);

	trace_text[0] = '\0';
	child_exit(&keeper, 0);
	ck_did("ledger-7 relay-end:7 changed");
	ck_assert_str_eq(fake.log, "");
	ck_assert_uint_eq(calls_count(), 0);
	free_slots(2);
	ck_assert(!calls_wait_for_child());
	ck_assert(!calls_reaped(keeper.pid, 0));
}
END_TEST

START_TEST(a_keeper_could_not_begin)
{
	struct child keeper = start(8);

	child_exit(&keeper, 3);
	ck_assert(said("could not begin the call of client 203.0.113.1 "
	    "(status 3)"));
	free_slots(2);
}
END_TEST

START_TEST(a_killed_keeper_without_a_pppd)
{
	struct child keeper = start(8);

	trace_text[0] = '\0';
	child_kill(&keeper);
	ck_assert(said("was killed (Killed)"));
	ck_did("changed look ledger-8 changed");
	free_slots(2);
	ck_assert(!calls_wait_for_child());
}
END_TEST

/* The call's keeper is killed, and its pppd has become our child. */
static struct child
orphan_of(const struct child *keeper, const char *args)
{
	struct child pppd = child_new();

	fake.orphan = pppd.pid;
	snprintf(fake.args, sizeof(fake.args), "%s", args);
	child_kill(keeper);
	return pppd;
}

START_TEST(an_orphan_keeps_the_slot)
{
	struct child keeper = start(8), pppd;

	pppd = orphan_of(&keeper, "remotenumber 203.0.113.1 "
	    "10.0.0.1:10.1.0.1");
	free_slots(1);
	ck_assert(calls_wait_for_child());
	start(10);
	ck_assert_str_eq(fake.kc.remote, "10.1.0.2");
	child_exit(&pppd, 0);
	free_slots(1);
	ck_assert_uint_eq(calls_count(), 1);
	ck_assert(!calls_wait_for_child());
}
END_TEST

START_TEST(an_orphan_is_reaped)
{
	struct child keeper = start(8), pppd;

	pppd = orphan_of(&keeper, "remotenumber 203.0.113.1 "
	    "10.0.0.1:10.1.0.1");
	ck_assert(!calls_reaped(keeper.pid, 0));
	ck_assert(calls_reaped(pppd.pid, 0));
	free_slots(2);
	ck_assert(!calls_reaped(pppd.pid, 0));
}
END_TEST

START_TEST(an_orphan_is_killed_in_the_end)
{
	struct child keeper = start(8), pppd;

	ck_assert(!calls_kill_orphans());
	pppd = orphan_of(&keeper, "remotenumber 203.0.113.1 "
	    "10.0.0.1:10.1.0.1");
	fake_loop_pass_ms(ORPHAN_MS - 1);
	ck_assert(calls_kill_orphans());
	ck_assert_int_eq(waitpid(pppd.pid, NULL, WNOHANG), 0);
	fake_loop_pass_ms(1);
	ck_assert(calls_kill_orphans());
	child_await(&pppd);
	free_slots(2);
	ck_assert(!calls_kill_orphans());
}
END_TEST

START_TEST(a_pppd_of_another_call_is_no_orphan_of_this)
{
	struct child keeper = start(8);

	orphan_of(&keeper, "remotenumber 203.0.113.1 10.0.0.1:10.1.0.2");
	free_slots(2);
	keeper = start(8);
	orphan_of(&keeper, "remotenumber 203.0.113.9 10.0.0.1:10.1.0.1");
	free_slots(2);
}
END_TEST

START_TEST(kick)
{
	struct child back = start(7);
	int status;

	start(8);
	calls_kick(9);
	calls_kick(8);			/* the front ends its own itself */
	ck_assert_int_eq(waitpid(fake.keeper.pid, &status, WNOHANG), 0);
	ck_assert_int_eq(waitpid(back.pid, &status, WNOHANG), 0);
	calls_kick(7);
	child_await(&back);
	ck_assert(said("was killed (Terminated)"));
	free_slots(1);
	ck_assert_int_eq(waitpid(fake.keeper.pid, &status, WNOHANG), 0);
}
END_TEST

START_TEST(all_are_killed)
{
	struct child first = start(8), second = start(10);

	calls_kill_all();
	child_wait(&first);
	child_wait(&second);
	loop_run_ready();
	ck_assert_uint_eq(calls_count(), 0);
}
END_TEST

/* --- calls of another monitor -------------------------------------------- */

static const char *why;
static int keeper_link;		/* the keeper's end of the last one */

/* Descriptors that are open. */
static int
files(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

/* What the keeper that came last says when it has logged its end. */
static void
last_word(uint32_t magic)
{
	struct rejoin_end end = { magic };

	ck_assert_int_eq(ipc_send_data(keeper_link, &end, sizeof(end), NULL,
	    0), 0);
}

/* A keeper comes, which has this ID and this address. */
static enum ctrl_end
rejoin(const struct child *keeper, const struct child *pppd, uint16_t id,
    const char *remote)
{
	struct keeper_call kc = { .our_id = id, .client_addr = CLIENT,
		.local = "10.0.0.1" };
	enum ctrl_end end;
	int pair[2];

	snprintf(kc.remote, sizeof(kc.remote), "%s", remote);
	why = NULL;
	ck_assert_int_eq(ipc_pair(pair), 0);
	keeper_link = pair[1];
	end = calls_rejoin(keeper->pid, &kc, pair[0],
	    process_open(pppd->pid), memfd_create("record", MFD_CLOEXEC),
	    &why);
	close(pair[0]);
	return end;
}

START_TEST(a_call_comes_back)
{
	struct child keeper = child_new(), pppd = child_new();

	ck_assert_int_eq((int)rejoin(&keeper, &pppd, 7, "10.1.0.1"),
	    CTRL_END_NONE);
	ck_did("awaited ledger+7:10.1.0.1");
	free_slots(1);
	start(8);
	ck_assert_str_eq(fake.kc.remote, "10.1.0.2");
	/* It comes once more, since its engine has died. */
	ck_assert_int_eq((int)rejoin(&keeper, &pppd, 7, "10.1.0.1"),
	    CTRL_END_NONE);
	ck_assert_uint_eq(calls_count(), 2);
	trace_text[0] = '\0';
	child_exit(&pppd, 0);
	ck_did("changed");
	free_slots(0);			/* the keeper still writes */
	last_word(REJOIN_MAGIC);
	child_exit(&keeper, 0);
	ck_did("ledger-7 relay-end:7 changed");
	free_slots(1);
	ck_assert_str_eq(fake.log, "");
}
END_TEST

START_TEST(a_call_that_came_back_loses_its_keeper)
{
	struct child keeper = child_new(), pppd = child_new();

	ck_assert_int_eq((int)rejoin(&keeper, &pppd, 8, "10.1.0.1"),
	    CTRL_END_NONE);
	child_kill(&keeper);
	ck_assert(said("it left without a word"));
	free_slots(1);
	fake_loop_pass_ms(ORPHAN_MS);
	ck_assert(calls_kill_orphans());
	child_await(&pppd);
	free_slots(2);
	ck_assert(!calls_kill_orphans());
}
END_TEST

/* A stopped keeper is killed after its pppd's end has been handled. */
START_TEST(a_killed_keeper_whose_pppd_ended_before)
{
	struct child keeper = child_new(), pppd = child_new();

	ck_assert_int_eq((int)rejoin(&keeper, &pppd, 8, "10.1.0.1"),
	    CTRL_END_NONE);
	child_exit(&pppd, 0);
	ck_assert_str_eq(fake.log, "");
	child_kill(&keeper);
	ck_assert_msg(said("was killed"), "%s", fake.log);
	free_slots(2);
}
END_TEST

/* Both ends are there when the loop looks, the later one first. */
START_TEST(a_keeper_that_ended_in_order_was_not_killed)
{
	struct child keeper = child_new(), pppd = child_new();
	char status = 0;

	ck_assert_int_eq((int)rejoin(&keeper, &pppd, 8, "10.1.0.1"),
	    CTRL_END_NONE);
	last_word(REJOIN_MAGIC);
	ck_assert_int_eq(write(keeper.sock, &status, 1), 1);
	child_wait(&keeper);
	ck_assert_int_eq(write(pppd.sock, &status, 1), 1);
	child_wait(&pppd);
	loop_run_ready();
	ck_assert_str_eq(fake.log, "");
	free_slots(2);
}
END_TEST

START_TEST(nonsense_is_no_last_word)
{
	struct child keeper = child_new(), pppd = child_new();

	ck_assert_int_eq((int)rejoin(&keeper, &pppd, 8, "10.1.0.1"),
	    CTRL_END_NONE);
	last_word(REJOIN_MAGIC + 1);
	child_exit(&pppd, 0);
	child_exit(&keeper, 0);
	ck_assert_msg(said("was killed"), "%s", fake.log);
	free_slots(2);
}
END_TEST

START_TEST(a_call_that_cannot_be_watched_leaves_nothing)
{
	struct child keeper = child_new(), pppd = child_new();
	int before = files();

	fake_loop.no_memory = true;
	ck_assert_int_eq((int)rejoin(&keeper, &pppd, 8, "10.1.0.1"),
	    CTRL_END_RESOURCE);
	ck_assert_str_eq(why, "out of memory");
	close(keeper_link);
	ck_assert_int_eq(files(), before);
	free_slots(2);
}
END_TEST

START_TEST(an_address_is_given_once)
{
	struct child keeper = child_new(), pppd = child_new();

	start(8);
	trace_text[0] = '\0';
	ck_assert_int_eq((int)rejoin(&keeper, &pppd, 10, "10.1.0.1"),
	    CTRL_END_RESOURCE);
	ck_assert_str_eq(why, "its address is in use");
	ck_did("awaited ledger+10:10.1.0.1 ledger-10");
	ck_assert_uint_eq(calls_count(), 1);
	free_slots(1);
}
END_TEST

START_TEST(an_address_that_is_no_more_in_the_configuration)
{
	struct child keeper = child_new(), pppd = child_new();

	ck_assert_int_eq((int)rejoin(&keeper, &pppd, 8, "10.9.0.1"),
	    CTRL_END_NONE);
	free_slots(1);			/* it counts as a call */
	ck_assert_int_eq(start_for(10, htonl(0x0a090001U), 0),
	    PPTP_OCRP_FORBIDDEN);
	child_exit(&pppd, 0);
	child_exit(&keeper, 0);
	free_slots(2);
}
END_TEST

START_TEST(a_keeper_that_has_gone)
{
	struct child keeper = child_new(), pppd = child_new();

	child_exit(&keeper, 0);
	ck_assert_int_eq(waitpid(keeper.pid, NULL, 0), keeper.pid);
	ck_assert_int_eq((int)rejoin(&keeper, &pppd, 8, "10.1.0.1"),
	    CTRL_END_RESOURCE);
	ck_assert_ptr_nonnull(why);
	ck_did("");
	ck_assert_uint_eq(calls_count(), 0);
	free_slots(2);
}
END_TEST

START_TEST(a_call_of_the_kernels_comes_back)
{
	struct child keeper = child_new(), pppd = child_new();
	struct keeper_call kc = { .our_id = 8, .client_addr = CLIENT,
		.flags = CALL_FLAG_KERNEL, .remote = "10.1.0.1" };

	calls_kernel(MAP);
	ck_assert_int_eq((int)calls_rejoin(keeper.pid, &kc, -1,
	    process_open(pppd.pid), memfd_create("record", MFD_CLOEXEC),
	    &why), CTRL_END_NONE);
	ck_did("map+8 awaited ledger+8:10.1.0.1");
	child_exit(&pppd, 0);
	child_exit(&keeper, 0);
	ck_did("changed ledger-8 map-8 changed");
}
END_TEST

START_TEST(calls_stay_with_another_configuration)
{
	struct child keeper = start(8);
	struct conf other;
	uint32_t slots, left;

	configure(&other, "localip 10.0.0.1\nremoteip 10.2.0.1\n");
	ck_assert_int_eq(calls_change(&other), 0);
	conf_free(&other);
	calls_slots(&slots, &left);
	ck_assert_uint_eq(slots, 1);
	ck_assert_uint_eq(left, 0);
	ck_assert_int_eq(start_for(10, CLIENT, 0), PPTP_OCRP_BUSY);
	child_exit(&keeper, 0);
	start(10);
	ck_assert_str_eq(fake.kc.remote, "10.2.0.1");
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, a_call_is_described_to_its_keeper);
	tcase_add_test(tc, a_session_id_never_comes_again);
	tcase_add_test(tc, each_call_has_an_address_of_its_own);
	tcase_add_test(tc, a_call_that_is_refused_takes_nothing);
	tcase_add_test(tc, the_kernel_carries_a_call);
	tcase_add_test(tc, no_call_without_aaa);
	tcase_add_test(tc, a_keeper_ends);
	tcase_add_test(tc, a_keeper_could_not_begin);
	tcase_add_test(tc, a_killed_keeper_without_a_pppd);
	tcase_add_test(tc, an_orphan_keeps_the_slot);
	tcase_add_test(tc, an_orphan_is_reaped);
	tcase_add_test(tc, an_orphan_is_killed_in_the_end);
	tcase_add_test(tc, a_pppd_of_another_call_is_no_orphan_of_this);
	tcase_add_test(tc, kick);
	tcase_add_test(tc, all_are_killed);
	tcase_add_test(tc, a_call_comes_back);
	tcase_add_test(tc, a_call_that_came_back_loses_its_keeper);
	tcase_add_test(tc, a_killed_keeper_whose_pppd_ended_before);
	tcase_add_test(tc, a_keeper_that_ended_in_order_was_not_killed);
	tcase_add_test(tc, nonsense_is_no_last_word);
	tcase_add_test(tc, a_call_that_cannot_be_watched_leaves_nothing);
	tcase_add_test(tc, an_address_is_given_once);
	tcase_add_test(tc, an_address_that_is_no_more_in_the_configuration);
	tcase_add_test(tc, a_keeper_that_has_gone);
	tcase_add_test(tc, a_call_of_the_kernels_comes_back);
	tcase_add_test(tc, calls_stay_with_another_configuration);
}

/* Without pidfds nothing comes in the loop when a child ends. */
int
main(void)
{
	int fd = linux_pidfd_open(getpid());

	if (fd == -1)
		return 77;
	close(fd);
	return unit_main("calls", tests);
}
