/* pptpdctl doctor: set-ups that are broken in one way each, and named. */
/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

#include "config/conf_key.h"
#include "ctl/doctor.h"
#include "shared/subprocess.h"
#include "unit.h"

#define ADDR(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))
#define MODULES	"/lib/modules/6.1.0/modules.dep"
#define DEP	"kernel/drivers/net/ppp/ppp_generic.ko: kernel/x/slhc.ko\n" \
		"kernel/drivers/net/ppp/ppp_async.ko.xz:\n" \
		"kernel/drivers/net/ppp/ppp_mppe.ko:\n" \
		"kernel/drivers/net/ppp/pptp.ko:\n"
#define CONF	"option /etc/ppp/options.pptpd\nlocalip 192.168.0.1\n" \
		"remoteip 192.168.0.234-238,192.168.0.245\n"
#define OPTIONS	"name pptpd\nrequire-mschap-v2\nrequire-mppe-128\nproxyarp\n" \
		"nobsdcomp\nnovj\nnovjccomp\nmtu 1400\nmru 1400\nlock\n"
#define SECRETS	"# users\n\"alice\" pptpd \"secret\" *\n"
#define TCP_HEAD "  sl  local_address rem_address   st tx_queue rx_queue tr " \
		"tm->when retrnsmt   uid  timeout inode\n"
#define TCP	TCP_HEAD "   0: 00000000:06BB 00000000:0000 0A " \
		"00000000:00000000 00:00000000 00000000     0        0 4711 1 " \
		"0 100 0 0 10 0\n"
/* The kernel prints an address as a number of this machine. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define GATEWAY	"CB0071FE"
#else
#define GATEWAY	"FE7100CB"
#endif
#define ROUTES	"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\t" \
		"Mask\t\tMTU\tWindow\tIRTT\n" \
		"eth0\t00000000\t" GATEWAY "\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
#define PPPD	"/usr/sbin/pppd"
#define FILTER(rules) "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n" \
		":OUTPUT ACCEPT [0:0]\n" rules "COMMIT\n"
#define OPEN	"-A INPUT -i lo -j ACCEPT\n" \
		"-A INPUT -p tcp -m tcp --dport 1723 -j ACCEPT\n" \
		"-A INPUT -p gre -j ACCEPT\n" \
		"-A FORWARD -i ppp+ -j ACCEPT\n"
#define CLAMP	"*mangle\n-A FORWARD -p tcp -j TCPMSS --clamp-mss-to-pmtu\n" \
		"COMMIT\n"

/* A file, directory or device; NULL as text: it is not there. */
struct file {
	const char *path, *text;
	unsigned    mode, uid;
};

/* What a program prints and how it ends; path "ppp file" by first words. */
struct program {
	const char *words, *out;
	int	    status;
};

#define MAX	64
struct machine {
	struct file	    file[MAX];
	struct program	    program[MAX];
	struct doctor_iface iface[8];
	const char	   *owner;	/* of port 1723 */
};

