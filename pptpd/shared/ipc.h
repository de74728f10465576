/* Messages between monitor, engine and keepers: fixed size, with descriptors. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_IPC_H
#define PPTPD_IPC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/log.h"
#include "shared/layout.h"
#include "shared/login_seal.h"
#include "state/limit.h"
#include "state/session_id.h"

#define IPC_VERSION	10
#define IPC_FDS_MAX	4
#define IPC_IDS_MAX	256	/* Call IDs in one message */
#define IPC_FDS_LOST	(-1)	/* as their number: no room for them */

/* Descriptors that are open when a program of pptpd starts. */
#define IPC_FD_PARENT	3	/* engine, spawner: monitor; keeper: engine */
#define IPC_FD_LISTEN	4	/* engine: TCP listener */
#define IPC_FD_GRE	5	/* engine: raw GRE socket */
#define IPC_FD_ADMIN	6	/* engine: listener of pptpdctl */
#define IPC_FD_RECORD	4	/* keeper: the call's record */
#define IPC_FD_CONTROL	5	/* keeper: the control connection */
#define IPC_FD_SILENCER	6	/* spawner, keeper: listener_silencer() */
#define IPC_FD_MAP	7	/* keeper: the map of gre_filter.h */

/* An engine with this last argument keeps its calls when the monitor ends. */
#define ENGINE_LEAVES	"leaves-calls"

/*
 * A keeper may be older than its engine, so no number gets another meaning,
 * and new types come at the end.
 */
enum ipc_type {
	/* monitor -> engine */
	IPC_CONFIG = 1,		/* u.config; the first one comes before all
				   else, with the fd of the call at work */
	IPC_CONNECTION,		/* a connection to serve: fd (inetd) */
	IPC_CALL_REPLY,		/* u.call_reply; ok: IPC_REPLY_FD_* */
	IPC_ACCESS_REPLY,	/* u.access */
	IPC_SHUTDOWN,		/* end all calls properly, then exit */
	/* engine -> monitor */
	IPC_CALL_REQUEST,	/* u.call_request, fd control connection */
	IPC_ACCESS_REQUEST,	/* u.access */
	IPC_LOG,		/* u.log */
	/* keeper -> engine */
	IPC_KEEPER_READY,	/* pppd runs: u.ready; fd pty master if ours */
	IPC_KEEPER_FAILED,	/* pppd could not be started */
	IPC_PPPD_EXIT,		/* pppd was reaped: u.pppd_exit */
	IPC_PPPD_RESTARTED,	/* another pppd is on the same pty */
	IPC_TERM,		/* an administrator ended the call */
	/* engine -> keeper */
	IPC_HANGUP,		/* hang up; the reason is in the record */
	/* when another engine takes over a call */
	IPC_ADOPT,		/* monitor -> engine: fd of a call's keeper */
	IPC_CALL,		/* keeper -> engine: u.call; IPC_CALL_FD_* */
	IPC_LEAVE,		/* monitor -> engine: exit, keep the calls */
	/* monitor -> engine */
	IPC_LISTENER,		/* another TCP listener: fd */
	IPC_DRAIN,		/* accept no new calls; calls go on */
	IPC_ADMIN_REPLY,	/* u.admin_reply */
	/* engine -> monitor */
	IPC_ADMIN_REQUEST,	/* u.admin_request */
	/* keeper -> engine */
	IPC_AUTHENTICATED,	/* kernel data path: the client has logged in */
	IPC_STALLED,		/* kernel data path: packets are dropped */
	/* to notice an engine that hangs */
	IPC_PING,		/* monitor -> engine: answer at once */
	IPC_PONG,		/* engine -> monitor: the answer */
	/* several engines; the front is the engine with the listener */
	IPC_CALL_GIVE,		/* front -> monitor: u.call_give, a call for a
				   back engine; IPC_GIVE_FD_* */
	IPC_TAKE,		/* monitor -> back engine: a call;
				   IPC_TAKE_FD_* */
	IPC_CALL_NEWS,		/* back engine -> monitor -> front: u.news */
	IPC_CALL_KICK,		/* front -> monitor -> back engine: u.kick, end
				   the call */
	IPC_ELSEWHERE,		/* monitor -> new front: u.elsewhere, a call of
				   a back engine: fd record */
	IPC_LISTEN,		/* monitor -> new front: no IPC_ELSEWHERE
				   follows; accept connections */
	/* monitor -> front, before IPC_CONFIG */
	IPC_IDS_IN_USE,		/* u.ids: of calls unknown to the front */
	IPC_LIMIT_MEMORY,	/* fd of a struct limit_memory */
	IPC_HISTORY,		/* fd of a struct history */
	/* keeper -> engine */
	IPC_REPORT,		/* user or interface in the record are new */
	/* monitor -> front */
	IPC_CALL_OVER,		/* u.over: a call of the front has ended */
	/* front -> monitor -> back engine; engine -> keeper */
	IPC_ADMIT,		/* u.admit: who has logged in may go on */
	/* keeper -> engine */
	IPC_USER_FILE,		/* the user's file is not good: end the call */
	/* several engines */
	IPC_TRACE,		/* front -> monitor -> back engine: u.trace, fd
				   of a client of the control socket */
	/* keeper -> engine */
	IPC_NO_ADDRESS		/* the user's pool has none: end the call */
};

