/* Monitor: the pid file, and the server that it names. */
/* SPDX-License-Identifier: ISC */
#include "monitor/pidfile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define NAME_SIZE	32	/* more than the kernel's 16 */

void
pidfile_write(const char *path)
{
	FILE *f = fopen(path, "we");

	if (f == NULL || fprintf(f, "%ld\n", (long)getpid()) < 0)
		log_err("PPTPD: failed to open(%s), errno=%d", path, errno);
	if (f != NULL && fclose(f) != 0)
		log_err("PPTPD: failed to open(%s), errno=%d", path, errno);
}

static pid_t
pid_in(const char *path)
{
	FILE *f = fopen(path, "re");
	long pid = 0;

	if (f == NULL)
		return 0;
	if (fscanf(f, "%20ld", &pid) != 1 || pid < 1)
		pid = 0;
	fclose(f);
	return (pid_t)pid;
}

void
pidfile_remove(const char *path)
{
	if (pid_in(path) == getpid())
		unlink(path);
}

/*
 * The name of a process, from /proc/PID/stat: "PID (NAME) STATE ...".  "" if
 * there is no such process, or if it is a zombie.
 */
static void
name_of(pid_t pid, char name[NAME_SIZE])
{
	char path[48], line[64] = "", *open, *close;
	FILE *f;

	name[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return;
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	fclose(f);
	open = strchr(line, '(');
	close = strrchr(line, ')');
	if (open == NULL || close == NULL || close < open ||
	    strchr("ZX", close[1] == ' ' ? close[2] : 'X') != NULL)
		return;
	*close = '\0';
	snprintf(name, NAME_SIZE, "%s", open + 1);
}

pid_t
pidfile_server(const char *path, bool *alive)
{
	pid_t pid = pid_in(path);
	char its[NAME_SIZE], ours[NAME_SIZE];

	*alive = false;
	if (pid == 0 || pid == getpid())
		return 0;
	name_of(pid, its);
	name_of(getpid(), ours);
	*alive = its[0] != '\0' && strcmp(its, ours) == 0;
	return pid;
}
