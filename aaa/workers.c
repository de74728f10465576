/* Processes of the administrator's program, and what they are asked; in
 * pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "workers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/queue.h"
#include "hook_reply.h"
#include "runner_msg.h"
#include "shared/loop.h"

#define WHY_MAX		128	/* octets of a reason */
#define WORDS_MAX	2048	/* octets of standard error that are logged,
				   for one question */
#define MS		1000U

enum pipe {
	TO_PROGRAM,
	FROM_PROGRAM,
	ERRORS
};

enum state {
	FREE,
	STARTING,		/* the runner has been asked */
	RUNNING,		/* it serves a question, or waits for one */
	ENDING			/* it was killed: the runner will tell */
};

struct worker {
	uint32_t slot;
	enum state state;
	struct question *question;	/* NULL: idle, or dropped */
	bool	 busy;			/* an answer is to come */
	int	 fd[RUNNER_FDS];	/* -1: closed */
	struct loop_watch out, err;
	bool	 ended;			/* its process is gone: status */
	int	 status;
	size_t	 len, err_len;
	unsigned err_octets;		/* since the question */
	char	 buf[WORKER_OUTPUT_MAX + 1];
	char	 err_buf[LOG_LINE_MAX / 2];
};

struct question {
	TAILQ_ENTRY(question) entry;	/* while it waits */
	struct worker *worker;		/* NULL: it waits */
	struct loop_timer timer;
	worker_answer	*answer;	/* NULL: nobody wants it any more */
	void		*arg;
	size_t		 len;
	char		 text[];
};

static TAILQ_HEAD(, question) waiting = TAILQ_HEAD_INITIALIZER(waiting);
static const struct aaa_conf *conf;
static struct worker *workers;		/* conf->workers of them */
static struct loop_watch runner;
static struct loop_timer dispatcher;
static int sock = -1;
static uint64_t questions, failures;	/* that are over; without answer */

/* --- questions ----------------------------------------------------------- */

static void
question_free(struct question *q)
{
	loop_timer_stop(&q->timer);
	if (q->worker == NULL)
		TAILQ_REMOVE(&waiting, q, entry);
	else
		q->worker->question = NULL;
	explicit_bzero(q->text, q->len);
	free(q);
}

static void
finish(struct question *q, const char *text, size_t len, const char *why)
{
	worker_answer *answer = q->answer;
	void *arg = q->arg;

	questions++;
	if (why != NULL)
		failures++;
	question_free(q);
	if (answer != NULL)
		answer(text, len, why, arg);
	else if (why != NULL)
		log_err("AAA: %s: %s", conf->program[0], why);
}

/* The question of a worker, if there still is one, gets no answer. */
static void
fail(struct worker *w, const char *why)
{
	w->busy = false;
	if (w->question != NULL)
		finish(w->question, NULL, 0, why);
}

/* --- the runner ---------------------------------------------------------- */

/* It serves nobody without the runner; pptpd starts another. */
static void lost(const char *) __attribute__((noreturn));

static void
lost(const char *what)
{
	log_err("AAA: the runner of programs is gone (%s)", what);
	_exit(1);
}

static void
order(enum runner_type type, const struct worker *w)
{
	const struct runner_msg m = { .type = type, .slot = w->slot };

	if (send(sock, &m, sizeof(m), MSG_NOSIGNAL | MSG_DONTWAIT) !=
	    sizeof(m))
		lost(strerror(errno));
}

/* --- workers ------------------------------------------------------------- */

static void
close_pipe(struct worker *w, enum pipe which)
{
	if (w->fd[which] == -1)
		return;
	if (which == FROM_PROGRAM)
		loop_watch_off(&w->out);
	if (which == ERRORS)
		loop_watch_off(&w->err);
	close(w->fd[which]);
	w->fd[which] = -1;
}

/* --- standard error ------------------------------------------------------ */

static void
say_errors(struct worker *w, size_t len)
{
	if (len > 0)
		log_warn("AAA: %s says: %.*s", conf->program[0], (int)len,
		    w->err_buf);
}

static void
take_lines(struct worker *w)
{
	char *eol;
	size_t n;

	while ((eol = memchr(w->err_buf, '\n', w->err_len)) != NULL) {
		n = (size_t)(eol - w->err_buf);
		say_errors(w, n);
		w->err_len -= n + 1;
		memmove(w->err_buf, eol + 1, w->err_len);
	}
	if (w->err_len == sizeof(w->err_buf)) {
		say_errors(w, w->err_len);
		w->err_len = 0;
	}
}

/*
 * So much of it is logged; the rest is read, so that it does not wait.  True:
 * there may be more.
 */
static bool
read_errors(struct worker *w)
{
	ssize_t n = read(w->fd[ERRORS], w->err_buf + w->err_len,
	    sizeof(w->err_buf) - w->err_len);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		say_errors(w, w->err_len);
		w->err_len = 0;
		close_pipe(w, ERRORS);
		return false;
	}
	if (w->err_octets > WORDS_MAX)
		return true;
	w->err_octets += (unsigned)n;
	w->err_len += (size_t)n;
	if (w->err_octets > WORDS_MAX) {
		log_warn("AAA: %s says more than is logged", conf->program[0]);
		w->err_len = 0;
		return true;
	}
	take_lines(w);
	return true;
}

