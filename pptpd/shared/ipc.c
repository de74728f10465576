/* Messages between monitor, engine and keepers: fixed size, with descriptors. */
/* SPDX-License-Identifier: ISC */
#include "shared/ipc.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

_Static_assert(offsetof(struct ipc_msg, version) == 0 &&
    offsetof(struct ipc_msg, type) == 1 &&
    offsetof(struct ipc_msg, call_id) == 2 && offsetof(struct ipc_msg, u) == 4,
    "hostile-engine of tests/ has these offsets too");

union fd_space {
	struct cmsghdr	align;
	char		buf[CMSG_SPACE(IPC_FDS_MAX * sizeof(int))];
};

void
ipc_msg_init(struct ipc_msg *m, enum ipc_type type, uint16_t call_id)
{
	memset(m, 0, sizeof(*m));
	m->version = IPC_VERSION;
	m->type = type;
	m->call_id = call_id;
}

int
ipc_send_data(int sock, const void *data, size_t len, const int *fds, int n)
{
	struct iovec iov = { (void *)(uintptr_t)data, len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	union fd_space space;
	ssize_t sent;

	if (n > 0) {
		struct cmsghdr *c;

		memset(&space, 0, sizeof(space));
		mh.msg_control = space.buf;
		mh.msg_controllen = CMSG_SPACE(n * sizeof(int));
		c = CMSG_FIRSTHDR(&mh);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(c), fds, n * sizeof(int));
	}
	do
		sent = sendmsg(sock, &mh, MSG_NOSIGNAL);
	while (sent == -1 && errno == EINTR);
	return sent == (ssize_t)len ? 0 : -1;
}

int
ipc_send(int sock, const struct ipc_msg *m, const int *fds, int n)
{
	return ipc_send_data(sock, m, sizeof(*m), fds, n);
}

/* Takes the descriptors out of mh; closes those that do not fit. */
static void
take_fds(struct msghdr *mh, struct ipc_fds *fds)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(mh); c != NULL;
	    c = CMSG_NXTHDR(mh, c)) {
		size_t count, i;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int),
			    sizeof(fd));
			if (fds->n < IPC_FDS_MAX)
				fds->fd[fds->n++] = fd;
			else
				close(fd);
		}
	}
}

int
ipc_fds_take(struct ipc_fds *fds, int i)
{
	int fd;

	if (i >= fds->n)
		return -1;
	fd = fds->fd[i];
	fds->fd[i] = -1;
	return fd;
}

void
ipc_fds_close(struct ipc_fds *fds)
{
	for (int i = 0; i < fds->n; i++) {
		if (fds->fd[i] != -1)
			close(fds->fd[i]);
	}
	fds->n = 0;
}

ssize_t
ipc_recv_data(int sock, void *data, size_t size, struct ipc_fds *fds)
{
	struct iovec iov = { data, size };
	union fd_space space;
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = space.buf, .msg_controllen = sizeof(space.buf) };
	ssize_t got;

	fds->n = 0;
	do
		got = recvmsg(sock, &mh, MSG_CMSG_CLOEXEC);
	while (got == -1 && errno == EINTR);
	if (got == -1) {
		if (errno == ENOMEM || errno == ENOBUFS)
			errno = EAGAIN;		/* not the end */
		return errno == ECONNRESET ? 0 : -1;
	}
	take_fds(&mh, fds);
	if ((mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0)
		return got;
	ipc_fds_close(fds);
	if ((mh.msg_flags & MSG_TRUNC) == 0) {
		fds->n = IPC_FDS_LOST;
		return got;
	}
	errno = EMSGSIZE;
	return -1;
}

int
ipc_recv(int sock, struct ipc_msg *m, struct ipc_fds *fds)
{
	ssize_t got = ipc_recv_data(sock, m, sizeof(*m), fds);

	if (got == 0 && fds->n == 0)
		return 0;
	if (got == (ssize_t)sizeof(*m) && m->version == IPC_VERSION)
		return 1;
	if (got != -1 || errno == EMSGSIZE) {
		ipc_fds_close(fds);
		errno = EBADMSG;
	}
	return -1;
}

int
ipc_pair(int pair[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair);
}
