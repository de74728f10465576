/* What is unsafe in pppd's options for PPTP, read from their text. */
/* SPDX-License-Identifier: ISC */
#include "config/options_lint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PEERS	"/etc/ppp/peers/"	/* of pppd's option call */

/* pppd's options that are followed by a word, to be skipped here. */
static const char *const with_word[] = {
	"active-filter", "allow-ip", "allow-number", "ca", "capath", "cert",
	"connect", "crl", "crl-dir", "disconnect", "domain", "endpoint",
	"ifname", "init", "ip-down-script", "ip-up-script", "ipparam", "ipv6",
	"key", "linkname", "logfile", "need-peer-eap", "pass-filter",
	"password", "pppd-user", "privgroup", "pty",
	"radius-config-file", "record", "remotename", "remotenumber", "set",
	"unset", "user", "welcome"
};

/* A place in a file. */
struct scan {
	const char	*name, *p, *end;
	unsigned	 line;
};

static char
next(struct scan *s)
{
	if (*s->p == '\n')
		s->line++;
	return *s->p++;
}

static void
skip_to_word(struct scan *s)
{
	while (s->p < s->end && strchr(" \t\r\n\f\v#", *s->p) != NULL) {
		if (*s->p != '#') {
			next(s);
			continue;
		}
		while (s->p < s->end && *s->p != '\n')
			s->p++;
	}
}

/*
 * Reads a word by pppd's rules: it ends at a blank, blanks within quotes of
 * either kind belong to it, and a backslash takes the next octet as it is.
 * False at the end of the text.
 */
static bool
get_word(struct scan *s, char *word)
{
	size_t len = 0;
	char quote = '\0', c;

	skip_to_word(s);
	if (s->p == s->end)
		return false;
	while (s->p < s->end) {
		c = *s->p;
		if (quote == '\0' && strchr(" \t\r\n\f\v", c) != NULL)
			break;
		next(s);
		if (quote != '\0' && c == quote) {
			quote = '\0';
			continue;
		}
		if (quote == '\0' && (c == '"' || c == '\'')) {
			quote = c;
			continue;
		}
		if (c == '\\' && s->p < s->end)
			c = next(s);
		if (len < OPTIONS_LINT_WORD - 1 && c != '\0')
			word[len++] = c;
	}
	word[len] = '\0';
	return true;
}

static bool
is(const char *word, const char *name, const char *plus)
{
	return strcmp(word, name) == 0 ||
	    (plus != NULL && strcmp(word, plus) == 0);
}

/* Notes a require-... option.  In pppd each of them also sets auth. */
static bool
require(struct options_lint *lint, bool *method)
{
	lint->auth = OPTIONS_AUTH;
	*method = true;
	return true;
}

static void
note_place(char at[OPTIONS_LINT_WORD], const struct scan *s)
{
	snprintf(at, OPTIONS_LINT_WORD, "%.*s:%u", OPTIONS_LINT_WORD - 16,
	    s->name, s->line);
}

static bool
auth_word(struct options_lint *lint, const struct scan *s, const char *word)
{
	if (is(word, "auth", NULL)) {
		lint->auth = OPTIONS_AUTH;
		return true;
	}
	if (is(word, "noauth", NULL)) {
		lint->auth = OPTIONS_NOAUTH;
		note_place(lint->noauth_at, s);
		return true;
	}
	if (is(word, "require-pap", "+pap"))
		return require(lint, &lint->pap);
	if (is(word, "require-chap", "+chap"))
		return require(lint, &lint->chap);
	if (is(word, "require-mschap", "+mschap"))
		return require(lint, &lint->mschap);
	if (is(word, "require-mschap-v2", "+mschap-v2"))
		return require(lint, &lint->mschap_v2);
	if (is(word, "require-eap", NULL))
		return require(lint, &lint->eap);
	return false;
}

static void
other_word(struct options_lint *lint, const char *word)
{
	if (is(word, "require-mppe", "+mppe"))
		lint->mppe = true;
	else if (is(word, "require-mppe-40", "+mppe-40"))
		lint->mppe_40 = true;
	else if (is(word, "require-mppe-128", "+mppe-128"))
		lint->mppe_128 = true;
	else if (is(word, "nomppe", "-mppe"))
		lint->mppe = lint->mppe_40 = lint->mppe_128 = false;
	else if (is(word, "nomppe-40", "-mppe-40"))
		lint->nomppe_40 = true;
	else if (is(word, "debug", "-d"))
		lint->debug = true;
	else if (is(word, "show-password", NULL))
		lint->show_password = true;
	else if (is(word, "hide-password", NULL))
		lint->show_password = false;
	else if (is(word, "proxyarp", NULL))
		lint->proxyarp = true;
	else if (is(word, "noproxyarp", NULL))
		lint->proxyarp = false;
	else if (is(word, "novj", "-vj"))
		lint->novj = true;
}

/* Options with a word that somebody asks for.  False: another option. */
static bool
kept_word(struct options_lint *lint, struct scan *s, const char *option)
{
	char word[OPTIONS_LINT_WORD] = "";

	if (is(option, "name", NULL)) {
		(void)get_word(s, word);
		snprintf(lint->server, sizeof(lint->server), "%s", word);
	} else if (is(option, "mtu", NULL)) {
		(void)get_word(s, word);
		lint->mtu = (unsigned)strtoul(word, NULL, 10);
	} else if (is(option, "mru", NULL)) {
		(void)get_word(s, word);
		lint->mru = (unsigned)strtoul(word, NULL, 10);
	} else
		return false;
	return true;
}

/*
 * Notes the option "mppe required,no40,no56,stateless".  pppds up to 2.4.9 with
 * the patch of OpenWrt and others knew it; no present pppd does.
 */
