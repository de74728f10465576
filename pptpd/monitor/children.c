/* Monitor: finds our children, such as pppds that a killed keeper left. */
/* SPDX-License-Identifier: ISC */
#include "monitor/children.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/slurp.h"

#define PPID	"\nPPid:"
#define UID	"\nUid:"

/* Reads a file of /proc/PID; NULL if there is no such process (any more). */
static char *
read_proc(pid_t pid, const char *name, size_t *len)
{
	char path[48];

	snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	return slurp(path, len);
}

/* Whether the process is our child and runs as root. */
static bool
is_ours(pid_t pid)
{
	size_t len;
	char *text = read_proc(pid, "status", &len);
	const char *p, *q;
	long ppid = 0, uid = -1;

	/* The name, in the first line, cannot forge a line: "\n" is escaped. */
	if (text == NULL)
		return false;
	if ((p = strstr(text, PPID)) != NULL)
		ppid = strtol(p + strlen(PPID), NULL, 10);
	if ((q = strstr(text, UID)) != NULL)	/* the real uid comes first */
		uid = strtol(q + strlen(UID), NULL, 10);
	free(text);
	return ppid == (long)getpid() && uid == 0;
}

void
children_each(void (*tell)(pid_t, const char *args, size_t len))
{
	DIR *proc = opendir("/proc");
	struct dirent *d;

	while (proc != NULL && (d = readdir(proc)) != NULL) {
		pid_t pid = (pid_t)strtol(d->d_name, NULL, 10);
		char *args;
		size_t len;

		if (pid <= 1 || !is_ours(pid) ||
		    (args = read_proc(pid, "cmdline", &len)) == NULL)
			continue;
		tell(pid, args, len);
		free(args);
	}
	if (proc != NULL)
		closedir(proc);
}

bool
children_args_have(const char *args, size_t len, const char *word,
    const char *next)
{
	const char *end = args + len;

	for (const char *p = args; p < end; p += strlen(p) + 1) {
		const char *q = p + strlen(p) + 1;

		if (strcmp(p, word) == 0 && (next == NULL ||
		    (q < end && strcmp(q, next) == 0)))
			return true;
	}
	return false;
}
