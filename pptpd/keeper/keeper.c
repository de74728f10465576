/* Keeper: parent of one call's pppd, holds the call's descriptors. */
/* SPDX-License-Identifier: ISC */
#include "keeper/keeper.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/log.h"
#include "config/pppd_args.h"
#include "keeper/kernel_call.h"
#include "keeper/login.h"
#include "keeper/pppd.h"
#include "keeper/rejoin.h"
#include "keeper/title.h"
#include "protocol/pptp_msg.h"
#include "shared/call_record.h"
#include "shared/ipc.h"
#include "shared/mono.h"
#include "shared/patience.h"
#include "shared/process.h"
#include "shared/syslog_sink.h"
#include "state/ctrl_out.h"
#include "state/life.h"

/* If pppd refuses its options so early, a plugin may be the reason. */
#define OPTION_ERROR_MS	5000	/* a busy machine takes more than one second */
#define OPTION_ERROR	2

#define BEFORE_MS	3000	/* for another pppd to end, before ours goes on */
#define BEFORE_LOOK_MS	20

#define ERROR_LINES_MAX	200	/* logged lines of pppd's stderr */
#define IDENTITY_LEN	64

struct keeper {
	struct call_record *rec;
	struct keeper_call call;
	struct pppd	 pppd;
	struct login	 login;
	struct kernel_call kernel;
	char		**argv;		/* pppd's */
	uint64_t	 optional;	/* bits: words not necessary */
	uint64_t	 kernel_words;	/* bits: for the kernel data path */
	uint64_t	 pppd_since;
	char		 client[ADDR_TEXT];
	char		 local[CALL_ADDR_TEXT], remote[CALL_ADDR_TEXT];
	uint16_t	 our_id;
	uint64_t	 started_ms;
	struct life	 life;
	int		 engine;	/* the link to it; -1: closed */
	struct rejoin	 rejoin;	/* the search, in LIFE_SEARCHING */
	int		 before;	/* process to end first; -1: none */
	uint64_t	 before_until;	/* ms */
	int		 status;	/* pppd's wait status, after its end */
	int		 error_lines;
	size_t		 error_len;
	char		 error_line[256];
};

static volatile sig_atomic_t got_term;
static sigset_t while_waiting;	/* none is blocked then */

static void
on_signal(int sig)
{
	if (sig == SIGTERM)
		got_term = 1;
}

static void
tell_engine(struct keeper *k, enum ipc_type type, int fd)
{
	struct ipc_msg m;

	if (k->engine == -1)
		return;
	ipc_msg_init(&m, type, k->our_id);
	if (ipc_send(k->engine, &m, &fd, fd == -1 ? 0 : 1) == -1)
		log_debug("CTRL: Client %s: engine cannot be told: %s",
		    k->client, strerror(errno));
}

/* Tells the engine that pppd runs, on a pty or on the kernel's socket. */
static void
tell_ready(struct keeper *k)
{
	struct ipc_msg m;

	ipc_msg_init(&m, IPC_KEEPER_READY, k->our_id);
	m.u.ready.kernel = k->kernel.on;
	if (k->engine != -1)
		(void)ipc_send(k->engine, &m, &k->pppd.pty,
		    k->kernel.on ? 0 : 1);
}

/* With the kernel data path the engine cannot see the login in the frames. */
static void
tell_authenticated(struct keeper *k)
{
	if (!k->kernel.up || k->kernel.told || !k->login.authenticated ||
	    k->engine == -1)
		return;
	k->kernel.told = true;
	tell_engine(k, IPC_AUTHENTICATED, -1);
}

static void
tell_exit(const struct keeper *k)
{
	struct ipc_msg m;

	ipc_msg_init(&m, IPC_PPPD_EXIT, k->our_id);
	m.u.pppd_exit.status = k->status;
	if (k->engine != -1)
		(void)ipc_send(k->engine, &m, NULL, 0);
}

/*
 * The engine can write to the record.  So the keeper reads only the figures
 * for the call's last line from it, and the reason of the end.
 */
