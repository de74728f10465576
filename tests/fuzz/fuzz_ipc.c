/*
 * Fuzz target: what another process of ours, which a peer may have taken
 * over, can send: a datagram with descriptors, or the record of a call.
 */
/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"

#include "shared/call_record.h"
#include "shared/ipc.h"
#include "shared/linux_calls.h"

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE	0x0010		/* since glibc 2.31, Linux 5.1 */
#endif

#define FDS_MAX		6
/* Those of a record that nobody can make smaller. */
#define SEALS	(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
#define DATAGRAM_MAX	2048

/* The first octet; the rest is content. */
#define KIND_RECORD	0x80	/* not a datagram */
#define KIND_WHOLE	0x40	/* a datagram of the right size */
#define RECORD_HEADER	0x20	/* begins as it should */
#define RECORD_FOREIGN	0x01	/* made by somebody else, and ... */
#define RECORD_SIZE	0x02	/* ... as long as its content */
#define RECORD_UNSEALED	0x04
#define RECORD_SEALED	0x08	/* more than it should be */

static int
lowest_free(void)
{
	int fd = dup(STDERR_FILENO);

	MUST(fd != -1);
	close(fd);
	return fd;
}

static void
send_datagram(int sock, const uint8_t *data, size_t len, size_t nfds)
{
	union {
		struct cmsghdr	align;
		char		buf[CMSG_SPACE(FDS_MAX * sizeof(int))];
	} space;
	struct iovec iov = { (void *)(uintptr_t)data, len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fds[FDS_MAX];

	for (size_t i = 0; i < FDS_MAX; i++)
		fds[i] = STDERR_FILENO;
	if (nfds > 0) {
		struct cmsghdr *c;

		memset(&space, 0, sizeof(space));
		mh.msg_control = space.buf;
		mh.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		c = CMSG_FIRSTHDR(&mh);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, nfds * sizeof(int));
	}
	MUST(sendmsg(sock, &mh, MSG_NOSIGNAL) == (ssize_t)len);
}

static void
take(struct ipc_fds *fds)
{
	MUST(fds->n == IPC_FDS_LOST || (fds->n >= 0 && fds->n <= IPC_FDS_MAX));
	for (int i = 0; i < fds->n; i++)
		MUST((fcntl(fds->fd[i], F_GETFD) & FD_CLOEXEC) != 0);
	ipc_fds_close(fds);
}

static void
datagram(const uint8_t *data, size_t len, size_t nfds)
{
	struct ipc_fds fds = { .n = -1 };
	int pair[2], got, n;
	uint8_t buf[DATAGRAM_MAX / 2];
	struct ipc_msg m;
	ssize_t size;

	MUST(ipc_pair(pair) == 0);
	if (len > DATAGRAM_MAX)
		len = DATAGRAM_MAX;

	send_datagram(pair[0], data, len, nfds);
	memset(&m, 0xa5, sizeof(m));
	got = ipc_recv(pair[1], &m, &fds);
	n = fds.n;
	take(&fds);
	if (got == 1)
		MUST(len == sizeof(m) && m.version == IPC_VERSION &&
		    memcmp(&m, data, sizeof(m)) == 0 && n <= (int)nfds);
	else if (got == -1)
		MUST(errno == EBADMSG && n == 0);
	else
		MUST(got == 0 && len == 0 && n == 0);

	send_datagram(pair[0], data, len, nfds);
	size = ipc_recv_data(pair[1], buf, sizeof(buf), &fds);
	n = fds.n;
	take(&fds);
	if (size > 0)
		MUST((size_t)size == len && memcmp(buf, data, len) == 0);
	else
		MUST(size == 0 || n == 0);

	/* What we send ourselves arrives as it is. */
	if (len >= sizeof(m)) {
		memcpy(&m, data, sizeof(m));
		m.version = IPC_VERSION;
		n = STDERR_FILENO;
		MUST(ipc_send(pair[0], &m, &n, nfds > 0) == 0);
		MUST(ipc_recv(pair[1], &m, &fds) == 1);
		MUST(fds.n == (nfds > 0) && memcmp((uint8_t *)&m + 1, data + 1,
		    sizeof(m) - 1) == 0);
		take(&fds);
	}
	close(pair[0]);
	MUST(ipc_recv(pair[1], &m, &fds) == 0 && fds.n == 0);
	close(pair[1]);
}

