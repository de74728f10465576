/* The secrets of chap-secrets, for the back end "file"; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "secrets_table.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "config/secrets.h"

#define WORDS		4	/* of a line that is understood */

static bool
is_any(const char *word)
{
	return strcmp(word, "*") == 0;
}

/* Why a line cannot be followed; else NULL, and *address is set. */
static const char *
judge(const struct secrets_entry *e, uint32_t *address)
{
	if (e->open_quote)
		return "a quote is not closed";
	if (e->words < 3)
		return "fewer than three words";
	if (strlen(e->client) == SECRETS_WORD - 1 ||
	    strlen(e->server) == SECRETS_WORD - 1 ||
	    strlen(e->secret) == SECRETS_WORD - 1)
		return "a word of more than 254 octets";
	if (e->secret[0] == '\0')
		return "an empty secret";
	if (e->secret[0] == '@' && e->secret[1] == '/')
		return "the secret is in another file (@/...)";
	if (e->words < WORDS)
		return "no fourth word, so pppd allows no address: write \"*\"";
	if (e->words > WORDS || strcmp(e->address, "--") == 0)
		return "more than one address, or options";
	if (is_any(e->address) ||
	    (inet_pton(AF_INET, e->address, address) == 1 && *address != 0))
		return NULL;
	return "the fourth word is neither \"*\" nor an IPv4 address";
}

static bool
add(struct secrets_table *t, const struct secrets_entry *e, const char *fault,
    uint32_t address)
{
	struct secrets_row *rows;

	/* Room for 1, 2, 4, 8 ... rows. */
	if ((t->n & (t->n - 1)) == 0) {
		rows = reallocarray(t->rows, t->n == 0 ? 1 : 2 * t->n,
		    sizeof(*rows));
		if (rows == NULL)
			return false;
		t->rows = rows;
	}
	rows = &t->rows[t->n++];
	*rows = (struct secrets_row){ .address = address, .line = e->line,
	    .fault = fault };
	rows->client = strdup(e->client);
	rows->server = strdup(e->words > 1 ? e->server : "*");
	rows->secret = strdup(e->secret);
	return rows->client != NULL && rows->server != NULL &&
	    rows->secret != NULL;
}

bool
secrets_table_read(struct secrets_table *t, const char *file, const char *text,
    size_t len)
{
	struct secrets at = { .text = text, .len = len, .line = 1 };
	struct secrets_entry e;
	char name[LOG_LINE_MAX / 2];
	const char *fault;
	uint32_t address;
	bool done = true;

	*t = (struct secrets_table){ 0 };
	while (done && secrets_next(&at, &e)) {
		address = 0;
		fault = judge(&e, &address);
		if (fault != NULL) {
			t->faults++;
			log_err("%s:%u: user \"%s\" is refused: %s", file,
			    e.line, log_escape(name, sizeof(name), e.client,
			    strlen(e.client)), fault);
		}
		done = add(t, &e, fault, address);
	}
	explicit_bzero(&e, sizeof(e));
	if (!done)
		secrets_table_free(t);
	return done;
}

void
secrets_table_free(struct secrets_table *t)
{
	for (size_t i = 0; i < t->n; i++) {
		struct secrets_row *row = &t->rows[i];

		if (row->secret != NULL)
			explicit_bzero(row->secret, strlen(row->secret));
		free(row->client);
		free(row->server);
		free(row->secret);
	}
	free(t->rows);
	*t = (struct secrets_table){ 0 };
}

const struct secrets_row *
secrets_table_find(const struct secrets_table *t, const struct aaa_text *name,
    const struct aaa_text *our_name)
{
	const struct secrets_row *best = NULL;
	int best_rank = -1, rank;

	for (size_t i = 0; i < t->n; i++) {
		const struct secrets_row *row = &t->rows[i];
		bool named = strcmp(row->client, name->text) == 0;
		bool ours = strcmp(row->server, our_name->text) == 0;

		if ((!named && !is_any(row->client)) ||
		    (!ours && !is_any(row->server)))
			continue;
		rank = (is_any(row->client) ? 0 : 2) +
		    (is_any(row->server) ? 0 : 1);
		if (rank > best_rank) {
			best = row;
			best_rank = rank;
		}
	}
	return best;
}
