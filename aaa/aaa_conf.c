/* The configuration of the back ends "exec" and "file"; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "aaa_conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define BLANKS		" \t\r"
#define LINE_MAX_OCTETS	2048
#define INTERIM_MIN	60	/* s */
#define INTERIM_MAX	86400
#define REPLIES_MAX	4096
#define DEADLINE_MAX	25	/* s: the plugin waits for 28 */

struct line {
	struct aaa_conf	*conf;
	const char	*file;
	unsigned	 number;
	char		*keyword;
	char		*rest;		/* behind it, without its blanks */
	char		*word[AAA_WORDS_MAX + 1];	/* of the rest */
	unsigned	 words;
};

static void
complain(struct line *l, const char *reason, const char *value)
{
	l->conf->errors++;
	log_err("%s:%u: %s: %s%s%s%s", l->file, l->number, l->keyword, reason,
	    value != NULL ? ": \"" : "", value != NULL ? value : "",
	    value != NULL ? "\"" : "");
}

/* --- words --------------------------------------------------------------- */

/*
 * Takes the next word off a text and gives it a NUL.  In double quotes it may
 * have blanks, and a backslash stands before a quote or another.  NULL: none,
 * or *bad.
 */
static char *
next_word(char **text, bool *bad)
{
	char *from = *text + strspn(*text, BLANKS), *word = from, *to = from;
	bool quoted = false;

	*bad = false;
	if (*from == '\0' || *from == '#')
		return NULL;
	for (; *from != '\0' && (quoted || strchr(BLANKS, *from) == NULL);
	    from++) {
		if (*from == '"') {
			quoted = !quoted;
			continue;
		}
		if (*from == '\\' && quoted &&
		    (from[1] == '"' || from[1] == '\\'))
			from++;
		*to++ = *from;
	}
	*bad = quoted;
	*text = *from != '\0' ? from + 1 : from;
	*to = '\0';
	return quoted ? NULL : word;
}

/* Splits the rest of the line; it is changed. */
static bool
split(struct line *l)
{
	char *text = l->rest, *word;
	bool bad;

	l->words = 0;
	while ((word = next_word(&text, &bad)) != NULL) {
		if (l->words == AAA_WORDS_MAX) {
			complain(l, "too many words", word);
			return false;
		}
		l->word[l->words++] = word;
	}
	if (bad)
		complain(l, "a quote is not closed", NULL);
	return !bad;
}

/* The only word; NULL: there is none, or there are more. */
static const char *
only_word(struct line *l)
{
	if (!split(l))
		return NULL;
	if (l->words == 1 && l->word[0][0] != '\0')
		return l->word[0];
	complain(l, l->words > 1 ? "more than one value" : "no value",
	    l->words > 1 ? l->word[1] : NULL);
	return NULL;
}

static void
set_number(struct line *l, uint32_t min, uint32_t max, uint32_t *value)
{
	const char *text = only_word(l);
	char *end, reason[80];
	unsigned long n;

	if (text == NULL)
		return;
	n = strtoul(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && n >= min &&
	    n <= max) {
		*value = (uint32_t)n;
		return;
	}
	snprintf(reason, sizeof(reason), "not a number from %u to %u", min,
	    max);
	complain(l, reason, text);
}

static void
set_name(struct line *l, char name[AAA_CONF_WORD])
{
	const char *text = only_word(l);

	if (text == NULL)
		return;
	if (strlen(text) >= AAA_CONF_WORD)
		complain(l, "longer than 255 octets", text);
	else
		memcpy(name, text, strlen(text) + 1);
}

static bool
set_choice(struct line *l, const char *yes, const char *no, bool *value)
{
	const char *text = only_word(l);
	char reason[80];

	if (text == NULL)
		return false;
	*value = strcmp(text, yes) == 0;
	if (*value || strcmp(text, no) == 0)
		return true;
	snprintf(reason, sizeof(reason), "neither %s nor %s", yes, no);
	complain(l, reason, text);
	return false;
}

/* A copy in the struct; false, with a complaint: no memory. */
static bool
keep(struct line *l, char **to, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL) {
		complain(l, "no memory", NULL);
		return false;
	}
	free(*to);
	*to = copy;
	return true;
}

