/* pptpctrl as inetd's server: Poptop's command line for one connection. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_INETD_H
#define PPTPD_INETD_H

/*
 * Reads pptpctrl's position-dependent arguments (pptpctrl(8)) and becomes a
 * pptpd that serves the connection on descriptor 0 and ends with it.
 * Returns the exit status if that fails.
 */
int	inetd_run(int argc, char **argv);

#endif
