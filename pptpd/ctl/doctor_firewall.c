/* pptpdctl doctor: checks of the packet filter. */
/* SPDX-License-Identifier: ISC */
#include "ctl/doctor_firewall.h"

#include <jansson.h>
#include <string.h>

#include "ctl/doctor_find.h"
#include "ctl/rules.h"

/* The command that lets one kind of packet in, for who wrote the rules. */
static void
how_to_open(const struct doctor *d, const char *chain,
    enum rules_packet packet, char *fix, size_t size)
{
	bool control = packet == RULES_CONTROL;

	if (strstr(chain, "firewalld") != NULL && control)
		snprintf(fix, size, "firewall-cmd --permanent "
		    "--add-port=%u/tcp && firewall-cmd --reload", d->port);
	else if (strstr(chain, "firewalld") != NULL)
		snprintf(fix, size, "firewall-cmd --permanent "
		    "--add-protocol=gre && firewall-cmd --reload");
	else if (strcmp(chain, "INPUT") == 0 && control)
		snprintf(fix, size, "iptables -I INPUT -p tcp --dport %u "
		    "-j ACCEPT", d->port);
	else if (strcmp(chain, "INPUT") == 0)
		snprintf(fix, size, "iptables -I INPUT -p gre -j ACCEPT");
	else if (control)
		snprintf(fix, size, "nft insert rule %s tcp dport %u accept",
		    chain, d->port);
	else
		snprintf(fix, size, "nft insert rule %s meta l4proto gre "
		    "accept", chain);
}

/*
 * Whether connection tracking knows which GRE belongs to a control connection.
 * Without that GRE is never an answer to GRE: each way has a key of its own.
 */
static bool
has_helper(const struct doctor *d)
{
	return doctor_exists(d, "/sys/module/nf_conntrack_pptp") &&
	    (d->sets_helper || doctor_number(d,
	    "/proc/sys/net/netfilter/nf_conntrack_helper") == 1);
}

static void
judge(struct doctor *d, const char *tool, const struct rules *r,
    const struct rules_chain *chain)
{
	char fix[DOCTOR_TEXT];
	if (rules_judge(r, chain, RULES_CONTROL) == RULES_NO) {
		how_to_open(d, chain->name, RULES_CONTROL, fix, sizeof(fix));
		doctor_find(d, DOCTOR_ERROR, fix, "%s: chain %s drops new "
		    "connections to TCP port %u: no rule accepts them", tool,
		    chain->name, d->port);
	}
	if (rules_judge(r, chain, RULES_GRE) != RULES_NO)
		return;
	how_to_open(d, chain->name, RULES_GRE, fix, sizeof(fix));
	if (rules_related(r, chain) && has_helper(d))
		doctor_find(d, DOCTOR_WARNING, fix, "%s: chain %s accepts GRE "
		    "(IP protocol 47) only where the helper nf_conntrack_pptp "
		    "has seen the control connection: no rule accepts GRE "
		    "itself", tool, chain->name);
	else
		doctor_find(d, DOCTOR_ERROR, fix, "%s: chain %s drops GRE (IP "
		    "protocol 47): no rule accepts it, so calls connect and "
		    "end with \"LCP: timeout sending Config-Requests\"", tool,
		    chain->name);
}

/* What clients send on, where this machine forwards at all. */
static void
judge_onward(struct doctor *d, const char *tool, const struct rules *r,
    const struct rules_chain *chain)
{
	char fix[DOCTOR_TEXT];

	if (doctor_number(d, "/proc/sys/net/ipv4/ip_forward") != 1 ||
	    rules_judge(r, chain, RULES_ONWARD) != RULES_NO)
		return;
	if (strstr(chain->name, "firewalld") != NULL)
		snprintf(fix, sizeof(fix), "firewall-cmd --permanent "
		    "--zone=trusted --add-interface=ppp+ && firewall-cmd "
		    "--reload");
	else if (strcmp(chain->name, "FORWARD") == 0)
		snprintf(fix, sizeof(fix), "iptables -I FORWARD -i ppp+ "
		    "-j ACCEPT; iptables -I FORWARD -o ppp+ -m conntrack "
		    "--ctstate ESTABLISHED,RELATED -j ACCEPT");
	else
		snprintf(fix, sizeof(fix), "nft insert rule %s iifname "
		    "\"ppp*\" accept; nft insert rule %s oifname \"ppp*\" "
		    "ct state established,related accept", chain->name,
		    chain->name);
	doctor_find(d, DOCTOR_WARNING, fix, "%s: chain %s drops what clients "
	    "send on: no rule accepts packets from ppp interfaces, so clients "
	    "reach this machine and nothing behind it", tool, chain->name);
}

