/* Changes to the text of chap-secrets that leave all else as it is. */
/* SPDX-License-Identifier: ISC */
#include "config/secrets_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUOTED	(2 * SECRETS_WORD + 3)

void
secrets_text_free(struct secrets_text *t)
{
	if (t->text != NULL)
		explicit_bzero(t->text, t->len);
	free(t->text);
	t->text = NULL;
	t->len = 0;
}

/* Puts octets in the place of those from at to end; old text is cleared. */
static void
splice(struct secrets_text *t, size_t at, size_t end, const char *new)
{
	size_t n = strlen(new), len = t->len - (end - at) + n;
	char *text = malloc(len + 1);

	if (text == NULL)
		abort();
	if (t->len > 0) {
		memcpy(text, t->text, at);
		memcpy(text + at + n, t->text + end, t->len - end);
	}
	memcpy(text + at, new, n);
	text[len] = '\0';
	secrets_text_free(t);
	t->text = text;
	t->len = len;
}

/* The next entry of the user, from s on. */
static bool
next_of(struct secrets *s, struct secrets_entry *e, const char *user,
    const char *server)
{
	while (secrets_next(s, e)) {
		if (strcmp(e->client, user) == 0 && (server == NULL ||
		    strcmp(e->server, server) == 0))
			return true;
	}
	return false;
}

static struct secrets
from(const struct secrets_text *t, size_t at)
{
	return (struct secrets){ t->text, t->len, at, 1 };
}

size_t
secrets_count(const struct secrets_text *t, const char *user,
    const char *server)
{
	struct secrets s = from(t, 0);
	struct secrets_entry e;
	size_t n = 0;

	while (next_of(&s, &e, user, server))
		n++;
	explicit_bzero(&e, sizeof(e));
	return n;
}

static void
quote(char buf[QUOTED], const char *word)
{
	if (!secrets_quote(buf, QUOTED, word))
		abort();
}

void
secrets_add(struct secrets_text *t, const char *user, const char *server,
    const char *secret, const char *address)
{
	char u[QUOTED], v[QUOTED], w[QUOTED], line[3 * QUOTED + SECRETS_WORD + 8];
	bool open = t->len > 0 && t->text[t->len - 1] != '\n';

	quote(u, user);
	quote(w, secret);
	if (strcmp(server, "*") == 0)
		memcpy(v, "*", 2);
	else
		quote(v, server);
	snprintf(line, sizeof(line), "%s%s\t%s\t%s\t%.*s\n", open ? "\n" : "",
	    u, v, w, SECRETS_WORD - 1, address);
	splice(t, t->len, t->len, line);
	explicit_bzero(w, sizeof(w));
	explicit_bzero(line, sizeof(line));
}

size_t
secrets_remove(struct secrets_text *t, const char *user, const char *server)
{
	struct secrets s = from(t, 0);
	struct secrets_entry e;
	size_t n = 0;

	while (next_of(&s, &e, user, server)) {
		splice(t, e.line_at, e.line_end, "");
		s = from(t, e.line_at);
		n++;
	}
	explicit_bzero(&e, sizeof(e));
	return n;
}

size_t
secrets_set(struct secrets_text *t, const char *user, const char *server,
    const char *secret)
{
	struct secrets s = from(t, 0);
	struct secrets_entry e;
	char word[QUOTED];
	size_t n = 0;

	quote(word, secret);
	while (next_of(&s, &e, user, server)) {
		if (e.words < 3)
			continue;
		splice(t, e.secret_at, e.secret_end, word);
		/* The same entry, as it is now, is passed over. */
		s = from(t, e.line_at);
		(void)secrets_next(&s, &e);
		n++;
	}
	explicit_bzero(&e, sizeof(e));
	explicit_bzero(word, sizeof(word));
	return n;
}

/* The domain and the user as one word, with the case of one of the two. */
static void
with_domain(char buf[QUOTED], const char *domain, const char *user, bool upper)
{
	char name[2 * SECRETS_WORD];
	size_t i;

	for (i = 0; domain[i] != '\0'; i++) {
		name[i] = domain[i];
		if (upper && name[i] >= 'a' && name[i] <= 'z')
			name[i] = (char)(name[i] - 'a' + 'A');
		else if (!upper && name[i] >= 'A' && name[i] <= 'Z')
			name[i] = (char)(name[i] - 'A' + 'a');
	}
	snprintf(name + i, sizeof(name) - i, "\\%s", user);
	quote(buf, name);
}

size_t
secrets_domain(struct secrets_text *t, const char *user, const char *server,
    const char *domain)
{
	struct secrets s = from(t, 0);
	struct secrets_entry e;
	char upper[QUOTED], lower[QUOTED], *both;
	size_t n = 0, len, head, tail;

	with_domain(upper, domain, user, true);
	with_domain(lower, domain, user, false);
	while (next_of(&s, &e, user, server)) {
		/* Blanks before the name, and all behind it, twice. */
		head = e.client_at - e.line_at;
		tail = e.line_end - e.client_end;
		len = 2 * (head + tail + QUOTED) + 2;
		both = malloc(len);
		if (both == NULL)
			abort();
		snprintf(both, len, "%.*s%s%.*s%s%.*s%s%.*s",
		    (int)head, t->text + e.line_at, upper,
		    (int)tail, t->text + e.client_end,
		    tail > 0 && t->text[e.line_end - 1] == '\n' ? "" : "\n",
		    (int)head, t->text + e.line_at, lower,
		    (int)tail, t->text + e.client_end);
		len = strlen(both);
		splice(t, e.line_at, e.line_end, both);
		explicit_bzero(both, len);
		free(both);
		s = from(t, e.line_at + len);
		n++;
	}
	explicit_bzero(&e, sizeof(e));
	return n;
}
