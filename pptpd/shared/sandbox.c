/* Gives up root, before a process reads the first octet of a peer. */
/* SPDX-License-Identifier: ISC */
#include "config.h"
#include "shared/sandbox.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "shared/linux_calls.h"

#define USER		"pptpd"
#define OTHER_USER	"nobody"
/*
 * No account has these numbers: systemd's dynamic users end at 65519, 65534 is
 * nobody, and 65535 is not a valid uid.
 */
#define FREE_FIRST	65520
#define FREE_LAST	65533

struct account {
	uid_t	uid;
	gid_t	gid;
};

static int
failed(const char *who, const char *what)
{
	log_err("%s: %s: %s", who, what, strerror(errno));
	return -1;
}

/* Raises the limit of descriptors; forbids processes, cores, larger files. */
static int
set_limits(const char *who, unsigned long file_max)
{
	struct rlimit none = { 0, 0 }, files, size = { file_max, file_max };

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	if (setrlimit(RLIMIT_FSIZE, &size) == -1 ||
	    setrlimit(RLIMIT_NPROC, &none) == -1 ||
	    setrlimit(RLIMIT_CORE, &none) == -1)
		return failed(who, "setrlimit");
	return 0;
}

/* Whether our user namespace has this number; without a map it has all. */
static bool
is_mapped(const char *map, unsigned int id)
{
	FILE *f = fopen(map, "re");
	char line[80], *end;
	unsigned long first, n;
	bool found = false;

	if (f == NULL)
		return true;
	while (!found && fgets(line, sizeof(line), f) != NULL) {
		first = strtoul(line, &end, 10);
		(void)strtoul(end, &end, 10);	/* outside */
		n = strtoul(end, &end, 10);
		found = id >= first && id - first < n;
	}
	fclose(f);
	return found;
}

static bool
is_free(unsigned int id)
{
	return is_mapped("/proc/self/uid_map", id) &&
	    is_mapped("/proc/self/gid_map", id) &&
	    getpwuid(id) == NULL && getgrgid(id) == NULL;
}

static bool
find_user(const char *who, const char *name, struct account *account)
{
	struct passwd *user = getpwnam(name);

	if (user == NULL)
		return false;
	if (user->pw_uid == 0)
		log_err("%s: user \"%s\" is root", who, name);
	*account = (struct account){ user->pw_uid, user->pw_gid };
	return true;
}

static bool
find_nobody(const char *who, struct account *account)
{
	if (find_user(who, OTHER_USER, account))
		return true;
	log_err("%s: there is no user \"%s\" either", who, OTHER_USER);
	return false;
}

/*
 * Processes of the same user can send each other signals.  Other services run
 * as nobody (S-25), so a number without an account is better.
 */
static bool
find_other(const char *who, struct account *account)
{
	for (unsigned int id = FREE_FIRST; id <= FREE_LAST; id++) {
		if (!is_free(id))
			continue;
		log_warn("%s: there is no user \"%s\", it runs as number %u, "
		    "which no account has: \"useradd -r -s /sbin/nologin %s\" "
		    "mends that", who, USER, id, USER);
		*account = (struct account){ id, id };
		return true;
	}
	log_warn("%s: there is no user \"%s\", it runs as \"%s\", whose other "
	    "processes can end it: \"useradd -r -s /sbin/nologin %s\" mends "
	    "that", who, USER, OTHER_USER, USER);
	return find_nobody(who, account);
}

/* Of whom nobody else is: from the other end than find_other(). */
static bool
find_stranger(const char *who, struct account *account)
{
	for (unsigned int id = FREE_LAST; id >= FREE_FIRST; id--) {
		if (!is_free(id))
			continue;
		*account = (struct account){ id, id };
		return true;
	}
	log_warn("%s: it runs as \"%s\", whose other processes can end it",
	    who, OTHER_USER);
	return find_nobody(who, account);
}

/* Gives up root for this account; groups: CAPNG_INIT_ or _DROP_SUPP_GRP. */
static int
become(const char *who, const struct account *account, int groups)
{
	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_change_id(account->uid, account->gid, groups |
	    CAPNG_CLEAR_BOUNDING) != 0)
		return failed(who, "giving up root");
	if (prctl(PR_SET_DUMPABLE, 0) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return failed(who, "prctl");
	if (setuid(0) != -1 || getuid() != account->uid ||
	    geteuid() != account->uid) {
		errno = EPERM;
		return failed(who, "root was not given up");
	}
	return 0;
}

int
sandbox_enter(const char *who, const char *dir, unsigned int first,
    unsigned long file_max)
{
	struct account account;

	if (!find_user(who, USER, &account) && !find_other(who, &account))
		return -1;
	if (account.uid == 0)
		return -1;
	/* The look-up of the user may have left descriptors open. */
	if (linux_close_from((int)first, -1) == -1)
		return failed(who, "close_range");
	if (chroot(dir) == -1 || chdir("/") == -1)
		return failed(who, dir);
	if (set_limits(who, file_max) == -1)
		return -1;
	return become(who, &account, CAPNG_DROP_SUPP_GRP);
}

int
sandbox_become(const char *who, const char *name, unsigned int first)
{
	struct account account;

	if (name != NULL && !find_user(who, name, &account)) {
		log_err("%s: there is no user \"%s\"", who, name);
		return -1;
	}
	if (name == NULL && !find_stranger(who, &account))
		return -1;
	if (account.uid == 0)
		return -1;
	if (linux_close_from((int)first, -1) == -1)
		return failed(who, "close_range");
	return become(who, &account, name != NULL ? CAPNG_INIT_SUPP_GRP :
	    CAPNG_DROP_SUPP_GRP);
}

int
sandbox_memory(const char *who, unsigned long octets)
{
#ifndef WITH_SANITIZERS
	struct rlimit data = { octets, octets };

	if (setrlimit(RLIMIT_DATA, &data) == -1 && errno != EPERM)
		return failed(who, "setrlimit");
#else
	(void)who;
	(void)octets;
#endif
	return 0;
}
