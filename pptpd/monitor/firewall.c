/* Monitor: has nft(8) make the server's own table, and remove it. */
/* SPDX-License-Identifier: ISC */
#include "monitor/firewall.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "config/instance.h"
#include "monitor/child.h"
#include "shared/loop.h"
#include "shared/mono.h"

#define SCRIPT	1024		/* octets of the text for nft */
#define ERROR	512		/* octets of nft's complaint that are read */
#define NFT_MS	30000		/* for nft while the server runs, */
#define AGAIN_MS 60000		/* and until one that took longer runs again */
#define END_MS	3000		/* for nft when the server ends */
#define LOOK_US	5000

/*
 * All of a text counts or nothing (nft makes one transaction of it), so no
 * packet meets half a table.  The set comes with the table; a chain is emptied
 * and filled again.  The numbers of priorities stand for names that nft has
 * only had since 0.9.1.
 */
#define TABLE	"add table inet %s; add set inet %s calls { type iface_index; }; "
#define CHAIN(name, hook, priority) \
	"add chain inet %s " name " { type filter hook " hook \
	" priority " priority "; policy accept; }; flush chain inet %s " name \
	"; "
#define NO_CHAIN(name) \
	"add table inet %s; add chain inet %s " name "; flush chain inet %s " \
	name "; delete chain inet %s " name
/* Before connection tracking, which forged packets should not fill. */
#define SOURCES	TABLE CHAIN("sources", "prerouting", "-290") \
	"add rule inet %s sources iif @calls fib saddr . iif oif missing " \
	"counter drop"
#define CLAMP	TABLE CHAIN("clamp", "forward", "-150") \
	"add rule inet %s clamp iif @calls tcp flags & (syn | rst) == syn " \
	"tcp option maxseg size set %s; " \
	"add rule inet %s clamp oif @calls tcp flags & (syn | rst) == syn " \
	"tcp option maxseg size set %s"
#define NO_TABLE "add table inet %s; delete table inet %s"

/* What is still to be done, in this order. */
enum step {
	STEP_CLAMP,
	STEP_SOURCES,
	STEP_REMOVE,
	STEPS
};

static const char *const what[STEPS] = { "mss-clamp is not in force",
	"anti-spoofing is not in force", "the server's table stays" };

static struct {
	char	 table[INSTANCE_TABLE];
	char	 mark[108];	/* file that is there while the table is */
	uint32_t mss_clamp;	/* wanted */
	bool	 anti_spoofing;
	bool	 todo[STEPS];
	bool	 hung[STEPS];	/* nft took too long: to be done again */
	pid_t	 pid;		/* of nft; 0: none runs */
	enum step step;		/* what it does */
	bool	 late;		/* it took too long, and was killed */
	int	 error;		/* read end of its descriptor 2, or -1 */
	struct loop_timer deadline;	/* for nft */
	struct loop_timer again;	/* until the next try */
} fw = { .error = -1 };

/* --- texts --------------------------------------------------------------- */

static void
clamp_text(char text[SCRIPT])
{
	const char *t = fw.table;
	char size[16] = "rt mtu";

	if (fw.mss_clamp == 0) {
		snprintf(text, SCRIPT, NO_CHAIN("clamp"), t, t, t, t);
		return;
	}
	if (fw.mss_clamp != CONF_MSS_PATH)
		snprintf(size, sizeof(size), "%u", (unsigned)fw.mss_clamp);
	snprintf(text, SCRIPT, CLAMP, t, t, t, t, t, size, t, size);
}

static void
text_of(enum step step, char text[SCRIPT])
{
	const char *t = fw.table;

	switch (step) {
	case STEP_CLAMP:
		clamp_text(text);
		break;
	case STEP_SOURCES:
		if (fw.anti_spoofing)
			snprintf(text, SCRIPT, SOURCES, t, t, t, t, t);
		else
			snprintf(text, SCRIPT, NO_CHAIN("sources"), t, t, t,
			    t);
		break;
	case STEP_REMOVE:
	case STEPS:
		snprintf(text, SCRIPT, NO_TABLE, t, t);
		break;
	}
}

/* --- nft ----------------------------------------------------------------- */

static const char *
find_nft(void)
{
	static const char *const paths[] = { "/usr/sbin/nft", "/sbin/nft",
	    "/usr/local/sbin/nft", "/usr/bin/nft" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (access(paths[i], X_OK) == 0)
			return paths[i];
	}
	return NULL;
}

static void
say(enum step step, const char *why)
{
	log_err("MGR: %s: %s", what[step], why);
}

static void
close_error(void)
{
	if (fw.error != -1)
		close(fw.error);
	fw.error = -1;
}

/* Starts nft for one step.  False, with the reason logged: it does not run. */
static bool
run(enum step step)
{
	static char name[] = "nft";
	const char *path = find_nft();
	char text[SCRIPT], *argv[] = { name, text, NULL };
	int fds[2];

	if (path == NULL) {
		say(step, "there is no nft (Debian, Fedora, RHEL: package "
		    "nftables)");
		return false;
	}
	text_of(step, text);
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) == -1) {
		say(step, strerror(errno));
		return false;
	}
	fw.step = step;
	fw.late = false;
	fw.error = fds[0];
	fw.pid = child_spawn(path, argv, NULL, 0, fds[1]);
	close(fds[1]);
	if (fw.pid != -1) {
		(void)loop_timer_in_ms(&fw.deadline, NFT_MS);
		return true;
	}
	fw.pid = 0;
	say(step, strerror(errno));
	close_error();
	return false;
}

