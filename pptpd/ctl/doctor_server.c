/* pptpdctl doctor: checks of the port, and of limits of the system. */
/* SPDX-License-Identifier: ISC */
#include "ctl/doctor_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "ctl/doctor_find.h"
#include "shared/files.h"

#define SOCKETS	(64 * 1024 * 1024)	/* octets of a list of sockets */
#define LISTENS	10			/* TCP_LISTEN of the kernel */

/* --- who listens --------------------------------------------------------- */

struct listeners {
	unsigned port;
	unsigned long inode;		/* of the first; 0: nobody */
};

/* A line of /proc/net/tcp or tcp6. */
static void
find_listener(char *line, void *arg)
{
	struct listeners *l = arg;
	unsigned port, state;
	unsigned long inode;

	if (sscanf(line, " %*[^:]: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x %*s %*s %*s "
	    "%*s %*s %lu", &port, &state, &inode) == 3 &&
	    state == LISTENS && port == l->port && l->inode == 0)
		l->inode = inode;
}

static void
say_owner(struct doctor *d, unsigned long inode)
{
	char name[32], fix[128];
	pid_t pid;
	int error = d->world->owner(inode, &pid, name, d->world->arg);

	if (error != 0)
		doctor_find(d, DOCTOR_UNKNOWN, NULL, "who has TCP port %u: %s",
		    d->port, error == EACCES ? "run this as root" :
		    "its process is not to be seen from here");
	else if (strncmp(name, "pptpd", 5) != 0) {
		snprintf(fix, sizeof(fix), "systemctl disable --now %s (or end "
		    "process %ld), then systemctl start pptpd", name,
		    (long)pid);
		doctor_find(d, DOCTOR_ERROR, fix, "TCP port %u belongs to %s "
		    "(process %ld): pptpd cannot have it", d->port, name,
		    (long)pid);
	} else if (d->server == 0)
		doctor_find(d, DOCTOR_WARNING, "pptpdctl -p PIDFILE doctor",
		    "TCP port %u belongs to %s (process %ld), but %s does not "
		    "name a server: it has another pid file, or is another "
		    "server of that name", d->port, name, (long)pid,
		    d->pidfile);
	else
		doctor_find(d, DOCTOR_OK, NULL, "pptpd (process %ld) has TCP "
		    "port %u", (long)d->server, d->port);
}

/* Whether the address to listen on is there. */
static void
check_address(struct doctor *d)
{
	uint32_t addr = ntohl(d->conf.listen_addr);
	char text[ADDR_TEXT];

	if (addr == 0 || addr >> 24 == 127)
		return;
	for (size_t i = 0; i < d->nifaces; i++) {
		if (d->ifaces[i].addr == addr)
			return;
	}
	doctor_find(d, DOCTOR_ERROR, "ip address, and mend listen in "
	    "pptpd.conf", "listen %s: this machine does not have that address",
	    addr_text(d->conf.listen_addr, text));
}

void
doctor_port(struct doctor *d)
{
	static const char *const lists[] = { "/proc/net/tcp",
	    "/proc/net/tcp6" };
	struct listeners l = { d->port, 0 };
	size_t len;

	check_address(d);
	for (int i = 0; i < 2; i++) {
		char *text = doctor_read(d, lists[i], SOCKETS, &len);

		if (text != NULL)
			doctor_lines(text, find_listener, &l);
		free(text);
	}
	if (l.inode != 0)
		say_owner(d, l.inode);
	else if (d->server != 0)
		doctor_find(d, DOCTOR_ERROR, "pptpdctl status; systemctl "
		    "restart pptpd", "pptpd (process %ld) runs, and nobody "
		    "listens on TCP port %u: it drains, ends, or runs "
		    "elsewhere", (long)d->server, d->port);
	else
		doctor_find(d, DOCTOR_NOTE, "systemctl enable --now pptpd",
		    "no server is running, and TCP port %u is free", d->port);
}

