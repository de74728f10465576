/* What the kernel lets through, in the language of pcap-filter(7). */
/* SPDX-License-Identifier: ISC */
#ifndef BCRELAY_FILTER_H
#define BCRELAY_FILTER_H

#include <stddef.h>
#include <stdint.h>

/*
 * The expression that fits what packet_look() relays, as far as it can be
 * told without knowing the networks: for IP packets without a link header
 * (DLT_RAW).  Groups in host order.  The caller frees it; NULL: no memory.
 */
char	*filter_text(const uint32_t *group, size_t n);

#endif
