/* The command line: Poptop's options, and new ones. */
/* SPDX-License-Identifier: ISC */
#include "args.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE_MAX	1000000
#define DIGITS_MAX	9

static const char usage[] =
"\nBCrelay v%s\n\n"
"Passes broadcasts on: what arrives on one of the interfaces goes out on all\n"
"the others, so that those who call in and a LAN hear each other.\n\n"
"Usage: %s [options], where options are:\n\n"
" [-d] [--daemon]           Run as daemon.\n"
" [-h] [--help]             Displays this help message.\n"
" [-i] [--incoming <ifin>]  Interfaces to relay between, such as the LAN's.\n"
" [-n] [--nolog]            Logs nothing but errors.\n"
" [-o] [--outgoing <ifout>] More interfaces, such as those of the callers.\n"
" [-s] [--ipsec <arg>]      An IPsec tunnel to relay to, with the broadcast\n"
"                           address of the LAN at its other end, as in\n"
"                           ipsec0:x.x.x.255\n"
" [-p] [--pidfile <file>]   Where -d writes the process ID\n"
"                           (default is " ARGS_PIDFILE ").\n"
" [-m] [--multicast <list>] Relays these multicast groups too: mdns, ssdp or\n"
"                           addresses, with commas between (default is none).\n"
" [-r] [--rate <n>]         Relays at most n packets a second from each\n"
"                           interface (default is no limit).\n"
" [-c] [--cpu <percent>]    Takes at most this part of one processor, 1 to\n"
"                           100 (default is %d).\n"
" [-v] [--version]          Displays the BCrelay version number.\n"
"\nLog messages go to syslog.\n"
"\nInterfaces can be specified as regular expressions, as in ppp[0-9]+, or as\n"
"=name, which means just this one.\n\n";

/* Groups that can be given by the name of their protocol. */
static const struct {
	const char	*name;
	uint32_t	 group;
} known_groups[] = {
	{ "mdns", 0xe00000fb },		/* 224.0.0.251, RFC 6762 */
	{ "ssdp", 0xeffffffa },		/* 239.255.255.250, UPnP */
};

static const struct option options[] = {
	{ "nolog", no_argument, NULL, 'n' },
	{ "daemon", no_argument, NULL, 'd' },
	{ "help", no_argument, NULL, 'h' },
	{ "incoming", required_argument, NULL, 'i' },
	{ "outgoing", required_argument, NULL, 'o' },
	{ "ipsec", required_argument, NULL, 's' },
	{ "pidfile", required_argument, NULL, 'p' },
	{ "version", no_argument, NULL, 'v' },
	{ "multicast", required_argument, NULL, 'm' },
	{ "rate", required_argument, NULL, 'r' },
	{ "cpu", required_argument, NULL, 'c' },
	{ NULL, 0, NULL, 0 }
};

struct complaint {
	char	*text;
	size_t	 size;
};

static bool __attribute__((format(printf, 2, 3)))
complain(const struct complaint *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, why->size, fmt, ap);
	va_end(ap);
	return false;
}

/* Reads a decimal number from min to max, with nothing before or behind it. */
static bool
get_number(const char *text, uint32_t min, uint32_t max, uint32_t *n)
{
	size_t len = strspn(text, "0123456789");

	if (len == 0 || len > DIGITS_MAX || text[len] != '\0')
		return false;
	*n = (uint32_t)strtoul(text, NULL, 10);
	return *n >= min && *n <= max;
}

/* Reads the argument of -s: ipsecN:a.b.c.255 */
static bool
get_ipsec(struct args *args, const char *text)
{
	size_t len = strcspn(text, ":"), prefix = strlen("ipsec");
	struct in_addr addr;

	if (len >= sizeof(args->ipsec) || len <= prefix ||
	    strncmp(text, "ipsec", prefix) != 0 ||
	    strspn(text + prefix, "0123456789") != len - prefix ||
	    text[len] != ':' || inet_pton(AF_INET, text + len + 1,
	    &addr) != 1 || (ntohl(addr.s_addr) & 0xff) != 0xff)
		return false;
	memcpy(args->ipsec, text, len);
	args->ipsec[len] = '\0';
	args->ipsec_dst = ntohl(addr.s_addr);
	return true;
}

/* A group's name or address; 0: neither. */
static uint32_t
get_group(const char *text, size_t len)
{
	char word[INET_ADDRSTRLEN];
	struct in_addr addr;
	size_t i;

	if (len >= sizeof(word))
		return 0;
	memcpy(word, text, len);
	word[len] = '\0';
	for (i = 0; i < sizeof(known_groups) / sizeof(known_groups[0]); i++) {
		if (strcmp(word, known_groups[i].name) == 0)
			return known_groups[i].group;
	}
	if (inet_pton(AF_INET, word, &addr) != 1 ||
	    ntohl(addr.s_addr) >> 28 != 0xe)
		return 0;
	return ntohl(addr.s_addr);
}

