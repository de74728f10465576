/* Leaving root behind before the first octet of a peer is read. */
#ifndef PPTPD_SANDBOX_H
#define PPTPD_SANDBOX_H

/*
 * Enters the empty directory dir as root, becomes user `pptpd` (else
 * `nobody`, with a warning), without groups, capabilities or a way back.
 * 0, or -1 with the reason logged.
 */
int	sandbox_enter(const char *dir);

#endif
