/* The back end "exec": a program of the administrator's. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_EXEC_BACKEND_H
#define PPTPD_EXEC_BACKEND_H

#include <stdbool.h>

#include "aaa_conf.h"
#include "backend.h"

/* As struct backend has them; after exec_backend_init(). */
void	*exec_login(const struct aaa_login *, backend_done *, void *arg);
void	exec_cancel(void *);
/*
 * For logins and exec_report().  sock is that of runner_start(); conf must stay.
 * After loop_init().  False: no memory.
 */
bool	exec_backend_init(int sock, const struct aaa_conf *conf);

#endif
