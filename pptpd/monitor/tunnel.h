/* The network interface at our end of a call. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_TUNNEL_H
#define PPTPD_TUNNEL_H

#include <stdbool.h>

#include "config/iprange.h"

/* The address of the other end; false if there is no such interface. */
bool	tunnel_peer(const char *ifname, char remote[IPRANGE_TEXT]);

#endif
