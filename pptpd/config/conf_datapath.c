/* The configuration: who carries a call's frames, we or the kernel. */
/* SPDX-License-Identifier: ISC */
#include "config/conf_key.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>		/* LOG_ERR ...; no function of it */

#include "config/conf_report.h"

#define SEPARATORS	", \t"
#define PREFIX_MAX	32

/* Reads "A.B.C.D" or "A.B.C.D/N"; net and mask are in host order. */
static bool
read_network(const char *word, uint32_t *net, uint32_t *mask)
{
	char quad[INET_ADDRSTRLEN], *end;
	size_t len = strcspn(word, "/");
	struct in_addr in;
	long prefix = PREFIX_MAX;

	if (len >= sizeof(quad))
		return false;
	memcpy(quad, word, len);
	quad[len] = '\0';
	if (inet_pton(AF_INET, quad, &in) != 1)
		return false;
	if (word[len] == '/') {
		prefix = strtol(word + len + 1, &end, 10);
		if (end == word + len + 1 || *end != '\0' || prefix < 0 ||
		    prefix > PREFIX_MAX)
			return false;
	}
	*mask = prefix > 0 ? ~(uint32_t)0 << (PREFIX_MAX - prefix) : 0;
	*net = ntohl(in.s_addr) & *mask;
	return true;
}

static void
add_network(struct conf *conf, const struct conf_env *env, const char *word,
    bool kernel)
{
	struct conf_datapath *d = &conf->datapath;
	struct conf_network *n;
	uint32_t net, mask;

	if (!read_network(word, &net, &mask)) {
		conf_complain(conf, env, LOG_WARNING, CONF_DATAPATH,
		    "neither an address nor a network such as "
		    "192.0.2.0/24, passed over", word);
		return;
	}
	for (size_t i = 0; i < d->n; i++) {
		n = &d->networks[i];
		if (n->net != net || n->mask != mask)
			continue;
		if (n->kernel != kernel)
			conf_complain(conf, env, LOG_WARNING, CONF_DATAPATH,
			    "the first line about it counts", word);
		return;
	}
	n = realloc(d->networks, (d->n + 1) * sizeof(*n));
	if (n == NULL)
		abort();
	d->networks = n;
	n[d->n++] = (struct conf_network){ net, mask, kernel };
}

void
conf_set_datapath(struct conf *conf, const struct conf_env *env,
    const char *value)
{
	char copy[CONF_LINE_MAX + 1], *word, *save = NULL;
	bool kernel;

	snprintf(copy, sizeof(copy), "%s", value);
	word = strtok_r(copy, SEPARATORS, &save);
	kernel = word != NULL && strcmp(word, "kernel") == 0;
	if (!kernel && (word == NULL || strcmp(word, "userspace") != 0)) {
		conf_complain(conf, env, LOG_WARNING, CONF_DATAPATH,
		    "neither kernel nor userspace, passed over", value);
		return;
	}
	word = strtok_r(NULL, SEPARATORS, &save);
	if (word == NULL)		/* no network: all other clients */
		add_network(conf, env, "0.0.0.0/0", kernel);
	for (; word != NULL; word = strtok_r(NULL, SEPARATORS, &save))
		add_network(conf, env, word, kernel);
}

bool
conf_datapath_kernel(const struct conf *conf, uint32_t client)
{
	const struct conf_datapath *d = &conf->datapath;
	const struct conf_network *best = NULL;

	client = ntohl(client);
	for (size_t i = 0; i < d->n; i++) {
		const struct conf_network *n = &d->networks[i];

		if ((client & n->mask) == n->net &&
		    (best == NULL || n->mask > best->mask))
			best = n;
	}
	return best != NULL && best->kernel;
}

bool
conf_datapath_any(const struct conf *conf)
{
	const struct conf_datapath *d = &conf->datapath;

	for (size_t i = 0; i < d->n; i++) {
		if (d->networks[i].kernel)
			return true;
	}
	return false;
}
