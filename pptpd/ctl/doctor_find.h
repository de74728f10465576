/* pptpdctl doctor: what all checks have in common. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_DOCTOR_FIND_H
#define PPTPD_DOCTOR_FIND_H

#include "ctl/doctor.h"

/* Notes a finding of the check that runs.  fix may be NULL; both are copied. */
void	doctor_find(struct doctor *, enum severity, const char *fix,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Whether the check that runs has found anything worse than a note. */
bool	doctor_has_found(const struct doctor *);

/* The world's functions, with their argument. */
char	*doctor_read(const struct doctor *, const char *path, size_t max,
	    size_t *len);
int	 doctor_stat(const struct doctor *, const char *path, struct stat *);
bool	 doctor_exists(const struct doctor *, const char *path);
/* Runs a program into doctor->out; its words end with NULL. */
int	 doctor_exec(struct doctor *, const char *const words[]);

/* The number at the start of a file, or -1. */
long	 doctor_number(const struct doctor *, const char *path);
/* Whether a line of the file has the text. */
bool	 doctor_file_has(const struct doctor *, const char *path,
	    const char *text);

/* Calls fn for each line of a text; the text is cut into lines. */
typedef void doctor_line(char *line, void *arg);
void	 doctor_lines(char *text, doctor_line *, void *arg);

#define DOCTOR_FILE	(1024 * 1024)	/* octets of most files */

#endif
