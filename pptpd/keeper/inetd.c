/* Keeper: pptpctrl as inetd's server, with Poptop's command line. */
/* SPDX-License-Identifier: ISC */
#include "keeper/inetd.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARGS_MAX	24

struct words {
	char	**next;		/* rest of argv, NULL-terminated */
	char	 *out[ARGS_MAX];
	int	  count;
	bool	  missing;
};

static void
put(struct words *w, const char *word)
{
	w->out[w->count++] = (char *)(uintptr_t)word;
	w->out[w->count] = NULL;
}

static char *
take(struct words *w)
{
	if (*w->next == NULL) {
		w->missing = true;
		return NULL;
	}
	return *w->next++;
}

/* A flag, 0 or not 0; a value may follow if it is not 0. */
static void
flag(struct words *w, const char *option, bool has_value)
{
	char *word = take(w), *value = NULL;

	if (word == NULL || atoi(word) == 0)
		return;
	if (has_value && (value = take(w)) == NULL)
		return;
	put(w, option);
	if (has_value)
		put(w, value);
}

/* The value of an option, which may be missing at the end of argv. */
static void
optional(struct words *w, const char *option)
{
	if (*w->next == NULL)
		return;
	put(w, option);
	put(w, *w->next++);
}

int
inetd_run(int argc, char **argv)
{
	struct words w = { .next = argv + (argc > 0 ? 1 : 0) };

	put(&w, SBINDIR "/pptpd");
	put(&w, "--inetd");
	put(&w, "--fg");
	flag(&w, "--debug", false);
	flag(&w, "--noipparam", false);
	flag(&w, "--option", true);
	flag(&w, "--speed", true);
	flag(&w, "--localip", true);
	flag(&w, "--remoteip", true);
	if (w.missing) {
		fprintf(stderr, "pptpctrl: insufficient arguments, see man "
		    "pptpctrl\n");
		return 2;
	}
	optional(&w, "--callid");
	optional(&w, "--ppp");
	if (*w.next != NULL)
		flag(&w, "--logwtmp", false);
	execv(w.out[0], w.out);
	fprintf(stderr, "pptpctrl: %s: %s\n", w.out[0], strerror(errno));
	return 1;
}