static bool
take_call(struct keeper *k, const struct keeper_call *call)
{
	struct call_record *rec = call_record_map(IPC_FD_RECORD);
	char title[IDENTITY_LEN];

	if (rec == NULL)
		return false;
	k->rec = rec;
	k->call = *call;
	rejoin_init(&k->rejoin);
	addr_text(call->client_addr, k->client);
	life_init(&k->life, k->client, mono_ms());
	snprintf(k->local, sizeof(k->local), "%s", call->local);
	snprintf(k->remote, sizeof(k->remote), "%s", call->remote);
	k->our_id = call->our_id;
	k->optional = call->optional_words;
	k->kernel_words = call->kernel_words;
	k->kernel.path = (struct kernel_pptp){ call->server_addr,
	    call->client_addr, call->our_id, call->peer_id };
	login_init(&k->login, rec, &k->call, k->client);
	k->started_ms = call->started_ms;
	log_set_debug((call->flags & CALL_FLAG_DEBUG) != 0);
	snprintf(title, sizeof(title), "pptpd [%s:%04X - %04X]", k->client,
	    call->peer_id, call->our_id);
	title_set(title);
	return true;
}

/* Logs whole lines of pppd's stderr under the call's name. */
static void
read_errors(struct keeper *k)
{
	char buf[512], safe[LOG_LINE_MAX];
	ssize_t n;

	while ((n = read(k->pppd.errors, buf, sizeof(buf))) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			bool full =
			    k->error_len == sizeof(k->error_line) - 1;

			if (buf[i] != '\n' && !full) {
				k->error_line[k->error_len++] = buf[i];
				continue;
			}
			if (k->error_len > 0 &&
			    k->error_lines++ < ERROR_LINES_MAX)
				log_notice("CTRL: Client %s: pppd[%ld]: %s",
				    k->client, (long)k->pppd.pid,
				    log_escape(safe, sizeof(safe),
				    k->error_line, k->error_len));
			k->error_len = 0;
			if (full && buf[i] != '\n')
				k->error_line[k->error_len++] = buf[i];
		}
	}
	if (n == 0) {
		close(k->pppd.errors);
		k->pppd.errors = -1;
	}
}

/*
 * The engine can write to the record at any time, also between a check and a
 * use.  So each of these functions reads a member once.
 */
static enum ctrl_end
recorded_end(const struct keeper *k)
{
	const volatile enum ctrl_end *there = &k->rec->end;
	enum ctrl_end end = *there;

	return end == CTRL_END_NONE || ctrl_end_is_known(end) ? end :
	    CTRL_END_DAMAGED;
}

static uint64_t
recorded_octets(const volatile uint64_t *octets)
{
	return *octets;
}

static bool
is_message_cut(const struct keeper *k)
{
	const volatile uint16_t *part = &k->rec->ctrl.out_part;

	return *part != 0;
}

/*
 * Tells the client in place of the engine that its call is over.  Does nothing
 * if the engine had sent a part of a message.
 */
static void
say_goodbye(const struct keeper *k, enum ctrl_end end)
{
	uint8_t buf[PPTP_MSG_MAX];
	size_t len;

	if (is_message_cut(k))
		return;
	for (int i = 0; (len = ctrl_goodbye(i, k->our_id, end, buf)) > 0; i++)
		(void)send(IPC_FD_CONTROL, buf, len, MSG_NOSIGNAL |
		    MSG_DONTWAIT);
}

/*
 * Closes our side of the pty, so that pppd's line hangs up.  With the kernel
 * data path there is no pty, and pppd gets a signal.
 */
static void
hang_up(struct keeper *k)
{
	rejoin_stop(&k->rejoin);
	login_go(&k->login, k->pppd.session, false);
	if (k->kernel.on)
		kill(k->pppd.pid, SIGHUP);	/* not reaped: its pid */
	else
		close(k->pppd.pty);
	k->pppd.pty = -1;
	patience_close(IPC_FD_CONTROL);
}

static void
send_signal(const struct keeper *k, int sig)
{
	log_notice("CTRL: Client %s: pppd[%ld] does not end, sending SIG%s",
	    k->client, (long)k->pppd.pid, sig == SIGTERM ? "TERM" : "KILL");
	kill(k->pppd.pid, sig);		/* not reaped: still its pid */
}

