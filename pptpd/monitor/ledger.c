/* Monitor: a file that tells the next server which addresses are in use. */
/* SPDX-License-Identifier: ISC */
#include "monitor/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

#define MAGIC		0x5050544CU	/* "PPTL" */

/* In the place of an entry, before the first one. */
struct head {
	uint32_t magic, version, entry_size;
};

static int file = -1;
static int used;		/* entries that were ever in use */
static int *spare, nspare, spare_room;

static off_t
place(int entry)
{
	return ((off_t)entry + 1) * (off_t)sizeof(struct ledger_entry);
}

/* Written in one piece, so that no server finds half of it. */
static void
store(int entry, const struct ledger_entry *e)
{
	static int said;
	ssize_t n = pwrite(file, e, sizeof(*e), place(entry));

	if (n == (ssize_t)sizeof(*e) || said)
		return;
	said = 1;
	log_err("MGR: the list of addresses in use cannot be written, and a "
	    "server that is started anew would not know them: %s",
	    n == -1 ? strerror(errno) : strerror(ENOSPC));
}

/* False without memory: then its place is lost. */
static void
give(int entry)
{
	if (nspare == spare_room) {
		int room = spare_room > 0 ? spare_room * 2 : 64;
		int *more = reallocarray(spare, (size_t)room, sizeof(*more));

		if (more == NULL)
			return;
		spare = more;
		spare_room = room;
	}
	spare[nspare++] = entry;
}

static void
read_old(void (*old)(int, const struct ledger_entry *))
{
	struct ledger_entry e;

	while (pread(file, &e, sizeof(e), place(used)) == (ssize_t)sizeof(e)) {
		int entry = used++;

		e.remote[sizeof(e.remote) - 1] = '\0';
		if (e.keeper > 1)
			old(entry, &e);
		else
			give(entry);
	}
}

/* Makes it a ledger without entries. */
static int
begin(void)
{
	struct ledger_entry e = { 0 };
	struct head head = { MAGIC, LEDGER_VERSION, sizeof(e) };

	memcpy(&e, &head, sizeof(head));
	if (ftruncate(file, 0) == -1)
		return -1;
	return pwrite(file, &e, sizeof(e), 0) == (ssize_t)sizeof(e) ? 0 : -1;
}

int
ledger_open(const char *path, void (*old)(int, const struct ledger_entry *))
{
	struct head head;

	if (file != -1)
		close(file);
	used = nspare = 0;
	file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file != -1 && pread(file, &head, sizeof(head), 0) ==
	    (ssize_t)sizeof(head) && head.magic == MAGIC &&
	    head.version == LEDGER_VERSION &&
	    head.entry_size == sizeof(struct ledger_entry)) {
		read_old(old);
		return 0;
	}
	if (file != -1 && begin() == 0)
		return 0;
	log_err("MGR: %s: %s", path, strerror(errno));
	if (file != -1)
		close(file);
	file = -1;
	return -1;
}

int
ledger_put(pid_t keeper, uint64_t since_ms, uint16_t call_id,
    const char *remote)
{
	struct ledger_entry e = { .keeper = keeper, .call_id = call_id,
	    .since_ms = since_ms };
	struct timespec ts;
	int entry;

	if (file == -1)
		return -1;
	if (since_ms == 0) {
		clock_gettime(CLOCK_BOOTTIME, &ts);
		e.since_ms = (uint64_t)ts.tv_sec * 1000 +
		    ts.tv_nsec / 1000000;
	}
	snprintf(e.remote, sizeof(e.remote), "%s", remote);
	entry = nspare > 0 ? spare[--nspare] : used++;
	store(entry, &e);
	return entry;
}

void
ledger_drop(int entry)
{
	static const struct ledger_entry none;

	if (file == -1 || entry == -1)
		return;
	store(entry, &none);
	give(entry);
}
