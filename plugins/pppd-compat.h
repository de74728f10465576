/*
 * The differences between pppd 2.4 and pppd 2.5.  Plugins use the names of
 * 2.5; with the headers of 2.4 this file defines them.
 *
 * Never include config.h in a plugin's source: it defines VERSION as pptpd's
 * version, and 2.4's patchlevel.h defines VERSION as pppd's.  Never include
 * <stdbool.h> before this file: bool is an unsigned char in 2.4.
 *
 * pppd loads plugins with RTLD_GLOBAL and exports hundreds of plain names
 * (error, info, status, logwtmp ...).  These hide functions of the same name
 * in a plugin and in libc.  So every function of a plugin is static or hidden,
 * and a plugin calls no libc function whose name some pppd exports too.
 */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PPPD_COMPAT_H
#define PPTPD_PPPD_COMPAT_H

#include <sys/types.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <pppd/pppd.h>
#include <pppd/fsm.h>
#include <pppd/lcp.h>
#include <pppd/ipcp.h>
#include <pppd/ccp.h>

/* Marks the symbols that a plugin exports to pppd. */
#define PLUGIN_EXPORT __attribute__((visibility("default")))
void		plugin_init(void);
extern char	pppd_version[];

/*
 * The version stamp.  pppd compares the whole text with its own version.  It is
 * the only protection against a plugin that was compiled for other structs.
 */
#define PLUGIN_VERSION_STAMP() \
	PLUGIN_EXPORT char pppd_version[] = PPPD_VERSION

/* pppd's loggers took a plain char * up to 2.5.0. */
#define plugin_dbglog(fmt, ...) dbglog((char *)(fmt), ##__VA_ARGS__)
#define plugin_notice(fmt, ...) notice((char *)(fmt), ##__VA_ARGS__)
#define plugin_warn(fmt, ...)	warn((char *)(fmt), ##__VA_ARGS__)

/*
 * Whether plugin_init() is called for the first time.  An administrator may
 * name a plugin once more in the options file: pppd then loads it once but
 * initialises it twice.
 */
static inline bool
plugin_is_new(void)
{
	static bool known;
	bool is_new = !known;

	known = 1;
	return is_new;
}

/* ms of the monotonic clock. */
static inline int64_t
plugin_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Names and descriptions of options are plain char * in every version. */
#define PLUGIN_TEXT(literal) ((char *)(literal))

/* Values of CCP's option 18 (RFC 3078); 2.4.5 to 2.4.8 install no mppe.h. */
#define PLUGIN_MPPE_40	     0x01
#define PLUGIN_MPPE_128	     0x02
#define PLUGIN_MPPE_STATEFUL 0x04

#define PLUGIN_MPPE_KEY	     16	/* octets */

#ifdef PPPD_VERSION		/* 2.5: from pppdconf.h, by way of pppd.h */

#include <pppd/options.h>
#include <pppd/chap.h>
#include <pppd/upap.h>
#include <pppd/mppe.h>

/* The option name.  No header that is installed has it, and no function. */
extern char	our_name[];
/*
 * In no header that 2.5 installs, but it exports it, as 2.4 does.  Options of
 * this list win over those of the command line.
 */
int		options_from_list(struct wordlist *, int);
/* The same: whether the peer may have the address, in network order. */
int		auth_ip_addr(int, uint32_t);

/* Keys of PLUGIN_MPPE_KEY octets each, for CCP. */
static inline void
plugin_mppe_keys(unsigned char *send_key, unsigned char *recv_key)
{
	mppe_set_keys(send_key, recv_key, PLUGIN_MPPE_KEY);
}

/* Makes them of MS-CHAPv1's challenge and the hash of the password's hash. */
static inline void
plugin_mppe_chapv1(unsigned char *challenge, unsigned char *hash)
{
	mppe_set_chapv1(challenge, hash);
}

#else /* 2.4 */

#define PPPD_API_24 1

#include <pppd/chap-new.h>

