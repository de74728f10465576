/* Calls that another engine has left: taking them up. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADOPT_H
#define PPTPD_ADOPT_H

#include <stdbool.h>

/*
 * A keeper that has lost its engine, at the other end of fd, which is owned
 * from then on: it will hand over its call.
 */
void	adopt_new(int fd);
/*
 * The front engine gives us a call, with the n descriptors of IPC_TAKE, which
 * are owned from then on.  False: it does not, and they are still the
 * caller's.
 */
bool	adopt_given(int *fds, int n);

#endif