/* Carries out the actions of an event: LIFE_DO_*. */
static void
act(struct keeper *k, unsigned int todo)
{
	if ((todo & LIFE_DO_SEARCH) != 0)
		rejoin_start(&k->rejoin, &k->call, mono_ms());
	if ((todo & LIFE_DO_GOODBYE) != 0)
		say_goodbye(k, k->life.end);
	if ((todo & LIFE_DO_HANG_UP) != 0)
		hang_up(k);
	if ((todo & LIFE_DO_TERM) != 0)
		send_signal(k, SIGTERM);
	if ((todo & LIFE_DO_KILL) != 0)
		send_signal(k, SIGKILL);
}

/* The engine has crashed, or was replaced. */
static void
lost_engine(struct keeper *k)
{
	bool may_search = k->call.grace_s != 0 &&
	    recorded_end(k) == CTRL_END_NONE;

	patience_limit();	/* unread messages may hold descriptors */
	close(k->engine);
	patience_restore();
	k->engine = -1;
	act(k, life_engine_lost(&k->life, may_search, mono_ms()));
}

/*
 * The user may go on.  If his address is that of another call, which ends for
 * this one, that has to be over: its pppd takes address and proxy ARP away.
 * The number is an engine's, which may lie: so the wait is short.
 */
static void
admit(struct keeper *k, pid_t before)
{
	if (!k->login.waits || k->before != -1)
		return;
	k->before = before > 1 ? process_open(before) : -1;
	k->before_until = mono_ms() + BEFORE_MS;
	if (k->before == -1)
		login_go(&k->login, k->pppd.session, true);
}

static void
look_at_before(struct keeper *k, uint64_t now)
{
	if (now < k->before_until && !process_ended(k->before))
		return;
	close(k->before);
	k->before = -1;
	login_go(&k->login, k->pppd.session, true);
}

static void
engine_message(struct keeper *k)
{
	struct ipc_msg m;
	struct ipc_fds fds;
	int got, error;

	patience_limit();
	got = ipc_recv(k->engine, &m, &fds);
	error = errno;
	patience_restore();
	patience_close_all(fds.fd, &fds.n);	/* a keeper expects none */
	if (got == 1 && m.type == IPC_ADMIT)
		admit(k, m.u.admit.pppd_pid);
	else if (got == 1 && m.type == IPC_HANGUP) {
		if (m.u.hangup.end != CTRL_END_NONE &&
		    !life_is_down(&k->life)) {
			say_goodbye(k, m.u.hangup.end);
			k->rec->end = m.u.hangup.end;
		}
		act(k, life_hang_up(&k->life, CTRL_END_LOST,
		    "the engine says so", mono_ms()));
		if (m.u.hangup.now)
			act(k, life_hurry(&k->life));
	} else if (got == 0 || (got == -1 && error != EAGAIN))
		lost_engine(k);
}

/* Hands the call over to the new engine. */
static void
hand_over(struct keeper *k)
{
	const int fds[IPC_CALL_FDS] = {
		[IPC_CALL_FD_RECORD] = IPC_FD_RECORD,
		[IPC_CALL_FD_CONTROL] = IPC_FD_CONTROL,
		[IPC_CALL_FD_PTY] = k->pppd.pty,
	};
	struct ipc_msg m;

	/* The engine before may have written there last. */
	login_publish(&k->login);
	ipc_msg_init(&m, IPC_CALL, k->our_id);
	m.u.call.kernel = k->kernel.on;
	if (ipc_send(k->engine, &m, fds, k->kernel.on ? IPC_CALL_FD_PTY :
	    IPC_CALL_FDS) == -1) {
		lost_engine(k);
		return;
	}
	k->kernel.told = false;
	tell_authenticated(k);
	if (k->login.waits)	/* the engine before did not answer */
		tell_engine(k, IPC_REPORT, -1);
}

