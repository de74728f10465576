/* Engine: applies what state/limit counts to connections and to the log. */
/* SPDX-License-Identifier: ISC */
#include "engine/limiter.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/addr.h"
#include "base/log.h"
#include "engine/engine.h"
#include "engine/journal.h"
#include "shared/loop.h"
#include "state/limit_memory.h"

#define FLUSH_MS	60000	/* between summaries of lines left out */

struct limits *limiter_limits;

static struct {
	bool		   limited;	/* log lines are about a client */
	struct limit_conn *conn;
	uint32_t	   client;	/* network order */
} speaker;

static struct loop_timer flush;
static struct limit_memory *memory;	/* NULL: none */
static uint64_t counts[CTRL_END_COUNT];

static const char *
address(uint32_t client)
{
	static char text[ADDR_TEXT];

	return addr_text(client, text);
}

/* --- log ----------------------------------------------------------------- */

void
limiter_speak(struct limit_conn *conn, uint32_t client)
{
	speaker.limited = limiter_limits != NULL;
	speaker.conn = conn;
	speaker.client = client;
}

void
limiter_quiet(void)
{
	speaker.limited = false;
}

static void
report(const struct limit_summary *sum)
{
	bool was = speaker.limited;

	speaker.limited = false;
	if (sum->addr != 0)
		log_notice("CTRL: Client %s: %u more such lines suppressed in "
		    "%u s", address(sum->addr), (unsigned)sum->lines,
		    (unsigned)sum->seconds);
	else
		log_notice("CTRL: %u more lines about clients suppressed in "
		    "%u s", (unsigned)sum->lines, (unsigned)sum->seconds);
	speaker.limited = was;
}

static void
on_flush(void *arg)
{
	(void)arg;
	if (limit_log_flush(limiter_limits, engine_now_ms(), report))
		(void)loop_timer_in_ms(&flush, FLUSH_MS);
}

bool
limiter_permits(struct limit_conn *conn, uint32_t client,
    enum source_class class)
{
	struct limit_summary sum;

	if (limit_log(limiter_limits, conn, client, class, engine_now_ms(),
	    &sum)) {
		if (sum.lines > 0)
			report(&sum);
		return true;
	}
	if (!loop_timer_runs(&flush))
		(void)loop_timer_in_ms(&flush, FLUSH_MS);
	return false;
}

bool
limiter_may_log(int priority)
{
	return !speaker.limited || priority == LOG_DEBUG ||
	    limiter_permits(speaker.conn, speaker.client, SOURCE_LOG_PROTOCOL);
}

uint64_t
limiter_count(enum ctrl_end end)
{
	return ctrl_end_is_known(end) ? counts[end] : 0;
}

void
limiter_counted(enum ctrl_end end)
{
	if (ctrl_end_is_known(end))	/* may come from a newer monitor */
		counts[end]++;
}

void
limiter_refused(struct limit_conn *conn, uint32_t client, enum ctrl_end end)
{
	bool was = speaker.limited;

	limiter_counted(end);
	/* Of a call that floods the end is told. */
	if (end != CTRL_END_FLOOD || !conn->call)
		journal_refused(client, end);
	if (!limiter_permits(conn, client, SOURCE_LOG_REFUSED))
		return;
	speaker.limited = false;
	log_warn("CTRL: Client %s refused: %s (%s)", address(client),
	    ctrl_end_text(end), ctrl_end_word(end));
	speaker.limited = was;
}

/* --- authentication ------------------------------------------------------ */

static void
say(unsigned int what, uint32_t client, uint64_t ms)
{
	bool was = speaker.limited;

	speaker.limited = false;
	if ((what & LIMIT_SAY_REFUSED) != 0)
		log_warn("CTRL: Client %s refused for %u s: %s",
		    address(client), (unsigned)((ms + 999) / 1000),
		    ctrl_end_text(CTRL_END_PENALTY));
	if ((what & LIMIT_SAY_SUSPENDED) != 0)
		log_err("CTRL: Most authentications fail, from many "
		    "addresses: is the RADIUS server down?  auth-penalty is "
		    "suspended");
	if ((what & LIMIT_SAY_RESUMED) != 0)
		log_notice("CTRL: Authentications succeed again, "
		    "auth-penalty is back");
	speaker.limited = was;
}

void
limiter_authenticated(struct limit_conn *conn, uint32_t client)
{
	say(limit_authenticated(limiter_limits, conn, engine_now_ms()), client,
	    0);
}

static const char *
failure_text(enum ctrl_end end)
{
	switch (end) {
	case CTRL_END_NONE:
		return "authentication failed";
	case CTRL_END_NO_AUTH:
	case CTRL_END_MADE_ROOM:
		return ctrl_end_text(end);
	default:
		return "gone without authentication while slots are short";
	}
}

void
limiter_failed(struct limit_conn *conn, uint32_t client, enum ctrl_end end)
{
	uint64_t now = engine_now_ms();
	bool was = speaker.limited;
	unsigned int what;

	if (conn->source == NULL || conn->failed || conn->authenticated)
		return;
	limiter_counted(CTRL_END_NO_AUTH);
	what = limit_failed(limiter_limits, conn, now);
	if (limiter_permits(conn, client, SOURCE_LOG_REFUSED)) {
		speaker.limited = false;
		log_warn("CTRL: Client %s: %s", address(client),
		    failure_text(end));
		speaker.limited = was;
	}
	say(what, client, limit_penalty(limiter_limits, conn->source, now));
}

void
limiter_failed_late(uint32_t client)
{
	struct limit_conn conn = { .source =
	    source_find(&limiter_limits->sources, client) };

	limiter_failed(&conn, client, CTRL_END_NONE);
}

void
limiter_map_memory(int fd)
{
	struct stat st;
	void *p = MAP_FAILED;

	errno = EINVAL;
	if (fstat(fd, &st) == 0 && st.st_size == (off_t)sizeof(*memory))
		p = mmap(NULL, sizeof(*memory), PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		log_err("engine: penalties and limits are forgotten when it "
		    "dies: mmap: %s", strerror(errno));
	else
		memory = p;
}

bool
limiter_configure(const struct limit_conf *conf)
{
	uint32_t seed;

	if (limiter_limits != NULL) {
		limit_change(limiter_limits, conf);
		return true;
	}
	loop_timer_init(&flush, on_flush, NULL);
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed)) {
		log_err("engine: getrandom: %s", strerror(errno));
		return false;
	}
	limiter_limits = limit_new(conf, seed);
	if (limiter_limits != NULL && memory != NULL)
		limit_memory_use(limiter_limits, memory, seed,
		    engine_now_ms());
	return limiter_limits != NULL;
}
