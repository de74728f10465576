/* The ground of an engine, for tests of what stands on it. */
/* SPDX-License-Identifier: ISC */
#include "fake_engine.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "shared/mono.h"

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
	fake.now_ms = 1000000;
	engine.base = event_base_new();
	engine.count = 1;
	engine.at_work = &at_work;
	log_set_sink(sink, NULL);
}

void
fake_engine_free(void)
{
	event_base_free(engine.base);
}

bool
fake_engine_run(bool (*ready)(void), unsigned int ms)
{
	uint64_t end = mono_ms() + ms;

	while (!ready() && mono_ms() < end)
		event_base_loop(engine.base, EVLOOP_NONBLOCK);
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
	return fake.now_ms;
}

uint64_t
engine_now_us(void)
{
	return fake.now_ms * 1000;
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
