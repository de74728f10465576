/* The words of chap-secrets: what pppd reads, and how to write it. */
/* SPDX-License-Identifier: ISC */
#include "config/secrets.h"

#include <string.h>

#include "base/digit.h"

#define BLANKS	" \t\n\v\f\r"
/* The letters that stand for another octet behind a backslash. */
#define LETTERS	"abfnrst"
#define MEANT	"\a\b\f\n\r \t"

static bool
is_blank(char c)
{
	return c != '\0' && strchr(BLANKS, c) != NULL;
}

static char
next(struct secrets *s)
{
	char c = s->text[s->at++];

	if (c == '\n')
		s->line++;
	return c;
}

/*
 * Passes over blanks, comments, and newlines behind a backslash.  *newline: a
 * line has ended.  False at the end of the text.
 */
static bool
skip_to_word(struct secrets *s, bool *newline)
{
	while (s->at < s->len) {
		char c = s->text[s->at];

		if (c == '#') {
			while (s->at < s->len && s->text[s->at] != '\n')
				s->at++;
		} else if (c == '\\' && s->at + 1 < s->len &&
		    s->text[s->at + 1] == '\n') {
			next(s);
			next(s);
		} else if (is_blank(c)) {
			*newline = *newline || c == '\n';
			next(s);
		} else
			return true;
	}
	return false;
}

/* Reads up to max digits. */
static char
number(struct secrets *s, int base, int max)
{
	unsigned int value = 0;

	while (max-- > 0 && s->at < s->len &&
	    digit_value(s->text[s->at], base) != -1)
		value = value * (unsigned)base +
		    (unsigned)digit_value(next(s), base);
	return (char)(unsigned char)value;
}

/*
 * Reads what stands behind a backslash.  False: nothing, a newline was taken
 * away.
 */
static bool
escaped(struct secrets *s, char *octet)
{
	const char *letter;
	char c = s->text[s->at];

	if (digit_value(c, 8) != -1) {
		*octet = number(s, 8, 3);
		return true;
	}
	next(s);
	if (c == '\n')
		return false;
	letter = c != '\0' ? strchr(LETTERS, c) : NULL;
	if (letter != NULL)
		*octet = MEANT[letter - LETTERS];
	else
		*octet = c == 'x' ? number(s, 16, 2) : c;
	return true;
}

/* Reads a word, at whose first octet we are.  True: its quotes are closed. */
static bool
get_word(struct secrets *s, char word[SECRETS_WORD])
{
	size_t len = 0;
	char quote = '\0', c;

	while (s->at < s->len) {
		c = s->text[s->at];
		if (quote == '\0' && (is_blank(c) || c == '#'))
			break;
		next(s);
		if (c == '\\') {
			if (s->at == s->len || !escaped(s, &c))
				continue;
		} else if (quote != '\0' && c == quote) {
			quote = '\0';
			continue;
		} else if (quote == '\0' && (c == '"' || c == '\'')) {
			quote = c;
			continue;
		}
		if (len < SECRETS_WORD - 1)
			word[len++] = c;
	}
	word[len] = '\0';
	return quote == '\0';
}

static size_t
line_start(const struct secrets *s, size_t at)
{
	while (at > 0 && s->text[at - 1] != '\n')
		at--;
	return at;
}

static size_t
line_end(const struct secrets *s, size_t at)
{
	while (at < s->len && s->text[at] != '\n')
		at++;
	return at < s->len ? at + 1 : at;
}

bool
secrets_next(struct secrets *s, struct secrets_entry *e)
{
	char other[SECRETS_WORD] = "";
	char *const words[] = { e->client, e->server, e->secret, e->address };
	bool newline = false;
	size_t at;

	memset(e, 0, sizeof(*e));
	if (!skip_to_word(s, &newline))
		return false;
	e->line = s->line;
	e->line_at = line_start(s, s->at);
	newline = false;
	do {
		at = s->at;
		if (!get_word(s, e->words < 4 ? words[e->words] : other))
			e->open_quote = true;
		if (e->words == 0) {
			e->client_at = at;
			e->client_end = s->at;
		} else if (e->words == 2) {
			e->secret_at = at;
			e->secret_end = s->at;
		}
		e->words++;
		/* Before the blanks: another line may stand behind them. */
		e->line_end = line_end(s, s->at);
	} while (skip_to_word(s, &newline) && !newline);
	memset(other, 0, sizeof(other));
	return true;
}

static const char *
bad_word(const char *word)
{
	if (word[0] == '\0')
		return "is empty";
	if (strlen(word) >= SECRETS_WORD)
		return "is longer than 255 octets";
	for (const char *p = word; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return "has a control character";
	}
	return NULL;
}

const char *
secrets_bad_name(const char *name)
{
	const char *why = bad_word(name);

	if (why == NULL && strcmp(name, "*") == 0)
		why = "would be everybody";
	return why;
}

const char *
secrets_bad_secret(const char *secret)
{
	const char *why = bad_word(secret);

	if (why != NULL)
		return why;
	if (strncmp(secret, "@/", 2) == 0)
		return "begins with @/: pppd would take it for a file's name";
	for (const char *p = secret; *p != '\0'; p++) {
		if ((unsigned char)*p > '~')
			return "has a character that is not ASCII: clients and "
			    "pppd do not code it alike";
	}
	return NULL;
}

bool
secrets_quote(char *buf, size_t size, const char *word)
{
	size_t len = 0;

	if (size < 2 * strlen(word) + 3)
		return false;
	buf[len++] = '"';
	for (; *word != '\0'; word++) {
		if (*word == '"' || *word == '\\')
			buf[len++] = '\\';
		buf[len++] = *word;
	}
	buf[len++] = '"';
	buf[len] = '\0';
	return true;
}
