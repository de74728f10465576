/* The back end "file": chap-secrets, without pppd; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "file_backend.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "radius_request.h"
#include "secrets_table.h"
#include "shared/loop.h"
#include "shared/slurp.h"

#define SECRETS_MAX	(16UL << 20)	/* octets of the file */

/* An answer on its way: never from within the question. */
struct answer {
	struct loop_timer timer;
	struct aaa_reply reply;
	backend_done	*done;
	void		*arg;
};

static const struct aaa_conf *conf;
static struct secrets_table table;

/* --- logins -------------------------------------------------------------- */

static void
set_known(struct known_password *known, const char *secret)
{
	known->kind = KNOWN_CLEAR;
	known->len = strlen(secret);
	memcpy(known->octets, secret, known->len);
}

/*
 * Whoever is not in the file is compared with something, too: the time of an
 * answer does not tell who is.
 */
static const char *
judge(const struct aaa_login *l, struct aaa_reply *reply)
{
	const struct secrets_row *row = secrets_table_find(&table,
	    &l->call.name, &l->our_name);
	struct known_password known = { .kind = KNOWN_CLEAR };
	struct hook_reply said = { 0 };
	const char *why;

	set_known(&known, row != NULL ? row->secret : "nobody");
	why = aaa_conf_reply(conf, l->call.name.text, &said);
	if (why == NULL && row != NULL && row->address != 0)
		said.reply.address = row->address;
	if (why == NULL)
		why = password_check(l, &known, &said.reply);
	if (row == NULL)
		why = "no line for it";
	else if (row->fault != NULL)
		why = row->fault;
	if (why == NULL) {
		*reply = said.reply;
		reply->verdict = AAA_ACCEPT;
	}
	explicit_bzero(&known, sizeof(known));
	explicit_bzero(&said, sizeof(said));
	return why;
}

static void
answer_free(struct answer *a)
{
	loop_timer_stop(&a->timer);
	explicit_bzero(a, sizeof(*a));
	free(a);
}

static void
on_answer(void *arg)
{
	struct answer *a = arg;

	a->done(&a->reply, a->arg);
	answer_free(a);
}

void *
file_login(const struct aaa_login *l, backend_done *done, void *arg)
{
	struct answer *a = calloc(1, sizeof(*a));
	char user[REQUEST_USER];
	const char *why;

	if (a == NULL)
		return NULL;
	a->done = done;
	a->arg = arg;
	a->reply.verdict = AAA_REJECT;
	why = judge(l, &a->reply);
	if (why != NULL)
		log_notice("AAA: %s: user \"%s\": %s", conf->secrets,
		    request_user(&l->call, user), why);
	loop_timer_init(&a->timer, on_answer, a);
	loop_timer_now(&a->timer);
	return a;
}

void
file_cancel(void *login)
{
	answer_free(login);
}

/* --- the file ------------------------------------------------------------ */

/* As pppd, but for a file that others can write: it says who gets in. */
static bool
is_ours(const char *path)
{
	struct stat st;

	if (stat(path, &st) == -1) {
		log_err("AAA: %s: %s", path, strerror(errno));
		return false;
	}
	if (st.st_uid != 0 || (st.st_mode & 022) != 0) {
		log_err("AAA: %s: others than root can write it: \"chown root "
		    "%s; chmod 600 %s\" mends that", path, path, path);
		return false;
	}
	if ((st.st_mode & 044) != 0)
		log_warn("AAA: %s: others than root can read the secrets in "
		    "it: \"chmod 600 %s\" mends that", path, path);
	return true;
}

bool
file_backend_load(const struct aaa_conf *c)
{
	size_t len;
	char *text;
	bool done;

	conf = c;
	if (!is_ours(c->secrets))
		return false;
	text = slurp_regular(c->secrets, SECRETS_MAX, &len);
	if (text == NULL) {
		log_err("AAA: %s: %s", c->secrets, strerror(errno));
		return false;
	}
	done = secrets_table_read(&table, c->secrets, text, len);
	if (!done)
		log_err("AAA: %s: %s", c->secrets, strerror(ENOMEM));
	explicit_bzero(text, len);
	free(text);
	return done;
}

size_t
file_backend_users(void)
{
	return table.n - table.faults;
}
