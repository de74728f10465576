/* Leases of addresses from pools with a name: who has which, and which pools. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LEASES_H
#define PPTPD_LEASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/pool_name.h"

/*
 * A lease is a lock of fcntl(2), of the kind that belongs to an open file, on
 * the file DIR/ADDRESS.  pppd takes it and keeps the file open for its life: so
 * the kernel ends the lease with pppd and not before, whoever else has died.
 * Files stay when their lease is over: to remove one would race with a pppd
 * that has opened it.  For root, in any process.  Addresses are in network
 * order.
 */
enum lease {
	LEASE_ALONE,	/* from a pool: nobody else may have the address */
	LEASE_SHARED	/* not from a pool: several calls may have it, as with
			   one in chap-secrets, but none by a pool */
};

/* Makes the directory, for root only.  0, or -1 with errno set. */
int	leases_make_dir(const char *dir);
/*
 * Takes a lease, which lasts until the descriptor that is returned, and every
 * copy of it, is closed.  -1 with errno set: EAGAIN if another has it.
 */
int	lease_take(const char *dir, uint32_t addr, enum lease);
/* Whether anybody has a lease of the address.  Takes none. */
bool	lease_is_held(const char *dir, uint32_t addr);
/*
 * The addresses that are leased, *n of them in no order, to be freed by the
 * caller.  NULL with errno set on error; no directory means no leases.
 */
uint32_t *leases_held(const char *dir, size_t *n);

/* --- the pools that the server has --------------------------------------- */

#define POOLS_PATH_MAX	512	/* octets of a path, with its NUL */

/* Addresses from first to last, host order. */
struct pool_range {
	char	 name[POOL_NAME_MAX + 1];
	uint32_t first, last;
};

/*
 * DIR/pools, which the monitor writes for pppds: the pools of its configuration,
 * in the order of lines.  A new file takes the place of the old one by rename(2).
 */
struct pools_file {
	char	 conf[POOLS_PATH_MAX];	/* the file that they come from */
	struct pool_range *range;
	size_t	 n;
	int	 fd;			/* the file that was read: its number is
					   not given to another meanwhile */
};

/*
 * Reads it.  0, or -1 with errno set: EINVAL if it is no such file.  After 0
 * pools_file_free() has to follow.
 */
int	pools_file_read(struct pools_file *, const char *dir);
void	pools_file_free(struct pools_file *);
/* Whether the file that was read is still the one that is there. */
bool	pools_file_is_current(const struct pools_file *, const char *dir);
/* Writes it.  0, or -1 with errno set: then the old one stays. */
int	pools_file_write(const struct pools_file *, const char *dir);

#endif
