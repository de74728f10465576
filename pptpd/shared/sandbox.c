/* Gives up root before the first octet of a peer is read. */
/* SPDX-License-Identifier: ISC */
#include "config.h"
#include "shared/sandbox.h"

#include <cap-ng.h>
#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "shared/linux_calls.h"

#define USER		"pptpd"
#define OTHER_USER	"nobody"

static int
failed(const char *who, const char *what)
{
	log_err("%s: %s: %s", who, what, strerror(errno));
	return -1;
}

/* As many descriptors as may be had; no files, no processes, no core. */
static int
set_limits(const char *who)
{
	struct rlimit none = { 0, 0 }, files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	if (setrlimit(RLIMIT_FSIZE, &none) == -1 ||
	    setrlimit(RLIMIT_NPROC, &none) == -1 ||
	    setrlimit(RLIMIT_CORE, &none) == -1)
		return failed(who, "setrlimit");
	return 0;
}

int
sandbox_enter(const char *who, const char *dir, unsigned int first)
{
	const char *name = USER;
	struct passwd *user = getpwnam(name);
	uid_t uid;
	gid_t gid;

	if (user == NULL) {
		name = OTHER_USER;
		user = getpwnam(name);
		log_warn("%s: there is no user \"%s\", it runs as \"%s\": "
		    "\"useradd -r -s /sbin/nologin %s\" mends that", who,
		    USER, OTHER_USER, USER);
	}
	if (user == NULL) {
		log_err("%s: there is no user \"%s\" either", who, name);
		return -1;
	}
	uid = user->pw_uid;
	gid = user->pw_gid;
	if (uid == 0) {
		log_err("%s: user \"%s\" is root", who, name);
		return -1;
	}
	/* Whatever looked the user up may have left something open. */
	if (linux_close_from((int)first, -1) == -1)
		return failed(who, "close_range");
	if (chroot(dir) == -1 || chdir("/") == -1)
		return failed(who, dir);
	if (set_limits(who) == -1)
		return -1;
	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_change_id(uid, gid, CAPNG_DROP_SUPP_GRP |
	    CAPNG_CLEAR_BOUNDING) != 0)
		return failed(who, "giving up root");
	if (prctl(PR_SET_DUMPABLE, 0) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return failed(who, "prctl");
	if (setuid(0) != -1 || getuid() != uid || geteuid() != uid) {
		errno = EPERM;
		return failed(who, "root was not given up");
	}
	return 0;
}
