/* pptpctrl as inetd's server: Poptop's command line for one connection. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_INETD_H
#define PPTPD_INETD_H

/*
 * Reads pptpctrl's positional arguments (pptpctrl(8)) and executes pptpd,
 * which serves the connection on descriptor 0 and ends with it.  Returns only
 * if that fails: the exit status.
 */
int	inetd_run(int argc, char **argv);

#endif
