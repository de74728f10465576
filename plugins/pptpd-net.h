/* What pptpd-net.so does for other plugins of ours in the same pppd. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_NET_H
#define PPTPD_NET_H

#include <dlfcn.h>

#include "protocol/aaa_msg.h"

/*
 * pppd loads each plugin for itself, so they find each other by name:
 *
 *	pptpd_net_limit_fn *limit = pptpd_net_find(PPTPD_NET_LIMIT);
 *
 * NULL: pptpd-net.so is not there.  Both functions may be called again.
 *
 * PPTPD_NET_LIMIT: the limits of this call from now on; before IP is up, from
 * then on.  They take the place of all that were set before.  Returns 0 if they
 * could not be set (the log says why), else 1: they are, or will be.
 */
#define PPTPD_NET_LIMIT	"pptpd_net_limit"
typedef int pptpd_net_limit_fn(const struct rate_limits *);
/*
 * PPTPD_NET_REACH: networks behind the peer, from when IP (or IPv6) comes up.
 */
#define PPTPD_NET_REACH	"pptpd_net_reach"
typedef void pptpd_net_reach_fn(const struct aaa_reply *);

static inline void *
pptpd_net_find(const char *name)
{
	return dlsym(RTLD_DEFAULT, name);
}

#endif
