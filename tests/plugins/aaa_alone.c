/*
 * A pppd 2.4 of which there is just what pptpd-aaa.so calls:
 *
 *	aaa_alone PLUGIN flood
 *	aaa_alone PLUGIN idle
 *	aaa_alone PLUGIN second
 *
 * flood: its pptpd-aaa sends orders without end in place of an answer.  SIGTERM
 * comes after a second, and the plugin has to refuse the peer soon after it.
 * idle: a user's file sets pppd's option when he has logged in, and it counts.
 * second: a peer that has a call logs in once more, as another user, as the same
 * one, and by a method about which pptpd-aaa is not asked.
 * Exit status 0: so it is.
 */
/* SPDX-License-Identifier: ISC */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pppd_alone.h"
#include "protocol/aaa_msg.h"

#define SENDERS	32
#define SOON_S	10

ROOM(link_down_notifier);
ROOM(sigreceived);
ROOM(mppe_recv_key);
ROOM(mppe_send_key);
ROOM(our_name);
ROOM(remote_number);
ROOM(dbglog);
ROOM(mppe_set_keys);
ROOM(netif_get_mtu);
ROOM(netif_set_mtu);
ROOM(notice);
ROOM(script_setenv);

int	idle_time_limit, maxconnect, mppe_keys_set;
void	*allowed_address_hook, *chap_check_hook, *chap_verify_hook;
void	*pap_check_hook;
int	(*idle_time_hook)(void *);
int	(*pap_auth_hook)(char *, char *, char **, void *, void *);

void	add_notifier(void *, void (*)(void *, int), void *);
void	set_mppe_enc_types(int, int);

static void	(*on_signal)(void *, int), (*on_auth)(void *, int);
static void	(*on_link_down)(void *, int);
static char	socket_path[] = "/tmp/aaa_alone.XXXXXX/aaa";

void
add_notifier(void *list, void (*fn)(void *, int), void *arg)
{
	(void)arg;
	if (list == sigreceived)
		on_signal = fn;
	else if (list == auth_up_notifier)
		on_auth = fn;
	else if (list == link_down_notifier)
		on_link_down = fn;
}

void
set_mppe_enc_types(int policy, int types)
{
	(void)policy;
	(void)types;
}

static void
on_alarm(int sig)
{
	static bool again;

	(void)sig;
	if (again)
		_exit(1);
	again = true;
	on_signal(NULL, SIGTERM);
	alarm(SOON_S);
}

static void
die_with(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent)
		_exit(1);
}

/* Sends as fast as it is read. */
static void
flood(int listener)
{
	struct aaa_msg m = { .type = AAA_ORDER, .u.order.end = true };
	uint8_t buf[AAA_MSG_MAX];
	size_t len = aaa_msg_encode(&m, buf);
	int sock = accept(listener, NULL, NULL);
	pid_t self = getpid();

	for (int i = 1; i < SENDERS; i++) {
		if (fork() == 0) {
			die_with(self);
			break;
		}
	}
	while (sock != -1 && send(sock, buf, len, MSG_NOSIGNAL) != -1)
		continue;
	_exit(0);
}

static int
listen_at(char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	char *slash = strrchr(path, '/');
	int sock = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	*slash = '\0';
	if (sock == -1 || mkdtemp(path) == NULL)
		return -1;
	*slash = '/';
	strcpy(sa.sun_path, path);
	if (bind(sock, (struct sockaddr *)&sa, sizeof(sa)) == -1 ||
	    listen(sock, 1) == -1)
		return -1;
	return sock;
}

static bool
load(const char *plugin)
{
	void *handle = dlopen(plugin, RTLD_LAZY | RTLD_GLOBAL);
	void (*init)(void);
	char *values[] = { socket_path, NULL, "192.0.2.1", NULL, "00FF", NULL };

	if (handle == NULL) {
		puts(dlerror());
		return false;
	}
	*(void **)&init = dlsym(handle, "plugin_init");
	init();
	for (int i = 0; i < 3; i++) {
		if (options[i].set(&values[2 * i]) != 1)
			return false;
	}
	return on_signal != NULL;
}

static bool
floods(int listener)
{
	char name[] = "fred", password[] = "secret", *said;
	pid_t self = getpid(), child = fork();
	int accepted;

	if (child == 0) {
		die_with(self);
		flood(listener);
	}
	signal(SIGALRM, on_alarm);
	alarm(1);
	accepted = pap_auth_hook(name, password, &said, NULL, NULL);
	kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
	return accepted == 0;
}

/* pppd asks first when IP comes up. */
static bool
is_idle(void)
{
	int before = idle_time_hook(NULL);

	idle_time_limit = 5;
	return before > 5 && idle_time_hook(NULL) == 5;
}

/* Accepts all; the octets of the keys say how often it was asked. */
static void
accept_all(int listener)
{
	struct aaa_msg m = { .type = AAA_REPLY };
	uint8_t buf[AAA_MSG_MAX];
	int sock = accept(listener, NULL, NULL);
	size_t len;

	m.u.reply.verdict = AAA_ACCEPT;
	m.u.reply.mppe_policy = 1;
	m.u.reply.has_keys = true;
	for (int n = 1; recv(sock, buf, sizeof(buf), 0) > 0; n++) {
		memset(m.u.reply.send_key, n, sizeof(m.u.reply.send_key));
		len = aaa_msg_encode(&m, buf);
		if (send(sock, buf, len, MSG_NOSIGNAL) == -1)
			break;
	}
	_exit(0);
}

static bool
logs_in(const char *name)
{
	char user[16], password[] = "secret", *said;

	snprintf(user, sizeof(user), "%s", name);
	return pap_auth_hook(user, password, &said, NULL, NULL) != 0;
}

/* What a peer does within one call; the second user is refused unasked. */
static bool
is_one_users(void)
{
	if (!logs_in("fred") || mppe_send_key[0] != 1)
		return false;
	on_auth(NULL, 0);
	if (closed != 0 || logs_in("anna") || !logs_in("fred"))
		return false;
	if (mppe_send_key[0] != 2)	/* each login makes keys */
		return false;
	on_link_down(NULL, 0);		/* LCP is negotiated anew */
	if (logs_in("anna") || !logs_in("fred"))
		return false;
	on_auth(NULL, 0);
	if (closed != 0)
		return false;
	if (!logs_in("fred"))		/* a challenge while the call is up */
		return false;
	on_link_down(NULL, 0);
	on_auth(NULL, 0);		/* EAP, with a secret of /etc/ppp */
	return closed == 1;
}

static bool
is_seconds(int listener)
{
	pid_t self = getpid(), child = fork();
	bool fine;

	if (child == 0) {
		die_with(self);
		accept_all(listener);
	}
	fine = is_one_users();
	kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
	return fine;
}

int
main(int argc, char **argv)
{
	int listener = listen_at(socket_path);
	bool fine = argc == 3 && listener != -1 && load(argv[1]) &&
	    (strcmp(argv[2], "idle") == 0 ? is_idle() :
	    strcmp(argv[2], "second") == 0 ? is_seconds(listener) :
	    floods(listener));

	(void)unlink(socket_path);
	*strrchr(socket_path, '/') = '\0';
	(void)rmdir(socket_path);
	return fine ? 0 : 1;
}
