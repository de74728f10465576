/* How often one user may be logged in at a time: max-logins-per-user. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LOGINS_H
#define PPTPD_LOGINS_H

/*
 * The front engine counts the calls of all engines by what their records say,
 * so a count needs no memory of its own and none is lost with an engine.
 */

/* Before the first message of the monitor: listens to the journal. */
void	logins_init(void);
/*
 * Looks at all calls when the present event is over, or some ms later if that
 * was done just before: ends those that are too many, and lets those pppds go
 * on that wait.
 */
void	logins_look(void);

#endif
