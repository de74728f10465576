/* pptpdctl metrics: asks the server for its figures. */
/* SPDX-License-Identifier: ISC */
#include "ctl/metrics.h"

#include <unistd.h>

#include "ctl/aaa_look.h"
#include "ctl/metrics_aaa.h"
#include "ctl/pools_look.h"
#include "ctl/pptpdctl_link.h"
#include "ctl/pptpdctl_output.h"


static struct metrics_process processes[METRICS_PROCESSES_MAX];
static size_t nprocesses;

static int
hear(struct link *in, bool per_user)
{
	json_t *calls = json_array();
	json_t *status = link_collect(in, "status", calls), *end = NULL;
	int result = EXIT_TROUBLE;

	if (status != NULL)
		end = link_collect(in, "list", calls);
	if (end != NULL) {
		metrics_print(stdout, json_object_get(status, "result"), calls,
		    processes, nprocesses, per_user);
		result = 0;
	} else
		metrics_print_alone(stdout, in->busy);
	json_decref(end);
	json_decref(status);
	json_decref(calls);
	return result;
}

/* For a program that collects: what is wrong goes to stderr, as text. */
int
metrics_main(const char *path, bool per_user)
{
	static struct aaa_look look;
	static struct pools_look pools;
	static struct link in;
	int status = EXIT_TROUBLE, aaa;
	bool harmless;

	ctl_set_json(false);
	in.fd = link_open(path);
	if (in.fd != -1)	/* only root may see all of it */
		nprocesses = metrics_processes(in.fd, processes);
	aaa = aaa_look_open(path, &look);
	pools_look(path, &pools);
	harmless = link_give_up_root();
	if (in.fd == -1 || !harmless || !link_greet(&in))
		metrics_print_alone(stdout, false);
	else
		status = hear(&in, per_user);
	if (in.fd != -1)
		close(in.fd);
	if (harmless) {
		aaa_look_ask(aaa, &look);
		metrics_aaa_print(stdout, &look);
	}
	pools_look_metrics(stdout, &pools);
	return fflush(stdout) != 0 || ferror(stdout) ? EXIT_TROUBLE : status;
}
