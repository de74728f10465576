/* Monitor and engine: a message that the event loop says is there. */
/* SPDX-License-Identifier: ISC */
#include <errno.h>

#include "shared/loop.h"

int
loop_message(int sock, loop_message_fn *fn, void *arg)
{
	struct ipc_msg m;
	struct ipc_fds fds;
	int got = ipc_recv(sock, &m, &fds), error = errno;

	if (got == 1)
		fn(&m, &fds, arg);
	ipc_fds_close(&fds);
	errno = error;
	return got;
}
