/* The Internet checksum. */
/* SPDX-License-Identifier: ISC */
#include "base/inet_sum.h"

uint32_t
inet_sum(uint32_t sum, const uint8_t *octets, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum += i % 2 == 0 ? (uint32_t)octets[i] << 8 : octets[i];
	return sum;
}

uint16_t
inet_checksum(uint32_t sum)
{
	while (sum > 0xFFFF)
		sum = (sum & 0xFFFF) + (sum >> 16);
	return (uint16_t)~sum;
}
