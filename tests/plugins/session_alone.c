/*
 * A pppd 2.4 of which there is just what pptpd-session.so calls:
 *
 *	session_alone PLUGIN
 *
 * A peer that has a call has LCP negotiated and logs in once more: as the same
 * user, which is no harm, and as another one, which ends the call.
 * Exit status 0: so it is.
 */
/* SPDX-License-Identifier: ISC */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pppd_alone.h"
#include "protocol/session_msg.h"

ROOM(phasechange);
ROOM(ccp_fsm);
ROOM(ccp_gotoptions);
ROOM(ccp_hisoptions);
ROOM(ipcp_gotoptions);
ROOM(lcp_gotoptions);
ROOM(peer_authname);
ROOM(options_from_list);

int	link_connect_time;

void	add_notifier(void *, void (*)(void *, int), void *);
int	auth_ip_addr(int, unsigned int);
int	int_option(char *, int *);
void	notice(const char *, ...) __attribute__((format(printf, 1, 2)));

static void	(*on_auth)(void *, int);

void
add_notifier(void *list, void (*fn)(void *, int), void *arg)
{
	(void)arg;
	if (list == auth_up_notifier)
		on_auth = fn;
}

int
auth_ip_addr(int unit, unsigned int addr)
{
	(void)unit;
	(void)addr;
	return 1;
}

int
int_option(char *text, int *value)
{
	return sscanf(text, "%d", value);
}

void
notice(const char *fmt, ...)
{
	puts(fmt);
}

/* The user who is reported, "": none. */
static const char *
reported(int sock)
{
	static struct session_msg m;
	uint8_t buf[SESSION_MSG_MAX];
	ssize_t n;

	while ((n = recv(sock, buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		if (session_msg_decode(buf, n, &m) && m.type == SESSION_AUTH)
			return m.u.auth.name;
	}
	return "";
}

static const char *
logs_in(const char *name, int sock)
{
	strcpy(peer_authname, name);
	on_auth(NULL, 0);
	return reported(sock);
}

static bool
is_one_users(int sock)
{
	if (strcmp(logs_in("fred", sock), "fred") != 0 ||
	    strcmp(logs_in("fred", sock), "fred") != 0 || closed != 0)
		return false;
	if (strcmp(logs_in("anna", sock), "") != 0 || closed != 1)
		return false;
	return strcmp(logs_in("fredd", sock), "") == 0 && closed == 2;
}

static bool
load(const char *plugin, int fd)
{
	void *handle = dlopen(plugin, RTLD_LAZY | RTLD_GLOBAL);
	char number[16], *value[] = { number, NULL };
	void (*init)(void);

	if (handle == NULL) {
		puts(dlerror());
		return false;
	}
	*(void **)&init = dlsym(handle, "plugin_init");
	init();
	snprintf(number, sizeof(number), "%d", fd);
	return options[0].set(value) == 1 && on_auth != NULL;
}

int
main(int argc, char **argv)
{
	int pair[2];
	bool fine = argc == 2 && socketpair(AF_UNIX, SOCK_SEQPACKET, 0,
	    pair) == 0 && load(argv[1], pair[1]) && is_one_users(pair[0]);

	return fine ? 0 : 1;
}
