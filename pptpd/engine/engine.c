/* Engine: what all its parts use; it uses none of them. */
/* SPDX-License-Identifier: ISC */
#include "engine/engine.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/resource.h>

#include "base/log.h"
#include "shared/loop.h"
#include "shared/mono.h"

struct engine engine;

static uint16_t nobody_looks;
static struct loop_timer after_event;
static SLIST_HEAD(, engine_ended) ended = SLIST_HEAD_INITIALIZER(ended);

uint64_t
engine_now_us(void)
{
	return mono_us();
}

uint64_t
engine_now_ms(void)
{
	return engine_now_us() / 1000;
}

bool
engine_tell(const struct ipc_msg *m, int fd)
{
	return ipc_send(IPC_FD_PARENT, m, &fd, fd == -1 ? 0 : 1) == 0;
}

void
engine_news(enum ipc_news what, uint16_t call_id, enum ctrl_end end)
{
	struct ipc_msg m;

	if (engine.index == 0 || call_id % engine.count != engine.index)
		return;
	ipc_msg_init(&m, IPC_CALL_NEWS, call_id);
	m.u.news.what = what;
	m.u.news.end = end;
	(void)engine_tell(&m, -1);
}

/* --- descriptors --------------------------------------------------------- */

static unsigned int
max_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == -1)
		return FILES_OWN;
	return files.rlim_cur < INT_MAX ? (unsigned int)files.rlim_cur :
	    INT_MAX;
}

/*
 * A descriptor that arrives when the table is full is lost, so the engine makes
 * sure that there is room before it asks for one.
 */
bool
engine_has_files(unsigned int n)
{
	return FILES_OWN + FILES_CONN * engine.conns +
	    FILES_CALL * engine.calls + n <= engine.max_files;
}

bool
engine_has_room(unsigned int calls)
{
	return files_engine(calls + 1UL) <= engine.max_files;
}

/* --- the end ------------------------------------------------------------- */

void
engine_maybe_done(void)
{
	if ((engine.stopping || engine.one_connection) && engine.conns == 0 &&
	    engine.calls == 0)
		loop_stop();
}

/* An event that ends an object makes this one active, so it runs afterwards. */
static void
on_ended(void *arg)
{
	struct engine_ended *e;

	(void)arg;
	while ((e = SLIST_FIRST(&ended)) != NULL) {
		SLIST_REMOVE_HEAD(&ended, entry);
		e->free(e->what);
	}
}

void
engine_free_later(struct engine_ended *e, void (*free_it)(void *), void *what)
{
	e->free = free_it;
	e->what = what;
	SLIST_INSERT_HEAD(&ended, e, entry);
	loop_timer_now(&after_event);
}

bool
engine_init(void)
{
	engine.count = 1;
	engine.max_files = max_files();
	engine.at_work = &nobody_looks;
	if (!loop_init()) {
		log_err("engine: no event loop: %s", strerror(errno));
		return false;
	}
	loop_timer_init(&after_event, on_ended, NULL);
	engine.started_ms = engine_now_ms();
	return true;
}
