/* Monitor: what a new call's keeper, record and pppd are told. */
/* SPDX-License-Identifier: ISC */
#include "monitor/call_plan.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/log.h"
#include "monitor/plugin_choice.h"
#include "shared/call_record.h"
#include "shared/mono.h"
#include "state/session_id.h"

static const struct conf *conf;
static struct session_ids session_ids;
static bool log_stderr;
static const char *rejoin_path;	/* NULL: calls end with their engine */
static bool kernel_filter;	/* the kernel may carry calls */
static const char *aaa_socket;	/* NULL: nobody listens */

/* Without random bits, as early in a system's boot, the clock has to do. */
static void
begin_session_ids(void)
{
	uint32_t random;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) !=
	    sizeof(random))
		random = (uint32_t)mono_ms() ^ (uint32_t)getpid() << 16;
	session_ids_init(&session_ids, random);
}

void
call_plan_init(const struct conf *c, bool to_stderr)
{
	conf = c;
	log_stderr = to_stderr;
	plugin_choice_init(true, c);
	begin_session_ids();
}

void
call_plan_keep(const char *path)
{
	rejoin_path = path;
}

void
call_plan_kernel(bool filter)
{
	kernel_filter = filter;
}

void
call_plan_aaa(const char *socket)
{
	aaa_socket = socket;
}

/* As with session ids, the clock has to do where there are no random bits. */
static void
make_login_key(struct login_key *key)
{
	struct timespec ts;

	if (getrandom(key->octets, sizeof(key->octets), GRND_NONBLOCK) ==
	    (ssize_t)sizeof(key->octets))
		return;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	memcpy(key->octets, &ts.tv_nsec, sizeof(ts.tv_nsec));
}

/* Fills in the description of the call for its keeper. */
static void
describe(struct keeper_call *kc, const struct ipc_msg *m, const char *local,
    const char *remote, const struct plugin_choice *use)
{
	memset(kc, 0, sizeof(*kc));
	kc->flags = (conf->debug ? CALL_FLAG_DEBUG : 0) |
	    (log_stderr ? CALL_FLAG_STDERR : 0) |
	    (use->logwtmp != NULL ? CALL_FLAG_LOGWTMP : 0) |
	    (use->own_wtmp ? CALL_FLAG_OWN_WTMP : 0) |
	    (use->kernel != NULL ? CALL_FLAG_KERNEL : 0) |
	    (conf->limits.max_logins != 0 ? CALL_FLAG_LOGINS : 0);
	kc->client_addr = m->u.call_request.client_addr;
	kc->server_addr = m->u.call_request.server_addr;
	kc->our_id = m->call_id;
	kc->peer_id = m->u.call_request.peer_id;
	kc->started_ms = mono_ms();
	snprintf(kc->local, sizeof(kc->local), "%s",
	    local != NULL ? local : "");
	snprintf(kc->remote, sizeof(kc->remote), "%s",
	    remote != NULL ? remote : "");
	session_ids_next(&session_ids, (uint64_t)time(NULL), kc->session);
	make_login_key(&kc->login_key);
	if (rejoin_path == NULL)
		return;
	kc->grace_s = conf->restart_grace;
	snprintf(kc->rejoin, sizeof(kc->rejoin), "%s", rejoin_path);
}

/* Leaves pptpd-kernel.so out if it is not wanted or cannot be used. */
static void
choose_datapath(struct plugin_choice *use, uint32_t addr, const char *client)
{
	if (!conf_datapath_kernel(conf, addr)) {
		use->kernel = NULL;
		return;
	}
	if (!kernel_filter) {
		use->kernel = NULL;
		use->no_kernel = "pptpd has had no filter for it since its start";
	}
	if (use->kernel == NULL)
		log_notice("CTRL: Client %s: the kernel cannot carry this "
		    "call, userspace does: %s", client, use->no_kernel);
}

/* False: nobody could be asked about the caller, so the call must not be. */
static bool
choose_aaa(const struct plugin_choice *use, const char *client)
{
	if (!conf->aaa || (use->aaa != NULL && aaa_socket != NULL))
		return true;
	log_err("MGR: call of client %s refused: aaa is wanted, and %s", client,
	    use->aaa == NULL ? "pppd cannot use pptpd-aaa.so" :
	    "pptpd-aaa has no socket");
	return false;
}

/* False: nobody would look at the user's limits or address. */
static bool
choose_session(const struct plugin_choice *use, const char *what,
    const char *client)
{
	if (use->session != NULL)
		return true;
	if (what != NULL) {
		log_err("MGR: call of client %s refused: %s, and pppd does not "
		    "load pptpd-session.so, as far as it has said", client,
		    what);
		return false;
	}
	if (conf->limits.max_logins != 0)
		log_warn("CTRL: Client %s: max-logins-per-user does not count "
		    "this call: pptpd-session.so cannot be used", client);
	return true;
}

static bool
build_args(struct call_plan *plan, const char *local, const char *remote,
    const struct plugin_choice *use, const char *client)
{
	char server[ADDR_TEXT];
	const struct pppd_aaa aaa = { use->aaa, aaa_socket,
	    addr_text(plan->kc.server_addr, server), plan->kc.session };

	if (pppd_args_build(&plan->args, conf, local, remote, client,
	    use->logwtmp, use->kernel, use->session,
	    use->aaa != NULL ? &aaa : NULL, use->net) == 0)
		return true;
	log_err("MGR: pppd's arguments for client %s do not fit", client);
	return false;
}

bool
call_plan_make(struct call_plan *plan, const struct ipc_msg *m,
    const char *local, const char *remote)
{
	const char *what = plugin_choice_needs_session();
	char client[ADDR_TEXT];
	struct plugin_choice use;

	addr_text(m->u.call_request.client_addr, client);
	plugin_choice_choose(&use);
	if (!choose_aaa(&use, client) || !choose_session(&use, what, client))
		return false;
	choose_datapath(&use, m->u.call_request.client_addr, client);
	describe(&plan->kc, m, local, remote, &use);
	if (!build_args(plan, local, remote, &use, client))
		return false;
	plan->kc.optional_words = plan->args.optional &
	    ~(what != NULL ? plan->args.session : 0);
	plan->kc.kernel_words = plan->args.kernel;
	plan->kernel = use.kernel != NULL;
	return true;
}

int
call_plan_record(const struct keeper_call *kc, int slot,
    struct call_record **of)
{
	struct call_record *rec;
	int fd = call_record_create(&rec);

	if (fd == -1)
		return -1;
	rec->flags = kc->flags;
	rec->slot = slot;
	rec->client_addr = kc->client_addr;
	rec->server_addr = kc->server_addr;
	rec->our_id = kc->our_id;
	rec->peer_id = kc->peer_id;
	rec->started_ms = kc->started_ms;
	memcpy(rec->local, kc->local, sizeof(rec->local));
	memcpy(rec->remote, kc->remote, sizeof(rec->remote));
	memcpy(rec->session, kc->session, sizeof(rec->session));
	call_record_seal(rec);
	*of = rec;
	return fd;
}
