/* A control connection on its TCP socket. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CONN_H
#define PPTPD_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "state/ctrl.h"

struct call;
struct call_record;
struct conn;
struct limit_conn;

/*
 * What is left of a connection by what was done with it.  Once it is over it
 * is only freed, at the end of the event: nobody goes on with it.
 */
enum conn_life {
	CONN_LIVES,
	CONN_OVER
};

/* Serves a connected socket, which is owned from then on. */
void	conn_new(int fd);
/*
 * Serves one that another engine has left, with its call and all of its
 * descriptors, which are owned from then on, the record too.  NULL: it cannot
 * be, as errno of call_adopt() says, and they are still the caller's.  conn_resume() then goes on with it,
 * which may end it.
 */
struct conn *conn_adopt(int fd, struct call_record *, int keeper, int pty);
void	conn_resume(struct conn *);
/* TCP wrappers' answer for the connection with that token, of that client. */
void	conn_access(uint32_t token, uint32_t client, bool allowed);
/*
 * Does what ctrl asked for (CTRL_DO_*), which may end the call, or the
 * connection with it.
 */
enum conn_life conn_do(struct conn *, unsigned int todo) MUST_LOOK;
/* No new calls: those that have none are told to go. */
void	conn_drain(void);
/* Ends all of them in order. */
void	conn_stop_all(enum ctrl_end);
/* Closes somebody who is silent; false: nobody is. */
bool	conn_make_room(void);
/*
 * There is no slot for the call that it asks for.  True: there may soon be one,
 * since an unauthenticated call ends, or may have to.
 */
bool	conn_make_slot(struct conn *);
/* pppd has let the client in, or has not. */
void	conn_authenticated(struct conn *);
void	conn_auth_failed(struct conn *);
/* Logs why it gets no call. */
void	conn_refused(struct conn *, enum ctrl_end);

struct ctrl	*conn_ctrl(struct conn *);
/* The state moves into a call's record: where it is now. */
void	conn_move_ctrl(struct conn *, struct ctrl *to);
/* The call whose record that is ends, and its record is the connection's. */
void	conn_take_record(struct conn *, struct call_record *);
/* What is counted of it. */
struct limit_conn *conn_limit(struct conn *);
/* Whether it has sent more than what is being dealt with. */
bool	conn_has_more(const struct conn *);
/* Another engine goes on with it: lets go of it without a word. */
void	conn_leave(struct conn *);
/* The call has a keeper, which logs its start and end. */
void	conn_call_kept(struct conn *);
/* The call is over. */
void	conn_call_gone(struct conn *);
int	conn_fd(const struct conn *);
/* Addresses in network order: of the peer, and ours. */
uint32_t conn_client(const struct conn *);
uint32_t conn_server(const struct conn *);

#endif
