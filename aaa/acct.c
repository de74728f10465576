/* Accounting: the order in which it goes to the servers; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "acct.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fnv.h"
#include "base/log.h"
#include "base/queue.h"
#include "client.h"
#include "shared/loop.h"
#include "shared/mono.h"
#include "spool.h"

#define MS		1000
#define BUCKETS		256
#define ENDED		1024	/* calls whose end is remembered */
#define LOOK_MAX	512	/* records looked at in one go */
/* After a refusal by silence, while servers answer other requests. */
#define VAIN_MAX	10
#define VAIN_MS		60000
#define VAIN_MAX_ON	2	/* the same of Accounting-On and -Off */
/*
 * How long what comes after Accounting-On waits for its answer.  A server that
 * has nothing to do for it may be silent, as FreeRADIUS with SQL is.
 */
#define BARRIER_MS	5000
/* Between looks whether the file is free; the one before us stays for 20 s. */
#define TAKE_MS		50
#define TAKE_TRIES	500
#define SYNC_MS		1000
/* How long what is on the disk can keep us from our end. */
#define OFF_MS		15000
#define NEXT_MS		2000
/* The plugins of calls that are up find a new pptpd-aaa within 10 s. */
#define GRACE_MS	60000

/* Acct-Terminate-Cause (RFC 2866, 5.10). */
#define CAUSE_ADMIN_REBOOT	7
#define CAUSE_NAS_ERROR		9
#define CAUSE_NAS_REBOOT	11

struct record {
	TAILQ_ENTRY(record) entry;
	struct acct_entry e;
	int	 slot;			/* SPOOL_NONE: in memory only */
	struct session *session;	/* whose interim record it is; or NULL */
	void	*request;		/* NULL: it waits */
	int64_t	 event_ms;		/* of mono_ms(); may be before 0 */
	int64_t	 expires_ms;		/* the same; then it is given up */
	uint64_t first, begun, not_before;	/* ms; first: sent first */
	unsigned vain;			/* times that silence was the answer */
};

/* A call that is up. */
struct session {
	LIST_ENTRY(session) entry;
	struct acct_entry e;
	int	 slot;
	struct record *interim;		/* one that waits; NULL: none */
	bool	 seen;			/* its pppd has found us */
	bool	 stored;		/* it was on the disk before us */
};

TAILQ_HEAD(records, record);

static struct {
	acct_report *report;
	struct records queue;		/* in the order of seq */
	LIST_HEAD(, session) sessions[BUCKETS];
	char	 ended[ENDED][AAA_ID_MAX + 1];	/* a ring */
	unsigned next_ended;
	unsigned waiting, under_way;
	uint64_t lost;
	uint64_t seq;
	uint64_t taken_ms;		/* a server has taken one last */
	int	 spool;
	unsigned tries;
	uint64_t end_at;		/* ms; 0: we stay */
	bool	 fresh, ready, hold, off, said_full;
	struct loop_timer pump, take, sync, grace;
} acct;

static void	pump(void);

/* --- calls --------------------------------------------------------------- */

static unsigned
bucket(const char *id)
{
	return fnv1a(FNV_BASIS, id, strlen(id)) % BUCKETS;
}

static struct session *
session_find(const char *id)
{
	struct session *s;

	LIST_FOREACH(s, &acct.sessions[bucket(id)], entry) {
		if (strcmp(s->e.acct.call.id, id) == 0)
			return s;
	}
	return NULL;
}

static bool
has_ended(const char *id)
{
	for (unsigned i = 0; i < ENDED; i++) {
		if (strcmp(acct.ended[i], id) == 0)
			return true;
	}
	return false;
}

static void
remember_end(const char *id)
{
	memcpy(acct.ended[acct.next_ended], id, strlen(id) + 1);
	acct.next_ended = (acct.next_ended + 1) % ENDED;
}

/*
 * Writes an entry in place of that in the slot old, and returns its slot.  The
 * new one is there before the old one goes; on a full disk the old one stays.
 */
static int
write_again(const struct acct_entry *e, int old)
{
	int slot = spool_put(e);

	if (slot == SPOOL_NONE)
		return old;
	spool_clear(old);
	return slot;
}

static void
session_write(struct session *s)
{
	s->e.seq = ++acct.seq;
	s->slot = write_again(&s->e, s->slot);
}

