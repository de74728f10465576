/* Engine: takes up calls that another engine has left. */
/* SPDX-License-Identifier: ISC */
#include "engine/adopt.h"

#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/log.h"
#include "engine/conn.h"
#include "engine/engine.h"
#include "engine/limiter.h"
#include "shared/call_record.h"

#define HANDOVER_S	10	/* to hand over a call, which is done at once */

/* Descriptors of IPC_CALL, in order; no pty if the kernel carries the call. */
enum { FD_RECORD, FD_CONTROL, FD_PTY, FDS };

/* Why a call cannot be taken up; NULL: it can. */
static const char *
fault(const struct call_record *rec)
{
	if (!call_record_is_intact(rec))
		return "its record is damaged";
	if (rec->ctrl.call_state == CTRL_CALL_UP &&
	    !gre_is_sane(&rec->rx, &rec->tx, &rec->ack, engine_now_us()))
		return "its numbers make no sense";
	return ctrl_fault(&rec->ctrl, engine_now_ms());
}

/* Tells the keeper to end its call; rec may be NULL. */
static void
refuse(int keeper, int control, struct call_record *rec, enum ctrl_end end,
    const char *why)
{
	char client[ADDR_TEXT] = "unknown";
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);
	struct ipc_msg m;

	if (getpeername(control, (struct sockaddr *)&peer, &len) == 0)
		addr_text(peer.sin_addr.s_addr, client);
	log_err("CTRL: Call of client %s cannot be taken up: %s", client, why);
	ipc_msg_init(&m, IPC_HANGUP, 0);
	m.u.hangup.end = end;
	/* The call was about to end already when its last engine died. */
	if (rec != NULL && ctrl_end_is_known(rec->ctrl.end))
		m.u.hangup.end = rec->ctrl.end;
	(void)ipc_send(keeper, &m, NULL, 0);
	call_record_unmap(rec);
	close(control);
	close(keeper);
}

static void
take_up(int keeper, int fds[FDS])
{
	struct call_record *rec = call_record_map(fds[FD_RECORD]);
	enum ctrl_end end = CTRL_END_DAMAGED;
	const char *why;
	struct conn *conn;

	if (rec != NULL) {
		why = fault(rec);
	} else if (errno == EPROTONOSUPPORT) {
		end = CTRL_END_VERSION;
		why = "its record is of another version of pptpd";
	} else
		why = "its record is none";
	close(fds[FD_RECORD]);
	if (why == NULL) {
		conn = conn_adopt(fds[FD_CONTROL], rec, keeper, fds[FD_PTY]);
		if (conn != NULL) {
			conn_resume(conn);
			return;
		}
		end = CTRL_END_RESOURCE;
		why = "out of memory";
		if (errno == EEXIST) {
			end = CTRL_END_LOST;
			why = "another call has its Call ID";
		}
	}
	if (fds[FD_PTY] != -1)
		close(fds[FD_PTY]);
	refuse(keeper, fds[FD_CONTROL], rec, end, why);
}

static void
on_keeper(evutil_socket_t fd, short what, void *arg)
{
	struct ipc_msg m;
	int fds[IPC_FDS_MAX], n = 0, got = 0;

	(void)arg;
	if ((what & EV_READ) != 0)
		got = ipc_recv(fd, &m, fds, &n);
	if (got == 1 && m.type == IPC_CALL && !engine.stopping &&
	    n == (m.u.ready.kernel ? FD_PTY : FDS)) {
		if (m.u.ready.kernel)
			fds[FD_PTY] = -1;
		take_up(fd, fds);
		return;
	}
	ipc_close(fds, &n);
	close(fd);		/* the keeper asks the monitor again */
}

bool
adopt_given(int *fds, int n)
{
	if ((n != 1 + FDS && n != 1 + FD_PTY) || engine.stopping)
		return false;	/* the keeper asks the monitor */
	if (n == 1 + FD_PTY)
		fds[n] = -1;
	take_up(fds[0], fds + 1);
	return true;
}

void
adopt_new(int fd)
{
	struct timeval tv = { HANDOVER_S, 0 };

	if (event_base_once(engine.base, fd, EV_READ, on_keeper, NULL,
	    &tv) == 0)
		return;
	log_err("engine: out of memory");
	close(fd);
}
