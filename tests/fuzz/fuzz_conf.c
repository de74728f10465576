/*
 * Fuzz target: the command line, which is the first line of the input, and
 * the configuration file, which is the rest; then what they lead to.
 */
/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "config/conf.h"
#include "config/pool.h"
#include "config/pppd_args.h"
#include "fuzz.h"

#define WORDS_MAX	24
#define LINE_MAX_HERE	512

static unsigned int bad_reports;

/* One line, printable as far as the input was. */
static void
report(int priority, const char *text, void *arg)
{
	size_t len = strlen(text);

	(void)arg;
	if (priority < LOG_ERR || priority > LOG_DEBUG || len == 0 ||
	    len >= 2 * CONF_LINE_MAX)
		bad_reports++;
}

static void
print(const char *text, void *arg)
{
	(void)arg;
	if (strlen(text) == 0)
		bad_reports++;
}

static const char *
unreadable(const char *path, void *arg)
{
	(void)arg;
	return strlen(path) % 4 == 3 ? "No such file" : NULL;
}

static bool
resolve(const char *name, uint32_t *addr, void *arg)
{
	(void)arg;
	*addr = 0x010200c0U + ((uint32_t)strlen(name) << 24);
	return name[0] != 'x';
}

/* getopt(3) says to the terminal what it does not like. */
static int
quiet(int saved)
{
	int null;

	if (saved != -1) {
		dup2(saved, STDERR_FILENO);
		close(saved);
		return -1;
	}
	saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	MUST(saved != -1 && null != -1);
	dup2(null, STDERR_FILENO);
	close(null);
	return saved;
}

static int
split(char *line, char **argv)
{
	static char name[] = "pptpd";
	char *save = NULL, *word;
	int argc = 0;

	argv[argc++] = name;
	for (word = strtok_r(line, " ", &save); word != NULL &&
	    argc < WORDS_MAX - 1; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	argv[argc] = NULL;
	return argc;
}

static void
check_conf(const struct conf *conf)
{
	size_t slots = (size_t)conf->slots;

	MUST(conf->slots >= 0 && conf->slots <= CONF_CONNECTIONS_MAX);
	MUST(conf->connections >= 0 &&
	    conf->connections <= CONF_CONNECTIONS_MAX);
	MUST(conf->stimeout > 0 && conf->stimeout <= CONF_STIMEOUT_MAX);
	MUST(conf->inetd_callid >= -1 && conf->inetd_callid <= UINT16_MAX);
	MUST(conf->file != NULL && conf->pidfile != NULL &&
	    conf->ppp != NULL && conf->speed != NULL && conf->plugin != NULL);
	MUST(strcmp(conf->sandbox, "on") == 0 ||
	    strcmp(conf->sandbox, "log") == 0 ||
	    strcmp(conf->sandbox, "off") == 0);
	MUST(conf->limits.connections <= CONF_CONNECTIONS_MAX);
	for (size_t i = 0; i < conf->datapath.n; i++) {
		const struct conf_network *net = &conf->datapath.networks[i];

		MUST((net->net & ~net->mask) == 0);
		MUST((~net->mask & (~net->mask + 1)) == 0);
	}
	if (conf->errors == 0 && !conf->delegate && !conf->inetd)
		MUST(conf->local.n >= slots && conf->remote.n >= slots);
}

/* Words of the configuration's own, and of ours; never one too many. */
static void
check_args(const struct conf *conf, const struct pool *pool, int slot)
{
	static const struct pppd_aaa aaa = { "/aaa.so", "/run/aaa",
	    "192.0.2.1", "1A2B" };
	static struct pppd_args args;

	if (pppd_args_build(&args, conf, pool_local(pool, slot),
	    pool_remote(pool, slot), "198.51.100.7", conf->plugin,
	    conf_datapath_kernel(conf, 0x076433c6U) ? conf->plugin : NULL,
	    NULL, conf->aaa ? &aaa : NULL,
	    conf_net_any(conf) ? "/net.so" : NULL) == -1)
		return;
	MUST(args.argc > 0 && args.argc < PPPD_ARGS_MAX);
	MUST(args.argv[args.argc] == NULL);
	for (int i = 0; i < args.argc; i++)
		MUST(args.argv[i] >= args.room && args.argv[i] +
		    strlen(args.argv[i]) < args.room + sizeof(args.room));
	MUST(strcmp(args.argv[0], conf->ppp) == 0);
	MUST(args.argc < 2 || strcmp(args.argv[1], "local") == 0);
}

static void
check_pool(const struct conf *conf)
{
	struct pool pool;
	int slot, n;

	MUST(pool_init(&pool, conf) == 0);
	for (n = 0; n < 3; n++) {
		slot = pool_take(&pool);
		if (slot == -1)
			break;
		MUST(slot == n);
		check_args(conf, &pool, slot);
	}
	while (n > 0)
		pool_release(&pool, --n);
	MUST(pool.taken == 0);
	pool_free(&pool);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct conf_env env = { report, print, unreadable,
	    resolve, "9.8.7", NULL };
	const uint8_t *eol = size > 0 ? memchr(data, '\n', size) : NULL;
	size_t len = eol != NULL ? (size_t)(eol - data) : size;
	char line[LINE_MAX_HERE], *argv[WORDS_MAX];
	enum conf_action action;
	struct conf conf;
	int argc, saved;

	if (len >= sizeof(line))
		return 0;
	if (len > 0)
		memcpy(line, data, len);
	line[len] = '\0';
	argc = split(line, argv);

	bad_reports = 0;
	conf_init(&conf);
	saved = quiet(-1);
	conf_peek_args(&conf, argc, argv);
	action = conf_parse_args(&conf, argc, argv, &env);
	(void)quiet(saved);
	MUST(action == CONF_RUN || action == CONF_EXIT_OK ||
	    action == CONF_EXIT_ERROR);
	if (action == CONF_RUN) {
		if (eol != NULL && !conf.inetd)
			conf_parse_file(&conf, (const char *)eol + 1,
			    size - len - 1, &env);
		conf_finish(&conf, &env);
		check_conf(&conf);
		if (conf.errors == 0)
			check_pool(&conf);
	}
	MUST(bad_reports == 0);
	conf_free(&conf);
	return 0;
}
