/* The list of system calls, for builds without libseccomp or with sanitizers. */
#include "sandbox.h"

#include "log.h"

int
sandbox_seccomp(bool only_log)
{
	(void)only_log;
	log_notice("MGR: built without seccomp: the engine's system calls are "
	    "not limited");
	return 0;
}
