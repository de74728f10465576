/* The record of one call: making and mapping it. */
/* SPDX-License-Identifier: ISC */
#include "shared/call_record.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fnv.h"
#include "shared/linux_calls.h"

#define SEALS	(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

_Static_assert(offsetof(struct call_record, version) == 4 &&
    offsetof(struct call_record, size) == 8 &&
    offsetof(struct call_record, flags) == 12,
    "test_outlive.py and hostile-engine of tests/ have these offsets too");
_Static_assert(sizeof(struct call_record) <= 4096,
    "a record is meant to fit one page");

static struct call_record *
map(int fd)
{
	void *p = mmap(NULL, sizeof(struct call_record),
	    PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

int
call_record_create(struct call_record **rec)
{
	int fd = linux_memfd("pptpd-call", MFD_ALLOW_SEALING);

	if (fd == -1)
		return -1;
	if (ftruncate(fd, sizeof(struct call_record)) == -1 ||
	    fcntl(fd, F_ADD_SEALS, SEALS) == -1 || (*rec = map(fd)) == NULL) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	(*rec)->magic = CALL_RECORD_MAGIC;
	(*rec)->version = CALL_RECORD_VERSION;
	(*rec)->size = sizeof(struct call_record);
	return fd;
}

struct call_record *
call_record_map(int fd)
{
	struct call_record *rec;
	struct stat st;
	int seals = fcntl(fd, F_GET_SEALS);

	/* With vm.memfd_noexec=1 the kernel adds one, F_SEAL_EXEC. */
	if (seals == -1 || (seals & SEALS) != SEALS || fstat(fd, &st) == -1 ||
	    st.st_size != (off_t)sizeof(struct call_record)) {
		errno = EINVAL;
		return NULL;
	}
	rec = map(fd);
	if (rec == NULL || (rec->magic == CALL_RECORD_MAGIC &&
	    rec->version == CALL_RECORD_VERSION &&
	    rec->size == sizeof(struct call_record)))
		return rec;
	errno = rec->magic == CALL_RECORD_MAGIC ? EPROTONOSUPPORT : EINVAL;
	call_record_unmap(rec);
	return NULL;
}

void
call_record_unmap(struct call_record *rec)
{
	if (rec != NULL)
		munmap(rec, sizeof(*rec));
}

static uint32_t
checksum(const struct call_record *rec)
{
	return fnv1a(FNV_BASIS, rec, offsetof(struct call_record, checksum));
}

void
call_record_seal(struct call_record *rec)
{
	rec->checksum = checksum(rec);
}

bool
call_record_is_intact(const struct call_record *rec)
{
	return rec->checksum == checksum(rec);
}
