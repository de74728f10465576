/* The address pools with a name: telling pppds of them, seeing their leases. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_POOLS_H
#define PPTPD_POOLS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/conf.h"

/*
 * Writes the pools of a configuration where pppds read them.  0, or -1 with
 * errno set: then pppds see those that were there before.
 */
int	pools_write(const struct conf *);
/* Whether a pppd has this address (network order), as far as it has said so. */
bool	pools_is_leased(uint32_t addr);

#endif
