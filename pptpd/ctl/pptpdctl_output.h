/* pptpdctl: errors and JSON, as the user asked for them. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PPTPDCTL_OUTPUT_H
#define PPTPD_PPTPDCTL_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>

/*
 * For main(), first: descriptors 0 to 2 that are closed are taken, so that no
 * socket or file gets their numbers and what is printed for people.  Printing
 * fails then.
 */
void	ctl_hold_places(void);

/* Option --json: errors are JSON too (off at start). */
void	ctl_set_json(bool);
bool	ctl_is_json(void);

/* A text as a value of JSON; octets that are not UTF-8 become \xNN. */
json_t	*ctl_json_text(const char *);
/* Prints a value on standard output, in ASCII without control characters. */
void	ctl_put_json(const json_t *);

/* For people: colours, if standard output is a terminal that wants them. */
void	ctl_choose_colours(void);

/* From now on in one line, errors too. */
void	ctl_set_lines(void);

/*
 * Reports an error: for programs an object with code and text on standard
 * output, for people the text alone on standard error.
 */
void	ctl_complain(const char *code, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

#endif
