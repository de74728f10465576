/* Prints answers of the control socket for people: tables and lists. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_TEXT_H
#define PPTPD_ADMIN_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Print results as in pptpdctl(8).  The results come from a process that
 * clients can attack, so a missing value or one of a wrong type is "-", and
 * no control character reaches the terminal.
 */
void	admin_text_status(FILE *, const json_t *status);
void	admin_text_call(FILE *, const json_t *call);
/*
 * calls: an array, printed in its order.  columns: fields of a call, with commas
 * between them, each of which admin_text_is_field(); NULL: the usual ones.
 */
void	admin_text_list(FILE *, const json_t *calls, const char *columns);
/* Whether a call has a field of this name. */
bool	admin_text_is_field(const char *name);
/* Whether these are columns for admin_text_list(). */
bool	admin_text_are_columns(const char *columns);
/* entries: an array. */
/* What admin_users() makes, and the networks of the answer to "networks". */
void	admin_text_users(FILE *, const json_t *users);
void	admin_text_networks(FILE *, const json_t *networks);
void	admin_text_history(FILE *, const json_t *entries);
/* One line. */
void	admin_text_event(FILE *, const json_t *event);

/* "45s", "12m34s", "1h02m", "3d04h"; buf has room for 24. */
char	*admin_text_time(char *buf, size_t size, uint64_t seconds);
/* "512", "1.2K", "34M"; buf has room for 24. */
char	*admin_text_octets(char *buf, size_t size, uint64_t octets);
/* Prints a text without its control characters. */
void	admin_text_put(FILE *, const char *text);

#endif
