/* The keeper of one call: parent of pppd, holder of what the call must keep. */
#ifndef PPTPD_KEEPER_H
#define PPTPD_KEEPER_H

/*
 * Serves the call whose record is on IPC_FD_RECORD until its pppd is reaped;
 * argv is pppd's, NULL-terminated, program first.  Returns the exit status.
 */
int	keeper_run(char **argv);

#endif