static struct session *
session_new(const struct acct_entry *e, int slot)
{
	struct session *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->e = *e;
	s->e.kind = ACCT_SESSION;
	s->slot = slot;
	LIST_INSERT_HEAD(&acct.sessions[bucket(e->acct.call.id)], s, entry);
	return s;
}

static void
session_free(struct session *s)
{
	if (s->interim != NULL)
		s->interim->session = NULL;
	spool_clear(s->slot);
	LIST_REMOVE(s, entry);
	free(s);
}

/* --- records ------------------------------------------------------------- */

static void
record_free(struct record *r)
{
	if (r->session != NULL)
		r->session->interim = NULL;
	TAILQ_REMOVE(&acct.queue, r, entry);
	acct.waiting--;
	spool_clear(r->slot);
	free(r);
}

/*
 * One that seems to have waited for longer than any may has been written, or is
 * read, while the clock is wrong: it has as long as a new one.
 */
static struct record *
record_new(const struct acct_entry *e, int slot)
{
	struct record *r = calloc(1, sizeof(*r));
	int64_t age = (int64_t)time(NULL) - (int64_t)e->time;
	int64_t now = (int64_t)mono_ms();

	if (r == NULL)
		return NULL;
	r->e = *e;
	r->slot = slot;
	r->event_ms = now - (age > 0 ? age : 0) * MS;
	r->expires_ms = now + (age > 0 && age < ACCT_KEEP_S ?
	    ACCT_KEEP_S - age : ACCT_KEEP_S) * MS;
	acct.waiting++;
	return r;
}

static void
record_write(struct record *r)
{
	r->slot = write_again(&r->e, r->slot);
}

/* Something is on its way to the disk: sees to it that it arrives. */
static void
sync_later(void)
{
	if (spool_works() && !loop_timer_runs(&acct.sync))
		(void)loop_timer_in_ms(&acct.sync, SYNC_MS);
}

static bool
queue(enum acct_kind kind, const struct aaa_acct *a, uint32_t when)
{
	struct acct_entry e = { .kind = kind, .seq = ++acct.seq,
	    .time = when };
	bool interim = kind == ACCT_RECORD && a->status == AAA_INTERIM;
	struct record *r = NULL;

	if (a != NULL)
		e.acct = *a;
	if (acct.waiting < (interim ? ACCT_INTERIM_MAX : ACCT_MAX))
		r = record_new(&e, SPOOL_NONE);
	if (r == NULL) {
		if (!acct.said_full)
			log_err("AAA: %u records of accounting wait, more "
			    "of them are lost", acct.waiting);
		acct.said_full = true;
		acct.lost++;
		return false;
	}
	acct.said_full = false;
	TAILQ_INSERT_TAIL(&acct.queue, r, entry);
	record_write(r);
	if (interim && (r->session = session_find(a->call.id)) != NULL)
		r->session->interim = r;
	sync_later();
	pump();
	return true;
}

/* --- what is told -------------------------------------------------------- */

/* A newer interim record says all that one says which waits. */
static bool
replace_interim(struct session *s, const struct aaa_acct *a, uint32_t now)
{
	struct record *r = s->interim;

	if (r == NULL)
		return false;
	r->e.acct = *a;
	r->e.time = now;
	r->event_ms = (int64_t)mono_ms();
	r->expires_ms = r->event_ms + (int64_t)ACCT_KEEP_S * MS;
	record_write(r);
	sync_later();
	return true;
}

/* The call is up: its last figures stay when we and its pppd are killed. */
static struct session *
note_session(const struct aaa_acct *a, uint32_t now)
{
	const struct acct_entry e = { .kind = ACCT_SESSION, .time = now,
	    .acct = *a };
	struct session *s = session_find(a->call.id);

	if (s == NULL)
		s = session_new(&e, SPOOL_NONE);
	if (s == NULL)
		return NULL;
	s->e = e;
	s->seen = true;
	session_write(s);
	sync_later();
	return s;
}

static bool
take_stop(struct session *s, const struct aaa_acct *a, uint32_t when)
{
	remember_end(a->call.id);
	if (s != NULL)
		session_free(s);
	return queue(ACCT_RECORD, a, when);
}

