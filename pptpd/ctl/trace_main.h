/* pptpdctl trace: what passes through a call, into a file. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_TRACE_MAIN_H
#define PPTPD_TRACE_MAIN_H

#include <stdbool.h>

struct trace_wish {
	const char	*call, *file;	/* "-": standard output */
	unsigned int	 seconds, packets;	/* at most */
	bool		 wait;		/* for a call that begins */
};

/*
 * Writes a file of pcapng until the call, the time, the packets or the room end,
 * or a signal comes.  Returns the exit status.
 */
int	trace_main(const char *socket_path, const struct trace_wish *);

#endif