static void
look_for_engine(struct keeper *k)
{
	uint32_t end;

	switch (rejoin_go_on(&k->rejoin, &k->call, k->pppd.pid, mono_ms(),
	    &k->engine, &end)) {
	case REJOIN_WAIT:
		break;
	case REJOIN_FOUND:
		(void)life_engine_found(&k->life, mono_ms());
		hand_over(k);
		break;
	case REJOIN_REFUSED:
		act(k, life_hang_up(&k->life, (enum ctrl_end)end,
		    "no other engine", mono_ms()));
		break;
	}
}

/* Asks the engine to end the call; without an engine the keeper ends it. */
static void
ask_for_end(struct keeper *k, enum ipc_type type, enum ctrl_end end)
{
	unsigned int todo = life_ask(&k->life, end, mono_ms());

	if ((todo & LIFE_DO_TELL) != 0)
		tell_engine(k, type, -1);
	act(k, todo);
}

static void
look_at_kernel(struct keeper *k, uint64_t now)
{
	if (now < k->kernel.look_at)
		return;
	if (kernel_call_look(&k->kernel, k->login.ifname, now))
		ask_for_end(k, IPC_STALLED, CTRL_END_STALLED);
	kernel_call_publish(&k->kernel, k->rec);
}

/* Runs all due timers.  Returns the ms to the next one, -1: none is set. */
static int
timers(struct keeper *k)
{
	uint64_t now = mono_ms(), next;

	login_timer(&k->login, now);
	next = login_deadline(&k->login);
	if (k->life.state == LIFE_SEARCHING) {
		if (now >= rejoin_deadline(&k->rejoin))
			look_for_engine(k);
		if (rejoin_deadline(&k->rejoin) < next)
			next = rejoin_deadline(&k->rejoin);
	}
	if (k->before != -1)
		look_at_before(k, now);
	if (k->before != -1 && now + BEFORE_LOOK_MS < next)
		next = now + BEFORE_LOOK_MS;
	if (k->kernel.up) {
		look_at_kernel(k, now);
		if (k->kernel.look_at < next)
			next = k->kernel.look_at;
	}
	act(k, life_timer(&k->life, now));
	if (life_deadline(&k->life) < next)
		next = life_deadline(&k->life);
	if (next == UINT64_MAX)
		return -1;
	return next > now ? (int)(next - now) : 0;
}

static void
read_session(struct keeper *k)
{
	if (!login_read(&k->login, k->pppd.session)) {
		close(k->pppd.session);
		k->pppd.session = -1;
	}
	/* pppd has read all its options, so the client may get its reply. */
	if (k->kernel.on && !k->kernel.up && k->login.reports) {
		kernel_call_up(&k->kernel, mono_ms());
		tell_ready(k);
	}
	tell_authenticated(k);
	if (k->login.news)
		tell_engine(k, IPC_REPORT, -1);
	k->login.news = false;
	if (k->login.unfit != CTRL_END_NONE && k->login.authenticated)
		ask_for_end(k, k->login.unfit == CTRL_END_USER_FILE ?
		    IPC_USER_FILE : IPC_NO_ADDRESS, k->login.unfit);
}

/* Removes the words with these bits from pppd's arguments. */
static void
drop_words(struct keeper *k, uint64_t words)
{
	k->optional = pppd_args_drop(k->argv, words, k->optional);
	k->kernel_words = 0;
}

static void
pppd_started(struct keeper *k)
{
	k->pppd_since = mono_ms();
	(void)life_started(&k->life, k->pppd_since);
	k->rec->pppd_pid = k->pppd.pid;
	login_started(&k->login, k->pppd.pid, k->optional != 0,
	    k->pppd_since);
	login_greet(&k->login, k->pppd.session);
}

static int
start_pppd(struct keeper *k, int (*how)(struct pppd *, char *const [],
    const char *))
{
	if (how(&k->pppd, k->argv, k->client) == -1)
		return -1;
	pppd_started(k);
	return 0;
}

/* Falls back to the userspace data path. */
static void
without_kernel(struct keeper *k, const char *why)
{
	log_notice("CTRL: Client %s: the kernel cannot carry this call, "
	    "userspace does: %s", k->client, why);
	drop_words(k, k->kernel_words);
	k->rec->flags &= ~(uint32_t)CALL_FLAG_KERNEL;
	call_record_seal(k->rec);
	k->call.flags &= ~(uint32_t)CALL_FLAG_KERNEL;
}