#define PPPD_VERSION VERSION

/* Only declared if pppd has the option maxoctets. */
#ifndef EXIT_TRAFFIC_LIMIT
#define EXIT_TRAFFIC_LIMIT 20
#endif

/* In chap_ms.h and mppe.h, if -DMPPE; 2.4.5 to 2.4.8 install no mppe.h. */
extern u_char	mppe_send_key[PLUGIN_MPPE_KEY];
extern u_char	mppe_recv_key[PLUGIN_MPPE_KEY];
extern int	mppe_keys_set;
void		mppe_set_keys(u_char *, u_char *);
void		set_mppe_enc_types(int, int);

static inline void
plugin_mppe_keys(unsigned char *send_key, unsigned char *recv_key)
{
	memcpy(mppe_send_key, send_key, sizeof(mppe_send_key));
	memcpy(mppe_recv_key, recv_key, sizeof(mppe_recv_key));
	mppe_keys_set = 1;
}

static inline void
plugin_mppe_chapv1(unsigned char *challenge, unsigned char *hash)
{
	mppe_set_keys(challenge, hash);
}

static inline void
mppe_set_enc_types(int policy, int types)
{
	set_mppe_enc_types(policy, types);
}

static inline void
ppp_script_setenv(char *name, char *value, int iskey)
{
	script_setenv(name, value, iskey);
}

static inline int
ppp_get_max_connect_time(void)
{
	return maxconnect;
}

static inline void
ppp_set_max_connect_time(unsigned int s)
{
	maxconnect = (int)s;
}

static inline int
ppp_get_max_idle_time(void)
{
	return idle_time_limit;
}

static inline int
ppp_get_mtu(int unit)
{
	return netif_get_mtu(unit);
}

static inline void
ppp_set_mtu(int unit, int mtu)
{
	netif_set_mtu(unit, mtu);
}

static inline const char *
ppp_get_remote_number(void)
{
	return remote_number;
}

typedef enum {
	NF_PID_CHANGE,
	NF_PHASE_CHANGE,
	NF_EXIT,
	NF_SIGNALED,
	NF_IP_UP,
	NF_IP_DOWN,
	NF_IPV6_UP,
	NF_IPV6_DOWN,
	NF_AUTH_UP,
	NF_LINK_DOWN,
	NF_FORK,
	NF_MAX_NOTIFY
} ppp_notify_t;

typedef void ppp_notify_fn(void *ctx, int arg);
typedef void (*ppp_timer_cb)(void *arg);

/* 2.4 counts octets in 32 bits; see ppp_get_link_stats() below. */
typedef struct {
	uint64_t	bytes_in;
	uint64_t	bytes_out;
	unsigned int	pkts_in;
	unsigned int	pkts_out;
} ppp_link_stats_st;

static inline struct notifier **
plugin_notifier(ppp_notify_t type)
{
	switch (type) {
	case NF_PID_CHANGE:
		return &pidchange;
	case NF_PHASE_CHANGE:
		return &phasechange;
	case NF_EXIT:
		return &exitnotify;
	case NF_SIGNALED:
		return &sigreceived;
	case NF_IP_UP:
		return &ip_up_notifier;
	case NF_IP_DOWN:
		return &ip_down_notifier;
	case NF_IPV6_UP:
		return &ipv6_up_notifier;
	case NF_IPV6_DOWN:
		return &ipv6_down_notifier;
	case NF_AUTH_UP:
		return &auth_up_notifier;
	case NF_LINK_DOWN:
		return &link_down_notifier;
	case NF_FORK:
		return &fork_notifier;
	case NF_MAX_NOTIFY:
		break;
	}
	return NULL;
}

static inline void
ppp_add_notify(ppp_notify_t type, ppp_notify_fn *fn, void *ctx)
{
	add_notifier(plugin_notifier(type), fn, ctx);
}

static inline void
ppp_add_options(option_t *options)
{
	add_options(options);
}

static inline int
ppp_int_option(char *name, int *value)
{
	return int_option(name, value);
}

