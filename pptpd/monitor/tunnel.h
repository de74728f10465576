/* The network interfaces at our ends of tunnels. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_TUNNEL_H
#define PPTPD_TUNNEL_H

#include <stddef.h>
#include <stdint.h>

/*
 * The addresses (network order) at the other ends of this machine's
 * point-to-point interfaces, our calls' and others.  *n of them, to be freed by
 * the caller; NULL with errno set on error.
 */
uint32_t *tunnel_peers(size_t *n);

#endif