bool
acct_take(const struct aaa_acct *a)
{
	struct session *s = session_find(a->call.id);
	uint32_t now = (uint32_t)time(NULL);

	if (has_ended(a->call.id)) {
		log_debug("AAA: session %s is said to have ended already",
		    a->call.id);
		return true;
	}
	switch (a->status) {
	case AAA_START:
		if (s != NULL) {
			s->seen = true;
			return true;
		}
		(void)note_session(a, now);
		/* It may be told late, with the seconds since then. */
		return queue(ACCT_RECORD, a, now - a->seconds);
	case AAA_INTERIM:
		s = note_session(a, now);
		if (s != NULL && replace_interim(s, a, now))
			return true;
		return queue(ACCT_RECORD, a, now);
	case AAA_STOP:
		return take_stop(s, a, now);
	}
	return false;
}

/* --- calls that have ended while nobody looked --------------------------- */

/* Unix time at which the machine has started. */
static int64_t
boot_time(void)
{
	struct timespec up = { 0, 0 };

	(void)clock_gettime(CLOCK_BOOTTIME, &up);
	return (int64_t)time(NULL) - (int64_t)up.tv_sec;
}

/*
 * All that is known of it is its last report, so it ends with that, at that
 * time.  cause 0: find out.
 */
static void
end_session(struct session *s, uint32_t cause)
{
	struct aaa_acct stop = s->e.acct;
	uint32_t when = s->e.time;

	log_notice("AAA: session %s has ended without a word, its accounting "
	    "ends with its last report", stop.call.id);
	stop.status = AAA_STOP;
	stop.cause = cause != 0 ? cause : (int64_t)when < boot_time() ?
	    CAUSE_NAS_REBOOT : CAUSE_NAS_ERROR;
	(void)take_stop(s, &stop, when);
}

static void
end_unseen(bool all, uint32_t cause)
{
	struct session *s, *next;

	for (unsigned i = 0; i < BUCKETS; i++) {
		for (s = LIST_FIRST(&acct.sessions[i]); s != NULL; s = next) {
			next = LIST_NEXT(s, entry);
			if (all || !s->seen)
				end_session(s, cause);
		}
	}
}

static void
on_grace(void *arg)
{
	(void)arg;
	end_unseen(false, 0);
}

/* --- sending ------------------------------------------------------------- */

/* By which the log names a record. */
static const char *
name_of(const struct record *r)
{
	return r->e.kind == ACCT_RECORD ? r->e.acct.call.id : "of the server";
}

static unsigned
vain_max(const struct record *r)
{
	return r->e.kind == ACCT_RECORD ? VAIN_MAX : VAIN_MAX_ON;
}

/* Servers take other records, and never this one. */
static void
give_up(struct record *r)
{
	if (r->e.kind == ACCT_RECORD) {
		acct.lost++;
		log_err("AAA: the accounting of session %s is lost: other "
		    "records are taken, and %u times not this one",
		    r->e.acct.call.id, r->vain);
	} else
		log_notice("AAA: nobody has an answer to Accounting-%s",
		    r->e.kind == ACCT_ON ? "On" : "Off");
	record_free(r);
}

static void
on_done(bool taken, void *arg)
{
	struct record *r = arg;
	uint64_t now = mono_ms();

	r->request = NULL;
	acct.under_way--;
	if (taken) {
		acct.taken_ms = now;
		record_free(r);
	} else if ((int64_t)now > r->expires_ms) {
		acct.lost++;
		log_err("AAA: the accounting of session %s is lost: nobody "
		    "took it within %d days", name_of(r), ACCT_KEEP_S / 86400);
		record_free(r);
	} else if (acct.taken_ms > r->begun && ++r->vain == vain_max(r)) {
		give_up(r);
	} else
		r->not_before = acct.taken_ms > r->begun ? now + VAIN_MS : now;
	pump();
}

static bool
begin(struct record *r)
{
	const struct client_record c = { .kind = r->e.kind,
	    .acct = &r->e.acct, .event_ms = r->event_ms,
	    .event_time = r->e.time };

	r->begun = mono_ms();
	if (r->first == 0)
		r->first = r->begun;
	r->request = acct.report(&c, on_done, r);
	if (r->request == NULL)
		return false;
	acct.under_way++;
	if (r->session != NULL)		/* it can change no more */
		r->session->interim = NULL;
	r->session = NULL;
	return true;
}

