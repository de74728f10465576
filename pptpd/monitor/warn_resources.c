/* Monitor: warns at the start about what the machine lacks for our calls. */
/* SPDX-License-Identifier: ISC */
#include "monitor/warn_resources.h"

#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

#include "config/conf_report.h"
#include "shared/slurp.h"
#include "shared/files.h"

#define PTY		"/proc/sys/kernel/pty/"
#define MOUNTS		"/proc/self/mounts"
#define CGROUP		"/proc/self/cgroup"

/* Reads the number at the start of a file, or -1. */
static long
number_in(const char *path)
{
	size_t len;
	char *text = slurp(path, &len), *end;
	long n = -1;

	if (text == NULL)
		return -1;
	if (len > 0) {
		n = strtol(text, &end, 10);
		if (end == text)
			n = -1;		/* "max": no limit */
	}
	free(text);
	return n;
}

static void
check_files(struct conf *conf, const struct conf_env *env,
    unsigned int engines)
{
	unsigned long slots = (unsigned long)conf->slots;
	unsigned long need = files_monitor(engines, slots);
	struct rlimit files;
	char text[200];

	if (need < files_engine(slots))
		need = files_engine(slots);
	/* We raise our own limit up to the hard one. */
	if (getrlimit(RLIMIT_NOFILE, &files) == -1 || files.rlim_max >= need)
		return;
	snprintf(text, sizeof(text), "%d calls take %lu descriptors, and a "
	    "process may open %lu: raise that with LimitNOFILE= in the "
	    "systemd unit, or with ulimit -n", conf->slots, need,
	    (unsigned long)files.rlim_max);
	conf_complain(conf, env, LOG_WARNING, CONF_CONNECTIONS, text, NULL);
}

/* The mount option max= of /dev/pts, or -1. */
static long
devpts_max(void)
{
	size_t len;
	char *text = slurp(MOUNTS, &len), *line, *next, *option;
	long max = -1;

	if (text == NULL)
		return -1;
	for (line = strtok_r(text, "\n", &next); line != NULL;
	    line = strtok_r(NULL, "\n", &next)) {
		if (strstr(line, " /dev/pts devpts ") == NULL)
			continue;
		option = strstr(line, ",max=");
		max = option != NULL ? strtol(option + strlen(",max="), NULL,
		    10) : -1;
	}
	free(text);
	return max;
}

static void
check_ptys(struct conf *conf, const struct conf_env *env)
{
	long max = number_in(PTY "max"), used = number_in(PTY "nr");
	long mount = devpts_max();
	char text[200];

	if (max == -1 || used == -1)
		return;
	if (max - used < conf->slots) {
		snprintf(text, sizeof(text), "%d calls take as many ptys, and "
		    "%ld are left: \"sysctl -w kernel.pty.max=%ld\" allows "
		    "them", conf->slots, max - used, used + conf->slots +
		    1024);
		conf_complain(conf, env, LOG_WARNING, CONF_CONNECTIONS, text,
		    NULL);
	}
	if (mount == -1 || mount >= conf->slots)
		return;
	snprintf(text, sizeof(text), "%d calls take as many ptys, and "
	    "/dev/pts is mounted with max=%ld", conf->slots, mount);
	conf_complain(conf, env, LOG_WARNING, CONF_CONNECTIONS, text, NULL);
}

/* Checks the limit of our control group (version 2): calls run in it too. */
static void
check_tasks(struct conf *conf, const struct conf_env *env)
{
	long need = TASKS_OWN + TASKS_CALL * (long)conf->slots, max;
	size_t len;
	char *text = slurp(CGROUP, &len), *group, path[512], why[200];

	if (text == NULL)
		return;
	group = strstr(text, "0::/");
	if (group != NULL) {
		group += strlen("0::");
		snprintf(path, sizeof(path), "/sys/fs/cgroup%.*s/pids.max",
		    (int)strcspn(group, "\n"), group);
		max = number_in(path);
		if (max != -1 && max < need) {
			snprintf(why, sizeof(why), "%d calls take %ld "
			    "processes, and the control group allows %ld: "
			    "raise that with TasksMax= in the systemd unit",
			    conf->slots, need, max);
			conf_complain(conf, env, LOG_WARNING,
			    CONF_CONNECTIONS, why, NULL);
		}
	}
	free(text);
}

/* Warns about capabilities that a container may have taken from its root. */
static void
check_capabilities(const struct conf_env *env)
{
	static const struct {
		int	    cap;
		const char *name, *what;
	} needed[] = {
		{ CAP_NET_RAW, "NET_RAW", "no GRE, so no start" },
		{ CAP_NET_ADMIN, "NET_ADMIN", "pppd can make no interface, "
		    "so no call comes up" },
		{ CAP_SETUID, "SETUID", "the engine cannot become a user "
		    "without rights, so no start" },
		{ CAP_SETGID, "SETGID", "the engine cannot become a user "
		    "without rights, so no start" },
		{ CAP_SYS_CHROOT, "SYS_CHROOT", "the engine cannot be locked "
		    "in, so no start" },
		{ CAP_SETPCAP, "SETPCAP", "the engine keeps its bounding "
		    "set" },
		{ CAP_KILL, "KILL", "an engine that hangs cannot be ended" }
	};
	struct __user_cap_header_struct head = {
		_LINUX_CAPABILITY_VERSION_3, 0
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (geteuid() != 0 || syscall(SYS_capget, &head, data) == -1)
		return;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		int cap = needed[i].cap;

		if ((data[CAP_TO_INDEX(cap)].effective &
		    CAP_TO_MASK(cap)) == 0)
			conf_say(env, LOG_WARNING, "capability CAP_%s is "
			    "missing: %s", needed[i].name, needed[i].what);
	}
}

void
warn_resources(struct conf *conf, const struct conf_env *env,
    unsigned int engines)
{
	check_capabilities(env);
	if (conf->delegate && !conf->connections_given)
		return;		/* the number of calls is not known */
	check_files(conf, env, engines);
	check_ptys(conf, env);
	if (!conf->check)	/* --check runs in a login's control group */
		check_tasks(conf, env);
}