/* --- limits -------------------------------------------------------------- */

/* The hard limit of descriptors of the running server; -1 unknown. */
static long
server_files(const struct doctor *d)
{
	static const char key[] = "Max open files";
	char path[64], *text, *at;
	long hard = -1;
	size_t len;

	snprintf(path, sizeof(path), "/proc/%ld/limits", (long)d->server);
	text = doctor_read(d, path, DOCTOR_FILE, &len);
	at = text != NULL ? strstr(text, key) : NULL;
	if (at != NULL)
		(void)sscanf(at + sizeof(key) - 1, "%*s %ld", &hard);
	free(text);
	return hard;
}

/* The limit of processes of its control group (version 2); -1 none. */
static long
server_tasks(const struct doctor *d)
{
	char path[600], *text, *group;
	long max = -1;
	size_t len;

	snprintf(path, sizeof(path), "/proc/%ld/cgroup", (long)d->server);
	text = doctor_read(d, path, DOCTOR_FILE, &len);
	group = text != NULL ? strstr(text, "0::/") : NULL;
	if (group != NULL) {
		group += strlen("0::");
		snprintf(path, sizeof(path), "/sys/fs/cgroup%.*s/pids.max",
		    (int)strcspn(group, "\n"), group);
		max = doctor_number(d, path);
	}
	free(text);
	return max;
}

#define DROP_IN "systemctl edit pptpd, [Service] "

static void
check_server(struct doctor *d, long calls)
{
	unsigned engines = d->conf.engines > 0 ? d->conf.engines : 1;
	unsigned long engine = files_engine((unsigned long)calls);
	unsigned long monitor = files_monitor(engines, (unsigned long)calls);
	long files = (long)(engine > monitor ? engine : monitor);
	long tasks = TASKS_OWN + TASKS_CALL * calls;
	long have = server_files(d);
	char fix[128];

	if (have != -1 && have < files) {
		snprintf(fix, sizeof(fix), DROP_IN "LimitNOFILE=%ld", files);
		doctor_find(d, DOCTOR_WARNING, fix, "%ld calls take %ld "
		    "descriptors, and the server may open %ld", calls, files,
		    have);
	}
	have = server_tasks(d);
	if (have != -1 && have < tasks) {
		snprintf(fix, sizeof(fix), DROP_IN "TasksMax=%ld", tasks);
		doctor_find(d, DOCTOR_WARNING, fix, "%ld calls take %ld "
		    "processes, and the server's control group allows %ld",
		    calls, tasks, have);
	}
}

void
doctor_limits(struct doctor *d)
{
	long calls = d->conf.slots;
	long max = doctor_number(d, "/proc/sys/kernel/pty/max");
	long used = doctor_number(d, "/proc/sys/kernel/pty/nr");
	char fix[128];

	if (!d->conf_good) {
		doctor_find(d, DOCTOR_UNKNOWN, NULL, "the limits: the "
		    "configuration has errors");
		return;
	}
	if (!d->conf.delegate && d->conf.connections_given &&
	    d->conf.connections > calls)
		doctor_find(d, DOCTOR_NOTE, NULL, "connections is %d, and "
		    "remoteip has addresses for %ld calls",
		    d->conf.connections, calls);
	if (max != -1 && used != -1 && max - used < calls) {
		snprintf(fix, sizeof(fix), "sysctl -w kernel.pty.max=%ld",
		    used + calls + 1024);
		doctor_find(d, DOCTOR_WARNING, fix, "%ld calls take as many "
		    "ptys, and %ld are left", calls, max - used);
	}
	if (d->server != 0)
		check_server(d, calls);
	if (!doctor_has_found(d))
		doctor_find(d, DOCTOR_OK, NULL, "descriptors, ptys and "
		    "processes suffice for %ld calls%s", calls,
		    d->server == 0 ? ", as far as can be seen without a "
		    "running server" : "");
}
