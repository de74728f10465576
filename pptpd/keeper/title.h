/* The process title that ps(1) shows, written over argv. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_TITLE_H
#define PPTPD_TITLE_H

/*
 * Remembers address and length of argv.  title_set() overwrites the strings:
 * copy those that are needed later.
 */
void	title_init(int argc, char **argv);
/* Writes text over argv, cut to the length of argv and padded with NULs. */
void	title_set(const char *text);

#endif
