/* wtmpdb, which keeps login records where time_t has 64 bits (Debian 13). */
/* SPDX-License-Identifier: ISC */
#ifndef _GNU_SOURCE		/* the plugin is compiled without it */
#define _GNU_SOURCE		/* RTLD_DEEPBIND */
#endif
#include "shared/wtmp_db.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The system has wtmpdb if one of these exists: the data base of upstream, the
 * data base of Debian, the socket of wtmpdbd.
 */
static const char *const signs[] = {
	"/var/lib/wtmpdb/wtmp.db", "/var/log/wtmp.db", "/run/wtmpdb/socket"
};

/* From wtmpdb.h. */
typedef int64_t logwtmpdb_fn(const char *db, const char *tty,
    const char *name, const char *host, const char *service, char **error);

#define LIMIT_S	  10
#define MAX_FD	  1024

/*
 * Inside pppd the library must find libc's functions before pppd's functions
 * of the same name.  The keeper does not need RTLD_DEEPBIND, the address
 * sanitizer forbids it, and musl does not have it.
 */
#if defined PPTPD_PLUGIN && defined RTLD_DEEPBIND
#define DL_FLAGS (RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND)
#else
#define DL_FLAGS (RTLD_NOW | RTLD_LOCAL)
#endif

static void
child(const char *line, const char *user, const char *host)
{
	logwtmpdb_fn *put;
	sigset_t none;
	void *lib, *sym;
	char *error = NULL;
	int fd;

	/* Signals to pppd's group or from its pty must not end us. */
	setsid();
	signal(SIGALRM, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	alarm(LIMIT_S);
	for (fd = 0; fd < MAX_FD; fd++)
		close(fd);
	/* sqlite does not use 0 to 2; other libraries write errors there. */
	if (open("/dev/null", O_RDWR) != 0 || dup(0) != 1 || dup(0) != 2)
		_exit(1);

	lib = dlopen("libwtmpdb.so.0", DL_FLAGS);
	sym = lib != NULL ? dlsym(lib, "logwtmpdb") : NULL;
	if (sym == NULL)
		_exit(1);
	memcpy(&put, &sym, sizeof(put));
	_exit(put(NULL, line, user, host, "pptpd", &error) < 0);
}

pid_t
wtmp_db_log(const char *line, const char *user, const char *host)
{
	pid_t pid;
	size_t i;

	for (i = 0; access(signs[i], F_OK) == -1;) {
		if (++i == sizeof(signs) / sizeof(signs[0]))
			return 0;
	}
	pid = fork();
	if (pid == 0)
		child(line, user, host);
	return pid;
}
