/* A control connection on its TCP socket. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CONN_H
#define PPTPD_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "state/ctrl_end.h"

struct call_record;
struct conn;

/* Serves a connected socket, and owns it from then on. */
void	conn_new(int fd);
/*
 * Takes up a connection and its call that another engine has left, and owns
 * the descriptors and the record from then on.  The caller goes on with
 * conn_resume(), which may end the connection.  NULL: they are still the
 * caller's, and errno is that of call_adopt().
 */
struct conn *conn_adopt(int fd, struct call_record *, int keeper, int pty);
void	conn_resume(struct conn *);
/* Takes TCP wrappers' answer for the connection with that token and client. */
void	conn_access(uint32_t token, uint32_t client, bool allowed);
/* Ends all connections without a call, since no new calls are taken. */
void	conn_drain(void);
/* Ends all connections and their calls in order: with CDN and StopCCRQ. */
void	conn_stop_all(enum ctrl_end);
/* Closes a connection that has asked for nothing; false: there is none. */
bool	conn_make_room(void);

#endif