static bool
add_group(struct args *args, uint32_t group)
{
	uint32_t *more;
	size_t i;

	for (i = 0; i < args->n_group; i++) {
		if (args->group[i] == group)
			return true;
	}
	more = reallocarray(args->group, args->n_group + 1, sizeof(*more));
	if (more == NULL)
		return false;
	args->group = more;
	args->group[args->n_group++] = group;
	return true;
}

static bool
get_groups(struct args *args, const char *text, const struct complaint *why)
{
	size_t len;

	for (;; text += len + 1) {
		uint32_t group;

		len = strcspn(text, ",");
		group = get_group(text, len);
		if (group == 0)
			return complain(why, "--multicast: \"%.*s\" is neither "
			    "mdns nor ssdp nor a multicast address", (int)len,
			    text);
		if (!add_group(args, group))
			return complain(why, "out of memory");
		if (text[len] == '\0')
			return true;
	}
}

static bool
get_names(struct names *names, const char *option, const char *text,
    const struct complaint *why)
{
	char reason[128];

	names_free(names);		/* the last one counts */
	if (names_init(names, text[0] != '\0' ? text : NULL, reason,
	    sizeof(reason)))
		return true;
	return complain(why, "%s %s: %s", option, text, reason);
}

static enum args_action
take(struct args *args, int c, const struct complaint *why)
{
	bool good = true;

	switch (c) {
	case 'n':
		args->quiet = true;
		break;
	case 'd':
		args->daemon = true;
		break;
	case 'h':
		return ARGS_USAGE;
	case 'v':
		return ARGS_VERSION;
	case 'i':
		good = get_names(&args->in, "-i", optarg, why);
		break;
	case 'o':
		good = get_names(&args->out, "-o", optarg, why);
		break;
	case 'p':
		args->pidfile = optarg;
		break;
	case 's':
		if (get_ipsec(args, optarg))
			break;
		complain(why, "Bad syntax: %s", optarg);
		return ARGS_WRONG_IPSEC;
	case 'm':
		good = get_groups(args, optarg, why);
		break;
	case 'r':
		if (!get_number(optarg, 0, RATE_MAX, &args->rate))
			good = complain(why, "--rate: \"%s\" is no number from "
			    "0 to %d", optarg, RATE_MAX);
		break;
	case 'c':
		if (!get_number(optarg, 1, 100, &args->cpu))
			good = complain(why, "--cpu: \"%s\" is no number from "
			    "1 to 100", optarg);
		break;
	default:
		return ARGS_WRONG;
	}
	return good ? ARGS_RUN : ARGS_WRONG;
}

static bool
is_set(const struct names *names)
{
	return names->any || names->exact != NULL;
}

enum args_action
args_parse(struct args *args, int argc, char **argv, char *why, size_t size)
{
	const struct complaint complaint = { why, size };
	enum args_action action;
	int c;

	memset(args, 0, sizeof(*args));
	args->pidfile = ARGS_PIDFILE;
	args->cpu = ARGS_CPU;
	why[0] = '\0';
	optind = 0;			/* tests call this more than once */
	while ((c = getopt_long(argc, argv, "ndhi:o:s:p:vm:r:c:", options,
	    NULL)) != -1) {
		action = take(args, c, &complaint);
		if (action != ARGS_RUN)
			return action;
	}
	if (optind < argc) {
		complain(&complaint, "what is \"%s\"?", argv[optind]);
		return ARGS_WRONG;
	}
	if (!is_set(&args->in)) {
		complain(&complaint, "Incoming interface required!");
		return ARGS_WRONG;
	}
	if (!is_set(&args->out) && args->ipsec[0] == '\0') {
		complain(&complaint, "Listen-mode or outgoing or IPsec "
		    "interface required!");
		return ARGS_WRONG;
	}
	return ARGS_RUN;
}

void
args_free(struct args *args)
{
	names_free(&args->in);
	names_free(&args->out);
	free(args->group);
	args->group = NULL;
	args->n_group = 0;
}

char *
args_usage(const char *name, const char *version)
{
	size_t size = sizeof(usage) + strlen(name) + strlen(version) + 16;
	char *text = malloc(size);

	if (text != NULL)
		snprintf(text, size, usage, version, name, ARGS_CPU);
	return text;
}