static void
on_errors(int fd, void *arg)
{
	(void)fd;
	(void)read_errors(arg);
}

/* --- ends ----------------------------------------------------------------- */

static void
forget_output(struct worker *w)
{
	explicit_bzero(w->buf, w->len);
	w->len = 0;
}

static void
free_slot(struct worker *w)
{
	for (int i = TO_PROGRAM; i <= ERRORS; i++)
		close_pipe(w, (enum pipe)i);
	forget_output(w);
	w->state = FREE;
	w->busy = w->ended = false;
	w->err_len = 0;
	loop_timer_now(&dispatcher);
}

/* Ends the process; the slot is free when the runner says so. */
static void
kill_worker(struct worker *w)
{
	for (int i = TO_PROGRAM; i <= ERRORS; i++)
		close_pipe(w, (enum pipe)i);
	forget_output(w);
	w->busy = false;
	if (w->ended)
		free_slot(w);
	else if (w->state == RUNNING || w->state == STARTING) {
		w->state = ENDING;
		order(RUNNER_KILL, w);
	}
}

/* The program has done what it must not. */
static void
punish(struct worker *w, const char *why)
{
	if (w->question == NULL)
		log_err("AAA: %s: %s: it is ended", conf->program[0], why);
	fail(w, why);
	kill_worker(w);
}

static void
describe_status(int status, char why[WHY_MAX])
{
	if (WIFEXITED(status))
		snprintf(why, WHY_MAX, "it has ended with status %d",
		    WEXITSTATUS(status));
	else
		snprintf(why, WHY_MAX, "it was ended by signal %d",
		    WTERMSIG(status));
}

static void
take_answer(struct worker *w, size_t len)
{
	struct question *q = w->question;

	w->busy = false;
	if (q != NULL)
		finish(q, w->buf, len, NULL);
	forget_output(w);
}

/* With "once": the process is gone, and all of its output is here. */
static void
look_at_end(struct worker *w)
{
	char why[WHY_MAX];

	if (!w->ended || w->fd[FROM_PROGRAM] != -1)
		return;
	/* A child that it has left behind may say more without end. */
	while (w->fd[ERRORS] != -1 && w->err_octets <= WORDS_MAX &&
	    read_errors(w))
		continue;
	describe_status(w->status, why);
	if (!conf->kept && w->status == 0)
		take_answer(w, w->len);
	else if (w->busy)
		fail(w, why);
	else if (conf->kept)
		log_notice("AAA: %s: %s, while nobody asked it anything",
		    conf->program[0], why);
	free_slot(w);
}

/* With "kept": is the answer complete, and no more than that? */
static void
look_at_answer(struct worker *w)
{
	size_t end = hook_reply_end(w->buf, w->len);

	if (!w->busy)
		punish(w, "it says something that nobody asked");
	else if (end > 0 && end < w->len)
		punish(w, "it says more than one answer");
	else if (end > 0) {
		take_answer(w, end);
		loop_timer_now(&dispatcher);
	}
}

static void
on_output(int fd, void *arg)
{
	struct worker *w = arg;
	ssize_t n = read(fd, w->buf + w->len, sizeof(w->buf) - w->len);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		close_pipe(w, FROM_PROGRAM);
		if (conf->kept && !w->busy)
			order(RUNNER_KILL, w);
		look_at_end(w);
		return;
	}
	w->len += (size_t)n;
	if (w->len > WORKER_OUTPUT_MAX)
		punish(w, "its answer has more than 16384 octets");
	else if (conf->kept)
		look_at_answer(w);
}

/* --- asking -------------------------------------------------------------- */

/*
 * A pipe holds 64 KiB, so the question fits, unless the program has not read
 * the last one, or is gone; then its output ends soon.
 */
static void
ask(struct worker *w)
{
	struct question *q = w->question;
	ssize_t n = write(w->fd[TO_PROGRAM], q->text, q->len);

	if (n != (ssize_t)q->len && !(n == -1 && errno == EPIPE)) {
		punish(w, "it does not read what it is asked");
		return;
	}
	if (!conf->kept)
		close_pipe(w, TO_PROGRAM);
}

static void
give(struct worker *w)
{
	struct question *q = TAILQ_FIRST(&waiting);

	TAILQ_REMOVE(&waiting, q, entry);
	q->worker = w;
	w->question = q;
	w->busy = true;
	w->err_octets = 0;
	if (w->state == RUNNING) {
		ask(w);
		return;
	}
	w->state = STARTING;
	order(RUNNER_START, w);
}

/* Processes that run are asked first. */
static void
dispatch(void *arg)
{
	(void)arg;
	for (uint32_t i = 0; i < conf->workers && !TAILQ_EMPTY(&waiting); i++) {
		if (workers[i].state == RUNNING && !workers[i].busy &&
		    conf->kept && workers[i].fd[FROM_PROGRAM] != -1)
			give(&workers[i]);
	}
	for (uint32_t i = 0; i < conf->workers && !TAILQ_EMPTY(&waiting); i++) {
		if (workers[i].state == FREE)
			give(&workers[i]);
	}
}