/*
 * The places of descriptors in the messages that have several.  The pty is the
 * last, because it is missing if the kernel carries the call's frames.
 */
enum { IPC_REPLY_FD_KEEPER, IPC_REPLY_FD_RECORD, IPC_REPLY_FDS };
enum { IPC_CALL_FD_RECORD, IPC_CALL_FD_CONTROL, IPC_CALL_FD_PTY, IPC_CALL_FDS };
enum { IPC_GIVE_FD_KEEPER, IPC_GIVE_FD_CONTROL, IPC_GIVE_FD_PTY, IPC_GIVE_FDS };
enum {
	IPC_TAKE_FD_KEEPER,
	IPC_TAKE_FD_RECORD,
	IPC_TAKE_FD_CONTROL,
	IPC_TAKE_FD_PTY,
	IPC_TAKE_FDS
};

/* What has happened to a call. */
enum ipc_news {
	IPC_NEWS_SPOKEN = 1,	/* pppd has sent its first frame */
	IPC_NEWS_AUTHENTICATED,
	IPC_NEWS_AUTH_FAILED,
	IPC_NEWS_OVER,
	IPC_NEWS_REPORT		/* as IPC_REPORT */
};

/* Commands of an administrator; the monitor knows each as a signal too. */
enum ipc_admin_verb {
	IPC_ADMIN_STATUS = 1,	/* just reply: each reply has the status */
	IPC_ADMIN_RELOAD,
	IPC_ADMIN_DRAIN,
	IPC_ADMIN_SHUTDOWN,
	IPC_ADMIN_UPGRADE,
	IPC_ADMIN_LOG_INFO,	/* log-level info */
	IPC_ADMIN_LOG_DEBUG
};
#define IPC_ADMIN_LAST	IPC_ADMIN_LOG_DEBUG
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
	uint16_t call_id;	/* our Call ID of the call in question */
	union {
		struct {
			uint32_t stimeout_ms;
			uint16_t first_call_id;	/* inetd; 0: random */
			bool	 debug;
			bool	 ask_access;	/* send IPC_ACCESS_REQUEST */
			bool	 leave_calls;	/* if the monitor ends */
			bool	 wait_listen;	/* for IPC_LISTEN */
			uint16_t index, count;	/* engine index of count */
			bool	 draining;	/* as after IPC_DRAIN */
			uint32_t admin_gid;	/* besides root; -1: none */
			struct limit_conf limits;
		} config;
		struct {
			uint32_t client_addr, server_addr; /* network order */
			uint16_t peer_id;
			bool	 again;	/* there was no slot before */
		} call_request;
		struct {
			uint32_t client_addr, server_addr; /* network order */
		} call_give;
		struct {
			uint8_t result, error;	/* of OCRP; 1: started */
			enum ctrl_end end;	/* why not, if known */
			struct login_key login_key;
		} call_reply;
		struct {
			uint8_t what;		/* enum ipc_news */
			enum ctrl_end end;	/* with AUTH_FAILED: reason */
		} news;
		struct {
			enum ctrl_end end;	/* one of a few */
			bool now;		/* as in hangup */
		} kick;
		struct {
			uint32_t seconds, packets;	/* at most */
		} trace;
		struct {
			/* Of the call that this one replaces: wait until it
			   has ended, and its address is free.  0: none. */
			int32_t pppd_pid;
		} admit;
		struct {
			uint32_t client_addr;	/* network order */
			struct login_key login_key;
		} elsewhere;
		struct {
			uint32_t client_addr;	/* network order */
			uint32_t seconds;	/* that it lasted */
			char	 session[SESSION_ID_TEXT];
		} over;
		struct {
			uint32_t for_ms;	/* in use for so long */
			uint16_t count;
			uint16_t id[IPC_IDS_MAX];
		} ids;
		struct {
			/* The reason, if the client was not told.  NONE: the
			   client was told; the record has the reason. */
			enum ctrl_end end;
			bool now;	/* pppd is killed soon, if it stays */
		} hangup;
		struct {
			bool kernel;		/* kernel data path */
		} ready;
		struct {
			bool kernel;		/* kernel data path: no pty */
		} call;
		struct {
			int status;		/* of wait(2) */
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
			char	 text[IPC_ADMIN_TEXT];	/* or the reason */
		} admin_reply;
		struct {
			int  priority;
			char line[LOG_LINE_MAX];
		} log;
	} u;
};
LAYOUT(struct ipc_msg, IPC_VERSION, 10, 524);

