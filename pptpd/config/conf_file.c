/* The configuration: the lines of the file, read once. */
/* SPDX-License-Identifier: ISC */
#include "config/conf_key.h"

#include <string.h>
#include <syslog.h>		/* LOG_ERR ...; no function of it */

#include "config/conf_report.h"

#define BLANKS	" \t"
#define BOM	"\xef\xbb\xbf"

struct reader {
	struct conf		*conf;
	const struct conf_env	*env;
	unsigned		 line;
};

/* Reports a line that is skipped because of something other than a value. */
static void
skip(struct reader *r, int priority, const char *reason, const char *text)
{
	if (text != NULL)
		conf_say(r->env, priority, "%s:%u: %s: \"%s\"", r->conf->file,
		    r->line, reason, text);
	else
		conf_say(r->env, priority, "%s:%u: %s", r->conf->file, r->line,
		    reason);
}

/*
 * Cuts a comment off a value and trims it.  A '#' inside a word belongs to the
 * word.  Returns the start of the value.
 */
static char *
trim(char *value)
{
	char *p;

	for (p = value; (p = strchr(p, '#')) != NULL; p++) {
		if (strchr(BLANKS, p[-1]) != NULL) {
			*p = '\0';
			break;
		}
	}
	value += strspn(value, BLANKS);
	p = value + strlen(value);
	while (p > value && strchr(BLANKS, p[-1]) != NULL)
		p--;
	*p = '\0';
	return value;
}

/*
 * Whether this line sets its key.  The first line of a key does, unless the key
 * was on the command line.  connections is an exception: the file wins over -C.
 */
static bool
counts(struct reader *r, const struct conf_keyword *kw, const char *value)
{
	struct conf *conf = r->conf;

	switch (conf->origin[kw->key].from) {
	case CONF_FROM_FILE:
		if (conf_adds_up(kw))
			return true;
		if (kw->value != NULL)
			conf_say(r->env, LOG_NOTICE,
			    "%s:%u: %s: line %u counts, this one is ignored: "
			    "\"%s\"", conf->file, r->line, kw->name,
			    conf->origin[kw->key].line, value);
		return false;
	case CONF_FROM_ARGS:
		if (kw->key != CONF_CONNECTIONS)
			return false;
		conf_say(r->env, LOG_NOTICE,
		    "%s:%u: connections: wins over -C %d: \"%s\"", conf->file,
		    r->line, conf->connections, value);
		return true;
	case CONF_FROM_DEFAULT:
		return true;
	}
	return true;
}

/* Parses a line, without its newline: the keyword and its value. */
static void
parse(struct reader *r, char *text)
{
	const struct conf_keyword *kw;
	size_t len = strcspn(text, BLANKS);
	char *value = text + len;

	if (*value != '\0') {
		value = trim(value + 1);
		text[len] = '\0';
	}
	kw = conf_keyword_find(text);
	if (kw == NULL && strcmp(text, "vrf") == 0) {
		/* A keyword of some builds of Poptop. */
		conf_say(r->env, LOG_WARNING, "%s:%u: vrf is not known here, "
		    "line ignored: start the server inside of it, with \"ip "
		    "vrf exec %s pptpd\"", r->conf->file, r->line, value);
		return;
	}
	if (kw == NULL) {
		skip(r, LOG_WARNING, "unknown keyword, line ignored", text);
		return;
	}
	if (!counts(r, kw, value))
		return;
	conf_set(r->conf, r->env, kw, value, CONF_FROM_FILE, r->line);
	if (kw->value == NULL && *value != '\0')
		conf_complain(r->conf, r->env, LOG_WARNING, kw->key,
		    "switched on, whatever stands after it", value);
}

static void
parse_line(struct reader *r, const char *text, size_t len)
{
	char copy[CONF_LINE_MAX + 1];

	if (len > 0 && text[len - 1] == '\r')
		len--;
	if (len > CONF_LINE_MAX) {
		conf_say(r->env, LOG_ERR, "Long config file line ignored.");
		skip(r, LOG_WARNING, "longer than 509 octets", NULL);
		return;
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (copy[0] == '\0' || copy[0] == '#')
		return;
	if (strchr(BLANKS, copy[0]) == NULL) {
		parse(r, copy);
		return;
	}
	if (copy[strspn(copy, BLANKS)] != '\0') {
		conf_say(r->env, LOG_ERR,
		    "Config file line starts with a space: %s", copy);
		skip(r, LOG_WARNING, "line ignored", copy);
	}
}

void
conf_parse_file(struct conf *conf, const char *text, size_t len,
    const struct conf_env *env)
{
	struct reader r = { conf, env, 0 };
	const char *end = text + len, *eol;

	conf->file_read = true;
	/* Editors on Windows write a BOM at the start of a file. */
	if (len >= strlen(BOM) && memcmp(text, BOM, strlen(BOM)) == 0)
		text += strlen(BOM);
	for (; text < end; text = eol + 1) {
		eol = memchr(text, '\n', (size_t)(end - text));
		if (eol == NULL)
			eol = end;
		r.line++;
		parse_line(&r, text, (size_t)(eol - text));
	}
}
