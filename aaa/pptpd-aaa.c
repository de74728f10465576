/* pptpd-aaa: asks a back end about callers, and reports their use. */
/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "aaa_files.h"
#include "acct.h"
#include "base/log.h"
#include "client.h"
#include "coa.h"
#include "digest.h"
#include "exec_acct.h"
#include "exec_backend.h"
#include "file_backend.h"
#include "pppds.h"
#include "lockdown.h"
#include "radius_secrets.h"
#include "runner.h"
#include "shared/loop.h"
#include "shared/mono.h"
#include "shared/syslog_sink.h"
#include "spool.h"
#include "syncer.h"
#include "workers.h"

#define EMPTY_DIR	RUNDIR "/pptpd/empty"
#define READY		"ready"
/* How long accounting that waits for a server keeps us after the end. */
#define LEAVE_MS	20000
#define LOOK_MS		100
#define DESCRIPTION	512	/* octets */

/*
 * What the keyword aaa of pptpd.conf can name.  load() reads its configuration
 * with root's rights, and logs what is wrong; if only_check, no process is
 * started.  start() comes after loop_init(), without rights.
 */
struct kind {
	const char *name;
	enum aaa_kind kind;
	unsigned needs;			/* LOCKDOWN_* */
	bool	(*load)(const char *file, bool only_check);
	bool	(*start)(struct pppds_conf *);
	void	(*describe)(char *, size_t);	/* for people */
};

static const struct kind *kind;
static const struct backend *backend;
static struct radius_conf radius;
static struct aaa_conf texts;
static bool fresh;		/* the server has begun, without calls */
static bool has_spool;
static int runner = -1;	/* of runner_start() */
static struct loop_watch parent;
static struct loop_timer leaving;
static uint64_t leave_at;	/* ms; 0: we stay */

static void
on_leaving(void *arg)
{
	unsigned waiting = backend->acct_waiting();

	(void)arg;
	if (waiting > 0 && mono_ms() < leave_at) {
		(void)loop_timer_in_ms(&leaving, LOOK_MS);
		return;
	}
	if (waiting > 0)
		log_err("AAA: %u records of accounting are lost: nobody took "
		    "them before the end", waiting);
	loop_stop();
}

/* Calls go on, and tell the next pptpd-aaa; or, with off, there are none. */
static void
leave(bool off)
{
	if (leave_at != 0)
		return;
	coa_close();
	if (backend->end != NULL)
		backend->end(off);
	leave_at = mono_ms() + LEAVE_MS;
	pppds_close();
	close(AAA_FD_LISTEN);
	loop_watch_off(&parent);
	loop_timer_now(&leaving);
}

static void
on_signal(int signo)
{
	(void)signo;
	leave(false);
}

/*
 * pptpd says something when it ends in order, after all calls.  Else it has
 * closed its end, and may be gone.
 */
static void
on_parent(int fd, void *arg)
{
	char word[16];

	(void)arg;
	leave(recv(fd, word, sizeof(word), MSG_DONTWAIT) > 0);
}

static void
ignore_signals(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGPIPE, SIGUSR1,
	    SIGUSR2, SIGQUIT };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_IGN);
	/* Runner and syncer tell by their sockets that they have ended. */
	signal(SIGCHLD, SIG_IGN);
}

/* --- RADIUS -------------------------------------------------------------- */

static bool
load_radius(const char *file, bool only_check)
{
	(void)only_check;
	if (digest_init())
		return radius_secrets_load(&radius, file);
	log_err("AAA: libcrypto has no MD5 (is this machine in FIPS mode?): "
	    "RADIUS cannot be spoken");
	return false;
}

static struct backend radius_backend = {
	.silence = "no RADIUS server has answered",
	.login = client_login,
	.cancel = client_cancel,
	.acct = acct_take,
	.acct_waiting = acct_waiting,
	.end = acct_end
};

/* With accounting: report says how it is told. */
static void
start_acct(struct backend *b, bool accounting, acct_report *report)
{
	if (accounting)
		acct_init(report, has_spool ? AAA_FD_SPOOL : -1, fresh);
	else
		b->end = NULL;
}

static bool
start_radius(struct pppds_conf *c)
{
	client_init(&radius);
	start_acct(&radius_backend, radius.accounting, client_report);
	*c = (struct pppds_conf){ .backend = &radius_backend,
	    .accounting = radius.accounting, .interim = radius.interim };
	return true;
}

static void
describe_radius(char *text, size_t size)
{
	snprintf(text, size, "%u RADIUS server%s", radius.n,
	    radius.n == 1 ? "" : "s");
}

/* --- a program, and the file of secrets ---------------------------------- */

static bool
load_crypto(void)
{
	if (!digest_init())
		log_warn("AAA: libcrypto has no MD5 (is this machine in FIPS "
		    "mode?): nobody can log in by CHAP");
	if (password_check_init())
		return true;
	log_err("AAA: libcrypto lacks MD4, DES or SHA-1");
	return false;
}

/* The runner is forked before a secret is in our memory. */
static bool
prepare_program(bool only_check)
{
	if (!runner_check(&texts))
		return false;
	if (only_check)
		return true;
	runner = runner_start(&texts);
	return runner != -1;
}

static bool
load_exec(const char *file, bool only_check)
{
	if (!load_crypto() || !aaa_files_load(&texts, file, false))
		return false;
	if (texts.program[0] != NULL)
		return prepare_program(only_check);
	log_err("AAA: %s: no program", file);
	return false;
}

static struct backend exec_backend = {
	.login = exec_login,
	.cancel = exec_cancel,
	.acct = acct_take,
	.acct_waiting = acct_waiting,
	.end = acct_end
};

