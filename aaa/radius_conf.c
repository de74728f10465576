/* The configuration of the RADIUS client: radius.conf; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "radius_conf.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define BLANKS		" \t\r"
#define LINE_MAX_OCTETS	1024
#define WORDS_MAX	16
#define SHORT_SECRET	16	/* octets (RFC 2865, 3) */

struct line {
	struct radius_conf *conf;
	const char	*file;
	unsigned	 number;
	char		*word[WORDS_MAX];
	unsigned	 words;
};

static void
complain(struct line *l, const char *reason, const char *value)
{
	l->conf->errors++;
	log_err("%s:%u: %s: %s%s%s%s", l->file, l->number, l->word[0], reason,
	    value != NULL ? ": \"" : "", value != NULL ? value : "",
	    value != NULL ? "\"" : "");
}

static bool
number(struct line *l, const char *text, uint32_t min, uint32_t max,
    uint32_t *value)
{
	char *end, reason[80];
	unsigned long n = strtoul(text, &end, 10);

	if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && n >= min &&
	    n <= max) {
		*value = (uint32_t)n;
		return true;
	}
	snprintf(reason, sizeof(reason), "not a number from %u to %u", min,
	    max);
	complain(l, reason, text);
	return false;
}

/* --- values -------------------------------------------------------------- */

static void
set_port(struct line *l, const char *text, uint16_t *port)
{
	uint32_t n;

	if (number(l, text, 1, UINT16_MAX, &n))
		*port = (uint16_t)n;
}

/* The words after the address: a name and a value each. */
static void
set_server_options(struct line *l, struct radius_server *s)
{
	for (unsigned i = 2; i < l->words; i += 2) {
		const char *name = l->word[i], *value = l->word[i + 1];

		if (i + 1 == l->words)
			complain(l, "no value for it", name);
		else if (strcmp(name, "auth-port") == 0)
			set_port(l, value, &s->auth_port);
		else if (strcmp(name, "acct-port") == 0)
			set_port(l, value, &s->acct_port);
		else if (strcmp(name, "priority") == 0)
			(void)number(l, value, 1, 100, &s->priority);
		else if (strcmp(name, "weight") == 0)
			(void)number(l, value, 1, 100, &s->weight);
		else if (strcmp(name, "limit") == 0)
			(void)number(l, value, 1, 10000, &s->limit);
		else if (strcmp(name, "secret-file") != 0)
			complain(l, "neither secret-file, auth-port, "
			    "acct-port, priority, weight nor limit", name);
		else if (value[0] != '/' ||
		    strlen(value) >= sizeof(s->secret_file))
			complain(l, "not the absolute path of a secret",
			    value);
		else
			snprintf(s->secret_file, sizeof(s->secret_file), "%s",
			    value);
	}
}

/* An address of either family; *v6 tells which. */
static bool
set_address(struct line *l, char text[RADIUS_ADDRESS_MAX], uint8_t octets[16],
    bool *v6)
{
	const char *address = l->word[1];

	*v6 = strchr(address, ':') != NULL;
	if (strlen(address) >= RADIUS_ADDRESS_MAX ||
	    inet_pton(*v6 ? AF_INET6 : AF_INET, address, octets) != 1) {
		complain(l, "not an IPv4 or IPv6 address (names are not looked "
		    "up)", address);
		return false;
	}
	snprintf(text, RADIUS_ADDRESS_MAX, "%s", address);
	return true;
}

static void
set_server(struct line *l)
{
	struct radius_conf *conf = l->conf;
	struct radius_server *s = &conf->servers[conf->n];
	const char *address = l->word[1];

	if (conf->n == RADIUS_SERVERS_MAX) {
		complain(l, "there are 16 servers already", address);
		return;
	}
	memset(s, 0, sizeof(*s));
	s->auth_port = 1812;
	s->acct_port = 1813;
	s->priority = conf->n + 1;
	s->weight = 1;
	s->line = l->number;
	if (!set_address(l, s->address, s->octets, &s->v6))
		return;
	set_server_options(l, s);
	if (s->secret_file[0] == '\0')
		complain(l, "no secret-file for it", address);
	conf->n++;
}

