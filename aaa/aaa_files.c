/* Reads aaa.conf, with root's rights; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "aaa_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "shared/slurp.h"

#define CONF_MAX	(1UL << 20)	/* octets */

/* It names the program that is asked, and what users may have. */
static bool
is_ours(const char *file)
{
	struct stat st;

	if (stat(file, &st) == 0 && (st.st_uid != 0 ||
	    (st.st_mode & 022) != 0)) {
		log_err("AAA: %s: others than root can write it: \"chown root "
		    "%s; chmod 644 %s\" mends that", file, file, file);
		return false;
	}
	return true;
}

bool
aaa_files_load(struct aaa_conf *conf, const char *file, bool may_miss)
{
	size_t len;
	char *text = slurp_regular(file, CONF_MAX, &len);
	bool done;

	if (text == NULL && errno == ENOENT && may_miss) {
		aaa_conf_init(conf);
		done = true;
	} else if (text == NULL) {
		log_err("AAA: %s: %s", file, strerror(errno));
		return false;
	} else
		done = is_ours(file) && aaa_conf_parse(conf, file, text, len);
	free(text);
	if (done && conf->nas_identifier[0] == '\0' &&
	    gethostname(conf->nas_identifier,
	    sizeof(conf->nas_identifier) - 1) == -1)
		strcpy(conf->nas_identifier, "pptpd");
	return done;
}