static void
old_mppe(struct options_lint *lint, const struct scan *s, const char *word)
{
	bool required = strstr(word, "required") != NULL;

	note_place(lint->mppe_at, s);
	if (required && strstr(word, "no40") != NULL)
		lint->mppe_now = "write require-mppe-128";
	else if (required)
		lint->mppe_now = "write require-mppe";
	else
		lint->mppe_now = "write nothing";
}

/* Whether the path names a version, as ".../pppd/2.4.5/radius.so" does. */
static bool
names_version(const char *path)
{
	const char *at = strstr(path, "/pppd/");

	return at != NULL && at[6] >= '0' && at[6] <= '9';
}

static void
plugin_word(struct options_lint *lint, const struct scan *s, const char *word)
{
	const char *slash = strrchr(word, '/');

	if (strcmp(slash != NULL ? slash + 1 : word, "radius.so") == 0)
		lint->radius = true;
	if (word[0] != '/' || !names_version(word) ||
	    lint->plugin_at[0] != '\0')
		return;
	note_place(lint->plugin_at, s);
	snprintf(lint->plugin, sizeof(lint->plugin), "%s",
	    strrchr(word, '/') + 1);
}

static bool
takes_word(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(with_word) / sizeof(with_word[0]); i++) {
		if (strcmp(word, with_word[i]) == 0)
			return true;
	}
	return false;
}

static void
include(struct options_lint *lint, const char *directory, const char *name)
{
	char path[sizeof(PEERS) + OPTIONS_LINT_WORD];

	if (lint->include == NULL || lint->depth >= OPTIONS_LINT_DEPTH ||
	    lint->files++ >= OPTIONS_LINT_FILES)
		return;
	snprintf(path, sizeof(path), "%s%s", directory, name);
	lint->depth++;
	lint->include(lint, path, lint->arg);
	lint->depth--;
}

void
options_lint_init(struct options_lint *lint, options_lint_include *fn,
    void *arg)
{
	memset(lint, 0, sizeof(*lint));
	lint->include = fn;
	lint->arg = arg;
}

void
options_lint_text(struct options_lint *lint, const char *name,
    const char *text, size_t len)
{
	struct scan s = { name, text, text + len, 1 };
	char word[OPTIONS_LINT_WORD];

	while (get_word(&s, word)) {
		if (auth_word(lint, &s, word) || kept_word(lint, &s, word))
			continue;
		if (is(word, "file", NULL)) {
			if (get_word(&s, word))
				include(lint, "", word);
		} else if (is(word, "call", NULL)) {
			if (get_word(&s, word))
				include(lint, PEERS, word);
		} else if (is(word, "mppe", NULL)) {
			if (get_word(&s, word))
				old_mppe(lint, &s, word);
		} else if (is(word, "plugin", NULL)) {
			if (get_word(&s, word))
				plugin_word(lint, &s, word);
		} else if (takes_word(word))
			get_word(&s, word);
		else
			other_word(lint, word);
	}
}

struct say {
	const char	*name;
	options_lint_say *fn;
	void		*arg;
};

static void
say(const struct say *s, const char *text)
{
	char line[4 * OPTIONS_LINT_WORD];

	snprintf(line, sizeof(line), "%s: %s", s->name, text);
	s->fn(line, s->arg);
}

static void
finish_auth(const struct options_lint *lint, const struct say *s)
{
	if (lint->auth == OPTIONS_NOAUTH) {
		struct say at = { lint->noauth_at, s->fn, s->arg };

		say(&at, "noauth: clients come in without a password");
		return;
	}
	if (!lint->pap && !lint->chap && !lint->mschap && !lint->mschap_v2 &&
	    !lint->eap) {
		say(s, "PAP, CHAP and MS-CHAP are allowed: add "
		    "require-mschap-v2 (the refuse-... options do not bind "
		    "clients)");
		return;
	}
	if (lint->pap)
		say(s, "require-pap: passwords cross the net in clear");
	if (lint->chap)
		say(s, "require-chap: allows CHAP-MD5, which gives no keys "
		    "for encryption");
	if (lint->mschap)
		say(s, "require-mschap: allows MS-CHAP version 1, which is "
		    "broken");
}

/* Reports options that only older pppds understand. */
static void
finish_old(const struct options_lint *lint, const struct say *s)
{
	struct say at = *s;
	char text[2 * OPTIONS_LINT_WORD];

	if (lint->mppe_now != NULL) {
		at.name = lint->mppe_at;
		snprintf(text, sizeof(text), "mppe is an option of patched "
		    "pppds before 2.5: %s instead", lint->mppe_now);
		say(&at, text);
	}
	if (lint->plugin_at[0] != '\0') {
		at.name = lint->plugin_at;
		snprintf(text, sizeof(text), "the plugin's path names a "
		    "version of pppd: write \"plugin %s\", which is the one "
		    "of the pppd that runs", lint->plugin);
		say(&at, text);
	}
}

void
options_lint_finish(const struct options_lint *lint, const char *name,
    options_lint_say *fn, void *arg)
{
	const struct say s = { name, fn, arg };

	finish_old(lint, &s);
	finish_auth(lint, &s);
	if (!lint->mppe && !lint->mppe_40 && !lint->mppe_128)
		say(&s, "encryption is not required: add require-mppe-128");
	else if (lint->mppe_40 || (lint->mppe && !lint->mppe_128 &&
	    !lint->nomppe_40))
		say(&s, "40-bit encryption is allowed: use require-mppe-128");
	if (lint->debug && lint->show_password)
		say(&s, "debug and show-password: passwords get into the log");
}
