/*
 * pptpd-kernel.so: a pppd plugin that runs PPP on a socket of the kernel's own
 * PPTP in place of a tty.  pptpd connects the socket, and pppd inherits it.
 */
/* SPDX-License-Identifier: ISC */
#include "pppd-compat.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/in.h>
#include <net/if.h>
#include <linux/if_pppox.h>

PLUGIN_VERSION_STAMP();

static int	sock = -1;
static volatile sig_atomic_t hanging_up;
static bool	auth_failed;

static int	set_fd(char **);

static option_t options[] = {
	{ PLUGIN_TEXT("pptpd-kernel-fd"), o_special, (void *)set_fd,
	    PLUGIN_TEXT("PPTP socket of the kernel for this call"),
	    OPT_PRIV, NULL, 0, 0, NULL, 0, 0 },
	{ NULL, o_wild, NULL, NULL, 0, NULL, 0, 0, NULL, 0, 0 }
};

/* A socket is good for one call; with "persist" pppd calls this again. */
static int
channel_connect(void)
{
	if (sock == -1)
		ppp_set_status(EXIT_HANGUP);
	return sock;
}

/* Called after the call, and in children of pppd. */
static void
channel_close(void)
{
	if (sock != -1)
		close(sock);
	sock = -1;
}

static struct channel channel = {
	options, NULL, NULL,
	channel_connect, channel_close,
	ppp_generic_establish, ppp_generic_disestablish,
	NULL, NULL,
	NULL, channel_close
};

/* pptpd hangs up with SIGHUP.  This runs in pppd's signal handler. */
static void
on_signal(void *ctx, int sig)
{
	(void)ctx;
	if (sig == SIGHUP)
		ppp_set_status(EXIT_HANGUP);
	if (sig == SIGHUP || sig == SIGTERM || sig == SIGINT)
		hanging_up = 1;
}

/*
 * Tells pppd that its line is down, because a socket cannot hang up.  pppd has
 * sent its Terminate-Request and does not wait for the client's answer, since
 * the client may be gone.
 */
static void
lose_line(void *arg)
{
	fsm *f = &lcp_fsm[0];

	(void)arg;
	if (f->state != CLOSING)
		return;
	lcp_lowerdown(0);
	(*f->callbacks->finished)(f);
}

/*
 * Keeps the status "authentication failed" if the client hangs up right after
 * its password was refused.
 */
static void
on_phase(void *ctx, int phase_now)
{
	(void)ctx;
	if (ppp_status() == EXIT_PEER_AUTH_FAILED)
		auth_failed = 1;
	if (phase_now == PHASE_TERMINATE && hanging_up)
		ppp_timeout(lose_line, NULL, 0, 0);
	if (phase_now == PHASE_DEAD && auth_failed)
		ppp_set_status(EXIT_PEER_AUTH_FAILED);
}

/* The option pptpd-kernel-fd; 0 if it is not a socket of pptpd. */
static int
set_fd(char **argv)
{
	union {
		struct sockaddr sa;
		struct sockaddr_pppox pppox;
	} addr;
	socklen_t len;
	char name[sizeof("pptp-ffff")];
	int fd;

	if (!ppp_int_option(argv[0], &fd))
		return 0;
	len = sizeof(addr);
	memset(&addr, 0, sizeof(addr));
	if (fd <= 2 || getsockname(fd, &addr.sa, &len) == -1 ||
	    addr.pppox.sa_family != AF_PPPOX ||
	    addr.pppox.sa_protocol != PX_PROTO_PPTP ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) == -1) {
		plugin_warn("pptpd-kernel.so: descriptor %d is no socket of "
		    "the kernel's PPTP", fd);
		return 0;
	}
	sock = fd;
	snprintf(name, sizeof(name), "pptp-%04x",
	    (unsigned int)addr.pppox.sa_addr.pptp.call_id);
	ppp_set_devnam(name);
	ppp_set_pppdevnam(name);
	ppp_set_modem(0);
	the_channel = &channel;
	/* These options are for slow lines, and lines that lose octets. */
	lcp_wantoptions[0].neg_asyncmap = 0;
	lcp_wantoptions[0].neg_accompression = 0;
	lcp_wantoptions[0].neg_pcompression = 0;
	return 1;
}

PLUGIN_EXPORT void
plugin_init(void)
{
	if (!plugin_is_new())
		return;
	ppp_add_options(options);
	ppp_add_notify(NF_SIGNALED, on_signal, NULL);
	ppp_add_notify(NF_PHASE_CHANGE, on_phase, NULL);
}
