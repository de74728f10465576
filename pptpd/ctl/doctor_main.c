/* pptpdctl doctor: its command line. */
/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/doctor.h"
#include "ctl/doctor_conf.h"
#include "ctl/doctor_login.h"
#include "ctl/doctor_system.h"
#include "ctl/password.h"
#include "ctl/pptpdctl_output.h"
#include "ctl/selftest.h"
#include "protocol/aaa_msg.h"
#include "protocol/pptp_msg.h"

#define EXIT_TROUBLE	2

static int
print(struct doctor *d)
{
	int status = doctor_status(d);

	if (ctl_is_json())
		doctor_print_json(d);
	else
		doctor_print(stdout, d);
	doctor_free(d);
	return fflush(stdout) != 0 || ferror(stdout) ? EXIT_TROUBLE : status;
}

/* The password is a line of standard input: it must be in no list of words. */
static int
log_in(const char *pidfile, const char *user)
{
	struct doctor d = { .pidfile = pidfile };
	char password[AAA_SECRET_MAX + 1];

	conf_init(&d.conf);
	if (!password_read_old(password, sizeof(password))) {
		doctor_free(&d);
		return EXIT_TROUBLE;
	}
	doctor_login(&d, user, password);
	explicit_bzero(password, sizeof(password));
	return print(&d);
}

/* What calls need to know of the configuration; its faults are known to all. */
static void
test_self(struct doctor *d)
{
	struct doctor_finding *f;

	d->in_order = true;
	d->check = "configuration";
	doctor_configuration(d);
	while (d->n > 0) {
		f = &d->finding[--d->n];
		free(f->text);
		free(f->fix);
	}
	doctor_self_test(d);
}

int
doctor_main(int argc, char **argv, const struct doctor_wish *wish)
{
	const struct servent *service = getservbyname("pptp", "tcp");
	struct doctor_world world;
	struct doctor d = { .world = &world, .pidfile = wish->pidfile,
	    .port = PPTP_PORT };

	if (service != NULL)
		d.port = ntohs((uint16_t)service->s_port);
	if (argc > (wish->user != NULL ? 1 : 2)) {
		ctl_complain("usage", "doctor: too many words");
		return EXIT_TROUBLE;
	}
	if (wish->user != NULL)
		return log_in(wish->pidfile, wish->user);
	d.conf_file = argc == 2 ? argv[1] : NULL;
	doctor_system(&world);
	if (wish->self_test && !world.root) {
		ctl_complain("permission", "doctor --self-test: only root can "
		    "make a call");
		return EXIT_TROUBLE;
	}
	if ((wish->self_test ? doctor_begin : doctor_run)(&d) == -1) {
		ctl_complain("trouble", "no memory");
		doctor_free(&d);
		return EXIT_TROUBLE;
	}
	if (wish->self_test)
		test_self(&d);
	return print(&d);
}