static const struct machine good = {
	.file = {
		{ CONF_FILE_DEFAULT, CONF, S_IFREG | 0644, 0 },
		{ "/etc/ppp", "", S_IFDIR | 0755, 0 },
		{ "/etc/ppp/options", "# none\n", S_IFREG | 0644, 0 },
		{ "/etc/ppp/options.pptpd", OPTIONS, S_IFREG | 0644, 0 },
		{ "/etc/ppp/chap-secrets", SECRETS, S_IFREG | 0600, 0 },
		{ PPPD, "", S_IFREG | 04754, 0 },
		{ "/dev/ppp", "", S_IFCHR | 0600, 0 },
		{ "/proc/sys/kernel/osrelease", "6.1.0\n", S_IFREG, 0 },
		{ "/proc/sys/kernel/hostname", "gate\n", S_IFREG, 0 },
		{ "/proc/devices", "Character devices:\n  1 mem\n", S_IFREG,
		    0 },
		{ MODULES, DEP, S_IFREG, 0 },
		{ "/proc/77/comm", "pptpd\n", S_IFREG, 0 },
		{ "/proc/77/cmdline", "/usr/sbin/pptpd", S_IFREG, 0 },
		{ "/proc/77/status", "Name:\tpptpd\nCapEff:\t000001ffffffffff\n",
		    S_IFREG, 0 },
		{ "/proc/77/limits", "Limit  Soft Limit  Hard Limit  Units\n"
		    "Max open files            1024                 65536"
		    "                files\n", S_IFREG, 0 },
		{ "/proc/77/cgroup", "0::/system.slice/pptpd.service\n",
		    S_IFREG, 0 },
		{ "/sys/fs/cgroup/system.slice/pptpd.service/pids.max",
		    "16384\n", S_IFREG, 0 },
		{ "/var/run/pptpd.pid", "77\n", S_IFREG, 0 },
		{ "/proc/sys/net/ipv4/ip_forward", "1\n", S_IFREG, 0 },
		{ "/proc/sys/net/ipv4/conf/all/rp_filter", "0\n", S_IFREG, 0 },
		{ "/proc/sys/net/ipv4/conf/default/rp_filter", "1\n", S_IFREG,
		    0 },
		{ "/proc/sys/kernel/pty/max", "4096\n", S_IFREG, 0 },
		{ "/proc/sys/kernel/pty/nr", "3\n", S_IFREG, 0 },
		{ "/proc/net/tcp", TCP, S_IFREG, 0 },
		{ "/proc/net/route", ROUTES, S_IFREG, 0 },
		{ "/proc/net/arp", "IP address       HW type     Flags       "
		    "HW address            Mask     Device\n"
		    "192.168.0.7      0x1         0x2         "
		    "02:00:00:00:00:07     *        eth1\n", S_IFREG, 0 },
	},
	.program = {
		{ PPPD " --version", "pppd version 2.5.2\n", 0 },
		{ PPPD " file", "pppd version 2.5.2\n", 0 },
		{ "openssl list", "Providers:\n  legacy\n    name: OpenSSL "
		    "Legacy Provider\n", 0 },
		{ SBINDIR "/pptpd --check-plugins", "pppd /usr/sbin/pppd: "
		    "version 2.5.2\nplugin /usr/lib/pptpd/pptpd-session.so: "
		    "fits\n", 0 },
		{ "iptables-save", FILTER(OPEN) CLAMP, 0 },
	},
	.iface = {
		{ "lo", IFF_UP | IFF_LOOPBACK, 65536, 0, 0 },
		{ "eth0", IFF_UP | IFF_BROADCAST, 1500, 0, 0 },
		{ "eth0", IFF_UP | IFF_BROADCAST, 1500, ADDR(203, 0, 113, 5),
		    0xffffff00 },
		{ "eth1", IFF_UP | IFF_BROADCAST, 1500, 0, 0 },
		{ "eth1", IFF_UP | IFF_BROADCAST, 1500, ADDR(192, 168, 0, 1),
		    0xffffff00 },
	},
	.owner = "pptpd"
};

static struct machine m;

/* --- the world ----------------------------------------------------------- */

static const struct file *
find(const char *path)
{
	for (int i = 0; i < MAX; i++) {
		if (m.file[i].path != NULL &&
		    strcmp(m.file[i].path, path) == 0)
			return m.file[i].text != NULL ? &m.file[i] : NULL;
	}
	return NULL;
}

static char *
fake_read(const char *path, size_t max, size_t *len, void *arg)
{
	const struct file *f = find(path);
	char *text;

	ck_assert_ptr_eq(arg, &m);
	if (f == NULL || strlen(f->text) > max) {
		errno = f == NULL ? ENOENT : EFBIG;
		return NULL;
	}
	*len = strlen(f->text);
	text = strdup(f->text);
	ck_assert_ptr_nonnull(text);
	return text;
}

static int
fake_stat(const char *path, struct stat *st, void *arg)
{
	const struct file *f = find(path);

	ck_assert_ptr_eq(arg, &m);
	memset(st, 0, sizeof(*st));
	if (f == NULL)
		return ENOENT;
	st->st_mode = f->mode;
	st->st_uid = f->uid;
	return 0;
}

static int
fake_run(char *const argv[], char *out, size_t size, void *arg)
{
	char words[512];

	ck_assert_ptr_eq(arg, &m);
	snprintf(words, sizeof(words), "%s %s", argv[0],
	    argv[1] != NULL ? argv[1] : "");
	out[0] = '\0';
	for (int i = 0; i < MAX && m.program[i].words != NULL; i++) {
		const struct program *p = &m.program[i];

		if (strncmp(p->words, words, strlen(p->words)) == 0) {
			snprintf(out, size, "%s", p->out);
			return p->status;
		}
	}
	return DOCTOR_NO_PROGRAM;
}

static size_t
fake_ifaces(struct doctor_iface *table, size_t max, void *arg)
{
	size_t n = 0;

	ck_assert_ptr_eq(arg, &m);
	for (; n < 8 && n < max && m.iface[n].name[0] != '\0'; n++)
		table[n] = m.iface[n];
	return n;
}