static void
next(void)
{
	for (int step = 0; step < STEPS && fw.pid == 0; step++) {
		if (!fw.todo[step])
			continue;
		fw.todo[step] = false;
		(void)run((enum step)step);
	}
}

/* Nothing else is done while nft runs: one that hangs must not last. */
static void
on_deadline(void *arg)
{
	(void)arg;
	if (fw.pid == 0)
		return;
	say(fw.step, "nft hangs, and is killed");
	fw.late = true;
	kill(fw.pid, SIGKILL);		/* not reaped, so the pid is ours */
}

static bool
is_wanted(void)
{
	return fw.mss_clamp != 0 || fw.anti_spoofing;
}

/* The configuration may have changed meanwhile. */
static void
on_again(void *arg)
{
	(void)arg;
	for (int step = 0; step < STEPS; step++) {
		if (fw.hung[step] && (step == STEP_REMOVE) != is_wanted())
			fw.todo[step] = true;
		fw.hung[step] = false;
	}
	next();
}

/* The first line of nft's complaint, as far as it can be printed. */
static void
complain(int status)
{
	char text[ERROR + 1];
	ssize_t n = fw.error != -1 ? read(fw.error, text, ERROR) : -1;

	if (n <= 0) {
		snprintf(text, sizeof(text), "nft ended with wait status %d",
		    status);
		say(fw.step, text);
		return;
	}
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	for (char *s = text; *s != '\0'; s++) {
		if (*s < ' ' || *s > '~')
			*s = '?';
	}
	say(fw.step, text);
}

/* --- the table's mark ---------------------------------------------------- */

static void
set_mark(bool there)
{
	int fd;

	if (!there) {
		(void)unlink(fw.mark);
		return;
	}
	fd = open(fw.mark, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd != -1)
		close(fd);
}

static bool
is_marked(void)
{
	return access(fw.mark, F_OK) == 0;
}

/* --- from outside -------------------------------------------------------- */

static void
want(const struct conf *conf)
{
	bool clamp = fw.mss_clamp != conf->mss_clamp;
	bool sources = fw.anti_spoofing != conf->anti_spoofing;

	fw.mss_clamp = conf->mss_clamp;
	fw.anti_spoofing = conf->anti_spoofing;
	/* What was to be done before, and has not begun, stays to be done. */
	if (!is_wanted()) {
		fw.todo[STEP_CLAMP] = fw.todo[STEP_SOURCES] = false;
		if (clamp || sources || is_marked())
			fw.todo[STEP_REMOVE] = true;
		return;
	}
	fw.todo[STEP_REMOVE] = false;
	/* Also without a change: somebody may have flushed all tables. */
	if (fw.mss_clamp != 0 || clamp)
		fw.todo[STEP_CLAMP] = true;
	if (fw.anti_spoofing || sources)
		fw.todo[STEP_SOURCES] = true;
}

void
firewall_change(const struct conf *conf)
{
	if (fw.table[0] == '\0')
		return;
	want(conf);
	next();
}

void
firewall_start(const struct conf *conf)
{
	if (conf->inetd)	/* there may be a server with the same name */
		return;
	if (instance_table(fw.table, conf->pidfile) == -1 ||
	    instance_path(fw.mark, sizeof(fw.mark), "firewall",
	    conf->pidfile) == -1) {
		fw.table[0] = '\0';
		log_err("MGR: no table for the firewall: the pid file's path "
		    "is too long");
		return;
	}
	loop_timer_init(&fw.deadline, on_deadline, NULL);
	loop_timer_init(&fw.again, on_again, NULL);
	firewall_change(conf);
}

static void
ended(int status)
{
	fw.pid = 0;
	loop_timer_stop(&fw.deadline);
	/* One that is killed may have done it. */
	if (WIFSIGNALED(status) && fw.step != STEP_REMOVE)
		set_mark(true);
	if (fw.late) {
		fw.hung[fw.step] = true;
		(void)loop_timer_in_ms(&fw.again, AGAIN_MS);
	} else if (status != 0)
		complain(status);
	else
		set_mark(fw.step != STEP_REMOVE);
	close_error();
}

bool
firewall_reaped(pid_t pid, int status)
{
	if (fw.pid == 0 || pid != fw.pid)
		return false;
	ended(status);
	next();
	return true;
}

/* Waits for nft, which is killed if it takes too long. */
static void
wait_for_nft(void)
{
	uint64_t until = mono_ms() + END_MS;
	int status = -1;
	pid_t got;

	while ((got = waitpid(fw.pid, &status, WNOHANG)) != fw.pid) {
		if (got == -1 && errno != EINTR)
			break;
		if (mono_left_ms(until) == 0) {
			kill(fw.pid, SIGKILL);
			(void)waitpid(fw.pid, &status, 0);
			break;
		}
		usleep(LOOK_US);
	}
	ended(status);
}

void
firewall_end(bool calls)
{
	memset(fw.todo, 0, sizeof(fw.todo));
	loop_timer_stop(&fw.again);
	if (fw.pid != 0)
		wait_for_nft();
	if (!calls && fw.table[0] != '\0' && is_marked() && run(STEP_REMOVE))
		wait_for_nft();
}
