/* A call: from its request to its end, with its keeper and its pppd. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CALL_H
#define PPTPD_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/gre_socket.h"
#include "shared/ipc.h"
#include "state/ctrl_end.h"

struct call;
struct call_record;
struct limit_conn;
struct login_key;
struct trace;

/*
 * What a call tells its owner, the control connection.  Once the owner has
 * ended the call it is told nothing more.
 */
struct call_events {
	/*
	 * There is no slot for the call.  True: it waits, since a slot may
	 * soon be free.  The owner may end other calls for that, but not this
	 * one.
	 */
	bool	(*no_slot)(void *);
	/*
	 * The call has a keeper, which logs its start and end, and a record,
	 * in which the state of the connection lies from now on.
	 */
	void	(*kept)(void *, struct call_record *);
	/* pppd runs.  The owner may end the call. */
	void	(*started)(void *);
	/* pppd has let the client in; pppd has refused it. */
	void	(*authenticated)(void *);
	void	(*auth_failed)(void *);
	/* The reason why `failed` follows, if that is to be logged. */
	void	(*refused)(void *, enum ctrl_end);
	/*
	 * One of these comes last; after it there is no call any more.
	 * failed: it could not be started, and OCRP gets this Result Code and
	 * General Error.  ended: the owner has to unmap its record.  given:
	 * another engine goes on with it and its connection.
	 */
	void	(*failed)(void *, uint8_t result, uint8_t error);
	void	(*ended)(void *, enum ctrl_end, struct call_record *);
	void	(*given)(void *);
};

/* The connection that a call is for. */
struct call_owner {
	const struct call_events *events;
	void		*owner;
	uint32_t	 client, server;	/* network order */
	uint16_t	 peer_id;		/* the peer's Call ID */
	int		 control;		/* the connection's socket */
	struct limit_conn *limit;		/* its part in the limits */
	struct trace	**trace;		/* of its messages */
};

/*
 * Asks the monitor for a call; the answer comes as an event.  stays: this
 * engine must serve the call itself, since it has read octets behind the
 * request and cannot pass them on.  NULL if it cannot be asked for.
 */
struct call *call_start(const struct call_owner *, bool stays);
uint16_t call_id(const struct call *);
/* Whether the call waits for its turn to be started. */
bool	call_is_waiting(const struct call *);
/* Takes the monitor's answer, and those of its descriptors that it keeps. */
void	call_reply(const struct ipc_msg *, struct ipc_fds *);
/*
 * Takes up a call that another engine has left.  The call owns its record,
 * keeper and pty from then on; the caller goes on with call_resume(), which may
 * end the call.  NULL: they are still the caller's, and errno is ENOMEM, or
 * EEXIST if another call has its Call ID.
 */
struct call *call_adopt(const struct call_owner *, struct call_record *,
	    int keeper, int pty);
void	call_resume(struct call *);
/*
 * Ends the call for its owner: the keeper hangs up.  Returns its record, which
 * is the owner's from then on, or NULL if it has none.
 */
struct call_record *call_end(struct call *, enum ctrl_end);
/* A Set-Link-Info has come: the client hears us. */
void	call_client_spoke(struct call *);
/* Passes a packet from the GRE socket to its call, if there is one. */
void	call_receive(const struct gre_packet *);
/*
 * Steps through the records of all calls that have one, in the order of their
 * Call IDs.  *next is 1 at first, and one more than the Call ID of the record
 * later: the records of other engines may have another one in them.  NULL: there
 * are no more.  Calls may come and go between two steps.
 */
const struct call_record *call_next_record(uint32_t *next);
/*
 * What the seal on the login of another engine's call is made with.  NULL: the
 * call is ours, and nobody else writes to its record but its keeper.
 */
const struct login_key *call_login_key(uint16_t id);
/* The monitor says that a call of ours has ended: if we did not know, it is
 * noted. */
void	call_missed(const struct ipc_msg *);
/*
 * pppd may go on with the user who has logged in, whichever engine has it; but
 * not before another pppd has ended (0: none), or has not for some seconds.
 */
void	call_admit(uint16_t id, int32_t after_pid);
#define CALL_TRACE_BUSY_TEXT "it is traced already, or too many others are"

/* What has become of a trace that was asked for. */
enum call_trace {
	CALL_TRACED,		/* it has begun, and has the descriptor */
	CALL_TRACE_ELSEWHERE,	/* another engine has been given a copy of it */
	CALL_TRACE_BUSY,	/* there is one, or too many, or no memory */
	CALL_TRACE_NONE		/* there is no such call */
};

/*
 * Traces the call with this ID for the client of the control socket behind fd:
 * seconds long, or so many packets.  It is refused to who is not root.
 */
enum call_trace call_trace(uint16_t id, int fd, uint32_t seconds,
	    uint32_t packets);
/* The monitor passes on what the front engine was asked for. */
void	call_trace_given(const struct ipc_msg *, int fd);
/* Ends the call with this ID, if any engine serves it. */
void	call_kick(uint16_t id, enum ctrl_end);
/* The same, and its pppd is killed if it does not end within a second. */
void	call_kick_now(uint16_t id, enum ctrl_end);

#endif
