/* Taking up calls that another engine has left. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADOPT_H
#define PPTPD_ADOPT_H

#include "shared/ipc.h"

/*
 * Waits for a keeper, at the other end of fd, to hand over its call; its engine
 * is gone.  fd is owned from then on.
 */
void	adopt_new(int fd);
/*
 * Takes up a call that the front engine gives us, with the descriptors of
 * IPC_TAKE.  Takes all of these or, if it cannot take the call up, none; then
 * the call's keeper asks the monitor.
 */
void	adopt_given(struct ipc_fds *);

#endif
