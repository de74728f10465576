/* What is unsafe or outlived in pppd's options for PPTP, from their text. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_OPTIONS_LINT_H
#define PPTPD_OPTIONS_LINT_H

#include <stdbool.h>
#include <stddef.h>

#define OPTIONS_LINT_DEPTH 8	/* files that include files */
#define OPTIONS_LINT_FILES 64	/* included files in all */
#define OPTIONS_LINT_WORD  256	/* octets of a word that are looked at */

struct options_lint;

/* Gets one line for the administrator. */
typedef void options_lint_say(const char *text, void *arg);
/* Reads a file that the options name and passes it to options_lint_text(). */
typedef void options_lint_include(struct options_lint *, const char *path,
		void *arg);

/*
 * What the options have said so far.  The methods are those that pppd requires
 * of clients.  The refuse-... options do not matter here: they bind pppd only
 * when it is the client (pppd(8)).
 */
struct options_lint {
	enum { OPTIONS_AUTH_UNSET, OPTIONS_AUTH, OPTIONS_NOAUTH } auth;
	bool	 pap, chap, mschap, mschap_v2, eap;	/* required */
	bool	 mppe, mppe_40, mppe_128;		/* required */
	bool	 nomppe_40;
	bool	 debug, show_password;
	char	 noauth_at[OPTIONS_LINT_WORD];	/* "file:line" */
	char	 mppe_at[OPTIONS_LINT_WORD];	/* ... of the old option mppe */
	const char *mppe_now;	/* its replacement; NULL: mppe not found */
	char	 plugin_at[OPTIONS_LINT_WORD];	/* a path with a version, */
	char	 plugin[OPTIONS_LINT_WORD];	/* and its file name */
	/* Not judged here: what others ask for. */
	char	 server[OPTIONS_LINT_WORD];	/* name; "" not given */
	bool	 proxyarp, novj;
	bool	 radius;		/* plugin radius.so */
	unsigned mtu, mru;		/* 0: not given */
	int	 depth, files;
	options_lint_include *include;
	void	*arg;
};

/* include may be NULL: then included files are not looked at. */
void	options_lint_init(struct options_lint *, options_lint_include *,
	    void *arg);
/*
 * Reads one file as pppd does (words, quotes, comments).  Call it in pppd's
 * order: /etc/ppp/options first, then the file of pptpd.conf.
 */
void	options_lint_text(struct options_lint *, const char *name,
	    const char *text, size_t len);
/* Says what is unsafe; name is the file to mend. */
void	options_lint_finish(const struct options_lint *, const char *name,
	    options_lint_say *, void *arg);

#endif