void	ipc_msg_init(struct ipc_msg *, enum ipc_type, uint16_t call_id);

/*
 * Sends one message with n descriptors, which stay the caller's.  0, or -1
 * with errno set (EAGAIN on a full non-blocking socket).
 */
int	ipc_send(int sock, const struct ipc_msg *, const int *fds, int n);

/* Descriptors that came with a message. */
struct ipc_fds {
	int	n;			/* or IPC_FDS_LOST */
	int	fd[IPC_FDS_MAX];	/* -1: taken */
};

/*
 * Receives one message.  fds gets its close-on-exec descriptors, which the
 * caller owns.  Their number is IPC_FDS_LOST if this process had no room for
 * them; they are closed then.  Returns 1: a message; 0: the other side has
 * closed; -1 with errno: EAGAIN, or EBADMSG if size or version is wrong.  With
 * 0 and -1 there are no descriptors.
 */
int	ipc_recv(int sock, struct ipc_msg *, struct ipc_fds *);

/* Gives descriptor i of the message to the caller; -1: there is none. */
int	ipc_fds_take(struct ipc_fds *, int i);
/* Closes the descriptors that nobody took; then there are none. */
void	ipc_fds_close(struct ipc_fds *);

/*
 * The same for one message of any size up to the receiver's buffer.
 * ipc_recv_data() returns the length of the message; 0 if the other side has
 * closed; -1 with errno, EMSGSIZE if the message was longer than size.
 */
int	ipc_send_data(int sock, const void *, size_t len, const int *fds,
	    int n);
ssize_t	ipc_recv_data(int sock, void *, size_t size, struct ipc_fds *);

/* Makes a connected SOCK_SEQPACKET pair, close-on-exec. 0, or -1 and errno. */
int	ipc_pair(int pair[2]);

#endif
