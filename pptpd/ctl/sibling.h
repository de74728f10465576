/* Other files of the server that a control socket belongs to. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SIBLING_H
#define PPTPD_SIBLING_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The path of the file `name` ("aaa", "leases") of that server: in the socket's
 * directory, with the same tail (config/instance.h).  False: the socket has a
 * name of its own, or the path is longer than size.
 */
bool	sibling_path(const char *control, const char *name, char *path,
	    size_t size);

#endif