static int
fake_owner(unsigned long inode, pid_t *pid, char name[32], void *arg)
{
	ck_assert_ptr_eq(arg, &m);
	ck_assert_uint_eq(inode, 4711);
	if (m.owner == NULL)
		return EACCES;
	*pid = 77;
	snprintf(name, 32, "%s", m.owner);
	return 0;
}

static struct doctor_world world = { fake_read, fake_stat, fake_run,
    fake_ifaces, fake_owner, NULL, true, &m };

/* --- changing it --------------------------------------------------------- */

static void
set(const char *path, const char *text, unsigned mode)
{
	int i;

	for (i = 0; i < MAX - 1 && m.file[i].path != NULL; i++) {
		if (strcmp(m.file[i].path, path) == 0)
			break;
	}
	m.file[i] = (struct file){ path, text, mode, 0 };
}

static void
says(const char *words, const char *out, int status)
{
	int i;

	for (i = 0; i < MAX - 1 && m.program[i].words != NULL; i++) {
		if (strcmp(m.program[i].words, words) == 0)
			break;
	}
	m.program[i] = (struct program){ words, out, status };
}

static struct doctor d;

static void
examine(void)
{
	memset(&d, 0, sizeof(d));
	d.world = &world;
	d.pidfile = "/var/run/pptpd.pid";
	d.port = 1723;
	ck_assert_int_eq(doctor_run(&d), 0);
	/* Every check has a word to say. */
	for (size_t i = 0; i < doctor_nchecks; i++) {
		bool said = false;

		for (size_t k = 0; k < d.n; k++)
			said = said || strcmp(d.finding[k].check,
			    doctor_checks[i].name) == 0;
		ck_assert_msg(said, "%s says nothing", doctor_checks[i].name);
	}
}

/* The finding that has this text. */
static const struct doctor_finding *
named(const char *check, enum severity severity, const char *text)
{
	for (size_t i = 0; i < d.n; i++) {
		const struct doctor_finding *f = &d.finding[i];

		if (strcmp(f->check, check) == 0 &&
		    f->severity == severity && strstr(f->text, text) != NULL)
			return f;
	}
	doctor_print(stderr, &d);
	ck_abort_msg("%s does not say: %s", check, text);
	return NULL;
}

/* It is the only one that is worse than a note. */
static void
alone(const char *check)
{
	for (size_t i = 0; i < d.n; i++) {
		const struct doctor_finding *f = &d.finding[i];

		if (f->severity > DOCTOR_NOTE && strcmp(f->check, check) != 0)
			ck_abort_msg("%s: %s", f->check, f->text);
	}
}

static void
start(void)
{
	m = good;
	world.root = true;
}

/* --- tests --------------------------------------------------------------- */

START_TEST(a_good_machine)
{
	start();
	examine();
	alone("none");
	ck_assert_int_eq(doctor_status(&d), 0);
	for (size_t i = 0; i < d.n; i++)
		ck_assert_int_eq(d.finding[i].severity, DOCTOR_OK);
	doctor_free(&d);
}
END_TEST

START_TEST(no_ppp)
{
	start();
	set("/dev/ppp", NULL, 0);
	set(MODULES, "kernel/net/other.ko:\n", S_IFREG);
	examine();
	named("ppp", DOCTOR_ERROR, "has no PPP (ppp_generic)");
	named("ppp", DOCTOR_ERROR, "(ppp_async)");
	named("mppe", DOCTOR_ERROR, "every call ends after its authentic");
	ck_assert_int_eq(doctor_status(&d), 2);
	doctor_free(&d);
}
END_TEST

START_TEST(no_device_in_a_container)
{
	start();
	set("/dev/ppp", NULL, 0);
	set("/proc/devices", "Character devices:\n108 ppp\n", S_IFREG);
	examine();
	ck_assert_ptr_nonnull(strstr(named("ppp", DOCTOR_ERROR,
	    "cannot make an interface")->fix, "--device /dev/ppp"));
	alone("ppp");
	doctor_free(&d);
}
END_TEST

START_TEST(gre_is_dropped)
{
	start();
	says("iptables-save", FILTER("-A INPUT -p tcp -m tcp --dport 1723 -j "
	    "ACCEPT\n") CLAMP, 0);
	examine();
	ck_assert_str_eq(named("firewall", DOCTOR_ERROR, "drops GRE")->fix,
	    "iptables -I INPUT -p gre -j ACCEPT");
	alone("firewall");
	doctor_free(&d);
}
END_TEST

