/* pptpdctl metrics: what the server's processes use of the machine. */
/* SPDX-License-Identifier: ISC */
#include "ctl/metrics_processes.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config/conf.h"

#define STAT_STATE	3	/* numbers of fields, proc(5) */
#define STAT_UTIME	14
#define STAT_STIME	15
#define STAT_RSS	24
#define ENGINE_NUMBER	3	/* its argument after directory and sandbox */

/* By the names that the kernel has of them; keepers are too many. */
static const struct {
	const char *comm, *kind;
} kinds[] = {
	{ "pptpd-engine", "engine" },
	{ "pptpd-spawner", "spawner" },
	{ "pptpd-aaa", "aaa" },
	{ "bcrelay", "bcrelay" },
};

/* Reads the beginning of a file of a process; its length, 0: it is gone. */
static size_t
read_some(const char *proc, long pid, const char *name, char *buf, size_t size)
{
	char path[128];
	size_t len = 0;
	ssize_t n;
	int fd;

	buf[0] = '\0';
	if ((size_t)snprintf(path, sizeof(path), "%s/%ld/%s", proc, pid,
	    name) >= sizeof(path) ||
	    (fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return 0;
	while (len < size - 1 &&
	    (n = read(fd, buf + len, size - 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	buf[len] = '\0';
	return len;
}

/* The nth field after the name in parentheses, which may have any octets. */
static double
field(const char *after_name, int nth)
{
	const char *p = after_name;

	for (int i = STAT_STATE; i < nth && p != NULL; i++) {
		p = strchr(p, ' ');
		if (p != NULL)
			p++;
	}
	return p != NULL ? strtod(p, NULL) : 0;
}

static bool
look_at(const char *proc, long pid, struct metrics_process *p)
{
	char stat[1024], *name;

	(void)read_some(proc, pid, "stat", stat, sizeof(stat));
	name = strrchr(stat, ')');
	if (name == NULL || strlen(name) < 3)
		return false;
	p->cpu_s = (field(name + 2, STAT_UTIME) + field(name + 2,
	    STAT_STIME)) / (double)sysconf(_SC_CLK_TCK);
	p->resident = field(name + 2, STAT_RSS) *
	    (double)sysconf(_SC_PAGESIZE);
	return true;
}

static void
count_files(const char *proc, long pid, struct metrics_process *p)
{
	char path[128];
	DIR *dir = NULL;

	if ((size_t)snprintf(path, sizeof(path), "%s/%ld/fd", proc, pid) <
	    sizeof(path))
		dir = opendir(path);
	if (dir == NULL)
		return;
	p->has_files = true;
	for (struct dirent *e; (e = readdir(dir)) != NULL; )
		p->files += e->d_name[0] != '.';
	closedir(dir);
}

/* The number in an engine's command line; what it has written there counts. */
static unsigned int
number_of(const char *proc, long pid)
{
	char line[512];
	size_t len = read_some(proc, pid, "cmdline", line, sizeof(line));
	unsigned long n;
	size_t at = 0;

	for (int word = 0; word < ENGINE_NUMBER && at < len; word++)
		at += strlen(line + at) + 1;
	n = at < len ? strtoul(line + at, NULL, 10) : 0;
	return n < CONF_ENGINES_MAX ? (unsigned int)n : 0;
}

static const char *
kind_of(const char *proc, long pid)
{
	char comm[64];

	(void)read_some(proc, pid, "comm", comm, sizeof(comm));
	comm[strcspn(comm, "\n")] = '\0';
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(comm, kinds[i].comm) == 0)
			return kinds[i].kind;
	}
	return NULL;
}

/* Whether there is such a process already: a label must not come twice. */
static bool
is_there(const struct metrics_process *list, size_t n, const char *kind,
    unsigned int number)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i].kind, kind) == 0 &&
		    list[i].number == number)
			return true;
	}
	return false;
}

static void
take(const char *proc, long pid, const char *kind,
    struct metrics_process *list, size_t *n)
{
	struct metrics_process p = { .kind = kind };

	if (strcmp(kind, "engine") == 0)
		p.number = number_of(proc, pid);
	if (*n == METRICS_PROCESSES_MAX ||
	    is_there(list, *n, kind, p.number) || !look_at(proc, pid, &p))
		return;
	count_files(proc, pid, &p);
	list[(*n)++] = p;
}

size_t
metrics_processes_of(const char *proc, pid_t pid,
    struct metrics_process list[METRICS_PROCESSES_MAX])
{
	char name[64], children[65536], *p = children, *end;
	size_t n = 0;
	long child;

	take(proc, (long)pid, "monitor", list, &n);
	snprintf(name, sizeof(name), "task/%ld/children", (long)pid);
	(void)read_some(proc, (long)pid, name, children, sizeof(children));
	while (n > 0 && (child = strtol(p, &end, 10)) > 0 && end != p) {
		const char *kind = kind_of(proc, child);

		p = end;
		if (kind != NULL)
			take(proc, child, kind, list, &n);
	}
	return n;
}

size_t
metrics_processes(int control,
    struct metrics_process list[METRICS_PROCESSES_MAX])
{
	struct ucred who;
	socklen_t len = sizeof(who);

	/* Who called listen(): the monitor, which is no engine. */
	if (getsockopt(control, SOL_SOCKET, SO_PEERCRED, &who, &len) == -1 ||
	    who.pid <= 0)
		return 0;
	return metrics_processes_of("/proc", who.pid, list);
}