/* --- what the runner tells ----------------------------------------------- */

static void
started(struct worker *w, const int fds[RUNNER_FDS])
{
	memcpy(w->fd, fds, sizeof(w->fd));
	loop_watch_init(&w->out, fds[FROM_PROGRAM], LOOP_READ, on_output, w);
	loop_watch_init(&w->err, fds[ERRORS], LOOP_READ, on_errors, w);
	if (w->state != STARTING) {	/* killed meanwhile */
		kill_worker(w);
		return;
	}
	w->state = RUNNING;
	if (!loop_watch_on(&w->out) || !loop_watch_on(&w->err))
		punish(w, strerror(ENOMEM));
	else if (w->question == NULL)	/* dropped meanwhile */
		kill_worker(w);
	else
		ask(w);
}

static void
ended(struct worker *w, int status)
{
	w->ended = true;
	w->status = status;
	if (w->state == ENDING)
		free_slot(w);
	else
		look_at_end(w);
}

static void
hear(const struct runner_msg *m, const int *fds)
{
	struct worker *w = &workers[m->slot];
	char why[WHY_MAX];

	switch ((enum runner_type)m->type) {
	case RUNNER_STARTED:
		if (fds == NULL)
			lost("no descriptors");
		started(w, fds);
		return;
	case RUNNER_FAILED:
		snprintf(why, sizeof(why), "it cannot be started: %s",
		    strerror(m->value));
		fail(w, why);
		free_slot(w);
		return;
	case RUNNER_ENDED:
		ended(w, m->value);
		return;
	case RUNNER_START:
	case RUNNER_KILL:
		break;
	}
	lost("a message that is none");
}

static void
on_runner(int fd, void *arg)
{
	struct runner_msg m;
	struct iovec iov = { &m, sizeof(m) };
	union {
		struct cmsghdr hdr;
		char	 room[CMSG_SPACE(RUNNER_FDS * sizeof(int))];
	} control;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = &control, .msg_controllen = sizeof(control.room) };
	struct cmsghdr *c;
	int fds[RUNNER_FDS];
	ssize_t n;

	(void)arg;
	n = recvmsg(fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n != sizeof(m) || m.slot >= conf->workers)
		lost(n == 0 ? "it has ended" : "a message that is none");
	c = CMSG_FIRSTHDR(&msg);
	if (c == NULL || c->cmsg_len != CMSG_LEN(sizeof(fds))) {
		hear(&m, NULL);
		return;
	}
	memcpy(fds, CMSG_DATA(c), sizeof(fds));
	hear(&m, fds);
}

/* --- the interface ------------------------------------------------------- */

static void
on_deadline(void *arg)
{
	struct question *q = arg;
	struct worker *w = q->worker;
	char why[WHY_MAX];

	if (w == NULL) {
		snprintf(why, sizeof(why), "no process was free within %u s",
		    conf->deadline);
		finish(q, NULL, 0, why);
		return;
	}
	snprintf(why, sizeof(why), "no answer within %u s", conf->deadline);
	punish(w, why);
}

bool
workers_init(int fd, const struct aaa_conf *c)
{
	sock = fd;
	conf = c;
	workers = calloc(c->workers, sizeof(*workers));
	if (workers == NULL)
		return false;
	for (uint32_t i = 0; i < c->workers; i++) {
		workers[i].slot = i;
		for (int p = TO_PROGRAM; p <= ERRORS; p++)
			workers[i].fd[p] = -1;
	}
	loop_timer_init(&dispatcher, dispatch, NULL);
	loop_watch_init(&runner, sock, LOOP_READ, on_runner, NULL);
	return loop_watch_on(&runner);
}

struct question *
workers_ask(const char *text, size_t len, worker_answer *answer, void *arg)
{
	struct question *q = calloc(1, sizeof(*q) + len);

	if (q == NULL)
		return NULL;
	q->answer = answer;
	q->arg = arg;
	q->len = len;
	memcpy(q->text, text, len);
	loop_update_time();
	loop_timer_init(&q->timer, on_deadline, q);
	if (!loop_timer_in_ms(&q->timer, conf->deadline * MS)) {
		explicit_bzero(q->text, len);
		free(q);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&waiting, q, entry);
	loop_timer_now(&dispatcher);
	return q;
}

/* Its answer may still come: with "kept" the next question waits for it. */
void
workers_drop(struct question *q)
{
	struct worker *w = q->worker;

	if (w != NULL && conf->kept) {
		q->answer = NULL;
		return;
	}
	question_free(q);
	if (w != NULL)
		kill_worker(w);
}

void
workers_state(struct aaa_state *s)
{
	s->workers = conf != NULL ? conf->workers : 0;
	for (uint32_t i = 0; i < s->workers; i++)
		s->busy += workers[i].busy ? 1 : 0;
	s->count[AAA_COUNT_QUESTIONS] = questions;
	s->count[AAA_COUNT_FAILURES] = failures;
}
