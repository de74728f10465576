/* Names of files in the run directory, when a machine has several servers. */
/* SPDX-License-Identifier: ISC */
#include "config/instance.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/fnv.h"
#include "config/conf_key.h"

#define DIRECTORY	RUNDIR "/pptpd/"

/* /var/run is a link to /run: files and scripts have the one or the other. */
static const char *
without_var(const char *path)
{
	return strncmp(path, "/var/run/", 9) == 0 ? path + 4 : path;
}

int
instance_path(char *buf, size_t size, const char *name, const char *pidfile)
{
	uint32_t hash = FNV_BASIS;
	int n;

	if (strcmp(without_var(pidfile),
	    without_var(CONF_PIDFILE_DEFAULT)) == 0)
		n = snprintf(buf, size, DIRECTORY "%s", name);
	else {
		if (pidfile[0] != '/')
			hash = fnv1a(hash, "/", 1);
		n = snprintf(buf, size, DIRECTORY "%s-%08x", name,
		    (unsigned)fnv1a(hash, pidfile, strlen(pidfile)));
	}
	return n > 0 && (size_t)n < size ? 0 : -1;
}

int
instance_table(char table[INSTANCE_TABLE], const char *pidfile)
{
	char path[sizeof(DIRECTORY) + INSTANCE_TABLE];
	char *dash;

	if (instance_path(path, sizeof(path), "pptpd", pidfile) == -1)
		return -1;
	snprintf(table, INSTANCE_TABLE, "%.*s", INSTANCE_TABLE - 1,
	    path + sizeof(DIRECTORY) - 1);
	dash = strchr(table, '-');
	if (dash != NULL)
		*dash = '_';
	return 0;
}