/* Starts pppd on the kernel's socket.  -1: start it on a pty instead. */
static int
start_in_kernel(struct keeper *k)
{
	char why[160];
	int sock = kernel_call_open(&k->kernel, why, sizeof(why)), rc;

	if (sock == -1) {
		without_kernel(k, why);
		return -1;
	}
	rc = pppd_start_kernel(&k->pppd, sock, k->argv, k->client);
	close(sock);		/* our copy would keep the Call ID in use */
	if (rc == -1) {
		kernel_call_give_up(&k->kernel);
		without_kernel(k, "pppd could not be started");
		return -1;
	}
	log_info("CTRL: Client %s: kernel data path", k->client);
	pppd_started(k);
	return 0;
}

static int
start_call(struct keeper *k)
{
	if (k->kernel_words != 0 && start_in_kernel(k) == 0)
		return 0;
	if (start_pppd(k, pppd_start) == -1)
		return -1;
	tell_ready(k);
	return 0;
}

/* pppd has ended without taking the kernel's socket. */
static bool
try_userspace(struct keeper *k)
{
	char words[128], why[160];
	bool refused = WIFEXITED(k->status) &&
	    WEXITSTATUS(k->status) == OPTION_ERROR;

	snprintf(why, sizeof(why), "pppd: %s", pppd_status_text(k->status,
	    words, sizeof(words)));
	kernel_call_give_up(&k->kernel);
	without_kernel(k, why);
	if (refused)
		drop_words(k, k->optional);
	pppd_close(&k->pppd);
	return start_call(k) == 0;
}

/*
 * If pppd was upgraded after the monitor had checked its version, pppd refuses
 * our plugins.  Then this starts pppd again without them.
 */
static bool
try_again(struct keeper *k)
{
	if (life_is_down(&k->life) || k->login.unfit != CTRL_END_NONE)
		return false;
	if (k->kernel.on && !k->kernel.up)
		return try_userspace(k);
	if (k->optional == 0 || k->kernel.on || !WIFEXITED(k->status) ||
	    WEXITSTATUS(k->status) != OPTION_ERROR ||
	    mono_ms() - k->pppd_since > OPTION_ERROR_MS)
		return false;
	log_err("CTRL: Client %s: pppd[%ld] refuses its options, starting it "
	    "again without our plugins", k->client, (long)k->pppd.pid);
	drop_words(k, k->optional);
	if (start_pppd(k, pppd_restart) == -1)
		return false;
	tell_engine(k, IPC_PPPD_RESTARTED, -1);
	return true;
}

/* Waits for one event and handles it. */
static void
wait_once(struct keeper *k)
{
	struct pollfd fds[4];
	struct timespec ts;
	int ms;

	if (got_term) {
		got_term = 0;
		ask_for_end(k, IPC_TERM, CTRL_END_ADMIN);
	}
	ms = timers(k);
	ts = (struct timespec){ ms / 1000, ms % 1000 * 1000000L };
	fds[0] = (struct pollfd){ k->engine, POLLIN, 0 };
	fds[1] = (struct pollfd){ k->pppd.errors, POLLIN, 0 };
	fds[2] = (struct pollfd){ k->pppd.session, POLLIN, 0 };
	fds[3] = (struct pollfd){ k->rejoin.sock, POLLIN, 0 };
	if (ppoll(fds, 4, ms == -1 ? NULL : &ts, &while_waiting) <= 0)
		return;
	if (fds[1].revents != 0)
		read_errors(k);
	if (fds[2].revents != 0)
		read_session(k);
	if (fds[0].revents != 0)
		engine_message(k);
	if (fds[3].revents != 0)
		look_for_engine(k);
}

/* Publishes pppd's final counts, or the last ones of the interface. */
static void
sum_up(struct keeper *k)
{
	if (k->login.counted) {
		k->kernel.octets_in = k->login.octets_in;
		k->kernel.octets_out = k->login.octets_out;
		k->kernel.packets_in = k->login.packets_in;
		k->kernel.packets_out = k->login.packets_out;
	}
	kernel_call_publish(&k->kernel, k->rec);
}

