/* The ground of an engine, for tests of what stands on it. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_FAKE_ENGINE_H
#define PPTPD_FAKE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "fake_loop.h"

#define FAKE_TOLD_MAX	256

/* In place of engine/engine.c; the time and the event loop are fake_loop's. */
struct fake_engine {
	bool		deaf;		/* the monitor cannot be told */
	bool		full;		/* no descriptors are left */
	struct ipc_msg	told[FAKE_TOLD_MAX];	/* ... to the monitor */
	unsigned int	ntold;
	char		log[4096];	/* what was logged */
};

extern struct fake_engine fake;

/* All as at a start. */
void	fake_engine_init(void);
/* Serves events until ready(), for so many ms at most; whether it is. */
bool	fake_engine_run(bool (*ready)(void), unsigned int ms);

#endif