/*
 * Connection tracking knows GRE by a key of each way, so GRE is no answer to
 * GRE unless the helper has told it which keys belong together.
 */
START_TEST(gre_and_the_helper)
{
	start();
	says("iptables-save", FILTER("-A INPUT -m conntrack --ctstate "
	    "RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -p tcp -m tcp --dport "
	    "1723 -j ACCEPT\n") CLAMP "*raw\n-A PREROUTING -p tcp -j CT "
	    "--helper pptp\nCOMMIT\n", 0);
	examine();
	named("firewall", DOCTOR_ERROR, "drops GRE");
	doctor_free(&d);
	set("/sys/module/nf_conntrack_pptp", "", S_IFDIR);
	examine();
	named("firewall", DOCTOR_WARNING, "only where the helper");
	ck_assert_int_eq(doctor_status(&d), 1);
	doctor_free(&d);
}
END_TEST

START_TEST(the_port_is_closed_in_nftables)
{
	start();
	says("iptables-save", "", DOCTOR_NO_PROGRAM);
	says("nft -j", "{\"nftables\":[{\"chain\":{\"family\":\"inet\","
	    "\"table\":\"filter\",\"name\":\"input\",\"type\":\"filter\","
	    "\"hook\":\"input\",\"prio\":0,\"policy\":\"drop\"}},"
	    "{\"rule\":{\"family\":\"inet\",\"table\":\"filter\",\"chain\":"
	    "\"input\",\"expr\":[{\"match\":{\"op\":\"==\",\"left\":{"
	    "\"payload\":{\"protocol\":\"tcp\",\"field\":\"dport\"}},"
	    "\"right\":22}},{\"accept\":null}]}}]}", 0);
	examine();
	ck_assert_str_eq(named("firewall", DOCTOR_ERROR, "TCP port 1723")->fix,
	    "nft insert rule inet filter input tcp dport 1723 accept");
	ck_assert_str_eq(named("firewall", DOCTOR_ERROR, "drops GRE")->fix,
	    "nft insert rule inet filter input meta l4proto gre accept");
	doctor_free(&d);
}
END_TEST

START_TEST(an_option_that_pppd_2_5_does_not_know)
{
	start();
	set("/etc/ppp/options.pptpd", OPTIONS "mppe required,no40,no56\n",
	    S_IFREG | 0644);
	says(PPPD " file", "/usr/sbin/pppd: In file /etc/ppp/options.pptpd: "
	    "unrecognized option 'mppe'\n", 2);
	examine();
	ck_assert_ptr_nonnull(strstr(named("pppd-options", DOCTOR_ERROR,
	    "does not know the option \"mppe\"")->fix, "require-mppe-128"));
	named("authentication", DOCTOR_ERROR, "patched pppds");
	doctor_free(&d);
}
END_TEST

START_TEST(no_legacy_provider)
{
	start();
	says(PPPD " --version", "Could not load legacy provider\n", 1);
	says("openssl list", "list: unable to load provider legacy\n", 1);
	examine();
	named("pppd", DOCTOR_ERROR, "no legacy provider");
	named("legacy-provider", DOCTOR_ERROR, "MD4 and DES");
	named("pppd-options", DOCTOR_UNKNOWN, "it does not run");
	doctor_free(&d);
}
END_TEST

START_TEST(the_server_has_another_name)
{
	start();
	set("/etc/ppp/chap-secrets", "alice pptp-server secret *\n",
	    S_IFREG | 0600);
	examine();
	ck_assert_str_eq(named("secrets", DOCTOR_ERROR, "its name is "
	    "\"pptpd\"")->fix, "echo 'name pptp-server' "
	    ">>/etc/ppp/options.pptpd");
	alone("secrets");
	doctor_free(&d);
}
END_TEST

START_TEST(no_name_and_so_the_host_s)
{
	start();
	set("/etc/ppp/options.pptpd", "require-mschap-v2 require-mppe-128 "
	    "proxyarp novj mtu 1400 mru 1400", S_IFREG | 0644);
	examine();
	named("secrets", DOCTOR_ERROR, "its name is \"gate\" (the host's");
	doctor_free(&d);
}
END_TEST

