/* Gives up the file system by Landlock. */
/* SPDX-License-Identifier: ISC */
#include "shared/sandbox.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"

/* As in linux/landlock.h, which may be older than the kernel. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset	444	/* on every architecture */
#define SYS_landlock_restrict_self	446
#endif
#define CREATE_RULESET_VERSION	1

struct ruleset {
	uint64_t fs;		/* all rights on files */
	uint64_t net;		/* since ABI 4 */
	uint64_t scoped;	/* since ABI 6 */
};

/* The rights that each version of the ABI can take away. */
static const struct {
	struct ruleset	all;
	size_t		size;
} abis[] = {
	[1] = { { 0x1fff, 0, 0 }, 8 },
	[2] = { { 0x3fff, 0, 0 }, 8 },		/* + link, rename */
	[3] = { { 0x7fff, 0, 0 }, 8 },		/* + truncate */
	[4] = { { 0x7fff, 0x3, 0 }, 16 },	/* + TCP bind, connect */
	[5] = { { 0xffff, 0x3, 0 }, 16 },	/* + ioctl on devices */
	[6] = { { 0xffff, 0x3, 0x3 }, 24 },	/* + abstract sockets, signals */
};
#define ABI_KNOWN	(sizeof(abis) / sizeof(abis[0]) - 1)

int
sandbox_landlock(const char *who)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    CREATE_RULESET_VERSION);
	size_t known = abi > (long)ABI_KNOWN ? ABI_KNOWN : (size_t)abi;
	long fd, error;

	if (abi < 1)
		return 0;		/* not built in, or switched off */
	fd = syscall(SYS_landlock_create_ruleset, &abis[known].all,
	    abis[known].size, 0);
	error = fd == -1 ? -1 : syscall(SYS_landlock_restrict_self, fd, 0);
	if (error == -1)
		log_warn("%s: Landlock: %s", who, strerror(errno));
	if (fd != -1)
		close((int)fd);
	return error == -1 ? 0 : (int)known;
}