/* An answer must come from the address that was asked, so it is named. */
static void
set_coa_listen(struct line *l)
{
	static const uint8_t any[16];
	struct radius_coa *coa = &l->conf->coa;
	struct radius_listen *r = &coa->listen[coa->listens];

	if (coa->listens == COA_LISTEN_MAX) {
		complain(l, "there are 4 addresses already", l->word[1]);
		return;
	}
	memset(r, 0, sizeof(*r));
	r->port = COA_PORT;
	if (!set_address(l, r->address, r->octets, &r->v6))
		return;
	if (memcmp(r->octets, any, sizeof(any)) == 0)
		complain(l, "name one of this machine's addresses", l->word[1]);
	if (l->words == 4 && strcmp(l->word[2], "port") == 0)
		set_port(l, l->word[3], &r->port);
	else if (l->words > 2)
		complain(l, "not \"port\" and a number", l->word[2]);
	coa->listens++;
}

static void
set_coa_client(struct line *l)
{
	struct radius_coa *coa = &l->conf->coa;
	struct radius_server *s = &coa->client[coa->clients];

	if (coa->clients == RADIUS_SERVERS_MAX) {
		complain(l, "there are 16 clients already", l->word[1]);
		return;
	}
	memset(s, 0, sizeof(*s));
	s->line = l->number;
	if (!set_address(l, s->address, s->octets, &s->v6))
		return;
	set_server_options(l, s);
	if (s->auth_port != 0 || s->acct_port != 0 || s->priority != 0 ||
	    s->weight != 0 || s->limit != 0)
		complain(l, "a client has a secret-file and no more", NULL);
	if (s->secret_file[0] == '\0')
		complain(l, "no secret-file for it", l->word[1]);
	coa->clients++;
}

static void
set_coa_window(struct line *l)
{
	(void)number(l, l->word[1], 0, 86400, &l->conf->coa.window);
}

static void
set_nas_identifier(struct line *l)
{
	size_t size = sizeof(l->conf->nas_identifier);

	if (strlen(l->word[1]) >= size)
		complain(l, "longer than 253 octets", l->word[1]);
	snprintf(l->conf->nas_identifier, size, "%s", l->word[1]);
}

static void
set_nas_ip(struct line *l)
{
	if (inet_pton(AF_INET, l->word[1], &l->conf->nas_ip) != 1)
		complain(l, "not an IPv4 address", l->word[1]);
}

static void
set_accounting(struct line *l)
{
	l->conf->accounting = strcmp(l->word[1], "on") == 0;
	if (!l->conf->accounting && strcmp(l->word[1], "off") != 0)
		complain(l, "neither on nor off", l->word[1]);
}

static void
set_require(struct line *l)
{
	static const char *const names[] = {
		[RADIUS_REQUIRE_AUTO] = "auto",
		[RADIUS_REQUIRE_YES] = "yes",
		[RADIUS_REQUIRE_NO] = "no"
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], l->word[1]) == 0) {
			l->conf->require = (enum radius_require)i;
			return;
		}
	}
	complain(l, "neither auto, yes nor no", l->word[1]);
}

static void
set_interim(struct line *l)
{
	if (strcmp(l->word[1], "0") == 0)
		l->conf->interim = 0;
	else
		(void)number(l, l->word[1], 60, 86400, &l->conf->interim);
}

static void
set_timeout(struct line *l)
{
	(void)number(l, l->word[1], 1, 15, &l->conf->timeout);
}

static void
set_tries(struct line *l)
{
	(void)number(l, l->word[1], 1, 10, &l->conf->tries);
}

static void
set_deadline(struct line *l)
{
	(void)number(l, l->word[1], 3, 25, &l->conf->deadline);
}

static void
set_dead_time(struct line *l)
{
	(void)number(l, l->word[1], 0, 3600, &l->conf->dead_time);
}

static void
set_dictionary(struct line *l)
{
	size_t size = sizeof(l->conf->dictionary);

	if (l->word[1][0] != '/' || strlen(l->word[1]) >= size)
		complain(l, "not the absolute path of a dictionary",
		    l->word[1]);
	snprintf(l->conf->dictionary, size, "%s", l->word[1]);
}

/* What it means is known when dictionaries are read. */
static void
set_send(struct line *l)
{
	struct radius_send *s = &l->conf->send[l->conf->sends];

	if (l->words != 4 || strcmp(l->word[2], "=") != 0)
		complain(l, "not NAME = VALUE", l->word[1]);
	else if (l->conf->sends == RADIUS_SENDS_MAX)
		complain(l, "there are 16 attributes already", l->word[1]);
	else if (strlen(l->word[1]) >= sizeof(s->name) ||
	    strlen(l->word[3]) >= sizeof(s->text))
		complain(l, "a name or a value that is too long", l->word[1]);
	else {
		memset(s, 0, sizeof(*s));
		memcpy(s->name, l->word[1], strlen(l->word[1]));
		memcpy(s->text, l->word[3], strlen(l->word[3]));
		s->line = l->number;
		l->conf->sends++;
	}
}

