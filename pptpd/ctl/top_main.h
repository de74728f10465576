/* pptpdctl top: calls with their rates, in a terminal. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_TOP_MAIN_H
#define PPTPD_TOP_MAIN_H

#include <stdbool.h>

#define TOP_MS_USUAL	2000	/* between two pages */
#define TOP_MS_LEAST	250
#define TOP_MS_MOST	20000	/* the server closes who is quiet for longer */

struct top_wish {
	bool		 batch;		/* pages of text, no keys */
	unsigned int	 pages;		/* 0: until q */
	unsigned int	 ms;		/* between them */
};

/* Returns the exit status. */
int	top_main(const char *socket_path, const struct top_wish *);

#endif
