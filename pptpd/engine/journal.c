/* Engine: what happens to calls and clients, for who watches, and for later. */
/* SPDX-License-Identifier: ISC */
#include "engine/journal.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "base/log.h"
#include "engine/engine.h"
#include "engine/tally.h"
#include "shared/call_record.h"
#include "state/history.h"

static struct history own;	/* if the monitor has none for us */
static struct history *history;
static void (*watcher)(enum journal_what, const struct history_entry *);
static void (*on_login)(void);

static struct history *
get(void)
{
	if (history == NULL) {
		history = &own;
		history_use(history);
	}
	return history;
}

void
journal_map(int fd)
{
	struct stat st;
	void *p = MAP_FAILED;

	errno = EINVAL;
	if (fstat(fd, &st) == 0 && st.st_size == (off_t)sizeof(*history))
		p = mmap(NULL, sizeof(*history), PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) {
		log_err("engine: no history of earlier calls: mmap: %s",
		    strerror(errno));
		return;
	}
	history = p;
	history_use(history);
}

void
journal_watch(void (*fn)(enum journal_what, const struct history_entry *))
{
	watcher = fn;
}

void
journal_on_login(void (*fn)(void))
{
	on_login = fn;
}

const struct history *
journal_history(void)
{
	return get();
}

/* Copies a text of a record, which may be damaged. */
static void
copy(char *to, size_t size, const char *from, size_t from_size)
{
	size_t len = strnlen(from, from_size);

	if (len > size - 1)
		len = size - 1;
	memcpy(to, from, len);
	to[len] = '\0';
}

static void
about_client(struct history_entry *e, uint32_t client, enum ctrl_end end)
{
	memset(e, 0, sizeof(*e));
	e->kind = HISTORY_REFUSED;
	e->at_s = (uint64_t)time(NULL);
	e->end = (uint32_t)end;
	e->times = 1;
	e->client = client;
}

static void
about_call(struct history_entry *e, const struct call_record *rec,
    enum ctrl_end end)
{
	uint64_t now = engine_now_ms();
	char remote[CALL_ADDR_TEXT];

	about_client(e, rec->client_addr, end);
	e->kind = HISTORY_ENDED;
	e->call_id = rec->our_id;
	e->diagnosis = rec->diagnosis;
	e->detail = rec->diagnosis_detail;
	e->authenticated = rec->ctrl.authenticated;
	e->octets_in = rec->octets_in;
	e->octets_out = rec->octets_out;
	if (now > rec->started_ms)
		e->seconds = (uint32_t)((now - rec->started_ms) / 1000);
	copy(e->session, sizeof(e->session), rec->session,
	    sizeof(rec->session));
	copy(e->user, sizeof(e->user), rec->user, sizeof(rec->user));
	copy(e->remote, sizeof(e->remote), call_record_remote(rec, remote),
	    sizeof(remote));
	copy(e->ifname, sizeof(e->ifname), rec->ifname, sizeof(rec->ifname));
	copy(e->says.name, sizeof(e->says.name), rec->says.name,
	    sizeof(rec->says.name));
	copy(e->says.version, sizeof(e->says.version), rec->says.version,
	    sizeof(rec->says.version));
}

/* Most of the time nobody watches, and this must cost nothing then. */
static bool
is_watched(void)
{
	return watcher != NULL && engine.index == 0;
}

static void
tell_of_client(enum journal_what what, uint32_t client)
{
	struct history_entry e;

	if (!is_watched())
		return;
	about_client(&e, client, CTRL_END_NONE);
	watcher(what, &e);
}

void
journal_connected(uint32_t client)
{
	tell_of_client(JOURNAL_CONNECTED, client);
}

void
journal_reloaded(void)
{
	tell_of_client(JOURNAL_RELOADED, 0);
}

void
journal_call(enum journal_what what, const struct call_record *rec)
{
	struct history_entry e;

	if (!is_watched())
		return;
	about_call(&e, rec, CTRL_END_NONE);
	watcher(what, &e);
}

void
journal_report(const struct call_record *rec)
{
	journal_call(rec->ifname[0] != '\0' ? JOURNAL_UP : JOURNAL_CHANGED,
	    rec);
	journal_found(rec);
}

void
journal_found(const struct call_record *rec)
{
	if (engine.index == 0 && rec->login_ms != 0 && on_login != NULL)
		on_login();
}

void
journal_ended(const struct call_record *rec, enum ctrl_end end)
{
	struct history_entry e;

	if (engine.index != 0)
		return;
	/* Another process may have written there. */
	if (end == CTRL_END_NONE)
		end = CTRL_END_LOST;
	else if (!ctrl_end_is_known(end))
		end = CTRL_END_DAMAGED;
	tally_ended(rec, end);
	about_call(&e, rec, end);
	history_add(get(), &e);
	vain_networks_ended(&get()->networks, e.client,
	    (enum diagnosis_verdict)e.diagnosis, e.authenticated, e.at_s);
	if (is_watched())
		watcher(JOURNAL_ENDED, &e);
}

void
journal_missed(uint16_t call_id, const char *session, uint32_t client,
    uint32_t seconds)
{
	struct history_entry e;

	if (engine.index != 0 || history_has(get(), session))
		return;
	tally_missed(CTRL_END_LOST);
	about_client(&e, client, CTRL_END_LOST);
	e.kind = HISTORY_ENDED;
	e.call_id = call_id;
	e.seconds = seconds;
	copy(e.session, sizeof(e.session), session, SESSION_ID_TEXT);
	history_add(get(), &e);
	if (is_watched())
		watcher(JOURNAL_ENDED, &e);
}

void
journal_refused(uint32_t client, enum ctrl_end end)
{
	struct history_entry e;

	if (engine.index != 0 || !ctrl_end_is_known(end))
		return;
	about_client(&e, client, end);
	history_add(get(), &e);
	if (is_watched())
		watcher(JOURNAL_REFUSED, &e);
}
