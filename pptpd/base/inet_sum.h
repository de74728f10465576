/* The Internet checksum (RFC 1071), of IP, TCP, UDP and ICMP. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_INET_SUM_H
#define PPTPD_INET_SUM_H

#include <stddef.h>
#include <stdint.h>

/*
 * Continues a sum over len more octets; begin with 0.  All parts but the last
 * one have an even length.  65,535 octets fit.
 */
uint32_t inet_sum(uint32_t sum, const uint8_t *octets, size_t len);
/*
 * The checksum of a sum, host order: what goes into the field if that was 0; 0 if
 * the octets have their checksum in them and are as they were sent.
 */
uint16_t inet_checksum(uint32_t sum);

#endif
