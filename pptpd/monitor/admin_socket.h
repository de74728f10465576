/* The socket that pptpdctl(8) connects to: its name, its owner, its mode. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_SOCKET_H
#define PPTPD_ADMIN_SOCKET_H

#include <sys/types.h>

/*
 * Makes the control socket of the server with this pid file, and replaces one
 * that an earlier server left behind.  Root and this group may use it; root
 * alone if group is NULL or (with a warning) if there is no such group.  Sets
 * *gid to the group, -1: none.  Returns a listening, non-blocking,
 * close-on-exec descriptor, or -1 with the reason logged.
 */
int	admin_socket_open(const char *pidfile, const char *group, gid_t *gid);
/*
 * Before another engine gets this descriptor: undoes what the one before may
 * have done to it.  A socket that was shut down can't be used again, so a new
 * one takes its place behind the same descriptor.  -1 is passed over.
 */
void	admin_socket_restore(int fd, gid_t gid);
/* Lets another group use the socket from now on; NULL: root alone. */
void	admin_socket_change(const char *group, gid_t *gid);
/* Removes the socket, unless another server has put its own there. */
void	admin_socket_remove(void);

#endif
