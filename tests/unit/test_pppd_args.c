/* pppd's argument vector: Poptop's, word for word, in every case. */
/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/pppd_args.h"
#include "unit.h"

/* The pid file is the default one. */
#define LEASES "|pptpd-leases|" RUNDIR "/pptpd/leases"
#define CLIENT	"198.51.100.20"
#define PLUGIN	"/usr/lib/pptpd/pptpd-logwtmp.so"
#define SESSION	"/usr/lib/pptpd/pptpd-session.so"
#define KERNEL	"/usr/lib/pptpd/pptpd-kernel.so"

static const struct pppd_aaa aaa = {
	"/lib/aaa.so", "/run/aaa", "192.0.2.1", "1A2B"
};

static const struct row {
	const char *option, *speed, *local, *remote;
	bool	    noipparam;
	const char *logwtmp, *session;	/* plugins */
	const char *want;	/* the words, a '|' between */
	const char *kernel;	/* one more plugin */
	const struct pppd_aaa *aaa;	/* and one more */
	const char *net;	/* and one more */
} rows[] = {
	{ NULL, "115200", "10.0.0.2", "10.0.0.200", false, NULL, NULL,
	    "/usr/sbin/pppd|local|115200|10.0.0.2:10.0.0.200|ipparam|" CLIENT
	    "|remotenumber|" CLIENT, NULL, NULL, NULL },
	{ "/etc/ppp/options.pptpd", "57600", "10.0.0.2", "10.0.0.200", false,
	    PLUGIN, NULL,
	    "/usr/sbin/pppd|local|file|/etc/ppp/options.pptpd|57600|"
	    "10.0.0.2:10.0.0.200|ipparam|" CLIENT "|plugin|" PLUGIN
	    "|pptpd-original-ip|" CLIENT "|remotenumber|" CLIENT, NULL, NULL, NULL },
	{ NULL, "115200", "10.0.0.2", "10.0.0.200", true, PLUGIN, NULL,
	    "/usr/sbin/pppd|local|115200|10.0.0.2:10.0.0.200|plugin|" PLUGIN
	    "|pptpd-original-ip|" CLIENT "|remotenumber|" CLIENT, NULL, NULL, NULL },
	{ NULL, "115200", "10.0.0.2", "10.0.0.200", true, NULL, NULL,
	    "/usr/sbin/pppd|local|115200|10.0.0.2:10.0.0.200|remotenumber|"
	    CLIENT, NULL, NULL, NULL },
	/* delegate */
	{ NULL, "115200", NULL, NULL, false, NULL, NULL,
	    "/usr/sbin/pppd|local|115200|ipparam|" CLIENT "|remotenumber|"
	    CLIENT, NULL, NULL, NULL },
	{ "/f", "115200", "", "", false, NULL, NULL,
	    "/usr/sbin/pppd|local|file|/f|115200|ipparam|" CLIENT
	    "|remotenumber|" CLIENT, NULL, NULL, NULL },
	/* pptpctrl with one address only */
	{ NULL, "115200", "10.0.0.2", NULL, false, NULL, NULL,
	    "/usr/sbin/pppd|local|115200|10.0.0.2:|ipparam|" CLIENT
	    "|remotenumber|" CLIENT, NULL, NULL, NULL },
	{ NULL, "115200", "", "10.0.0.200", false, NULL, NULL,
	    "/usr/sbin/pppd|local|115200|:10.0.0.200|ipparam|" CLIENT
	    "|remotenumber|" CLIENT, NULL, NULL, NULL },
	/* a plugin that pppd could not load is left out */
	{ NULL, "115200", "10.1", "10.2", false, NULL, NULL,
	    "/usr/sbin/pppd|local|115200|10.1:10.2|ipparam|" CLIENT
	    "|remotenumber|" CLIENT, NULL, NULL, NULL },
	/* ours stands where logwtmp does: the client's address is the last */
	{ NULL, "115200", "10.1", "10.2", false, PLUGIN, SESSION,
	    "/usr/sbin/pppd|local|115200|10.1:10.2|ipparam|" CLIENT
	    "|plugin|" PLUGIN "|pptpd-original-ip|" CLIENT "|plugin|" SESSION
	    "|pptpd-session-fd|3" LEASES "|remotenumber|" CLIENT, NULL, NULL, NULL },
	/* the session plugin is always the last plugin */
	{ NULL, "115200", "10.1", "10.2", true, PLUGIN, SESSION,
	    "/usr/sbin/pppd|local|115200|10.1:10.2|plugin|" PLUGIN
	    "|pptpd-original-ip|" CLIENT "|plugin|" KERNEL
	    "|pptpd-kernel-fd|4|nodetach|plugin|" SESSION
	    "|pptpd-session-fd|3" LEASES "|remotenumber|" CLIENT, KERNEL, NULL, NULL },
	/* who guards is not optional */
	{ NULL, "115200", "10.1", "10.2", true, NULL, SESSION,
	    "/usr/sbin/pppd|local|115200|10.1:10.2|plugin|/lib/aaa.so|"
	    "pptpd-aaa-socket|/run/aaa|pptpd-aaa-called|192.0.2.1|"
	    "pptpd-aaa-session|1A2B|plugin|" SESSION
	    "|pptpd-session-fd|3" LEASES "|remotenumber|" CLIENT, NULL, &aaa, NULL },
	/* it knows no limit: one may come from pptpd-aaa.so */
	{ NULL, "115200", "10.1", "10.2", true, NULL, SESSION,
	    "/usr/sbin/pppd|local|115200|10.1:10.2|plugin|/lib/net.so|plugin|"
	    SESSION "|pptpd-session-fd|3" LEASES "|remotenumber|" CLIENT, NULL, NULL,
	    "/lib/net.so" },
	/* one word stays one word */
	{ "/etc/my options", "1 2", "10.1", "10.2", true, NULL, NULL,
	    "/usr/sbin/pppd|local|file|/etc/my options|1 2|10.1:10.2|"
	    "remotenumber|" CLIENT, NULL, NULL, NULL },
};

