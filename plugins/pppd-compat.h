/*
 * The one place that knows pppd 2.4 from pppd 2.5: plugins are written with
 * the names of 2.5, and get them here also over the headers of 2.4.
 *
 * Never include config.h in a plugin's source: its VERSION is ours, and so
 * is, under that name, the one in 2.4's patchlevel.h.  Never include
 * <stdbool.h> before this file: bool is an unsigned char in 2.4.
 *
 * pppd loads plugins with RTLD_GLOBAL and exports hundreds of plain names
 * (error, info, status, logwtmp ...), which come before a plugin's own and
 * before libc's.  So every function of a plugin is static or hidden, and what
 * libc and some pppd both have under one name is not called.
 */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PPPD_COMPAT_H
#define PPTPD_PPPD_COMPAT_H

#include <sys/types.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <pppd/pppd.h>
#include <pppd/fsm.h>
#include <pppd/lcp.h>
#include <pppd/ipcp.h>
#include <pppd/ccp.h>

/* What a plugin shows to pppd, and nothing else. */
#define PLUGIN_EXPORT __attribute__((visibility("default")))
void		plugin_init(void);
extern char	pppd_version[];

/*
 * The version stamp.  pppd compares it, whole, with its own version; it is the
 * only guard against reading its structures with another version's offsets.
 */
#define PLUGIN_VERSION_STAMP() \
	PLUGIN_EXPORT char pppd_version[] = PPPD_VERSION

/* pppd's loggers took a plain char * up to 2.5.0. */
#define plugin_dbglog(fmt, ...) dbglog((char *)(fmt), ##__VA_ARGS__)
#define plugin_notice(fmt, ...) notice((char *)(fmt), ##__VA_ARGS__)
#define plugin_warn(fmt, ...)	warn((char *)(fmt), ##__VA_ARGS__)

/* Names and descriptions of options are plain char * in every version. */
#define PLUGIN_TEXT(literal) ((char *)(literal))

/* Values of CCP's option 18 (RFC 3078); 2.4.5 to 2.4.8 install no mppe.h. */
#define PLUGIN_MPPE_40	     0x01
#define PLUGIN_MPPE_128	     0x02
#define PLUGIN_MPPE_STATEFUL 0x04

#ifdef PPPD_VERSION		/* 2.5: from pppdconf.h, by way of pppd.h */

#include <pppd/options.h>
#include <pppd/chap.h>

#else /* 2.4 */

#define PPPD_API_24 1

#include <pppd/chap-new.h>

#define PPPD_VERSION VERSION

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

/* buf may be NULL, as in 2.5. */
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

/* The device that ip-up is told, and what it is found by. */
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

/* One number of /sys/class/net/IF/statistics; false when it is not there. */
static inline bool
plugin_sysfs_counter(const char *what, uint64_t *value)
{
	unsigned long long	 n;
	char			 path[128];
	FILE			*f;
	int			 got;

	snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/%s",
	    ifname, what);
	if ((f = fopen(path, "re")) == NULL)
		return 0;
	got = fscanf(f, "%llu", &n);
	fclose(f);
	if (got != 1)
		return 0;
	*value = n;
	return 1;
}

/* A count of 32 bits, with the high ones of the kernel's own count. */
static inline uint64_t
plugin_widen(uint32_t low, const char *what)
{
	uint64_t	kernel;

	if (!plugin_sysfs_counter(what, &kernel))
		return low;
	/* pppd leaves out what was there before the link came up. */
	return kernel - (uint32_t)((uint32_t)kernel - low);
}

/*
 * False when pppd has no figures.  2.4's own wrap at 4 GiB; the kernel's do
 * not, while the interface is there (also in NF_IP_DOWN).
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

#endif
