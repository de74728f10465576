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

/*
 * What a call tells its owner, the control connection.  None of these is told
 * once the owner has ended the call.
 */
struct call_events {
	/*
	 * There is no slot for it.  True: it waits, since there may soon be
	 * one.  Not this call may be ended for it, others may.
	 */
	bool	(*no_slot)(void *);
	/*
	 * It has a keeper, which logs its start and end, and a record, in
	 * which the state of the connection lies from now on.
	 */
	void	(*kept)(void *, struct call_record *);
	/* pppd runs.  The owner may end the call. */
	void	(*started)(void *);
	/* pppd has let the client in, or has not. */
	void	(*authenticated)(void *);
	void	(*auth_failed)(void *);
	/* Why there is none for it, if that is to be logged; then `failed`. */
	void	(*refused)(void *, enum ctrl_end);
	/*
	 * The last words, each of which says that there is no call any more:
	 * it could not be started, for this Result Code and General Error of
	 * OCRP; or it has ended, and its record is the owner's, to be
	 * unmapped; or another engine goes on with it and its connection.
	 */
	void	(*failed)(void *, uint8_t result, uint8_t error);
	void	(*ended)(void *, enum ctrl_end, struct call_record *);
	void	(*given)(void *);
};

/* Who it is for. */
struct call_owner {
	const struct call_events *events;
	void		*owner;
	uint32_t	 client, server;	/* network order */
	uint16_t	 peer_id;		/* the peer's Call ID */
	int		 control;		/* the connection's descriptor */
	struct limit_conn *limit;		/* what is counted of it */
};

/*
 * Asks the monitor for a call; the owner hears of it later.  stays: no other
 * engine can have it, since octets behind its request have been read.  NULL if
 * it cannot be asked for.
 */
struct call *call_start(const struct call_owner *, bool stays);
uint16_t call_id(const struct call *);
/* Whether it waits for its turn to be started. */
bool	call_is_waiting(const struct call *);
/* The monitor's answer; takes the descriptors. */
void	call_reply(const struct ipc_msg *, int *fds, int n);
/*
 * A call that another engine has left, with its record, keeper and pty, which
 * are the call's from then on.  NULL: they are still the caller's, and errno is
 * ENOMEM, or EEXIST if another call has its Call ID.  Then call_resume() goes
 * on with it, which may end it.
 */
struct call *call_adopt(const struct call_owner *, struct call_record *,
	    int keeper, int pty);
void	call_resume(struct call *);
/*
 * The owner ends it: the keeper hangs up, and there is no call any more.
 * Returns its record, which is the owner's from then on, NULL if it has none.
 */
struct call_record *call_end(struct call *, enum ctrl_end);
/* A Set-Link-Info has come: the client is there. */
void	call_client_spoke(struct call *);
/* A packet from the GRE socket, whosever it is. */
void	call_receive(const struct gre_packet *);
/*
 * Goes through the records of all calls that have one, by their Call IDs:
 * *next is 1 at first.  NULL: there are no more.  Calls may come and go
 * meanwhile.
 */
const struct call_record *call_next_record(uint32_t *next);
/* Ends the call with this ID, if there is one, also at another engine. */
void	call_kick(uint16_t id, enum ctrl_end);

#endif
