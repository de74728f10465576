/* What pptpd-session.so does for other plugins of ours in the same pppd. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SESSION_H
#define PPTPD_SESSION_H

#include <dlfcn.h>

#include "protocol/aaa_msg.h"

/*
 * The pool that a server wants the peer's address from; before the phase of
 * networks.  The user's own file may say another one, and an address that is
 * said counts before it.
 *
 *	pptpd_session_pool_fn *want = pptpd_session_find(PPTPD_SESSION_POOL);
 *
 * NULL: pptpd-session.so is not there.
 */
#define PPTPD_SESSION_POOL	"pptpd_session_pool"
typedef void pptpd_session_pool_fn(const struct aaa_text *name);

static inline void *
pptpd_session_find(const char *name)
{
	return dlsym(RTLD_DEFAULT, name);
}

#endif