/* --- keywords ------------------------------------------------------------ */

static void
set_secrets(struct line *l)
{
	set_name(l, l->conf->secrets);
	if (l->conf->secrets[0] != '/')
		complain(l, "not an absolute path", l->conf->secrets);
}

static void
set_program(struct line *l)
{
	if (!split(l))
		return;
	if (l->words == 0 || l->word[0][0] != '/') {
		complain(l, "not the absolute path of a program", l->words > 0 ?
		    l->word[0] : NULL);
		return;
	}
	if (l->conf->program[0] != NULL) {
		complain(l, "there is one already", l->word[0]);
		return;
	}
	for (unsigned i = 0; i < l->words; i++)
		(void)keep(l, &l->conf->program[i], l->word[i]);
}

static void
set_environment(struct line *l)
{
	const char *text = only_word(l);
	unsigned n = 0;

	if (text == NULL)
		return;
	while (l->conf->environment[n] != NULL)
		n++;
	if (strchr(text, '=') == NULL || text[0] == '=')
		complain(l, "not NAME=value", text);
	else if (n == AAA_WORDS_MAX)
		complain(l, "too many of these lines", text);
	else
		(void)keep(l, &l->conf->environment[n], text);
}

static void
set_run_as(struct line *l)
{
	set_name(l, l->conf->run_as);
}

static void
set_mode(struct line *l)
{
	(void)set_choice(l, "kept", "once", &l->conf->kept);
}

static void
set_workers(struct line *l)
{
	set_number(l, 1, AAA_WORKERS_MAX, &l->conf->workers);
}

static void
set_deadline(struct line *l)
{
	set_number(l, 1, DEADLINE_MAX, &l->conf->deadline);
}

static void
set_accounting(struct line *l)
{
	(void)set_choice(l, "on", "off", &l->conf->accounting);
}

static void
set_interim(struct line *l)
{
	uint32_t n = 0;

	set_number(l, 0, INTERIM_MAX, &n);
	if (n > 0 && n < INTERIM_MIN)
		complain(l, "neither 0 nor a number from 60 to 86400", NULL);
	l->conf->interim = n;
}

static void
set_nas_identifier(struct line *l)
{
	set_name(l, l->conf->nas_identifier);
}

static void
add_reply(struct line *l, const char *user, const char *text)
{
	struct hook_reply r = { 0 };
	const char *why = hook_reply_line(&r, text, strlen(text));
	struct aaa_conf *conf = l->conf;
	struct aaa_conf_reply *reply;

	if (why == NULL && hook_line_is_secret(text, strlen(text)))
		why = "passwords have no place in this file, which all can "
		    "read";
	else if (why == NULL && r.reply.verdict != 0)
		why = "not \"Name = value\"";
	if (why != NULL) {
		complain(l, why, hook_line_is_secret(text, strlen(text)) ?
		    NULL : text);
		return;
	}
	if (conf->replies == REPLIES_MAX) {
		complain(l, "there are 4096 of these lines already", text);
		return;
	}
	reply = reallocarray(conf->reply, conf->replies + 1, sizeof(*reply));
	if (reply == NULL) {
		complain(l, "no memory", NULL);
		return;
	}
	conf->reply = reply;
	reply += conf->replies++;
	*reply = (struct aaa_conf_reply){ .number = l->number };
	(void)keep(l, &reply->line, text);
	if (user != NULL)
		(void)keep(l, &reply->user, user);
}

static void
set_reply(struct line *l)
{
	add_reply(l, NULL, l->rest);
}

static void
set_reply_for(struct line *l)
{
	bool bad;
	char *text = l->rest, *user = next_word(&text, &bad);

	if (user == NULL || user[0] == '\0')
		complain(l, "no user", NULL);
	else
		add_reply(l, user, text + strspn(text, BLANKS));
}

static const struct {
	const char	*name;
	void		(*set)(struct line *);
} keywords[] = {
	{ "secrets", set_secrets },
	{ "program", set_program },
	{ "mode", set_mode },
	{ "workers", set_workers },
	{ "run-as", set_run_as },
	{ "environment", set_environment },
	{ "deadline", set_deadline },
	{ "accounting", set_accounting },
	{ "interim-interval", set_interim },
	{ "nas-identifier", set_nas_identifier },
	{ "reply", set_reply },
	{ "reply-for", set_reply_for },
};

