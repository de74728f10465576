/* pptpdctl doctor: its command line. */
/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>

#include "ctl/doctor.h"
#include "ctl/doctor_system.h"
#include "ctl/pptpdctl_output.h"
#include "protocol/pptp_msg.h"

#define EXIT_TROUBLE	2

int
doctor_main(int argc, char **argv, const char *pidfile)
{
	const struct servent *service = getservbyname("pptp", "tcp");
	struct doctor_world world;
	struct doctor d = { .world = &world, .pidfile = pidfile,
	    .port = service != NULL ? ntohs((uint16_t)service->s_port) :
	    PPTP_PORT };
	int status;

	if (argc > 2) {
		ctl_complain("usage", "doctor: too many words");
		return EXIT_TROUBLE;
	}
	d.conf_file = argc == 2 ? argv[1] : NULL;
	doctor_system(&world);
	if (doctor_run(&d) == -1) {
		ctl_complain("trouble", "no memory");
		doctor_free(&d);
		return EXIT_TROUBLE;
	}
	if (ctl_is_json())
		doctor_print_json(&d);
	else
		doctor_print(stdout, &d);
	status = doctor_status(&d);
	doctor_free(&d);
	if (fflush(stdout) != 0 || ferror(stdout))
		return EXIT_TROUBLE;
	return status;
}
