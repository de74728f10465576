/* Monitor: logs what an engine writes to its descriptor 2, line by line. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ENGINE_OUTPUT_H
#define PPTPD_ENGINE_OUTPUT_H

#include <sys/types.h>

/*
 * An engine's descriptor 2 is a pipe to the monitor, and not our stderr, since
 * a peer may have taken the engine over.  Messages of assert(3), libc and
 * sanitizers come through it.  Of each line only printable ASCII is kept.  The
 * length of a line, the lines a minute and the octets read a second are
 * bounded.
 */
struct engine_output;

/*
 * Makes the pipe.  *writer is the engine's end: the caller owns it, and closes
 * it when the engine has its copy.  NULL with errno set.
 */
struct engine_output *engine_output_open(int *writer);
/*
 * The engine, whose process ID was pid, is gone: logs what is still in the
 * pipe, closes it and frees.  NULL is passed over.
 */
void	engine_output_close(struct engine_output *, pid_t);

#endif