/* --- lines --------------------------------------------------------------- */

/* A '#' at the start of a word begins a comment. */
static void
parse_line(struct line *l, char *text)
{
	size_t len;

	text += strspn(text, BLANKS);
	for (len = strlen(text); len > 0 && strchr(BLANKS, text[len - 1]) !=
	    NULL; len--)
		text[len - 1] = '\0';
	if (*text == '\0' || *text == '#')
		return;
	l->keyword = text;
	text += strcspn(text, BLANKS);
	if (*text != '\0')
		*text++ = '\0';
	l->rest = text + strspn(text, BLANKS);
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		if (strcmp(keywords[i].name, l->keyword) == 0) {
			keywords[i].set(l);
			return;
		}
	}
	complain(l, "unknown keyword", NULL);
}

/* Lines that are right one by one may set something twice. */
static void
check_replies(struct aaa_conf *conf, const char *file)
{
	for (size_t i = 0; i < conf->replies && conf->errors == 0; i++) {
		struct hook_reply r = { 0 };
		const char *user = conf->reply[i].user;
		const char *why = aaa_conf_reply(conf, user != NULL ? user : "",
		    &r);

		if (why == NULL)
			continue;
		conf->errors++;
		log_err("%s:%u: %s: an attribute of %s%s%s: %s", file,
		    conf->reply[i].number, user != NULL ? "reply-for" : "reply",
		    user != NULL ? "\"" : "", user != NULL ? user : "all",
		    user != NULL ? "\"" : "", why);
	}
}

void
aaa_conf_init(struct aaa_conf *conf)
{
	*conf = (struct aaa_conf){ .secrets = "/etc/ppp/chap-secrets",
	    .workers = 4, .deadline = 10, .accounting = true };
}

bool
aaa_conf_parse(struct aaa_conf *conf, const char *file, const char *text,
    size_t len)
{
	struct line l = { .conf = conf, .file = file };
	char copy[LINE_MAX_OCTETS + 1];
	const char *end = text + len, *eol;
	size_t n;

	aaa_conf_init(conf);
	for (; text < end; text = eol + 1) {
		eol = memchr(text, '\n', (size_t)(end - text));
		if (eol == NULL)
			eol = end;
		n = (size_t)(eol - text);
		l.number++;
		if (n > LINE_MAX_OCTETS || memchr(text, '\0', n) != NULL) {
			conf->errors++;
			log_err("%s:%u: longer than %d octets, or not a text",
			    file, l.number, LINE_MAX_OCTETS);
			continue;
		}
		memcpy(copy, text, n);
		copy[n] = '\0';
		parse_line(&l, copy);
	}
	check_replies(conf, file);
	if (conf->errors > 0)
		aaa_conf_free(conf);
	return conf->errors == 0;
}

void
aaa_conf_free(struct aaa_conf *conf)
{
	for (unsigned i = 0; i < AAA_WORDS_MAX; i++) {
		free(conf->program[i]);
		free(conf->environment[i]);
		conf->program[i] = conf->environment[i] = NULL;
	}
	for (size_t i = 0; i < conf->replies; i++) {
		free(conf->reply[i].user);
		free(conf->reply[i].line);
	}
	free(conf->reply);
	conf->reply = NULL;
	conf->replies = 0;
}

static const char *
add_lines(const struct aaa_conf *conf, const char *user, struct hook_reply *r)
{
	const char *why = NULL;

	hook_reply_override(r);
	for (size_t i = 0; i < conf->replies && why == NULL; i++) {
		const struct aaa_conf_reply *reply = &conf->reply[i];

		if (user == NULL ? reply->user == NULL : reply->user != NULL &&
		    strcmp(reply->user, user) == 0)
			why = hook_reply_line(r, reply->line,
			    strlen(reply->line));
	}
	return why;
}

const char *
aaa_conf_reply(const struct aaa_conf *conf, const char *user,
    struct hook_reply *r)
{
	const char *why = add_lines(conf, NULL, r);

	if (why == NULL)
		why = add_lines(conf, user, r);
	hook_reply_override(r);
	return why;
}