static void
whole_message(const uint8_t *data, size_t len, size_t nfds)
{
	struct ipc_msg m;

	memset(&m, 0, sizeof(m));
	if (len > sizeof(m) - 1)
		len = sizeof(m) - 1;
	m.version = IPC_VERSION;
	memcpy((uint8_t *)&m + 1, data, len);
	datagram((const uint8_t *)&m, sizeof(m), nfds);
}

static void
fill(struct call_record *rec, const uint8_t *data, size_t len, uint8_t how)
{
	if (len > sizeof(*rec))
		len = sizeof(*rec);
	memcpy(rec, data, len);
	if ((how & RECORD_HEADER) == 0)
		return;
	rec->magic = CALL_RECORD_MAGIC;
	rec->version = CALL_RECORD_VERSION;
	rec->size = sizeof(*rec);
}

static int
foreign_record(const uint8_t *data, size_t len, uint8_t how, size_t *size,
    int *seals)
{
	static struct call_record rec;
	int fd = memfd_create("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	MUST(fd != -1);
	memset(&rec, 0, sizeof(rec));
	fill(&rec, data, len, how);
	if ((how & RECORD_SIZE) != 0)
		*size = len < 2 * sizeof(rec) ? len : 2 * sizeof(rec);
	if ((how & RECORD_UNSEALED) != 0)
		*seals &= F_SEAL_SHRINK | F_SEAL_GROW;
	if ((how & RECORD_SEALED) != 0)
		*seals |= F_SEAL_FUTURE_WRITE;
	MUST(pwrite(fd, &rec, sizeof(rec), 0) == (ssize_t)sizeof(rec));
	MUST(ftruncate(fd, (off_t)*size) == 0);
	if (fcntl(fd, F_ADD_SEALS, *seals) == -1) {
		*seals &= ~F_SEAL_FUTURE_WRITE;
		MUST(fcntl(fd, F_ADD_SEALS, *seals) == 0);
	}
	return fd;
}

/* A memfd of any size, content and seals. */
static void
record(const uint8_t *data, size_t len, uint8_t how)
{
	struct call_record *rec = NULL, *again;
	size_t size = sizeof(*rec);
	int seals = SEALS, fd;

	if ((how & RECORD_FOREIGN) != 0)
		fd = foreign_record(data, len, how, &size, &seals);
	else {
		fd = call_record_create(&rec);
		MUST(fd != -1);
		fill(rec, data, len, how);
	}
	again = call_record_map(fd);
	if (again != NULL) {
		MUST(size == sizeof(*rec) && seals == SEALS);
		MUST(again->magic == CALL_RECORD_MAGIC);
		MUST(again->version == CALL_RECORD_VERSION);
		MUST(again->size == sizeof(*again));
		/* Its octets are anybody's; a number is just a number. */
		MUST(ctrl_end_text(again->end) != NULL);
		/* Nobody can make it smaller under our feet. */
		MUST(ftruncate(fd, 0) == -1 && errno == EPERM);
	} else
		MUST(errno == EINVAL || errno == EPERM ||
		    errno == EPROTONOSUPPORT);	/* a record, not ours */
	call_record_unmap(again);
	call_record_unmap(rec);
	close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	uint8_t kind = fuzz_u8(&in);
	int before = lowest_free();

	if ((kind & KIND_RECORD) != 0)
		record(in.data, in.left, kind);
	else if ((kind & KIND_WHOLE) != 0)
		whole_message(in.data, in.left, kind % (FDS_MAX + 1));
	else
		datagram(in.data, in.left, kind % (FDS_MAX + 1));
	MUST(lowest_free() == before);
	return 0;
}