static void
judge_chain(struct doctor *d, const char *tool, const struct rules *r,
    const struct rules_chain *chain)
{
	if (chain->input)
		judge(d, tool, r, chain);
	else if (chain->forward)
		judge_onward(d, tool, r, chain);
}

/* True if the rules could be read. */
static bool
look_at_iptables(struct doctor *d)
{
	static const char *const list[] = { "iptables-save", NULL };
	struct rules r = { NULL, NULL, 0, 0 };

	if (doctor_exec(d, list) != 0)
		return false;
	d->clamps = d->clamps || strstr(d->out, "TCPMSS") != NULL;
	d->sets_helper = strstr(d->out, "--helper pptp") != NULL;
	rules_iptables(&r, d->out, d->port);
	for (size_t i = 0; i < r.nchains; i++) {
		judge_chain(d, "iptables", &r, &r.chain[i]);
	}
	rules_free(&r);
	return true;
}

/*
 * The table that iptables-nft keeps is seen here too, with matches that nft
 * cannot name; iptables: it has been judged from iptables-save.
 */
static bool
look_at_nft(struct doctor *d, bool iptables)
{
	static const char *const terse[] = { "nft", "-j", "-t", "list",
	    "ruleset", NULL };
	static const char *const list[] = { "nft", "-j", "list", "ruleset",
	    NULL };
	struct rules r = { NULL, NULL, 0, 0 };
	json_t *ruleset;

	/* Without the contents of sets, if this nft can leave them out. */
	if (doctor_exec(d, terse) != 0 && doctor_exec(d, list) != 0)
		return false;
	d->clamps = d->clamps || strstr(d->out, "\"maxseg\"") != NULL;
	d->sets_helper = d->sets_helper ||
	    strstr(d->out, "\"ct helper\"") != NULL;
	ruleset = json_loads(d->out, 0, NULL);
	if (ruleset == NULL)
		return false;
	rules_nft(&r, ruleset, d->port);
	json_decref(ruleset);
	for (size_t i = 0; i < r.nchains; i++) {
		if (!iptables ||
		    strncmp(r.chain[i].name, "ip filter ", 10) != 0)
			judge_chain(d, "nftables", &r, &r.chain[i]);
	}
	rules_free(&r);
	return true;
}

void
doctor_firewall(struct doctor *d)
{
	bool iptables, nft;

	if (!d->world->root) {
		doctor_find(d, DOCTOR_UNKNOWN, NULL, "the firewall's rules: "
		    "run this as root");
		return;
	}
	iptables = look_at_iptables(d);
	nft = look_at_nft(d, iptables);
	d->saw_rules = iptables || nft;
	if (!d->saw_rules)
		doctor_find(d, DOCTOR_UNKNOWN, "apt install nftables", "the "
		    "firewall's rules, if there are any: neither nft nor "
		    "iptables-save can list them here");
	else if (!doctor_has_found(d))
		doctor_find(d, DOCTOR_OK, NULL, "no rule of %s%s%s keeps TCP "
		    "port %u or GRE out, or clients in (a firewall before this "
		    "machine is not seen from here)", nft ? "nftables" : "",
		    nft && iptables ? " and " : "", iptables ? "iptables" : "",
		    d->port);
}

void
doctor_mss(struct doctor *d)
{
	bool forwards = doctor_number(d, "/proc/sys/net/ipv4/ip_forward") == 1;

	if (!d->saw_rules)
		doctor_find(d, DOCTOR_UNKNOWN, NULL, "whether a rule adapts "
		    "the segment size of TCP to the tunnel");
	else if (d->clamps || !forwards)
		doctor_find(d, DOCTOR_OK, NULL, d->clamps ? "a rule adapts the "
		    "segment size of TCP" : "nothing is forwarded, so the "
		    "tunnel's size is known to both ends");
	else
		doctor_find(d, DOCTOR_NOTE, "\"mss-clamp on\" in pptpd.conf, "
		    "and pptpdctl reload", "no rule adapts the "
		    "segment size of TCP to the tunnel: where a network beyond "
		    "blocks ICMP, downloads hang while ping works");
}
