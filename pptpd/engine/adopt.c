/* Engine: takes up calls that another engine has left. */
/* SPDX-License-Identifier: ISC */
#include "engine/adopt.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/log.h"
#include "engine/conn.h"
#include "engine/engine.h"
#include "engine/limiter.h"
#include "shared/call_record.h"
#include "shared/loop.h"

#define HANDOVER_MS	10000	/* to hand over a call, which is done at once */

/* A keeper that is about to hand over its call. */
struct handover {
	int		  keeper;	/* owned */
	struct loop_watch readable;
	struct loop_timer limit;
};

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
	struct sockaddr_in peer = { 0 };
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

/* Owns the descriptors; pty is -1 if the kernel carries the frames. */
static void
take_up(int keeper, int record, int control, int pty)
{
	struct call_record *rec = call_record_map(record);
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
	close(record);
	if (why == NULL) {
		conn = conn_adopt(control, rec, keeper, pty);
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
	if (pty != -1)
		close(pty);
	refuse(keeper, control, rec, end, why);
}

static void
handover_free(struct handover *h)
{
	loop_watch_off(&h->readable);
	loop_timer_stop(&h->limit);
	free(h);
}

static void
on_keeper(int fd, void *arg)
{
	struct ipc_msg m;
	struct ipc_fds fds;
	int got = ipc_recv(fd, &m, &fds);

	handover_free(arg);
	if (got == 1 && m.type == IPC_CALL && !engine.stopping &&
	    fds.n == (m.u.call.kernel ? IPC_CALL_FD_PTY : IPC_CALL_FDS)) {
		take_up(fd, ipc_fds_take(&fds, IPC_CALL_FD_RECORD),
		    ipc_fds_take(&fds, IPC_CALL_FD_CONTROL),
		    ipc_fds_take(&fds, IPC_CALL_FD_PTY));
		return;
	}
	ipc_fds_close(&fds);
	close(fd);		/* the keeper asks the monitor again */
}

static void
on_limit(void *arg)
{
	struct handover *h = arg;

	close(h->keeper);
	handover_free(h);
}

void
adopt_given(struct ipc_fds *fds)
{
	if ((fds->n != IPC_TAKE_FDS && fds->n != IPC_TAKE_FD_PTY) ||
	    engine.stopping)
		return;
	take_up(ipc_fds_take(fds, IPC_TAKE_FD_KEEPER),
	    ipc_fds_take(fds, IPC_TAKE_FD_RECORD),
	    ipc_fds_take(fds, IPC_TAKE_FD_CONTROL),
	    ipc_fds_take(fds, IPC_TAKE_FD_PTY));
}

void
adopt_new(int fd)
{
	struct handover *h = calloc(1, sizeof(*h));

	if (h != NULL) {
		h->keeper = fd;
		loop_watch_init(&h->readable, fd, LOOP_READ | LOOP_ONCE,
		    on_keeper, h);
		loop_timer_init(&h->limit, on_limit, h);
		if (loop_watch_on(&h->readable) &&
		    loop_timer_in_ms(&h->limit, HANDOVER_MS))
			return;
		handover_free(h);
	}
	log_err("engine: out of memory");
	close(fd);
}
