/* Monitor: executes another pptpd, perhaps a newer one, in the same process. */
/* SPDX-License-Identifier: ISC */
#include "monitor/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "shared/linux_calls.h"
#include "shared/mono.h"
#include "shared/subprocess.h"

#define VARIABLE	"PPTPD_LISTENER"
#define ABOVE_IPC	16
#define CHECK_MS	5000

static struct {
	char	  path[PATH_MAX];	/* of the program; "": not known */
	char	**argv;
	char	 *dir;			/* directory at the start, or NULL */
} self;

static bool
is_listener(int fd)
{
	int yes = 0;
	socklen_t len = sizeof(yes);

	return fd >= ABOVE_IPC && getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN,
	    &yes, &len) == 0 && yes && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

int
upgrade_init(char **argv)
{
	const char *text = getenv(VARIABLE);
	int listener = -1;
	ssize_t n;

	if (text != NULL)
		listener = (int)strtol(text, NULL, 10);
	if (!is_listener(listener))
		listener = -1;
	unsetenv(VARIABLE);
	/* Close what our caller left open: no child of ours must inherit it. */
	if (linux_close_from(STDERR_FILENO + 1, listener) == -1)
		log_warn("MGR: descriptors of our caller stay open: "
		    "close_range: %s", strerror(errno));
	n = readlink("/proc/self/exe", self.path, sizeof(self.path) - 1);
	self.path[n > 0 ? n : 0] = '\0';
	self.dir = getcwd(NULL, 0);
	self.argv = argv;
	return listener;
}

bool
upgrade_fits(int listener, uint32_t addr, uint16_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_UNSPEC };
	socklen_t len = sizeof(sin);

	return getsockname(listener, (struct sockaddr *)&sin, &len) == 0 &&
	    sin.sin_family == AF_INET && sin.sin_addr.s_addr == addr &&
	    sin.sin_port == htons(port);
}

/* Logs the reason of a refusal: the last line of the output, if it has one. */
static void
log_refusal(int status, char *out)
{
	size_t len = strlen(out);
	char *line;

	if (status == SUBPROCESS_LATE) {
		log_err("MGR: no upgrade, this pptpd goes on: %s --check has "
		    "not ended within %d s", self.path, CHECK_MS / 1000);
		return;
	}
	while (len > 0 && out[len - 1] == '\n')
		out[--len] = '\0';
	line = strrchr(out, '\n');
	line = line != NULL ? line + 1 : out;
	if (status == SUBPROCESS_FAILED)
		log_err("MGR: no upgrade, this pptpd goes on: %s --check: %s",
		    self.path, line);
	else
		log_err("MGR: no upgrade, this pptpd goes on: %s --check ends "
		    "with status %d: %s", self.path, status, line);
}

bool
upgrade_check(void)
{
	static char check[] = "--check";
	char out[LOG_LINE_MAX / 2];
	char **argv;
	int argc = 0, status;

	while (self.argv[argc] != NULL)
		argc++;
	argv = calloc((size_t)argc + 2, sizeof(*argv));
	if (argv == NULL || self.path[0] == '\0') {
		log_err("MGR: no upgrade, this pptpd goes on: %s",
		    argv == NULL ? strerror(ENOMEM) : "its path is not known");
		free(argv);
		return false;
	}
	argv[0] = self.path;
	argv[1] = check;
	memcpy(argv + 2, self.argv + 1, (size_t)argc * sizeof(*argv));
	status = subprocess_run(argv, self.dir != NULL ? self.dir : "/",
	    mono_ms() + CHECK_MS, out, sizeof(out));
	free(argv);
	if (status != 0)
		log_refusal(status, out);
	return status == 0;
}

void
upgrade_exec(int listener)
{
	char text[16];
	int fd = fcntl(listener, F_DUPFD, ABOVE_IPC);

	snprintf(text, sizeof(text), "%d", fd);
	if (fd == -1 || setenv(VARIABLE, text, 1) == -1) {
		log_err("MGR: upgrade: %s", strerror(errno));
		return;
	}
	/* Relative paths in the arguments start there. */
	if (self.dir != NULL && chdir(self.dir) == -1)
		log_warn("MGR: upgrade: %s: %s", self.dir, strerror(errno));
	execv(self.path, self.argv);
	log_err("MGR: upgrade: %s: %s", self.path, strerror(errno));
}