START_TEST(secrets_for_everybody)
{
	start();
	set("/etc/ppp/chap-secrets", "alice pptpd secret *\nbob pptpd\n"
	    "carol pptpd x\n", S_IFREG | 0644);
	examine();
	ck_assert_str_eq(named("secrets", DOCTOR_ERROR, "can read the "
	    "passwords")->fix, "chown root /etc/ppp/chap-secrets; chmod 600 "
	    "/etc/ppp/chap-secrets");
	named("secrets", DOCTOR_WARNING, "chap-secrets:2: 2 words");
	named("secrets", DOCTOR_WARNING, "chap-secrets:3: no addresses");
	alone("secrets");
	doctor_free(&d);
}
END_TEST

START_TEST(secrets_that_others_write)
{
	start();
	set("/etc/ppp/chap-secrets", SECRETS "\"open", S_IFREG | 0620);
	set("/etc/ppp", "", S_IFDIR | 0775);
	examine();
	named("secrets", DOCTOR_ERROR, "can add users");
	named("secrets", DOCTOR_ERROR, "chap-secrets:3: a quote is not");
	named("file-modes", DOCTOR_WARNING, "pppd 2.5.3 then refuses");
	doctor_free(&d);
}
END_TEST

START_TEST(options_that_are_not_safe)
{
	start();
	set("/etc/ppp/options.pptpd", "name pptpd\nnoauth\nrequire-mppe-40\n"
	    "proxyarp\nmtu 1400\nmru 1400\n", S_IFREG | 0644);
	examine();
	ck_assert_str_eq(named("authentication", DOCTOR_ERROR, "noauth: "
	    "clients come in")->fix, "sed -i 's/^noauth$/require-mschap-v2/' "
	    "/etc/ppp/options.pptpd");
	named("authentication", DOCTOR_WARNING, "40-bit encryption");
	named("compression", DOCTOR_WARNING, "novj is missing");
	doctor_free(&d);
}
END_TEST

START_TEST(pap_and_mschap_1)
{
	start();
	set("/etc/ppp/options.pptpd", OPTIONS "require-pap require-mschap\n",
	    S_IFREG | 0644);
	examine();
	named("authentication", DOCTOR_WARNING, "passwords cross the net");
	named("authentication", DOCTOR_WARNING, "MS-CHAP version 1");
	doctor_free(&d);
	set("/etc/ppp/options.pptpd", "name pptpd\nproxyarp\nnovj\nmtu 1400\n"
	    "mru 1400\n", S_IFREG | 0644);
	examine();
	ck_assert_str_eq(named("authentication", DOCTOR_WARNING, "PAP, CHAP "
	    "and")->fix, "echo require-mschap-v2 >>/etc/ppp/options.pptpd");
	ck_assert_str_eq(named("authentication", DOCTOR_WARNING, "encryption "
	    "is not")->fix, "echo require-mppe-128 >>/etc/ppp/options.pptpd");
	doctor_free(&d);
}
END_TEST

START_TEST(another_has_the_port)
{
	start();
	m.owner = "accel-pppd";
	set("/var/run/pptpd.pid", NULL, 0);
	examine();
	ck_assert_ptr_nonnull(strstr(named("port", DOCTOR_ERROR,
	    "belongs to accel-pppd (process 77)")->fix, "accel-pppd"));
	doctor_free(&d);
}
END_TEST

START_TEST(nobody_has_the_port)
{
	start();
	set("/proc/net/tcp", TCP_HEAD, S_IFREG);
	examine();
	named("port", DOCTOR_ERROR, "nobody listens");
	doctor_free(&d);
	set("/var/run/pptpd.pid", NULL, 0);
	set("/proc/self/status", "Name:\tx\nCapEff:\t000001ffffffffff\n",
	    S_IFREG);
	examine();
	named("port", DOCTOR_NOTE, "no server is running");
	ck_assert_int_eq(doctor_status(&d), 0);
	doctor_free(&d);
}
END_TEST

START_TEST(pools_that_meet_others)
{
	start();
	set(CONF_FILE_DEFAULT, "option /etc/ppp/options.pptpd\n"
	    "localip 192.168.0.200\nremoteip 192.168.0.1-8,203.0.113.254,"
	    "192.168.0.200,192.168.0.255\nlogwtmp\n", S_IFREG | 0644);
	set("/etc/dnsmasq.conf", "interface=eth1\n"
	    "dhcp-range=lan,192.168.0.5,192.168.0.50,12h\n", S_IFREG);
	set("/etc/dhcp/dhcpd.conf", "subnet 192.168.0.0 netmask "
	    "255.255.255.0 {\n range 192.168.0.100 192.168.0.150;\n}\n",
	    S_IFREG);
	examine();
	named("pools", DOCTOR_ERROR, "192.168.0.1, which is this machine's "
	    "own, on eth1");
	named("pools", DOCTOR_ERROR, "203.0.113.254, which is the gateway");
	named("pools", DOCTOR_ERROR, "192.168.0.200 is in localip");
	named("pools", DOCTOR_WARNING, "192.168.0.255, which is the network "
	    "or broadcast");
	named("pools", DOCTOR_WARNING, "192.168.0.7, and a host on eth1 "
	    "answers");
	named("pools", DOCTOR_WARNING, "192.168.0.5 to 192.168.0.50 of "
	    "/etc/dnsmasq.conf overlap");
	for (size_t i = 0; i < d.n; i++)
		ck_assert_ptr_null(strstr(d.finding[i].text, "dhcpd.conf"));
	doctor_free(&d);
}
END_TEST