static char *
word(const char *text)
{
	char *copy = strdup(text);

	ck_assert_ptr_nonnull(copy);
	return copy;
}

static void
replace(char **field, const char *text)
{
	free(*field);
	*field = text != NULL ? word(text) : NULL;
}

static void
prepare(struct conf *conf, const struct row *row)
{
	conf_init(conf);
	replace(&conf->ppp, "/usr/sbin/pppd");
	replace(&conf->option, row->option);
	replace(&conf->speed, row->speed);
	conf->noipparam = row->noipparam;
}

static struct pppd_args args;

START_TEST(words)
{
	const struct row *row = &rows[_i];
	struct conf conf;
	char got[1024] = "";
	int i;

	prepare(&conf, row);
	ck_assert_int_eq(pppd_args_build(&args, &conf, row->local,
	    row->remote, CLIENT, row->logwtmp, row->kernel, row->session,
	    row->aaa, row->net), 0);
	conf_free(&conf);	/* the words are the struct's own */
	ck_assert_ptr_null(args.argv[args.argc]);
	for (i = 0; i < args.argc; i++) {
		strcat(got, i > 0 ? "|" : "");
		strcat(got, args.argv[i]);
	}
	ck_assert_str_eq(got, row->want);
}
END_TEST

/* What a call can do without is what stands about plugins, no more. */
START_TEST(optional_words)
{
	struct conf conf;

	prepare(&conf, &rows[0]);
	ck_assert_int_eq(pppd_args_build(&args, &conf, "10.1", "10.2", CLIENT,
	    PLUGIN, KERNEL, SESSION, NULL, NULL), 0);
	for (int i = 0; i < args.argc; i++) {
		bool optional = (args.optional >> i & 1) != 0;

		ck_assert_int_eq(optional, i >= 6 && i < args.argc - 2);
		ck_assert_int_eq(args.kernel >> i & 1, i >= 10 && i < 15);
		ck_assert_int_eq(args.session >> i & 1,
		    i >= 15 && i < args.argc - 2);
	}
	conf_free(&conf);
}
END_TEST

/* There is no list of pools, but that of another server may be there. */
START_TEST(no_leases_under_inetd)
{
	struct conf conf;

	prepare(&conf, &rows[0]);
	conf.inetd = true;
	ck_assert_int_eq(pppd_args_build(&args, &conf, "10.1", "10.2", CLIENT,
	    NULL, NULL, SESSION, NULL, NULL), 0);
	for (int i = 0; i < args.argc; i++)
		ck_assert_str_ne(args.argv[i], "pptpd-leases");
	conf_free(&conf);
}
END_TEST

