/* A control connection on its TCP socket. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CONN_H
#define PPTPD_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "state/ctrl_end.h"

struct call_record;
struct conn;

/* Serves a connected socket, which is owned from then on. */
void	conn_new(int fd);
/*
 * Serves one that another engine has left, with its call and all of its
 * descriptors, which are owned from then on, the record too.  NULL: it cannot
 * be, as errno of call_adopt() says, and they are still the caller's.  Then
 * conn_resume() goes on with it, which may end it.
 */
struct conn *conn_adopt(int fd, struct call_record *, int keeper, int pty);
void	conn_resume(struct conn *);
/* TCP wrappers' answer for the connection with that token, of that client. */
void	conn_access(uint32_t token, uint32_t client, bool allowed);
/* No new calls: those that have none are told to go. */
void	conn_drain(void);
/* Ends all of them in order. */
void	conn_stop_all(enum ctrl_end);
/* Closes somebody who is silent; false: nobody is. */
bool	conn_make_room(void);

#endif
