/* pptpdctl events: what happens, as it happens. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PPTPDCTL_EVENTS_H
#define PPTPD_PPTPDCTL_EVENTS_H

/*
 * Prints a line for each event of the server with this control socket, until
 * it ends or its output is closed.  Returns the exit status.
 */
int	events_follow(const char *path);

#endif
