/* Accounting on the disk: a file of slots; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "shared/loop.h"
#include "shared/mono.h"

#define SAY_MS		60000	/* between lines about one trouble */

static struct {
	int	 fd;
	bool	 taken, changed;
	int	 first;			/* no slot before it is free */
	bool	 used[ACCT_SLOTS];
	uint64_t said;			/* ms; 0: never */
} spool;

static struct {
	int	 fd;			/* -1: none */
	bool	 asked;			/* it has not answered yet */
	struct loop_watch watch;
} syncer = { .fd = -1 };

static void
complain(const char *what)
{
	uint64_t now = mono_ms();

	if (spool.said != 0 && now - spool.said < SAY_MS)
		return;
	spool.said = now;
	log_err("AAA: accounting cannot be kept on the disk: %s: %s", what,
	    strerror(errno));
}

/* Only root can enter it, so no name in it is anybody else's. */
static bool
make_directory(const char *path)
{
	char dir[256];
	const char *slash = strrchr(path, '/');

	if (slash == NULL || (size_t)(slash - path) >= sizeof(dir)) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(dir, path, (size_t)(slash - path));
	dir[slash - path] = '\0';
	return mkdir(dir, 0700) == 0 || errno == EEXIST;
}

static bool
is_ours(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return false;
	if (S_ISREG(st.st_mode) && st.st_uid == 0 && st.st_nlink == 1)
		return true;
	errno = EINVAL;
	return false;
}

bool
spool_open(const char *path, int fd)
{
	int got = -1;
	bool done = false;

	if (make_directory(path))
		got = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC |
		    O_NONBLOCK | O_NOCTTY, 0600);
	if (got != -1)
		done = is_ours(got) && fchmod(got, 0600) == 0 &&
		    (got == fd || dup3(got, fd, O_CLOEXEC) == fd);
	if (!done)
		log_err("AAA: %s: %s: accounting that waits is kept in "
		    "memory only", path, strerror(errno));
	if (got != -1 && (got != fd || !done))
		close(got);
	return done;
}

static off_t
place(int slot)
{
	return (off_t)slot * ACCT_SLOT;
}

void
spool_clear(int slot)
{
	static const uint8_t zero[sizeof(uint32_t)];

	if (slot == SPOOL_NONE)
		return;
	if (pwrite(spool.fd, zero, sizeof(zero), place(slot)) !=
	    (ssize_t)sizeof(zero))
		complain("write");
	spool.changed = true;
	spool.used[slot] = false;
	if (slot < spool.first)
		spool.first = slot;
}

static void
load_slot(int slot, const uint8_t *buf, unsigned *damaged,
    void (*each)(int, const struct acct_entry *))
{
	static struct acct_entry entry;

	switch (acct_slot_read(buf, &entry)) {
	case ACCT_SLOT_EMPTY:
		break;
	case ACCT_SLOT_FULL:
		spool.used[slot] = true;
		each(slot, &entry);
		break;
	case ACCT_SLOT_DAMAGED:
		(*damaged)++;
		spool_clear(slot);
		break;
	}
}

enum spool_taken
spool_take(int fd, void (*each)(int, const struct acct_entry *))
{
	uint8_t buf[ACCT_SLOT] = { 0 };
	unsigned damaged = 0;
	ssize_t n = 0;

	if (flock(fd, LOCK_EX | LOCK_NB) == -1)
		return SPOOL_BUSY;
	memset(&spool, 0, sizeof(spool));
	spool.fd = fd;
	for (int i = 0; i < ACCT_SLOTS; i++) {
		n = pread(fd, buf, sizeof(buf), place(i));
		if (n <= 0)
			break;
		memset(buf + n, 0, sizeof(buf) - (size_t)n);
		load_slot(i, buf, &damaged, each);
	}
	if (n == -1)
		complain("read");
	if (damaged > 0)
		log_err("AAA: %u records of accounting on the disk are "
		    "damaged, or of another version, and left out", damaged);
	spool.taken = n != -1;
	return spool.taken ? SPOOL_TAKEN : SPOOL_UNREADABLE;
}

bool
spool_works(void)
{
	return spool.taken;
}

int
spool_put(const struct acct_entry *e)
{
	uint8_t buf[ACCT_SLOT];
	size_t len = acct_slot_write(e, buf);
	int i = spool.first;

	while (i < ACCT_SLOTS && spool.used[i])
		i++;
	spool.first = i;
	if (!spool.taken || len == 0)
		return SPOOL_NONE;
	if (i == ACCT_SLOTS) {
		errno = ENOSPC;
		complain("all of its places are taken");
		return SPOOL_NONE;
	}
	if (pwrite(spool.fd, buf, len, place(i)) != (ssize_t)len) {
		complain("write");
		spool_clear(i);		/* half of it may be there */
		return SPOOL_NONE;
	}
	spool.changed = true;
	spool.used[i] = true;
	return i;
}

/* --- what is on its way to the disk -------------------------------------- */

static void
lose_syncer(void)
{
	if (syncer.fd == -1)
		return;
	loop_watch_off(&syncer.watch);
	close(syncer.fd);
	syncer.fd = -1;
	syncer.asked = false;
	log_warn("AAA: pptpd-aaa-sync has ended: logins wait while a slow disk "
	    "writes accounting");
}

/* True: it is told to, and will answer. */
static bool
ask_syncer(void)
{
	static const char order = 's';

	if (syncer.fd == -1)
		return false;
	if (send(syncer.fd, &order, sizeof(order), MSG_DONTWAIT |
	    MSG_NOSIGNAL) == sizeof(order))
		syncer.asked = true;
	else
		lose_syncer();
	return syncer.asked;
}

void
spool_sync(void)
{
	if (!spool.taken || !spool.changed || syncer.asked)
		return;
	spool.changed = false;
	if (!ask_syncer() && fdatasync(spool.fd) == -1)
		complain("fdatasync");
}

/* What has changed while it was at work has its turn now. */
static void
on_synced(int fd, void *arg)
{
	int error;

	(void)arg;
	syncer.asked = false;
	if (recv(fd, &error, sizeof(error), MSG_DONTWAIT) != sizeof(error)) {
		lose_syncer();
		spool.changed = true;
	} else if (error != 0) {
		errno = error;
		complain("fdatasync");
	}
	spool_sync();
}

void
spool_syncer(int fd)
{
	syncer.fd = fd;
	syncer.asked = false;
	if (fd == -1)
		return;
	loop_watch_init(&syncer.watch, fd, LOOP_READ, on_synced, NULL);
	if (!loop_watch_on(&syncer.watch))
		syncer.fd = -1;
}