static const struct {
	const char	*name;
	void		(*set)(struct line *);
	bool		 many;		/* more words than one */
} keywords[] = {
	{ "server", set_server, true },
	{ "timeout", set_timeout, false },
	{ "tries", set_tries, false },
	{ "deadline", set_deadline, false },
	{ "dead-time", set_dead_time, false },
	{ "interim-interval", set_interim, false },
	{ "nas-identifier", set_nas_identifier, false },
	{ "nas-ip-address", set_nas_ip, false },
	{ "accounting", set_accounting, false },
	{ "require-message-authenticator", set_require, false },
	{ "coa-listen", set_coa_listen, true },
	{ "coa-client", set_coa_client, true },
	{ "coa-window", set_coa_window, false },
	{ "dictionary", set_dictionary, false },
	{ "send", set_send, true },
};

/* --- lines --------------------------------------------------------------- */

static void
parse_words(struct line *l)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		if (strcmp(keywords[i].name, l->word[0]) != 0)
			continue;
		if (l->words == 1)
			complain(l, "no value", NULL);
		else if (l->words > 2 && !keywords[i].many)
			complain(l, "more than one value", l->word[2]);
		else
			keywords[i].set(l);
		return;
	}
	complain(l, "unknown keyword", NULL);
}

/*
 * The end of a word.  One of "send" may stand in quotation marks, with blanks
 * and '#' in it; *text moves behind the first mark.
 */
static char *
word_end(struct line *l, char **text)
{
	char *end;

	if (l->words == 0 || strcmp(l->word[0], "send") != 0 || **text != '"')
		return *text + strcspn(*text, BLANKS);
	end = strchr(++*text, '"');
	if (end != NULL)
		return end;
	complain(l, "no second quotation mark", *text);
	return *text + strlen(*text);
}

/* A '#' at the start of a word begins a comment. */
static void
parse_line(struct line *l, char *text)
{
	char *end;

	l->words = 0;
	for (;;) {
		text += strspn(text, BLANKS);
		if (*text == '\0' || *text == '#')
			break;
		if (l->words == WORDS_MAX) {
			complain(l, "too many words", text);
			return;
		}
		end = word_end(l, &text);
		l->word[l->words++] = text;
		text = end;
		if (*text != '\0')
			*text++ = '\0';
	}
	if (l->words > 0)
		parse_words(l);
}

bool
radius_conf_parse(struct radius_conf *conf, const char *file, const char *text,
    size_t len)
{
	struct line l = { .conf = conf, .file = file };
	char copy[LINE_MAX_OCTETS + 1];
	const char *end = text + len, *eol;

	*conf = (struct radius_conf){ .timeout = 2, .tries = 2, .deadline = 15,
	    .dead_time = 60, .accounting = true, .coa.window = 300 };
	for (; text < end; text = eol + 1) {
		eol = memchr(text, '\n', (size_t)(end - text));
		if (eol == NULL)
			eol = end;
		l.number++;
		if (eol - text > LINE_MAX_OCTETS ||
		    memchr(text, '\0', (size_t)(eol - text)) != NULL) {
			conf->errors++;
			log_err("%s:%u: longer than %d octets, or not a text",
			    file, l.number, LINE_MAX_OCTETS);
			continue;
		}
		memcpy(copy, text, (size_t)(eol - text));
		copy[eol - text] = '\0';
		parse_line(&l, copy);
	}
	if (conf->n == 0 && conf->errors == 0) {
		conf->errors++;
		log_err("%s: no server", file);
	}
	if ((conf->coa.listens == 0) != (conf->coa.clients == 0) &&
	    conf->errors == 0) {
		conf->errors++;
		log_err("%s: coa-listen and coa-client need each other", file);
	}
	return conf->errors == 0;
}

bool
radius_conf_secret(struct radius_server *s, const char *text, size_t len)
{
	const char *eol = memchr(text, '\n', len);

	if (eol != NULL)
		len = (size_t)(eol - text);
	if (len > 0 && text[len - 1] == '\r')
		len--;
	if (len == 0 || len > sizeof(s->secret_octets)) {
		log_err("%s: the first line is no secret of 1 to %d octets",
		    s->secret_file, RADIUS_SECRET_MAX);
		return false;
	}
	if (len < SHORT_SECRET)
		log_warn("%s: a secret of %zu octets can be guessed from a "
		    "packet; 16 random ones or more cannot", s->secret_file,
		    len);
	memcpy(s->secret_octets, text, len);
	s->secret_len = len;
	return true;
}