/* Runs until pppd is reaped. */
static void
loop(struct keeper *k)
{
	do {
		while (waitpid(k->pppd.pid, &k->status, WNOHANG) == 0)
			wait_once(k);
		if (k->pppd.errors != -1)
			read_errors(k);
		if (k->pppd.session != -1)
			read_session(k);
	} while (try_again(k));
	login_ended(&k->login, k->status);
	if (k->kernel.on)
		sum_up(k);
}

/* Logs the last lines of the call: ours, and Poptop's. */
static void
report_end(struct keeper *k)
{
	char words[128];
	uint64_t seconds = (mono_ms() - k->started_ms) / 1000;
	uint64_t in = recorded_octets(&k->rec->octets_in);
	uint64_t out = recorded_octets(&k->rec->octets_out);
	enum ctrl_end end = recorded_end(k);

	if (k->login.ip_known) {
		(void)addr_text(k->login.local, k->local);
		(void)addr_text(k->login.remote, k->remote);
	}
	pppd_status_text(k->status, words, sizeof(words));
	if (k->kernel.on) {	/* the engine sees no packets */
		in = k->kernel.octets_in;
		out = k->kernel.octets_out;
	}
	if (end == CTRL_END_NONE)
		end = k->life.end;
	if (end == CTRL_END_PPPD && recorded_end(k) == CTRL_END_NONE)
		end = ctrl_end_of_pppd(WIFEXITED(k->status) ?
		    WEXITSTATUS(k->status) : -1);
	log_info("CTRL: Call of client %s ended: user \"%s\", local %s "
	    "remote %s, %" PRIu64 " s, received %" PRIu64 " octets, sent %" PRIu64
	    " octets, %s, pppd %s, session %s, reason %s", k->client, k->login.user,
	    k->local[0] != '\0' ? k->local : "-",
	    k->remote[0] != '\0' ? k->remote : "-", seconds,
	    in, out, ctrl_end_text(end), words, k->call.session,
	    ctrl_end_word(end));
	/* Scripts rely on it: Poptop logs it without debug too. */
	log_always(LOG_DEBUG, "CTRL: Reaping child PPP[%ld]",
	    (long)k->pppd.pid);
}

void
keeper_catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t block;

	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGCHLD);
	sigprocmask(SIG_BLOCK, &block, NULL);
	sigemptyset(&while_waiting);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGCHLD, &sa, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	/* A terminal sends these to the whole group; the monitor acts. */
	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGHUP, &ignore, NULL);
	patience_prepare();
}

int
keeper_run(const struct keeper_call *call, char **argv)
{
	struct keeper k = { .engine = IPC_FD_PARENT, .before = -1,
	    .argv = argv,
	    .pppd = { -1, -1, -1, -1 } };
	int exit_status = 1;

	syslog_sink_open("pptpd", (call->flags & CALL_FLAG_STDERR) != 0);
	if (!take_call(&k, call)) {
		log_err("CTRL: descriptor %d is no record of a call: %s",
		    IPC_FD_RECORD, strerror(errno));
		return 1;
	}
	log_info("CTRL: Client %s control connection started", k.client);
	log_info("CTRL: Starting call (launching pppd, opening GRE)");
	log_info("CTRL: Client %s: call %04X is session %s", k.client,
	    k.our_id, k.call.session);
	if (start_call(&k) == -1) {
		tell_engine(&k, IPC_KEEPER_FAILED, -1);
		log_info("CTRL: Client %s: session %s could not be started, "
		    "reason %s", k.client, k.call.session,
		    ctrl_end_word(CTRL_END_NOT_STARTED));
	} else {
		loop(&k);
		k.rec->pppd_pid = 0;
		act(&k, life_over(&k.life, mono_ms()));
		tell_exit(&k);
		report_end(&k);
		exit_status = 0;
	}
	log_info("CTRL: Client %s control connection finished", k.client);
	rejoin_say_end(&k.rejoin);
	return exit_status;
}
