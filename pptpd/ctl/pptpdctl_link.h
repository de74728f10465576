/* pptpdctl's end of the control socket. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PPTPDCTL_LINK_H
#define PPTPD_PPTPDCTL_LINK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define LINK_LINE_MAX	65536	/* octets of a line that the server sends */

/* All that goes wrong is told by ctl_complain(). */
struct link {
	int	 fd;
	size_t	 len;
	char	 buf[LINK_LINE_MAX];
};

/* Connects; the descriptor, or -1. */
int	 link_open(const char *path);
/* From here on without root's rights, if we had them. */
bool	 link_give_up_root(void);
bool	 link_ask(int fd, const char *verb, const char *call);
/* The next object that the server sends, the caller's; or NULL. */
json_t	*link_next(struct link *);

#endif
