/* Monitor: one child for each question to TCP wrappers, which use the DNS. */
/* SPDX-License-Identifier: ISC */
#include "monitor/access_query.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "monitor/access.h"

#define LIMIT_S	2

struct question {
	LIST_ENTRY(question) entry;
	pid_t	 pid;
	uint32_t token, client;
	bool	 names;		/* host names are looked up */
};

static LIST_HEAD(, question) questions = LIST_HEAD_INITIALIZER(questions);

static void
child(uint32_t client, bool names)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	sigaction(SIGALRM, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	alarm(LIMIT_S);
	_exit(access_allowed(client, names) ? 0 : 1);
}

/* Starts the child; false: there is none. */
static bool
ask(struct question *q, bool names)
{
	q->names = names;
	q->pid = fork();
	if (q->pid == 0)
		child(q->client, names);
	if (q->pid == -1)
		log_err("MGR: hosts.allow and hosts.deny cannot be asked, "
		    "client refused: %s", strerror(errno));
	return q->pid != -1;
}

void
access_query_start(uint32_t token, uint32_t client, access_query_answer *answer)
{
	struct question *q;

	if (!access_has_rules()) {
		answer(token, true);
		return;
	}
	q = calloc(1, sizeof(*q));
	if (q == NULL) {
		answer(token, false);
		return;
	}
	q->token = token;
	q->client = client;
	if (ask(q, true)) {
		LIST_INSERT_HEAD(&questions, q, entry);
		return;
	}
	free(q);
	answer(token, false);
}

bool
access_query_waits(void)
{
	return !LIST_EMPTY(&questions);
}

bool
access_query_reaped(pid_t pid, int status, access_query_answer *answer)
{
	struct question *q;
	char client[INET_ADDRSTRLEN];
	struct in_addr in;

	LIST_FOREACH(q, &questions, entry) {
		if (q->pid == pid)
			break;
	}
	if (q == NULL)
		return false;
	in.s_addr = q->client;
	inet_ntop(AF_INET, &in, client, sizeof(client));
	if (WIFSIGNALED(status) && q->names) {
		log_warn("MGR: no name for client %s in %d s, it counts as "
		    "unknown to hosts.allow and hosts.deny", client, LIMIT_S);
		if (ask(q, false))
			return true;
	} else if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		log_debug("MGR: client %s refused by hosts.deny", client);
	answer(q->token, WIFEXITED(status) && WEXITSTATUS(status) == 0);
	LIST_REMOVE(q, entry);
	free(q);
	return true;
}