/* Accounting-On and -Off go between what was before and what comes after. */
static bool
is_barrier(const struct record *r, const struct record *earlier, uint64_t now)
{
	if (r->e.kind != ACCT_RECORD)
		return earlier->vain == 0;
	return earlier->e.kind != ACCT_RECORD && (earlier->first == 0 ||
	    now - earlier->first < BARRIER_MS);
}

/* Whether it has to wait for one of the earlier records, of its call or so. */
static bool
is_behind(const struct record *r, const struct record *const *earlier,
    unsigned n, uint64_t now)
{
	for (unsigned i = 0; i < n; i++) {
		if (is_barrier(r, earlier[i], now))
			return true;
		if (r->e.kind == ACCT_RECORD &&
		    earlier[i]->e.kind == ACCT_RECORD &&
		    strcmp(earlier[i]->e.acct.call.id, r->e.acct.call.id) == 0)
			return true;
	}
	return false;
}

/*
 * Fills the window, in order.  Records of one call go one after the other, and
 * none overtakes Accounting-On or -Off.
 */
static void
on_pump(void *arg)
{
	static const struct record *earlier[LOOK_MAX];
	uint64_t now = mono_ms();
	struct record *r;
	unsigned n = 0;

	(void)arg;
	TAILQ_FOREACH(r, &acct.queue, entry) {
		if (acct.under_way == ACCT_WINDOW || n == LOOK_MAX ||
		    acct.hold || !acct.ready)
			break;
		if (r->request == NULL && r->not_before <= now &&
		    !is_behind(r, earlier, n, now) && !begin(r))
			break;
		earlier[n++] = r;
	}
	if (acct.under_way < ACCT_WINDOW && acct.waiting > acct.under_way)
		(void)loop_timer_in_ms(&acct.pump, MS);
}

/* Not at once: a request must not end within the call that begins it. */
static void
pump(void)
{
	loop_timer_now(&acct.pump);
}

/* --- the disk ------------------------------------------------------------ */

static void
on_sync(void *arg)
{
	(void)arg;
	spool_sync();
}

/* What was on it, in the order of its slots at first. */
static struct record *loaded[ACCT_SLOTS];
static unsigned n_loaded;

static void
load_session(int slot, const struct acct_entry *e)
{
	const char *id = e->acct.call.id;
	struct session *s = session_find(id);

	/* Two, if we were killed between writing one and clearing the other. */
	if (s != NULL && !s->seen && s->e.seq <= e->seq) {
		spool_clear(s->slot);
		s->e = *e;
		s->slot = slot;
		return;
	}
	if (s == NULL && !has_ended(id))
		s = session_new(e, slot);
	else
		spool_clear(slot);
	if (s != NULL)
		s->stored = true;
}

static void
load_each(int slot, const struct acct_entry *e)
{
	struct record *r;

	if (e->seq > acct.seq)
		acct.seq = e->seq;
	if (e->kind == ACCT_SESSION) {
		load_session(slot, e);
		return;
	}
	if (acct.waiting < ACCT_MAX && (r = record_new(e, slot)) != NULL)
		loaded[n_loaded++] = r;
}

/*
 * By seq (Shell's sort).  qsort(3) of the C library may ask how much memory the
 * machine has, by system calls that are forbidden here.
 */
static void
sort_loaded(void)
{
	struct record *r;
	unsigned i, j;

	for (unsigned gap = n_loaded / 2; gap > 0; gap /= 2) {
		for (i = gap; i < n_loaded; i++) {
			r = loaded[i];
			for (j = i; j >= gap &&
			    loaded[j - gap]->e.seq > r->e.seq; j -= gap)
				loaded[j] = loaded[j - gap];
			loaded[j] = r;
		}
	}
}

/* A stop that waits on the disk: its call has ended. */
static void
look_at_loaded(struct record *r)
{
	const char *id = r->e.acct.call.id;
	struct session *s = session_find(id);

	if (s != NULL)
		session_free(s);
	/* Its pppd may have said so once more, not knowing that we knew. */
	if (has_ended(id))
		record_free(r);
	else
		remember_end(id);
}

/* A start that pppd has told us and, not knowing that we knew, our heir. */
static bool
is_told_again(const struct record *r)
{
	const struct session *s = r->e.kind == ACCT_RECORD &&
	    r->e.acct.status == AAA_START ?
	    session_find(r->e.acct.call.id) : NULL;

	return s != NULL && s->stored;
}