static bool
start_exec(struct pppds_conf *c)
{
	*c = (struct pppds_conf){ .backend = &exec_backend,
	    .accounting = texts.accounting, .interim = texts.interim };
	start_acct(&exec_backend, texts.accounting, exec_report);
	return exec_backend_init(AAA_FD_RUNNER, &texts);
}

static void
describe_exec(char *text, size_t size)
{
	snprintf(text, size, "%s, %s, %u of it at once", texts.program[0],
	    texts.kept ? "kept running" : "once for each request",
	    texts.workers);
}

/* With a program, that is told of use. */
static bool
load_file(const char *file, bool only_check)
{
	return load_crypto() && aaa_files_load(&texts, file, true) &&
	    (texts.program[0] == NULL || prepare_program(only_check)) &&
	    file_backend_load(&texts);
}

static struct backend file_backend = {
	.login = file_login,
	.cancel = file_cancel,
	.acct = acct_take,
	.acct_waiting = acct_waiting,
	.end = acct_end
};

static bool
tells_program(void)
{
	return texts.program[0] != NULL && texts.accounting;
}

static bool
start_file(struct pppds_conf *c)
{
	*c = (struct pppds_conf){ .backend = &file_backend,
	    .accounting = tells_program(), .interim = texts.interim };
	start_acct(&file_backend, tells_program(), exec_report);
	return texts.program[0] == NULL ||
	    exec_backend_init(AAA_FD_RUNNER, &texts);
}

static void
describe_file(char *text, size_t size)
{
	snprintf(text, size, "%zu secrets of %s", file_backend_users(),
	    texts.secrets);
}

static const struct kind kinds[] = {
	{ "radius", AAA_KIND_RADIUS, LOCKDOWN_UDP, load_radius, start_radius,
	    describe_radius },
	{ "exec", AAA_KIND_EXEC, 0, load_exec, start_exec, describe_exec },
	{ "file", AAA_KIND_FILE, 0, load_file, start_file, describe_file },
};

/* --- for pptpdctl -------------------------------------------------------- */

/* radius and texts are empty unless their back end is in use. */
static void
fill_state(unsigned at, struct aaa_state *s)
{
	s->kind = kind->kind;
	s->nservers = (uint8_t)radius.n;
	acct_state(s);
	coa_state(s);
	workers_state(s);
	if (at < radius.n)
		client_state(at, &s->server);
}

/* --- the start ----------------------------------------------------------- */

static int
serve(void)
{
	int syncer = has_spool ? syncer_start(AAA_FD_SPOOL, EMPTY_DIR) : -1;
	unsigned sockets = coa_open(&radius);
	unsigned needs = kind->needs | (runner != -1 ? LOCKDOWN_RUNNER : 0) |
	    (sockets > 0 ? LOCKDOWN_COA : 0);
	struct pppds_conf conf;
	char text[DESCRIPTION];

	ignore_signals();
	if (lockdown_enter(EMPTY_DIR, runner, syncer, sockets, has_spool ?
	    SPOOL_OCTETS : 0) == -1)
		return 1;
	if (!loop_init() || !loop_signal(SIGTERM, on_signal)) {
		log_err("AAA: start failed: %s", strerror(ENOMEM));
		return 1;
	}
	spool_syncer(syncer != -1 ? AAA_FD_SYNCER : -1);
	if (!kind->start(&conf)) {
		log_err("AAA: start failed: %s", strerror(ENOMEM));
		return 1;
	}
	conf.state = fill_state;
	backend = conf.backend;
	loop_timer_init(&leaving, on_leaving, NULL);
	loop_watch_init(&parent, AAA_FD_PARENT, LOOP_READ, on_parent, NULL);
	if (!loop_watch_on(&parent) ||
	    !pppds_init(AAA_FD_LISTEN, &conf) ||
	    !coa_init(fresh) || lockdown_lock(needs) == -1)
		return 1;
	kind->describe(text, sizeof(text));
	log_info("AAA: serves pppd, with %s", text);
	(void)send(AAA_FD_PARENT, READY, sizeof(READY), MSG_NOSIGNAL |
	    MSG_DONTWAIT);
	loop_run();
	return 0;
}

static int
usage(void)
{
	fprintf(stderr, "usage: pptpd-aaa [-b radius | exec | file] [-d] [-e] "
	    "[-n] [-t] [-s SPOOL] FILE\n"
	    "pptpd(8) starts it; -t checks FILE, the back end's configuration, "
	    "and ends.\n");
	return 2;
}

static const struct kind *
find_kind(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	}
	return NULL;
}

static int
say_good(const char *file)
{
	char text[DESCRIPTION];

	kind->describe(text, sizeof(text));
	printf("%s: good, %s\n", file, text);
	return fflush(stdout) == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	bool check = false, to_stderr = false;
	const char *spool = NULL;
	int option;

	kind = &kinds[0];
	while ((option = getopt(argc, argv, "b:dens:t")) != -1) {
		switch (option) {
		case 'b':
			kind = find_kind(optarg);
			if (kind == NULL)
				return usage();
			break;
		case 'd':
			log_set_debug(true);
			break;
		case 'e':
			to_stderr = true;
			break;
		case 'n':
			fresh = true;
			break;
		case 's':
			spool = optarg;
			break;
		case 't':
			check = to_stderr = true;
			break;
		default:
			return usage();
		}
	}
	if (optind + 1 != argc)
		return usage();
	syslog_sink_open("pptpd-aaa", to_stderr);
	syslog_sink_warm_up();
	if (!kind->load(argv[optind], check))
		return 1;
	if (check)
		return say_good(argv[optind]);
	has_spool = (radius.accounting || tells_program()) && spool != NULL &&
	    spool_open(spool, AAA_FD_SPOOL);
	return serve();
}
