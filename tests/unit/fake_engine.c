/* The ground of an engine, for tests of what stands on it. */
/* SPDX-License-Identifier: ISC */
#include "fake_engine.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

struct engine engine;
struct fake_engine fake;
static uint16_t at_work;

static void
sink(int priority, const char *line, void *arg)
{
	size_t len = strlen(fake.log);

	(void)arg;
	snprintf(fake.log + len, sizeof(fake.log) - len, "<%d>%s\n", priority,
	    line);
}

void
fake_engine_init(void)
{
	memset(&fake, 0, sizeof(fake));
	memset(&engine, 0, sizeof(engine));
	fake_loop_init();
	engine.count = 1;
	engine.at_work = &at_work;
	log_set_sink(sink, NULL);
}

bool
fake_engine_run(bool (*ready)(void), unsigned int ms)
{
	loop_run_ready();
	for (unsigned int i = 0; i < ms && !ready(); i++) {
		fake_loop_pass_ms(1);
		loop_run_ready();
	}
	return ready();
}

bool
engine_init(void)
{
	return true;
}

void
engine_free_later(struct engine_ended *ended, void (*f)(void *), void *what)
{
	(void)ended;
	f(what);
}

uint64_t
engine_now_ms(void)
{
	return fake_loop.now_us / 1000;
}

uint64_t
engine_now_us(void)
{
	return fake_loop.now_us;
}

bool
engine_tell(const struct ipc_msg *m, int fd)
{
	(void)fd;
	if (fake.deaf || fake.ntold == FAKE_TOLD_MAX)
		return false;
	fake.told[fake.ntold++] = *m;
	return true;
}

bool
engine_has_files(unsigned int n)
{
	(void)n;
	return !fake.full;
}

bool
engine_has_room(unsigned int calls)
{
	(void)calls;
	return !fake.full;
}

void
engine_news(enum ipc_news what, uint16_t call_id, enum ctrl_end end)
{
	(void)what;
	(void)call_id;
	(void)end;
}

void
engine_maybe_done(void)
{
}
