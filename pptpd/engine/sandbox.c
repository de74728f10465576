/* Engine: gives up root before the first octet of a peer is read. */
/* SPDX-License-Identifier: ISC */
#include "config.h"
#include "engine/sandbox.h"

#include <cap-ng.h>
#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "shared/ipc.h"

#ifndef SYS_close_range
#define SYS_close_range	436		/* on every architecture */
#endif

#define USER		"pptpd"
#define OTHER_USER	"nobody"

/* Twice what 4,000 calls need if each has a client that makes it keep all
 * that can be kept: 128 KiB for its pty, 16 packets of 8 KiB. */
#define MEMORY_MAX	(2UL << 30)

static int
failed(const char *what)
{
	log_err("engine: %s: %s", what, strerror(errno));
	return -1;
}

/* As many descriptors as may be had; no files, no processes, no core. */
static int
set_limits(void)
{
	struct rlimit none = { 0, 0 }, files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	if (setrlimit(RLIMIT_FSIZE, &none) == -1 ||
	    setrlimit(RLIMIT_NPROC, &none) == -1 ||
	    setrlimit(RLIMIT_CORE, &none) == -1)
		return failed("setrlimit");
	return 0;
}

/* Whatever looked the user up may have left something open. */
static void
close_rest(void)
{
	unsigned int first = IPC_FD_ADMIN + 1;
	long fd, end;

	if (syscall(SYS_close_range, first, ~0U, 0) == 0)
		return;
	end = sysconf(_SC_OPEN_MAX);		/* before Linux 5.9 */
	for (fd = first; fd < end; fd++)
		(void)close((int)fd);
}

int
sandbox_enter(const char *dir)
{
	const char *name = USER;
	struct passwd *user = getpwnam(name);
	uid_t uid;
	gid_t gid;

	if (user == NULL) {
		name = OTHER_USER;
		user = getpwnam(name);
		log_warn("MGR: there is no user \"%s\", the engine runs as "
		    "\"%s\": \"useradd -r -s /sbin/nologin %s\" mends that",
		    USER, OTHER_USER, USER);
	}
	if (user == NULL) {
		log_err("MGR: there is no user \"%s\" either", name);
		return -1;
	}
	uid = user->pw_uid;
	gid = user->pw_gid;
	if (uid == 0) {
		log_err("MGR: user \"%s\" is root", name);
		return -1;
	}
	close_rest();
	if (chroot(dir) == -1 || chdir("/") == -1)
		return failed(dir);
	if (set_limits() == -1)
		return -1;
	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_change_id(uid, gid, CAPNG_DROP_SUPP_GRP |
	    CAPNG_CLEAR_BOUNDING) != 0)
		return failed("giving up root");
	if (prctl(PR_SET_DUMPABLE, 0) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return failed("prctl");
	if (setuid(0) != -1 || getuid() != uid || geteuid() != uid) {
		errno = EPERM;
		return failed("root was not given up");
	}
	return 0;
}

/* Sanitizers and valgrind, which wants the sandbox off, map far more. */
static int
limit_memory(void)
{
#ifndef WITH_SANITIZERS
	struct rlimit data = { MEMORY_MAX, MEMORY_MAX };

	if (setrlimit(RLIMIT_DATA, &data) == -1 && errno != EPERM)
		return failed("setrlimit");	/* EPERM: there is a lower */
#endif
	return 0;
}

int
sandbox_lock(const char *mode)
{
	bool only_log = strcmp(mode, "log") == 0;
	int abi;

	if (strcmp(mode, "off") == 0) {
		log_notice("MGR: sandbox is off, the engine runs with chroot "
		    "and a user of its own only");
		return 0;
	}
	if (limit_memory() == -1)
		return -1;
	abi = sandbox_landlock();
	log_debug("MGR: engine: Landlock ABI %d", abi);
	if (only_log)
		log_notice("MGR: sandbox only logs: see the kernel's log for "
		    "system calls of the engine");
	return sandbox_seccomp(only_log);
}