static inline void
ppp_timeout(ppp_timer_cb fn, void *arg, int s, int us)
{
	timeout(fn, arg, s, us);
}

static inline void
ppp_untimeout(ppp_timer_cb fn, void *arg)
{
	untimeout(fn, arg);
}

static inline bool
debug_on(void)
{
	return debug != 0;
}

/* As in 2.5, buf may be NULL. */
static inline const char *
ppp_peer_authname(char *buf, size_t size)
{
	if (buf != NULL && size > 0)
		snprintf(buf, size, "%s", peer_authname);
	return peer_authname;
}

static inline const char *
ppp_ifname(void)
{
	return ifname;
}

static inline int
ppp_ifunit(void)
{
	return ifunit;
}

static inline int
ppp_status(void)
{
	return status;
}

static inline void
ppp_set_status(int code)
{
	status = code;
}

static inline void
ppp_set_modem(bool on)
{
	modem = on;
}

/* The device's name, which ip-up gets as an argument. */
static inline void
ppp_set_devnam(const char *name)
{
	snprintf(devnam, sizeof(devnam), "%s", name);
}

static inline void
ppp_set_pppdevnam(const char *name)
{
	snprintf(ppp_devnam, sizeof(ppp_devnam), "%s", name);
}

static inline int
ppp_generic_establish(int fd)
{
	return generic_establish_ppp(fd);
}

static inline void
ppp_generic_disestablish(int fd)
{
	generic_disestablish_ppp(fd);
}

static inline int
ppp_get_link_uptime(void)
{
	return (int)link_connect_time;
}

/* Reads a number of /sys/class/net/IF/statistics; false: there is none. */
static inline bool
plugin_sysfs_counter(const char *what, uint64_t *value)
{
	unsigned long long n;
	char path[128];
	FILE *f;
	int got;

	snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/%s",
	    ifname, what);
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	got = fscanf(f, "%llu", &n);
	fclose(f);
	if (got != 1)
		return 0;
	*value = n;
	return 1;
}

/* Adds the high bits of the kernel's own count to a count of 32 bits. */
static inline uint64_t
plugin_widen(uint32_t low, const char *what)
{
	uint64_t kernel;

	if (!plugin_sysfs_counter(what, &kernel))
		return low;
	/* pppd subtracts the counts from before the link came up. */
	return kernel - (uint32_t)((uint32_t)kernel - low);
}

/*
 * False if pppd has no figures.  The figures of 2.4 wrap at 4 GiB; those of
 * the kernel do not, as long as the interface exists (in NF_IP_DOWN it does).
 */
static inline bool
ppp_get_link_stats(ppp_link_stats_st *st)
{
	update_link_stats(0);
	if (!link_stats_valid)
		return 0;
	st->bytes_in = plugin_widen(link_stats.bytes_in, "rx_bytes");
	st->bytes_out = plugin_widen(link_stats.bytes_out, "tx_bytes");
	st->pkts_in = link_stats.pkts_in;
	st->pkts_out = link_stats.pkts_out;
	return 1;
}

#endif /* 2.4 */

/*
 * 2.4 wants to be told whether it was built with IPv6.  A pppd without it has
 * no such symbol, and loads the plugin all the same.
 */
#ifndef INET6
#define INET6 1
#include <pppd/eui64.h>
#include <pppd/ipv6cp.h>
#undef INET6
#else
#include <pppd/eui64.h>
#include <pppd/ipv6cp.h>
#endif
#pragma weak ipv6cp_wantoptions

/* Before IPV6CP: the peer's interface identifier, 8 octets.  False: no IPv6. */
static inline bool
plugin_set_peer_ifid(const uint8_t *id)
{
	if (ipv6cp_wantoptions == NULL)
		return 0;
	memcpy(&ipv6cp_wantoptions[0].hisid, id, sizeof(eui64_t));
	ipv6cp_wantoptions[0].opt_remote = 1;
	return 1;
}

#endif
