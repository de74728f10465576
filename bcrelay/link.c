/* The messages from the opener to the worker.  Nothing goes the other way. */
/* SPDX-License-Identifier: ISC */
#include "link.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int
link_send(int sock, const struct link_msg *m, const uint32_t *addr, int fd)
{
	struct iovec iov[] = {
		{ (void *)(uintptr_t)m, sizeof(*m) },
		{ (void *)(uintptr_t)addr, m->n_addr * sizeof(*addr) },
	};
	union {
		char		buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr	align;
	} control;
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = 2 };
	struct cmsghdr *cm;

	if (fd != -1) {
		memset(&control, 0, sizeof(control));
		mh.msg_control = control.buf;
		mh.msg_controllen = sizeof(control.buf);
		cm = CMSG_FIRSTHDR(&mh);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cm), &fd, sizeof(fd));
	}
	return sendmsg(sock, &mh, MSG_NOSIGNAL) == -1 ? -1 : 0;
}

static int
take_fd(struct msghdr *mh)
{
	struct cmsghdr *cm = CMSG_FIRSTHDR(mh);
	int fd;

	if (cm == NULL || cm->cmsg_level != SOL_SOCKET ||
	    cm->cmsg_type != SCM_RIGHTS || cm->cmsg_len < CMSG_LEN(sizeof(fd)))
		return -1;
	memcpy(&fd, CMSG_DATA(cm), sizeof(fd));
	return fd;
}

int
link_recv(int sock, struct link_msg *m, uint32_t *addr, int *fd)
{
	struct iovec iov[] = {
		{ m, sizeof(*m) }, { addr, LINK_ADDR_MAX * sizeof(*addr) },
	};
	union {
		char		buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr	align;
	} control;
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = 2,
	    .msg_control = control.buf, .msg_controllen = sizeof(control.buf) };
	ssize_t n;

	*fd = -1;
	n = recvmsg(sock, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n == -1)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	*fd = take_fd(&mh);
	if (n < (ssize_t)sizeof(*m) || m->n_addr > LINK_ADDR_MAX ||
	    (size_t)n != sizeof(*m) + m->n_addr * sizeof(*addr)) {
		if (*fd != -1)
			close(*fd);
		return -1;
	}
	return 1;
}
