/* Messages between monitor, engine and keepers: fixed size, with descriptors. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_IPC_H
#define PPTPD_IPC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/log.h"
#include "shared/layout.h"
#include "state/limit.h"

#define IPC_VERSION	2
#define IPC_FDS_MAX	4
#define ENGINES_MAX	64
#define IPC_IDS_MAX	256	/* Call IDs in one message */
#define IPC_FDS_LOST	(-1)	/* in place of how many there are */

/* Descriptors that a program of ours finds open when it starts. */
#define IPC_FD_PARENT	3	/* engine, spawner: monitor; keeper: engine */
#define IPC_FD_LISTEN	4	/* engine: TCP listener */
#define IPC_FD_GRE	5	/* engine: raw GRE socket */
#define IPC_FD_ADMIN	6	/* engine: listener of pptpdctl */
#define IPC_FD_RECORD	4	/* keeper: the call's record */
#define IPC_FD_CONTROL	5	/* keeper: the control connection */
#define IPC_FD_SILENCER	6	/* spawner, keeper: listener_silencer() */
#define IPC_FD_MAP	7	/* keeper: whose packets are the kernel's */

/* A keeper may be older than its engine: these numbers stay, new ones come
 * at the end. */
/* The engine's last argument: it leaves its calls when the monitor is gone. */
#define ENGINE_LEAVES	"leaves-calls"

enum ipc_type {
	/* monitor -> engine */
	IPC_CONFIG = 1,		/* u.config; first message, with the fd of the
				   call at work; and again, without */
	IPC_CONNECTION,		/* a connection to serve: fd (inetd) */
	IPC_CALL_REPLY,		/* u.call_reply; ok: fds keeper, record */
	IPC_ACCESS_REPLY,	/* u.access */
	IPC_SHUTDOWN,		/* end all calls in order, then exit */
	/* engine -> monitor */
	IPC_CALL_REQUEST,	/* u.call_request, fd control connection */
	IPC_ACCESS_REQUEST,	/* u.access */
	IPC_LOG,		/* u.log */
	/* keeper -> engine */
	IPC_KEEPER_READY,	/* pppd runs: u.ready; fd pty master if ours */
	IPC_KEEPER_FAILED,	/* it does not */
	IPC_PPPD_EXIT,		/* pppd was reaped: u.pppd_exit */
	IPC_PPPD_RESTARTED,	/* another one is on the same pty */
	IPC_TERM,		/* an administrator ended the call */
	/* engine -> keeper */
	IPC_HANGUP,		/* hang up; the reason is in the record */
	/* when a call changes hands */
	IPC_ADOPT,		/* monitor -> engine: fd keeper, of a call */
	IPC_CALL,		/* keeper -> engine: u.ready; fds record,
				   control connection, pty if ours */
	IPC_LEAVE,		/* monitor -> engine: exit, calls stay */
	/* monitor -> engine */
	IPC_LISTENER,		/* another TCP listener: fd */
	IPC_DRAIN,		/* serve nobody new; calls go on */
	IPC_ADMIN_REPLY,	/* u.admin_reply */
	/* engine -> monitor */
	IPC_ADMIN_REQUEST,	/* u.admin_request */
	/* keeper -> engine */
	IPC_AUTHENTICATED,	/* pppd of a kernel's call let the client in */
	IPC_STALLED,		/* the kernel takes none of its packets */
	/* whether all is well */
	IPC_PING,		/* monitor -> engine: to be answered at once */
	IPC_PONG,		/* engine -> monitor: the answer */
	/* when there are several engines; the one that listens is "the front" */
	IPC_CALL_GIVE,		/* front -> monitor: u.call_request, of a call
				   for another: fds keeper, control, pty */
	IPC_TAKE,		/* monitor -> that one: fds keeper, record,
				   control, pty */
	IPC_CALL_NEWS,		/* that one -> monitor -> front: u.news */
	IPC_CALL_KICK,		/* front -> monitor -> that one: u.kick, end
				   the call */
	IPC_ELSEWHERE,		/* monitor -> front, a new one: u.elsewhere, fd
				   record of a call of another */
	IPC_LISTEN,		/* ... and that was all of them */
	/* monitor -> front, before IPC_CONFIG */
	IPC_IDS_IN_USE,		/* u.ids: of calls that it may not know yet */
	IPC_LIMIT_MEMORY	/* fd of a struct limit_memory */
};

/* What has become of a call. */
enum ipc_news {
	IPC_NEWS_SPOKEN = 1,	/* pppd has said its first word */
	IPC_NEWS_AUTHENTICATED,
	IPC_NEWS_AUTH_FAILED,
	IPC_NEWS_OVER
};