/* What has come before the disk was ours comes after what was on it. */
static void
write_new(struct records *new)
{
	struct record *r, *next;
	struct session *s;

	TAILQ_CONCAT(&acct.queue, new, entry);
	for (r = TAILQ_FIRST(&acct.queue); r != NULL; r = next) {
		next = TAILQ_NEXT(r, entry);
		if (r->slot != SPOOL_NONE)
			continue;
		r->e.seq = ++acct.seq;
		if (is_told_again(r))
			record_free(r);
		else
			record_write(r);
	}
	for (unsigned i = 0; i < BUCKETS; i++) {
		LIST_FOREACH(s, &acct.sessions[i], entry) {
			if (s->slot == SPOOL_NONE)
				session_write(s);
		}
	}
}

static void
load(void)
{
	struct records new = TAILQ_HEAD_INITIALIZER(new);
	struct record *r;

	TAILQ_CONCAT(&new, &acct.queue, entry);
	sort_loaded();
	for (unsigned i = 0; i < n_loaded; i++) {
		r = loaded[i];
		TAILQ_INSERT_TAIL(&acct.queue, r, entry);
		if (r->e.kind == ACCT_RECORD && r->e.acct.status == AAA_STOP)
			look_at_loaded(r);
	}
	if (n_loaded > 0)
		log_notice("AAA: %u records of accounting that nobody has "
		    "taken are on the disk", n_loaded);
	write_new(&new);
}

static void
get_ready(void)
{
	acct.ready = true;
	if (acct.fresh) {
		end_unseen(true, 0);
		(void)queue(ACCT_ON, NULL, (uint32_t)time(NULL));
	} else
		(void)loop_timer_in_ms(&acct.grace, GRACE_MS);
	sync_later();
	pump();
}

static void
on_take(void *arg)
{
	enum spool_taken how = acct.spool == -1 ? SPOOL_UNREADABLE :
	    spool_take(acct.spool, load_each);

	(void)arg;
	if (how == SPOOL_BUSY && acct.tries++ < TAKE_TRIES) {
		(void)loop_timer_in_ms(&acct.take, TAKE_MS);
		return;
	}
	if (how == SPOOL_BUSY)
		log_err("AAA: another pptpd-aaa has the accounting on the "
		    "disk: what is new is kept in memory only");
	else
		load();		/* of one that breaks off what could be read */
	get_ready();
}

/* --- the rest ------------------------------------------------------------ */

static bool
is_kept(void)
{
	struct record *r;

	TAILQ_FOREACH(r, &acct.queue, entry) {
		if (r->slot == SPOOL_NONE)
			return false;
	}
	return true;
}

void
acct_end(bool off)
{
	acct.end_at = mono_ms() + (off ? OFF_MS : NEXT_MS);
	acct.off = off;
	if (off) {
		end_unseen(true, CAUSE_ADMIN_REBOOT);
		(void)queue(ACCT_OFF, NULL, (uint32_t)time(NULL));
	}
	acct.hold = !off && is_kept();
	spool_sync();
}

unsigned
acct_waiting(void)
{
	if (acct.end_at == 0 || !is_kept())
		return acct.waiting;
	if (mono_ms() >= acct.end_at)
		return 0;
	return acct.off ? acct.waiting : acct.under_way;
}

void
acct_state(struct aaa_state *s)
{
	struct record *r;

	TAILQ_FOREACH(r, &acct.queue, entry) {
		s->waiting++;
		if (r->slot != SPOOL_NONE)
			s->stored++;
	}
	s->count[AAA_COUNT_LOST] = acct.lost;
}

void
acct_init(acct_report *report, int spool, bool fresh)
{
	memset(&acct, 0, sizeof(acct));
	TAILQ_INIT(&acct.queue);
	acct.report = report;
	acct.spool = spool;
	acct.fresh = fresh;
	loop_timer_init(&acct.pump, on_pump, NULL);
	loop_timer_init(&acct.take, on_take, NULL);
	loop_timer_init(&acct.sync, on_sync, NULL);
	loop_timer_init(&acct.grace, on_grace, NULL);
	loop_timer_now(&acct.take);
}
