/* pptpdctl doctor: checks of the kernel and its modules. */
/* SPDX-License-Identifier: ISC */
#include "ctl/doctor_kernel.h"

#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/doctor_find.h"

#define LISTS	(4 * 1024 * 1024)	/* octets of a list of modules */

enum module {
	MODULE_THERE,		/* loaded, or part of the kernel */
	MODULE_LOADABLE,	/* its file is there */
	MODULE_ABSENT,
	MODULE_UNKNOWN		/* there is no list of modules to look in */
};

/* Whether a text has "/NAME.ko"; modules' files write - and _ alike. */
static bool
lists_module(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = strchr(text, '/'); p != NULL;
	    p = strchr(p + 1, '/')) {
		size_t i = 0;

		while (i < len && (p[i + 1] == name[i] ||
		    (p[i + 1] == '-' && name[i] == '_')))
			i++;
		if (i == len && strncmp(p + 1 + len, ".ko", 3) == 0)
			return true;
	}
	return false;
}

static bool
read_release(const struct doctor *d, char *buf, size_t size)
{
	size_t len;
	char *text = doctor_read(d, "/proc/sys/kernel/osrelease", DOCTOR_FILE,
	    &len);

	if (text == NULL)
		return false;
	snprintf(buf, size, "%.*s", (int)strcspn(text, "\n"), text);
	free(text);
	return true;
}

static enum module
module_state(const struct doctor *d, const char *name)
{
	static const char *const lists[] = { "modules.builtin",
	    "modules.dep" };
	enum module state = MODULE_UNKNOWN;
	char path[256], release[128];
	size_t len;

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	if (doctor_exists(d, path))
		return MODULE_THERE;
	if (!read_release(d, release, sizeof(release)))
		return MODULE_UNKNOWN;
	for (int i = 0; i < 2 && state != MODULE_THERE; i++) {
		char *text;

		snprintf(path, sizeof(path), "/lib/modules/%s/%s", release,
		    lists[i]);
		text = doctor_read(d, path, LISTS, &len);
		if (text == NULL)
			continue;
		if (lists_module(text, name))
			state = i == 0 ? MODULE_THERE : MODULE_LOADABLE;
		else
			state = MODULE_ABSENT;
		free(text);
	}
	return state;
}

/* --- PPP ----------------------------------------------------------------- */

#define OTHER_KERNEL "run a kernel with CONFIG_PPP, CONFIG_PPP_ASYNC and " \
	"CONFIG_PPP_MPPE (in a container: on the host)"

void
doctor_ppp(struct doctor *d)
{
	enum module generic = module_state(d, "ppp_generic");
	enum module async = module_state(d, "ppp_async");
	struct stat st;
	bool major = doctor_file_has(d, "/proc/devices", " ppp\n");
	bool line = doctor_file_has(d, "/proc/tty/ldiscs", "ppp ");
	int error = doctor_stat(d, "/dev/ppp", &st);

	if (major)
		generic = MODULE_THERE;
	if (line)
		async = MODULE_THERE;
	if (generic == MODULE_ABSENT)
		doctor_find(d, DOCTOR_ERROR, OTHER_KERNEL, "this kernel has no "
		    "PPP (ppp_generic): no call can come up");
	else if (error != 0 && generic == MODULE_UNKNOWN)
		doctor_find(d, DOCTOR_ERROR, "modprobe ppp_generic (on the "
		    "host, if this is a container)", "neither /dev/ppp nor a "
		    "module ppp_generic is to be seen: no call can come up");
	else if (error != 0)
		doctor_find(d, DOCTOR_ERROR, generic == MODULE_THERE ?
		    "mknod -m 600 /dev/ppp c 108 0 (in a container: start it "
		    "with --device /dev/ppp)" : "modprobe ppp_generic",
		    "/dev/ppp: %s: pppd cannot make an interface",
		    strerror(error));
	else if (!S_ISCHR(st.st_mode))
		doctor_find(d, DOCTOR_ERROR, "rm /dev/ppp; mknod -m 600 "
		    "/dev/ppp c 108 0", "/dev/ppp is no device");
	if (async == MODULE_ABSENT)
		doctor_find(d, DOCTOR_ERROR, OTHER_KERNEL, "this kernel has no "
		    "PPP over ttys (ppp_async): no call can come up");
	else if (async == MODULE_UNKNOWN && generic != MODULE_ABSENT)
		doctor_find(d, DOCTOR_UNKNOWN, NULL, "whether the kernel has "
		    "ppp_async: there is no list of its modules here");
	if (!doctor_has_found(d))
		doctor_find(d, DOCTOR_OK, NULL, "the kernel has PPP and "
		    "PPP over ttys");
}

void
doctor_mppe(struct doctor *d)
{
	const struct options_lint *l = &d->lint;
	bool required = l->mppe || l->mppe_40 || l->mppe_128;

	switch (module_state(d, "ppp_mppe")) {
	case MODULE_THERE:
	case MODULE_LOADABLE:
		doctor_find(d, DOCTOR_OK, NULL, "the kernel has MPPE");
		break;
	case MODULE_ABSENT:
		doctor_find(d, required ? DOCTOR_ERROR : DOCTOR_WARNING,
		    OTHER_KERNEL, "this kernel has no MPPE (ppp_mppe): %s",
		    required ? "the options require encryption, so every call "
		    "ends after its authentication" :
		    "calls are not encrypted");
		break;
	case MODULE_UNKNOWN:
		doctor_find(d, DOCTOR_UNKNOWN, "modprobe ppp_mppe (on the "
		    "host, if this is a container)", "whether the kernel has "
		    "MPPE: there is no list of its modules here");
		break;
	}
}

