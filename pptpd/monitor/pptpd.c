/* Monitor: main() of pptpd; reads the configuration, opens the sockets. */
/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "config/conf.h"
#include "monitor/admin_socket.h"
#include "monitor/child.h"
#include "monitor/conf_load.h"
#include "monitor/listener.h"
#include "monitor/monitor.h"
#include "monitor/notify.h"
#include "monitor/pidfile.h"
#include "monitor/plugin_choice.h"
#include "monitor/signals.h"
#include "monitor/upgrade.h"
#include "shared/mono.h"
#include "shared/syslog_sink.h"

#define PREDECESSOR_MS	3000	/* time for the server before us to end */
#define PREDECESSOR_LOOK_US	10000

/*
 * In the foreground lines go to stderr too if it is a terminal, or if there is
 * no syslog.  A supervisor that collects both would show each line twice.
 */
static bool
wants_stderr(const struct conf *conf)
{
	if (!conf->foreground || conf->inetd)
		return false;
	return isatty(STDERR_FILENO) == 1 || access(SYSLOG_SOCKET, F_OK) == -1;
}

/* Takes inetd's connection off descriptors 0 to 2, which children inherit. */
static int
take_connection(void)
{
	int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = 0; fd != -1 && null != -1 && i <= STDERR_FILENO; i++) {
		if (dup2(null, i) == -1)
			return -1;
	}
	return null == -1 ? -1 : fd;
}

/*
 * Opens the port.  An earlier server that was told to leave may still hold it,
 * with its pid file and sockets.  We wait for its end for PREDECESSOR_MS, so
 * that "kill $(cat PIDFILE); pptpd" works.  -1 with errno.
 */
static int
open_listener(const struct conf *conf)
{
	int64_t end = mono_ms() + PREDECESSOR_MS;
	int fd = -1, error;
	bool alive, ours = false, said = false;

	for (;;) {
		pid_t pid = pidfile_server(conf->pidfile, &alive);

		ours = ours || pid != 0;
		if (fd == -1)
			fd = listener_open(conf->listen_addr, -1);
		error = errno;
		if (fd != -1 && !alive)
			return fd;
		if (fd == -1 && (error != EADDRINUSE || !ours))
			break;
		if ((int64_t)mono_ms() >= end)
			break;
		if (!said)
			log_notice("MGR: waiting up to %d s for the pptpd "
			    "before us to end (%s)", PREDECESSOR_MS / 1000,
			    conf->pidfile);
		said = true;
		(void)usleep(PREDECESSOR_LOOK_US);
	}
	if (fd != -1)
		log_warn("MGR: the pptpd that %s names has not ended",
		    conf->pidfile);
	errno = error;
	return fd;
}

static bool
open_sockets(const struct conf *conf, struct monitor_setup *setup)
{
	int *map = conf_datapath_any(conf) ? &setup->kernel_map : NULL;

	if (setup->listener != -1 && !upgrade_fits(setup->listener,
	    conf->listen_addr, listener_port())) {
		close(setup->listener);
		setup->listener = -1;
	}
	if (!conf->inetd && setup->listener == -1) {
		setup->listener = open_listener(conf);
		if (setup->listener == -1) {
			log_err("MGR: Couldn't create host socket");
			log_err("createHostSocket: %s", strerror(errno));
			return false;
		}
	}
	for (unsigned int i = 0; i < setup->engines; i++) {
		setup->gre[i] = listener_open_gre(map, i, setup->engines);
		if (setup->gre[i] == -1)
			return false;
	}
	listener_open_silencer();
	return true;
}

static int
serve(struct conf *conf, int listener)
{
	struct monitor_setup setup = { .conf = conf, .listener = listener,
	    .connection = -1, .admin = -1, .admin_group = (gid_t)-1,
	    .kernel_map = -1,
	    .engines = conf_load_engines(conf), .log_stderr = wants_stderr(conf) };
	int status;

	if (conf->inetd && (setup.connection = take_connection()) == -1) {
		log_err("MGR: descriptor 0 is no connection: %s",
		    strerror(errno));
		return 1;
	}
	if (!open_sockets(conf, &setup))
		return MONITOR_NO_SOCKET;
	signals_hold();
	if (!conf->foreground && listener == -1 && daemon(0, 0) == -1) {
		log_err("MGR: daemon: %s", strerror(errno));
		return 1;
	}
	syslog_sink_open("pptpd", setup.log_stderr);	/* as this process */
	if (!conf->inetd) {
		notify_init();
		pidfile_write(conf->pidfile);
		setup.admin = admin_socket_open(conf->pidfile,
		    conf->control_group, &setup.admin_group);
		log_info("MGR: Manager process started");
		if (!conf->delegate)
			log_info("MGR: Maximum of %d connections available",
			    conf->slots);
	}
	status = monitor_run(&setup);
	if (!conf->inetd)
		admin_socket_remove();
	if (status == MONITOR_UPGRADE) {
		upgrade_exec(setup.listener);
		status = MONITOR_NO_SOCKET;
	}
	if (!conf->inetd)
		pidfile_remove(conf->pidfile);
	return status;
}

int
main(int argc, char **argv)
{
	struct conf conf;
	int status = 0, listener;

	umask(022);
	listener = upgrade_init(argv);
	if (child_init() == -1) {
		fprintf(stderr, "pptpd: /dev/null: %s\n", strerror(errno));
		return 1;
	}
	conf_init(&conf);
	switch (conf_load(argc, argv, &conf)) {
	case CONF_EXIT_OK:
		break;
	case CONF_EXIT_ERROR:
		status = 1;
		break;
	case CONF_RUN:
		if (!conf.check)
			syslog_sink_open("pptpd", wants_stderr(&conf));
		if (conf.check_plugins)
			status = plugin_choice_check(&conf);
		else
			status = conf.check ? check_report(&conf) :
			    serve(&conf, listener);
		break;
	}
	conf_free(&conf);
	return status;
}
