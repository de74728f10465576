/* TCP wrappers: who may connect at all (hosts_access(5), daemon "pptpd"). */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ACCESS_H
#define PPTPD_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

/* Was the program built to ask? */
bool	access_built(void);
/* Whether there are rules at all.  Cheap: reads the files when they change. */
bool	access_has_rules(void);
/*
 * Asks the rules about a client (network order).  With `names` this may take
 * long, since rules with host names ask the DNS: call it in a process of its
 * own.  Without `names` the client counts as one whose name is unknown.
 */
bool	access_allowed(uint32_t client, bool names);

#endif
