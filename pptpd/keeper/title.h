/* The process title that ps shows: argv memory written over. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_TITLE_H
#define PPTPD_TITLE_H

/*
 * Notes where argv lies and how long it is.  The strings stay valid until
 * title_set() is called: copy what is needed later.
 */
void	title_init(int argc, char **argv);
/* Writes text over argv, cut to the room that argv had, NULs behind it. */
void	title_set(const char *text);

#endif