START_TEST(named_pools_that_meet_others)
{
	start();
	set(CONF_FILE_DEFAULT, "option /etc/ppp/options.pptpd\n"
	    "localip 10.8.0.1\nremoteip 10.8.0.10-20\n"
	    "pool staff 192.168.0.1-7\npool guests 10.9.0.2\n"
	    "pool staff 203.0.113.254\n", S_IFREG | 0644);
	set("/etc/dnsmasq.conf", "dhcp-range=192.168.0.5,192.168.0.50,12h\n",
	    S_IFREG);
	examine();
	named("pools", DOCTOR_ERROR, "pool staff has 192.168.0.1, which is "
	    "this machine's own");
	named("pools", DOCTOR_ERROR, "pool staff has 203.0.113.254, which is "
	    "the gateway");
	named("pools", DOCTOR_WARNING, "pool staff has 192.168.0.7, and a "
	    "host on eth1 answers");
	named("pools", DOCTOR_WARNING, "pool staff and the DHCP range");
	named("proxy-arp", DOCTOR_NOTE, "has the addresses of pool guests");
	for (size_t i = 0; i < d.n; i++)
		ck_assert(strstr(d.finding[i].text, "remoteip has") == NULL &&
		    strstr(d.finding[i].text, "guests has") == NULL);
	doctor_free(&d);
	/* With delegate they are all that there is. */
	set(CONF_FILE_DEFAULT, "option /etc/ppp/options.pptpd\n"
	    "delegate\npool guests 10.9.0.2-4\n", S_IFREG | 0644);
	examine();
	named("pools", DOCTOR_OK, "no address of the 3 in the pools");
	doctor_free(&d);
	/* One that two have is an error of the configuration. */
	set(CONF_FILE_DEFAULT, "option /etc/ppp/options.pptpd\n"
	    "localip 10.8.0.1\nremoteip 10.8.0.10-20\n"
	    "pool guests 10.8.0.20-21\n", S_IFREG | 0644);
	examine();
	named("configuration", DOCTOR_ERROR, "pool: it has an address of "
	    "remoteip: \"10.8.0.20\"");
	doctor_free(&d);
}
END_TEST

START_TEST(the_lan_cannot_find_clients)
{
	start();
	set("/etc/ppp/options.pptpd", "name pptpd require-mschap-v2 "
	    "require-mppe-128 novj mtu 1400 mru 1400", S_IFREG | 0644);
	examine();
	ck_assert_str_eq(named("proxy-arp", DOCTOR_WARNING,
	    "proxyarp is not set")->fix, "echo proxyarp "
	    ">>/etc/ppp/options.pptpd");
	alone("proxy-arp");
	doctor_free(&d);
	/* In their own network they need a route, and no ARP. */
	set(CONF_FILE_DEFAULT, "option /etc/ppp/options.pptpd\n"
	    "localip 10.8.0.1\nremoteip 10.8.0.10-20\n", S_IFREG | 0644);
	examine();
	named("proxy-arp", DOCTOR_OK, "a network of their own");
	doctor_free(&d);
}
END_TEST

START_TEST(kernel_settings)
{
	start();
	set("/proc/sys/net/ipv4/ip_forward", "0\n", S_IFREG);
	set("/proc/sys/net/ipv4/conf/all/rp_filter", "1\n", S_IFREG);
	set("/proc/net/route", ROUTES "eth1\t00000000\t0100A8C0\t0003\t0\t0\t"
	    "100\t00000000\t0\t0\t0\n", S_IFREG);
	set("/sys/module/nf_conntrack_pptp", "", S_IFDIR);
	set("/proc/sys/net/netfilter/nf_conntrack_helper", "1\n", S_IFREG);
	m.iface[5] = (struct doctor_iface){ "gre0", IFF_UP, 1476, 0, 0 };
	m.iface[6] = (struct doctor_iface){ "tunl0", 0, 1480, 0, 0 };
	examine();
	named("forwarding", DOCTOR_WARNING, "nothing behind it");
	named("rp-filter", DOCTOR_WARNING, "several interfaces");
	named("conntrack-helper", DOCTOR_NOTE, "helpers watch all");
	ck_assert_str_eq(named("open-tunnels", DOCTOR_WARNING, "gre0 is "
	    "up")->fix, "ip link set gre0 down");
	for (size_t i = 0; i < d.n; i++)
		ck_assert_ptr_null(strstr(d.finding[i].text, "tunl0 is up"));
	doctor_free(&d);
}
END_TEST

