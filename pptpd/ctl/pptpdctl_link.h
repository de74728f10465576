/* pptpdctl's end of the control socket. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PPTPDCTL_LINK_H
#define PPTPD_PPTPDCTL_LINK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define LINK_LINE_MAX	65536	/* octets of a line that the server sends */

/* All functions report errors by ctl_complain(). */
struct link {
	int	 fd;
	size_t	 len;
	char	 buf[LINK_LINE_MAX];
};

/* Connects.  Returns the descriptor, or -1. */
int	 link_open(const char *path);
/* Becomes user nobody, if we are root. */
bool	 link_give_up_root(void);
/* Sends a command; call may be NULL. */
bool	 link_ask(int fd, const char *verb, const char *call);
/* Receives the next object, which is the caller's; NULL on error. */
json_t	*link_next(struct link *);

#endif