START_TEST(rates_are_numbers)
{
	struct conf conf;
	int i;

	prepare(&conf, &rows[0]);
	ck_assert(rate_limits_read(&conf.rate_limit, "10M/2M"));
	ck_assert_int_eq(pppd_args_build(&args, &conf, "10.1", "10.2", CLIENT,
	    NULL, NULL, NULL, NULL, "/lib/net.so"), 0);
	for (i = 0; strcmp(args.argv[i], "plugin") != 0; i++)
		;
	ck_assert_str_eq(args.argv[i + 1], "/lib/net.so");
	ck_assert_str_eq(args.argv[i + 2], "pptpd-rate-limit");
	ck_assert_str_eq(args.argv[i + 3], "10000000/2000000");
	ck_assert_uint_eq(args.optional, (uint64_t)15 << i);
	conf.anti_spoofing = true;
	ck_assert_int_eq(pppd_args_build(&args, &conf, "10.1", "10.2", CLIENT,
	    NULL, NULL, NULL, NULL, "/lib/net.so"), 0);
	ck_assert_str_eq(args.argv[i + 4], "pptpd-net-table");
	ck_assert_str_eq(args.argv[i + 5], "pptpd");
	ck_assert_uint_eq(args.optional, (uint64_t)63 << i);
	conf_free(&conf);
}
END_TEST

/* The words of the plugin that guards are never left out. */
START_TEST(who_guards_is_not_optional)
{
	struct conf conf;

	prepare(&conf, &rows[0]);
	ck_assert_int_eq(pppd_args_build(&args, &conf, "10.1", "10.2", CLIENT,
	    PLUGIN, KERNEL, SESSION, &aaa, "/lib/net.so"), 0);
	ck_assert_int_lt(args.argc, PPPD_ARGS_MAX);
	for (int i = 0; i < args.argc; i++) {
		bool optional = (args.optional >> i & 1) != 0;

		ck_assert_int_eq(optional, i >= 6 && i < args.argc - 2 &&
		    (i < 10 || i >= 18));
	}
	conf_free(&conf);
}
END_TEST

/*
 * With every plugin there is room for options to come, and the bits reach the
 * last word.
 */
START_TEST(room_for_more_words)
{
	struct conf conf;

	prepare(&conf, &rows[1]);
	ck_assert_int_eq(pppd_args_build(&args, &conf, "10.1", "10.2", CLIENT,
	    PLUGIN, KERNEL, SESSION, &aaa, "/lib/net.so"), 0);
	ck_assert_int_le(args.argc, PPPD_ARGS_MAX * 3 / 4);
	ck_assert_uint_eq(sizeof(args.optional) * 8, PPPD_ARGS_MAX);
	conf_free(&conf);
}
END_TEST

/* Beyond the 32nd word, too. */
START_TEST(words_are_dropped)
{
	const uint64_t one = 1;
	char *argv[41], names[40][4];
	uint64_t left;

	for (int i = 0; i < 40; i++) {
		snprintf(names[i], sizeof(names[i]), "%d", i);
		argv[i] = names[i];
	}
	argv[40] = NULL;
	left = pppd_args_drop(argv, one << 3 | one << 33 | one << 34,
	    one << 2 | one << 3 | one << 31 | one << 34 | one << 39);
	for (int i = 0; i < 37; i++)
		ck_assert_str_eq(argv[i],
		    names[i < 3 ? i : i < 32 ? i + 1 : i + 3]);
	ck_assert_ptr_null(argv[37]);
	ck_assert(left == (one << 2 | one << 30 | one << 36));
	ck_assert(pppd_args_drop(argv, 0, left) == left);
	ck_assert_str_eq(argv[36], "39");
}
END_TEST

START_TEST(too_long_is_an_error)
{
	struct conf conf;
	char *path;
	size_t len;
	int rc, fits = 0;

	path = malloc(PPPD_ARGS_ROOM + 1);
	ck_assert_ptr_nonnull(path);
	prepare(&conf, &rows[1]);
	for (len = PPPD_ARGS_ROOM - 400; len < PPPD_ARGS_ROOM; len++) {
		memset(path, 'x', len);
		path[len] = '\0';
		replace(&conf.option, path);
		rc = pppd_args_build(&args, &conf, "10.0.0.2", "10.0.0.200",
		    CLIENT, NULL, NULL, NULL, NULL, NULL);
		if (rc == 0) {
			fits++;
			ck_assert_str_eq(args.argv[args.argc - 1], CLIENT);
			ck_assert_uint_le(args.used, PPPD_ARGS_ROOM);
		} else
			ck_assert_uint_gt(args.used, PPPD_ARGS_ROOM);
	}
	ck_assert_int_gt(fits, 0);
	ck_assert_int_lt(fits, 400);
	conf_free(&conf);
	free(path);
}
END_TEST

static void
tests(TCase *t)
{
	tcase_add_loop_test(t, words, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(t, optional_words);
	tcase_add_test(t, no_leases_under_inetd);
	tcase_add_test(t, rates_are_numbers);
	tcase_add_test(t, who_guards_is_not_optional);
	tcase_add_test(t, room_for_more_words);
	tcase_add_test(t, words_are_dropped);
	tcase_add_test(t, too_long_is_an_error);
}

int
main(void)
{
	return unit_main("pppd_args", tests);
}
