/* The back end "exec": logins, by a program of the administrator's; in
 * pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "exec_backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "exec_acct.h"
#include "hook_reply.h"
#include "hook_text.h"
#include "radius_request.h"
#include "workers.h"

struct login {
	struct question	*question;
	backend_done	*done;
	void		*arg;
	struct aaa_login login;
};

static const struct aaa_conf *conf;

static void
login_free(struct login *l)
{
	explicit_bzero(l, sizeof(*l));
	free(l);
}

/* Has no answer that can be followed: nobody gets in by it. */
static void
refuse(const struct login *l, struct aaa_reply *reply, const char *why)
{
	char user[REQUEST_USER];

	log_err("AAA: %s: user \"%s\" is refused: %s", conf->program[0],
	    request_user(&l->login.call, user), why);
	explicit_bzero(reply, sizeof(*reply));
	reply->verdict = AAA_UNAVAILABLE;
}

static void
say_fault(const struct login *l, struct aaa_reply *reply,
    const struct hook_fault *fault)
{
	char why[LOG_LINE_MAX / 2];

	snprintf(why, sizeof(why), "line %u of its answer: %s%s%s",
	    fault->line, fault->name, fault->name[0] != '\0' ? ": " : "",
	    fault->why);
	refuse(l, reply, fault->line > 0 ? why : "its answer is empty");
}

/*
 * The peer is accepted if it knows the password that the program has named, or
 * (with PAP) if the program has said so, who has seen the password.
 */
static void
judge(const struct login *l, const struct hook_reply *said,
    struct aaa_reply *reply)
{
	bool by_program = said->known.kind == KNOWN_NOTHING;
	char user[REQUEST_USER];
	const char *why;

	*reply = said->reply;
	if (by_program && l->login.method != AAA_PAP) {
		refuse(l, reply, "Accept without Cleartext-Password, NT-Hash "
		    "or NT-Key counts with PAP only");
		return;
	}
	why = by_program ? NULL : password_check(&l->login, &said->known,
	    reply);
	if (why == NULL)
		return;
	log_notice("AAA: %s: user \"%s\": %s", conf->program[0],
	    request_user(&l->login.call, user), why);
	explicit_bzero(reply, sizeof(*reply));
	reply->verdict = AAA_REJECT;
}

/* MS-CHAP's refusals have a form of their own, which pppd's plugin writes. */
static void
reject(const struct login *l, const struct hook_reply *said,
    struct aaa_reply *reply)
{
	memset(reply, 0, sizeof(*reply));
	reply->verdict = AAA_REJECT;
	if (said->has_message && (l->login.method == AAA_PAP || l->login.method == AAA_CHAP_MD5))
		reply->message = said->reply.message;
}

static void
on_answer(const char *text, size_t len, const char *why, void *arg)
{
	struct login *l = arg;
	struct hook_reply said = { 0 };
	struct aaa_reply reply = { 0 };
	struct hook_fault fault;

	if (why == NULL)
		why = aaa_conf_reply(conf, l->login.call.name.text, &said);
	if (why != NULL)
		refuse(l, &reply, why);
	else if (!hook_reply_read(&said, text, len, &fault))
		say_fault(l, &reply, &fault);
	else if (said.reply.verdict == AAA_ACCEPT)
		judge(l, &said, &reply);
	else
		reject(l, &said, &reply);
	l->done(&reply, l->arg);
	explicit_bzero(&said, sizeof(said));
	explicit_bzero(&reply, sizeof(reply));
	login_free(l);
}

void *
exec_login(const struct aaa_login *login, backend_done *done, void *arg)
{
	struct login *l = calloc(1, sizeof(*l));
	static struct hook_text text;

	if (l == NULL)
		return NULL;
	l->login = *login;
	l->done = done;
	l->arg = arg;
	if (!hook_text_login(&text, login, conf->nas_identifier))
		log_err("AAA: a request has more than %d octets",
		    HOOK_TEXT_MAX);
	else
		l->question = workers_ask(text.text, text.len, on_answer, l);
	explicit_bzero(text.text, text.len);
	if (l->question != NULL)
		return l;
	login_free(l);
	return NULL;
}

void
exec_cancel(void *login)
{
	struct login *l = login;

	workers_drop(l->question);
	login_free(l);
}

bool
exec_backend_init(int sock, const struct aaa_conf *c)
{
	conf = c;
	exec_acct_init(c);
	return workers_init(sock, c);
}
