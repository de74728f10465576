/* Colours of tables and lists, on a terminal. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_COLOUR_H
#define PPTPD_ADMIN_COLOUR_H

#include <stdbool.h>
#include <stdio.h>

enum admin_colour {
	ADMIN_PLAIN,
	ADMIN_TITLE,
	ADMIN_GOOD,
	ADMIN_ODD,
	ADMIN_BAD,
	ADMIN_COLOURS		/* how many there are */
};

/* Off at first. */
void	admin_colour_use(bool on);
/*
 * Prints a text, which is safe for a terminal, and spaces up to this width (0:
 * none).
 */
void	admin_colour_put(FILE *, enum admin_colour, const char *text, int width);
/* The colour of a field's value: those that something is wrong with stand out. */
enum admin_colour admin_colour_of(const char *key, const char *value);

#endif