START_TEST(forged_addresses)
{
	start();
	set("/proc/sys/net/ipv4/conf/default/rp_filter", "0\n", S_IFREG);
	examine();
	ck_assert_str_eq(named("rp-filter", DOCTOR_NOTE, "anybody's "
	    "address")->fix, "\"anti-spoofing on\" in pptpd.conf, and "
	    "pptpdctl reload");
	doctor_free(&d);
#ifdef WITH_NET
	set(CONF_FILE_DEFAULT, "option /etc/ppp/options.pptpd\n"
	    "localip 10.0.0.2\nremoteip 10.0.0.200-220\nanti-spoofing on\n",
	    S_IFREG | 0644);
	examine();
	named("rp-filter", DOCTOR_OK, "anti-spoofing drops");
	doctor_free(&d);
#endif
}
END_TEST

/* Clients come in, and do not get on. */
START_TEST(what_clients_send_on_is_dropped)
{
	start();
	says("iptables-save", FILTER("-A INPUT -j ACCEPT\n"
	    "-A FORWARD -i eth0 -j ACCEPT\n") CLAMP, 0);
	examine();
	ck_assert_str_eq(named("firewall", DOCTOR_WARNING, "chain FORWARD "
	    "drops what clients send on")->fix, "iptables -I FORWARD -i ppp+ "
	    "-j ACCEPT; iptables -I FORWARD -o ppp+ -m conntrack --ctstate "
	    "ESTABLISHED,RELATED -j ACCEPT");
	alone("firewall");
	doctor_free(&d);
	start();
	says("iptables-save", FILTER("-A INPUT -j ACCEPT\n") CLAMP, 0);
	set("/proc/sys/net/ipv4/ip_forward", "0\n", S_IFREG | 0644);
	examine();
	alone("forwarding");
	doctor_free(&d);
}
END_TEST

START_TEST(packets_that_do_not_fit)
{
	start();
	set("/etc/ppp/options.pptpd", "name pptpd require-mschap-v2 "
	    "require-mppe-128 novj proxyarp", S_IFREG | 0644);
	says("iptables-save", FILTER(OPEN), 0);
	examine();
	ck_assert_str_eq(named("mtu", DOCTOR_WARNING, "pppd's default is "
	    "1500")->fix, "printf '%s\\n' 'mtu 1400' 'mru 1400' "
	    ">>/etc/ppp/options.pptpd");
	ck_assert_str_eq(named("mss", DOCTOR_NOTE, "downloads hang")->fix,
	    "\"mss-clamp on\" in pptpd.conf, and pptpdctl reload");
	alone("mtu");
	doctor_free(&d);
}
END_TEST

START_TEST(plugins_that_do_not_fit)
{
	start();
	says(SBINDIR "/pptpd --check-plugins", "pppd /usr/sbin/pppd: version "
	    "2.5.2\nplugin /usr/lib/pptpd/pptpd-logwtmp.so: mismatch, for "
	    "pppd version 2.4.9; calls go on without it\nto mend it: apt "
	    "install --reinstall pptpd\n", 1);
	examine();
	ck_assert_str_eq(named("plugins", DOCTOR_WARNING, "for pppd version "
	    "2.4.9")->fix, "apt install --reinstall pptpd");
	alone("plugins");
	doctor_free(&d);
}
END_TEST

START_TEST(old_pppds)
{
	start();
	says(PPPD " --version", "pppd version 2.4.7\n", 0);
	examine();
	named("pppd", DOCTOR_WARNING, "CVE-2020-8597");
	named("legacy-provider", DOCTOR_OK, "itself");
	doctor_free(&d);
	says(PPPD " --version", "pppd version 2.5.0\n", 0);
	set("/etc/ppp/options.pptpd", OPTIONS "plugin radius.so\n",
	    S_IFREG | 0644);
	set("/etc/ppp/chap-secrets", NULL, 0);
	examine();
	named("pppd", DOCTOR_WARNING, "wrong encryption keys");
	alone("pppd");
	doctor_free(&d);
	says(PPPD " --version", "", SUBPROCESS_LATE);
	examine();
	named("pppd", DOCTOR_ERROR, "does not end");
	doctor_free(&d);
}
END_TEST