void
doctor_kernel_path(struct doctor *d)
{
	enum module pptp = module_state(d, "pptp");
	bool wanted = d->conf_good && conf_datapath_any(&d->conf);

	if (doctor_file_has(d, "/proc/net/protocols", "PPTP "))
		pptp = MODULE_THERE;
	if (!wanted) {
		doctor_find(d, DOCTOR_OK, NULL, "calls are carried in "
		    "userspace: module pptp is not needed");
		return;
	}
	if (pptp == MODULE_ABSENT)
		doctor_find(d, DOCTOR_WARNING, "remove the line \"datapath\" "
		    "from pptpd.conf, or run a kernel with CONFIG_PPTP",
		    "datapath kernel is set and this kernel has no module "
		    "pptp: calls are carried in userspace");
	else if (pptp == MODULE_UNKNOWN)
		doctor_find(d, DOCTOR_UNKNOWN, "modprobe pptp", "whether the "
		    "kernel has module pptp, for datapath kernel");
	else
		doctor_find(d, DOCTOR_OK, NULL, "the kernel has module pptp, "
		    "for datapath kernel");
}

/* --- rights -------------------------------------------------------------- */

void
doctor_rights(struct doctor *d)
{
	static const struct {
		int	    cap;
		const char *name, *what;
	} needed[] = {
		{ CAP_NET_RAW, "NET_RAW", "GRE cannot be received" },
		{ CAP_NET_ADMIN, "NET_ADMIN", "pppd can make no interface" },
	};
	const char *of = "this shell";
	char path[64] = "/proc/self/status", *text, *at, *end, fix[128];
	unsigned long long caps;
	size_t len;

	if (d->server != 0) {
		snprintf(path, sizeof(path), "/proc/%ld/status",
		    (long)d->server);
		of = "the server";
	} else if (!d->world->root) {
		doctor_find(d, DOCTOR_UNKNOWN, NULL, "what root may do here: "
		    "run this as root");
		return;
	}
	text = doctor_read(d, path, DOCTOR_FILE, &len);
	at = text != NULL ? strstr(text, "\nCapEff:") : NULL;
	if (at == NULL) {
		doctor_find(d, DOCTOR_UNKNOWN, NULL, "%s: no capabilities "
		    "there", path);
		free(text);
		return;
	}
	caps = strtoull(at + strlen("\nCapEff:"), &end, 16);
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (caps >> needed[i].cap & 1)
			continue;
		snprintf(fix, sizeof(fix), "start the container with "
		    "--cap-add=%s, or mend CapabilityBoundingSet= of the unit",
		    needed[i].name);
		doctor_find(d, DOCTOR_ERROR, fix, "capability CAP_%s is "
		    "missing to %s: %s", needed[i].name, of, needed[i].what);
	}
	if (!doctor_has_found(d))
		doctor_find(d, DOCTOR_OK, NULL, "%s may open GRE and make "
		    "interfaces", of);
	free(text);
}

/* --- what listens to GRE beside us --------------------------------------- */

/*
 * The interfaces that the kernel makes with ip_gre and ipip: when they are up,
 * they unpack what anybody sends (CVE-2020-10136 and its kind).
 */
void
doctor_tunnels(struct doctor *d)
{
	static const char *const open[] = { "gre0", "gretap0", "erspan0",
	    "tunl0", "sit0" };
	char fix[64];

	for (size_t i = 0; i < d->nifaces; i++) {
		const struct doctor_iface *f = &d->ifaces[i];

		if (f->addr != 0 || (f->flags & IFF_UP) == 0)
			continue;	/* each interface once */
		for (size_t k = 0; k < sizeof(open) / sizeof(open[0]); k++) {
			if (strcmp(f->name, open[k]) != 0)
				continue;
			snprintf(fix, sizeof(fix), "ip link set %s down",
			    f->name);
			doctor_find(d, DOCTOR_WARNING, fix, "interface %s is "
			    "up: it unpacks tunnels of anybody, with any "
			    "sender's address", f->name);
		}
	}
	if (!doctor_has_found(d))
		doctor_find(d, DOCTOR_OK, NULL, "no open tunnel interface "
		    "(gre0, tunl0) is up");
}

/*
 * The helper is for routers between client and server.  On the server it does
 * no harm, but rules may count on it.
 */
void
doctor_helper(struct doctor *d)
{
	bool loaded = doctor_exists(d, "/sys/module/nf_conntrack_pptp");
	long automatic = doctor_number(d,
	    "/proc/sys/net/netfilter/nf_conntrack_helper");

	if (!loaded)
		doctor_find(d, DOCTOR_OK, NULL, "nf_conntrack_pptp is not "
		    "loaded: a server without NAT for PPTP clients does "
		    "not need it");
	else if (automatic == 1)
		doctor_find(d, DOCTOR_NOTE,
		    "sysctl -w net.netfilter.nf_conntrack_helper=0",
		    "nf_conntrack_pptp is loaded, and helpers watch all "
		    "connections: a client in the tunnel can have ports "
		    "opened for it");
	else
		doctor_find(d, DOCTOR_NOTE, NULL, "nf_conntrack_pptp is "
		    "loaded; only a firewall rule that sets it as a helper "
		    "makes it work (docs: firewall.md)");
}
