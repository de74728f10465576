/* No system call filter: no libseccomp, or a build with sanitizers. */
/* SPDX-License-Identifier: ISC */
#include "shared/sandbox.h"

#include "base/log.h"

int
sandbox_seccomp(const char *who, const struct sandbox_rule *allowed, size_t n,
    bool only_log)
{
	(void)allowed;
	(void)n;
	(void)only_log;
	log_notice("%s: built without seccomp: system calls are not limited",
	    who);
	return 0;
}
