/* What several servers on one machine call their files in the run directory. */
/* SPDX-License-Identifier: ISC */
#include "config/instance.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "config/conf_key.h"

#define DIRECTORY	RUNDIR "/pptpd/"
#define FNV_BASIS	2166136261U
#define FNV_PRIME	16777619U

static uint32_t
fnv1a(uint32_t hash, const char *text)
{
	for (; *text != '\0'; text++) {
		hash ^= (unsigned char)*text;
		hash *= FNV_PRIME;
	}
	return hash;
}

int
instance_path(char *buf, size_t size, const char *name, const char *pidfile)
{
	uint32_t hash = FNV_BASIS;
	int n;

	if (strcmp(pidfile, CONF_PIDFILE_DEFAULT) == 0)
		n = snprintf(buf, size, DIRECTORY "%s", name);
	else {
		if (pidfile[0] != '/')
			hash = fnv1a(hash, "/");
		n = snprintf(buf, size, DIRECTORY "%s-%08x", name,
		    (unsigned)fnv1a(hash, pidfile));
	}
	return n > 0 && (size_t)n < size ? 0 : -1;
}