START_TEST(limits_that_are_short)
{
	char conf[512] = "option /etc/ppp/options.pptpd\nconnections 9000\n"
	    "localip 10.7.0.1\nremoteip 10.8.0.1-254";

	for (int i = 1; i < 17; i++)
		sprintf(conf + strlen(conf), ",10.8.%d.1-254", i);
	start();
	set(CONF_FILE_DEFAULT, conf, S_IFREG | 0644);
	set("/proc/77/limits", "Max open files            1024               "
	    "  4096                 files\n", S_IFREG);
	set("/sys/fs/cgroup/system.slice/pptpd.service/pids.max", "512\n",
	    S_IFREG);
	examine();
	named("limits", DOCTOR_WARNING, "descriptors, and the server may open "
	    "4096");
	named("limits", DOCTOR_WARNING, "the server's control group allows "
	    "512");
	named("limits", DOCTOR_WARNING, "4093 are left");
	doctor_free(&d);
}
END_TEST

START_TEST(a_configuration_with_errors)
{
	start();
	set(CONF_FILE_DEFAULT, "listen 300.1.1.1\noption "
	    "/etc/ppp/options.pptpd\n", S_IFREG | 0644);
	set(PPPD, NULL, 0);
	examine();
	named("configuration", DOCTOR_ERROR, CONF_FILE_DEFAULT ":1: listen");
	named("configuration", DOCTOR_ERROR, "no pppd there");
	named("pools", DOCTOR_UNKNOWN, "the configuration has errors");
	ck_assert_int_eq(doctor_status(&d), 2);
	doctor_free(&d);
}
END_TEST

START_TEST(no_file_with_options)
{
	start();
	set("/etc/ppp/options.pptpd", NULL, 0);
	examine();
	named("configuration", DOCTOR_ERROR, "options.pptpd: No such file");
	doctor_free(&d);
}
END_TEST

START_TEST(without_root)
{
	start();
	world.root = false;
	m.owner = NULL;
	set("/var/run/pptpd.pid", NULL, 0);
	examine();
	named("firewall", DOCTOR_UNKNOWN, "run this as root");
	named("secrets", DOCTOR_UNKNOWN, "as root");
	named("plugins", DOCTOR_UNKNOWN, "as root");
	named("rights", DOCTOR_UNKNOWN, "as root");
	named("port", DOCTOR_UNKNOWN, "as root");
	ck_assert_int_eq(doctor_status(&d), 0);
	doctor_free(&d);
}
END_TEST

static void
tests(TCase *t)
{
	tcase_add_test(t, a_good_machine);
	tcase_add_test(t, no_ppp);
	tcase_add_test(t, no_device_in_a_container);
	tcase_add_test(t, gre_is_dropped);
	tcase_add_test(t, gre_and_the_helper);
	tcase_add_test(t, the_port_is_closed_in_nftables);
	tcase_add_test(t, an_option_that_pppd_2_5_does_not_know);
	tcase_add_test(t, no_legacy_provider);
	tcase_add_test(t, the_server_has_another_name);
	tcase_add_test(t, no_name_and_so_the_host_s);
	tcase_add_test(t, secrets_for_everybody);
	tcase_add_test(t, secrets_that_others_write);
	tcase_add_test(t, options_that_are_not_safe);
	tcase_add_test(t, pap_and_mschap_1);
	tcase_add_test(t, another_has_the_port);
	tcase_add_test(t, nobody_has_the_port);
	tcase_add_test(t, pools_that_meet_others);
	tcase_add_test(t, named_pools_that_meet_others);
	tcase_add_test(t, the_lan_cannot_find_clients);
	tcase_add_test(t, kernel_settings);
	tcase_add_test(t, forged_addresses);
	tcase_add_test(t, what_clients_send_on_is_dropped);
	tcase_add_test(t, packets_that_do_not_fit);
	tcase_add_test(t, plugins_that_do_not_fit);
	tcase_add_test(t, old_pppds);
	tcase_add_test(t, limits_that_are_short);
	tcase_add_test(t, a_configuration_with_errors);
	tcase_add_test(t, no_file_with_options);
	tcase_add_test(t, without_root);
}

int
main(void)
{
	return unit_main("doctor", tests);
}
