/* The back end "file": chap-secrets, without pppd. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_FILE_BACKEND_H
#define PPTPD_FILE_BACKEND_H

#include <stdbool.h>
#include <stddef.h>

#include "aaa_conf.h"
#include "backend.h"

/* As struct backend has them; after file_backend_load() and loop_init(). */
void	*file_login(const struct aaa_login *, backend_done *, void *arg);
void	file_cancel(void *);

/*
 * Reads the secrets that conf, which must stay, names, with root's rights.
 * False with the reason logged.
 */
bool	file_backend_load(const struct aaa_conf *);
/* How many lines count. */
size_t	file_backend_users(void);

#endif
