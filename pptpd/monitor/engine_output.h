/* Monitor: logs what an engine writes to its descriptor 2, line by line. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ENGINE_OUTPUT_H
#define PPTPD_ENGINE_OUTPUT_H

#include <sys/types.h>

/*
 * An engine has nothing of ours to write to, since a peer may have taken it
 * over: its descriptor 2 is a pipe.  An assertion's last words, libc's or a
 * sanitizer's come that way.  Of each line only printable ASCII is kept, and
 * there are bounds for its length, for lines a minute, and for octets that
 * are read in a second.
 */
struct engine_output;

/*
 * Makes the pipe; its other end is the caller's, who closes it once it is the
 * engine's.  NULL with errno set.
 */
struct engine_output *engine_output_open(int *writer);
/*
 * The engine is gone, pid is what it was: logs what is still in the pipe, and
 * frees.  NULL is nothing.
 */
void	engine_output_close(struct engine_output *, pid_t);

#endif
