/* Engine: no system call filter, without libseccomp or with sanitizers. */
/* SPDX-License-Identifier: ISC */
#include "engine/sandbox.h"

#include "base/log.h"

int
sandbox_seccomp(bool only_log)
{
	(void)only_log;
	log_notice("MGR: built without seccomp: the engine's system calls are "
	    "not limited");
	return 0;
}
