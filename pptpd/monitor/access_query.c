/* Monitor: asks TCP wrappers, which use the DNS, in a child a question. */
/* SPDX-License-Identifier: ISC */
#include "monitor/access_query.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/log.h"
#include "base/queue.h"
#include "monitor/access.h"
#include "shared/linux_calls.h"
#include "shared/mono.h"
#include "shared/subprocess.h"

#define LIMIT_S	2
#define SAY_S	60		/* between two log lines about a shortage */

struct question {
	LIST_ENTRY(question) entry;
	pid_t	 pid;
	uint32_t token, client;
	bool	 names;		/* host names are looked up */
	bool	 dropped;	/* the answer is not wanted any more */
};

static LIST_HEAD(, question) questions = LIST_HEAD_INITIALIZER(questions);
static unsigned int count, with_names;

/*
 * The child runs a library that asks the DNS, as root.  So it gets none of the
 * monitor's descriptors, and it ends with the monitor: it must never hold our
 * port open.
 */
static void
asking_child(pid_t monitor, uint32_t client, bool names)
{
	subprocess_signals();
	if (linux_close_from(STDERR_FILENO + 1, -1) == -1) {
		log_err("MGR: TCP wrappers cannot be asked: close_range: %s",
		    strerror(errno));
		_exit(1);
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != monitor)
		_exit(1);
	alarm(LIMIT_S);
	_exit(access_allowed(client, names) ? 0 : 1);
}

/* Starts the child.  False with the reason logged. */
static bool
ask(struct question *q, bool names)
{
	pid_t monitor = getpid();

	q->names = names;
	q->pid = fork();
	if (q->pid == 0)
		asking_child(monitor, q->client, names);
	if (q->pid == -1)
		log_err("MGR: hosts.allow and hosts.deny cannot be asked, "
		    "client refused: %s", strerror(errno));
	else
		with_names += names;
	return q->pid != -1;
}

static void
log_crowd(void)
{
	static uint64_t said_at;
	uint64_t now = mono_ms();

	if (said_at != 0 && now < said_at + SAY_S * 1000)
		return;
	said_at = now;
	log_err("MGR: %u clients wait for hosts.allow and hosts.deny, more "
	    "are refused", count);
}

static struct question *
question_new(uint32_t token, uint32_t client)
{
	struct question *q;

	if (count >= ACCESS_QUERIES_MAX) {
		log_crowd();
		return NULL;
	}
	q = calloc(1, sizeof(*q));
	if (q == NULL)
		return NULL;
	q->token = token;
	q->client = client;
	if (!ask(q, with_names < ACCESS_NAMES_MAX)) {
		free(q);
		return NULL;
	}
	return q;
}

void
access_query_start(uint32_t token, uint32_t client, access_query_answer *answer)
{
	struct question *q;

	if (!access_has_rules()) {
		answer(token, client, true);
		return;
	}
	q = question_new(token, client);
	if (q == NULL) {
		answer(token, client, false);
		return;
	}
	LIST_INSERT_HEAD(&questions, q, entry);
	count++;
}

bool
access_query_waits(void)
{
	return !LIST_EMPTY(&questions);
}

/* The DNS took too long: asks once more, without a name.  False on failure. */
static bool
ask_again(struct question *q, const char *client)
{
	log_warn("MGR: no name for client %s in %d s, it counts as unknown to "
	    "hosts.allow and hosts.deny", client, LIMIT_S);
	return ask(q, false);
}

bool
access_query_reaped(pid_t pid, int status, access_query_answer *answer)
{
	bool allowed = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	struct question *q;
	char client[ADDR_TEXT];

	LIST_FOREACH(q, &questions, entry) {
		if (q->pid == pid)
			break;
	}
	if (q == NULL)
		return false;
	addr_text(q->client, client);
	with_names -= q->names;
	if (!q->dropped) {
		if (WIFSIGNALED(status) && q->names && ask_again(q, client))
			return true;
		if (WIFEXITED(status) && !allowed)
			log_debug("MGR: client %s refused by hosts.deny",
			    client);
		answer(q->token, q->client, allowed);
	}
	LIST_REMOVE(q, entry);
	count--;
	free(q);
	return true;
}

void
access_query_drop(void)
{
	struct question *q;

	LIST_FOREACH(q, &questions, entry) {
		q->dropped = true;
		kill(q->pid, SIGKILL);	/* not reaped, so the pid is ours */
	}
}
