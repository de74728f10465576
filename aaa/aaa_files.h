/* Reads aaa.conf, with root's rights. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_AAA_FILES_H
#define PPTPD_AAA_FILES_H

#include <stdbool.h>

#include "aaa_conf.h"

/*
 * Reads a file.  If may_miss, one that is not there is as good as an empty one.
 * False with the reason logged.
 */
bool	aaa_files_load(struct aaa_conf *, const char *file, bool may_miss);

#endif
