/* Taking up calls that another engine has left. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADOPT_H
#define PPTPD_ADOPT_H

#include <stdbool.h>

/*
 * Waits for a keeper, at the other end of fd, to hand over its call; its engine
 * is gone.  fd is owned from then on.
 */
void	adopt_new(int fd);
/*
 * Takes up a call that the front engine gives us, with the n descriptors of
 * IPC_TAKE, which are owned from then on.  False: it was not taken up, and the
 * descriptors are still the caller's.
 */
bool	adopt_given(int *fds, int n);

#endif
