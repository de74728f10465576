/* Reads radius.conf, its secrets and dictionaries, as root; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "radius_secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

#define CONF_MAX	65536
#define DICTIONARY	"/usr/share/freeradius/dictionary"
#define DICTIONARY_MAX	(2UL << 20)
#define SECRET_FILE_MAX	4096

/* A file that others could read is no secret, nor one that they can write. */
static bool
is_private(const char *path, const struct stat *st)
{
	if (st->st_uid == 0 && (st->st_mode & 07077) == 0)
		return true;
	log_err("AAA: %s: others than root can read or write it: \"chown root "
	    "%s; chmod 600 %s\" mends that", path, path, path);
	return false;
}

/*
 * Reads a regular file of at most max octets into memory that the caller frees;
 * NULL with the reason logged.
 */
static char *
slurp(const char *path, size_t max, bool secret, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	char *text = NULL;
	ssize_t n;

	if (fd == -1 || fstat(fd, &st) == -1)
		log_err("AAA: %s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		log_err("AAA: %s: no regular file", path);
	else if (!secret || is_private(path, &st))
		text = malloc(max + 1);
	if (text != NULL) {
		for (*len = 0; (n = read(fd, text + *len, max + 1 - *len)) > 0;
		    *len += (size_t)n)
			continue;
		if (n == -1 || *len > max) {
			log_err("AAA: %s: %s", path, n == -1 ?
			    strerror(errno) : "too long");
			free(text);
			text = NULL;
		}
	}
	if (fd != -1)
		close(fd);
	return text;
}

static bool
load_secret(struct radius_server *s)
{
	size_t len;
	char *text = slurp(s->secret_file, SECRET_FILE_MAX, true, &len);
	bool done = text != NULL && radius_conf_secret(s, text, len);

	if (text != NULL)
		explicit_bzero(text, SECRET_FILE_MAX);
	free(text);
	return done;
}

/* --- what "send" names --------------------------------------------------- */

static bool
include(struct dictionary *d, const char *path, bool may_miss)
{
	size_t len;
	char *text;

	if (may_miss && access(path, F_OK) == -1)
		return true;
	text = slurp(path, DICTIONARY_MAX, false, &len);
	if (text != NULL)
		(void)dict_read(d, path, text, len);
	free(text);
	return text != NULL;
}

static bool
resolve(struct radius_conf *conf, const char *file,
    const struct dict_attr *found)
{
	bool done = true;

	for (unsigned i = 0; i < conf->sends; i++) {
		struct radius_send *s = &conf->send[i];
		const char *why = radius_send_resolve(s, &found[i]);

		if (why == NULL)
			continue;
		log_err("%s:%u: send %s: %s: \"%s\"", file, s->line, s->name,
		    why, s->text);
		done = false;
	}
	if (done && !radius_sends_fit(conf->send, conf->sends)) {
		log_err("%s: all that \"send\" adds is more than %d octets",
		    file, RADIUS_SENDS_OCTETS);
		done = false;
	}
	return done;
}

/* Dictionaries are many files, and read only if something is sought in them. */
static bool
load_sends(struct radius_conf *conf, const char *file)
{
	struct dict_attr sought[RADIUS_SENDS_MAX];
	struct dictionary *d;
	const char *path = conf->dictionary[0] != '\0' ? conf->dictionary :
	    DICTIONARY;
	bool done;

	if (conf->sends == 0)
		return true;
	for (unsigned i = 0; i < conf->sends; i++)
		radius_send_seek(&conf->send[i], &sought[i]);
	d = calloc(1, sizeof(*d));
	if (d == NULL) {
		log_err("AAA: %s", strerror(errno));
		return false;
	}
	d->sought = sought;
	d->n = conf->sends;
	d->include = include;
	done = include(d, path, false) && d->errors == 0;
	if (!done)
		log_err("%s: \"send\" needs the dictionary %s (package "
		    "freeradius-common), or one that \"dictionary\" names",
		    file, path);
	free(d);
	return done && resolve(conf, file, sought);
}

bool
radius_secrets_load(struct radius_conf *conf, const char *file)
{
	size_t len;
	char *text = slurp(file, CONF_MAX, false, &len);
	bool done = text != NULL && radius_conf_parse(conf, file, text, len);

	free(text);
	if (!done || !load_sends(conf, file))
		return false;
	for (unsigned i = 0; i < conf->n; i++)
		done = load_secret(&conf->servers[i]) && done;
	for (unsigned i = 0; i < conf->coa.clients; i++)
		done = load_secret(&conf->coa.client[i]) && done;
	if (conf->nas_identifier[0] == '\0' && gethostname(conf->nas_identifier,
	    sizeof(conf->nas_identifier) - 1) == -1)
		strcpy(conf->nas_identifier, "pptpd");
	return done;
}
