/* Monitor: starts a program of ours again that has ended, later each time. */
/* SPDX-License-Identifier: ISC */
#include "monitor/respawn.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>

#include "base/log.h"
#include "shared/mono.h"

#define WAIT_MIN	1	/* s */
#define WAIT_MAX	60
#define STEADY		60	/* if it ran that long, WAIT_MIN again */

void
respawn_init(struct respawn *r, const char *name, void (*start)(void *arg),
    void *arg)
{
	r->name = name;
	r->wait = WAIT_MIN;
	loop_timer_init(&r->again, start, arg);
}

void
respawn_anew(struct respawn *r)
{
	r->wait = WAIT_MIN;
}

void
respawn_later(struct respawn *r)
{
	(void)loop_timer_in_ms(&r->again, (uint64_t)r->wait * 1000);
	r->wait = r->wait < WAIT_MAX / 2 ? r->wait * 2 : WAIT_MAX;
}

void
respawn_stop(struct respawn *r)
{
	loop_timer_stop(&r->again);
}

void
respawn_say(const struct respawn *r, pid_t pid, int status, const char *then)
{
	log_err("MGR: %s[%ld] %s %d, %s", r->name, (long)pid,
	    WIFSIGNALED(status) ? "was ended by signal" :
	    "has ended with status", WIFSIGNALED(status) ? WTERMSIG(status) :
	    WEXITSTATUS(status), then);
}

void
respawn_ended(struct respawn *r, pid_t pid, int status, time_t started)
{
	char then[64];

	if (mono_s() - started >= STEADY)
		r->wait = WAIT_MIN;
	snprintf(then, sizeof(then), "starting it again in %d s", r->wait);
	respawn_say(r, pid, status, then);
	respawn_later(r);
}
