/* What the kernel lets through, in the language of pcap-filter(7). */
/* SPDX-License-Identifier: ISC */
#ifndef BCRELAY_FILTER_H
#define BCRELAY_FILTER_H

#include <stddef.h>
#include <stdint.h>

/*
 * The expression for packets that packet_look() may relay.  It does not know
 * the addresses of the networks, so it passes some packets that packet_look()
 * refuses.  It is for IP packets without a link header (DLT_RAW).  Groups in
 * host order.  The caller frees it; NULL: no memory.
 */
char	*filter_text(const uint32_t *group, size_t n);

#endif