/* What an administrator can have the monitor do: no more than signals do. */
enum ipc_admin_verb {
	IPC_ADMIN_STATUS = 1,	/* no more than what each reply has */
	IPC_ADMIN_RELOAD,
	IPC_ADMIN_DRAIN,
	IPC_ADMIN_SHUTDOWN,
	IPC_ADMIN_UPGRADE
};
#define IPC_ADMIN_TEXT	384

struct ipc_admin_status {
	int32_t	 pid;
	uint32_t uptime_s, engine_restarts;
	uint32_t slots, slots_free;
	bool	 draining, stopping;
};

struct ipc_msg {
	uint8_t  version;	/* IPC_VERSION */
	uint8_t  type;		/* enum ipc_type */
	uint16_t call_id;	/* ours; of the call that it is about */
	union {
		struct {
			uint32_t stimeout_ms;
			uint16_t first_call_id;	/* inetd; 0: random */
			bool	 debug;
			bool	 ask_access;	/* send IPC_ACCESS_REQUEST */
			bool	 leave_calls;	/* when the monitor is gone */
			bool	 wait_listen;	/* for IPC_LISTEN */
			uint16_t index, count;	/* this engine, of so many */
			bool	 draining;	/* as after IPC_DRAIN */
			uint32_t admin_gid;	/* besides root; -1: none */
			struct limit_conf limits;
		} config;
		struct {
			uint32_t client_addr, server_addr; /* network order */
			uint16_t peer_id;
			bool	 again;	/* there was no slot for it */
		} call_request;
		struct {
			uint8_t result, error;	/* of OCRP; 1: started */
			enum ctrl_end end;	/* why not, if it is known */
		} call_reply;
		struct {
			uint8_t what;		/* enum ipc_news */
			enum ctrl_end end;	/* of AUTH_FAILED, so far */
		} news;
		struct {
			enum ctrl_end end;	/* ADMIN, or MADE_ROOM */
		} kick;
		struct {
			uint32_t client_addr;	/* network order */
		} elsewhere;
		struct {
			uint32_t for_ms;	/* then they have ended */
			uint16_t count;
			uint16_t id[IPC_IDS_MAX];
		} ids;
		struct {
			/* the client was not told; NONE: it was, and why is
			   in the record */
			enum ctrl_end end;
		} hangup;
		struct {
			bool kernel;		/* it carries the frames */
		} ready;
		struct {
			int status;		/* as wait(2) has it */
		} pppd_exit;
		struct {
			uint32_t token;		/* the engine's */
			uint32_t client_addr;	/* network order */
			bool	 allowed;
		} access;
		struct {
			uint32_t token;		/* the engine's */
			uint8_t  verb;		/* enum ipc_admin_verb */
		} admin_request;
		struct {
			uint32_t token;
			bool	 ok;
			struct ipc_admin_status status;
			char	 text[IPC_ADMIN_TEXT];	/* or why not */
		} admin_reply;
		struct {
			int  priority;
			char line[LOG_LINE_MAX];
		} log;
	} u;
};
LAYOUT(struct ipc_msg, IPC_VERSION, 2, 524);

void	ipc_msg_init(struct ipc_msg *, enum ipc_type, uint16_t call_id);

/*
 * Sends one message with n descriptors, which stay the caller's.  0, or -1
 * with errno set (EAGAIN on a full non-blocking socket).
 */
int	ipc_send(int sock, const struct ipc_msg *, const int *fds, int n);

/*
 * Receives one message.  fds gets *n descriptors, close-on-exec, which are
 * the caller's from then on; if this process had no room for them, they are
 * gone and *n is IPC_FDS_LOST.  1: a message; 0: the other side is gone; -1
 * with errno set: EAGAIN, or EBADMSG for one of wrong size or version (its
 * descriptors are closed).
 */
int	ipc_recv(int sock, struct ipc_msg *, int fds[IPC_FDS_MAX], int *n);

/* Descriptors that came with a message. */
struct ipc_fds {
	int	n;			/* or IPC_FDS_LOST */
	int	fd[IPC_FDS_MAX];	/* -1: taken */
};

/* One of them, by its IPC_FD_... number, is the caller's now; -1: none. */
int	ipc_fds_take(struct ipc_fds *, int i);
/* Closes those that nobody took. */
void	ipc_fds_close(struct ipc_fds *);

/* Closes what came with a message; *n becomes 0, also from IPC_FDS_LOST. */
void	ipc_close(const int *fds, int *n);

/*
 * The same for one message of any size up to the receiver's buffer.
 * ipc_recv_data() returns its length, 0 at the end, -1 with errno; EMSGSIZE
 * if it was longer than size.
 */
int	ipc_send_data(int sock, const void *, size_t len, const int *fds,
	    int n);
ssize_t	ipc_recv_data(int sock, void *, size_t size, int fds[IPC_FDS_MAX],
	    int *n);

/* Makes a connected SOCK_SEQPACKET pair, close-on-exec. 0, or -1 and errno. */
int	ipc_pair(int pair[2]);

#endif
