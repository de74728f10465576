/* Rules of nftables and iptables: is a client's first packet let in? */
/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/rules.h"
#include "unit.h"

#define CHAIN(policy) "{\"chain\":{\"family\":\"inet\",\"table\":\"f\"," \
	"\"name\":\"in\",\"type\":\"filter\",\"hook\":\"input\",\"prio\":0," \
	"\"policy\":\"" policy "\"}},"
#define RULE(chain, expr) "{\"rule\":{\"family\":\"inet\",\"table\":\"f\"," \
	"\"chain\":\"" chain "\",\"expr\":[" expr "]}}"
#define PAYLOAD(proto, field, right) "{\"match\":{\"op\":\"==\",\"left\":{" \
	"\"payload\":{\"protocol\":\"" proto "\",\"field\":\"" field "\"}}," \
	"\"right\":" right "}}"
#define META(op, key, right) "{\"match\":{\"op\":\"" op "\",\"left\":{" \
	"\"meta\":{\"key\":\"" key "\"}},\"right\":" right "}}"
#define STATE(right) "{\"match\":{\"op\":\"in\",\"left\":{\"ct\":{\"key\":" \
	"\"state\"}},\"right\":" right "}}"
#define ACCEPT	"{\"accept\":null}"
#define DROP	"{\"drop\":null}"

static const struct row {
	const char	*rules;
	enum rules_sure	 control, gre;
	bool		 related;
} nft[] = {
	{ CHAIN("accept") "{}", RULES_YES, RULES_YES, false },
	{ CHAIN("drop") "{}", RULES_NO, RULES_NO, false },
	{ CHAIN("drop") RULE("in", PAYLOAD("tcp", "dport", "1723") ","
	    ACCEPT), RULES_YES, RULES_NO, false },
	{ CHAIN("drop") RULE("in", PAYLOAD("tcp", "dport", "{\"set\":[22,{"
	    "\"range\":[1700,1800]}]}") "," ACCEPT) ","
	    RULE("in", META("==", "l4proto", "\"gre\"") ",{\"counter\":{}},"
	    ACCEPT), RULES_YES, RULES_YES, false },
	{ CHAIN("drop") RULE("in", PAYLOAD("tcp", "dport", "\"@open\"") ","
	    ACCEPT) "," RULE("in", PAYLOAD("ip", "protocol", "47") ","
	    PAYLOAD("ip", "saddr", "\"198.51.100.0\"") "," ACCEPT),
	    RULES_MAYBE, RULES_MAYBE, false },
	/* what is known, and what comes from ourselves */
	{ CHAIN("drop") RULE("in", STATE("[\"established\",\"related\"]") ","
	    ACCEPT) "," RULE("in", META("==", "iifname", "\"lo\"") "," ACCEPT),
	    RULES_NO, RULES_NO, true },
	{ CHAIN("drop") RULE("in", "{\"vmap\":{\"key\":{\"ct\":{\"key\":"
	    "\"state\"}},\"data\":{\"set\":[[\"established\",{\"accept\":"
	    "null}],[\"related\",{\"accept\":null}],[\"invalid\",{\"drop\":null}]]}}}"), RULES_NO, RULES_NO,
	    true },
	/* a last rule in place of a policy, as firewalld has it */
	{ CHAIN("accept") RULE("in", "{\"jump\":{\"target\":\"zones\"}}") ","
	    RULE("in", "{\"reject\":null}") ","
	    RULE("zones", META("==", "iifname", "\"eth0\"") ",{\"goto\":{"
	    "\"target\":\"public\"}}") ","
	    RULE("zones", "{\"goto\":{\"target\":\"public\"}}") ","
	    RULE("public", PAYLOAD("tcp", "dport", "1723") "," ACCEPT),
	    RULES_YES, RULES_NO, false },
	/* bans of some senders do not count */
	{ CHAIN("accept") RULE("in", PAYLOAD("ip", "saddr", "\"@bad\"") ","
	    DROP), RULES_YES, RULES_YES, false },
	/* IPv6, other protocols and other tables */
	{ CHAIN("drop") RULE("in", META("==", "nfproto", "\"ipv6\"") ","
	    ACCEPT) "," RULE("in", PAYLOAD("udp", "dport", "1723") "," ACCEPT),
	    RULES_NO, RULES_NO, false },
	/* what nft cannot name may be what lets them in */
	{ CHAIN("drop") RULE("in", "{\"xt\":{\"type\":\"match\",\"name\":"
	    "\"multiport\"}}," ACCEPT), RULES_MAYBE, RULES_MAYBE, false },
	/* not any interface but one */
	{ CHAIN("drop") RULE("in", META("!=", "iifname", "\"lo\"") ","
	    PAYLOAD("th", "dport", "1723") "," ACCEPT), RULES_YES,
	    RULES_MAYBE, false },
};

static void
compare(const struct rules *r, const struct row *row)
{
	size_t i;

	for (i = 0; i < r->nchains && !r->chain[i].input; i++)
		;
	ck_assert_uint_lt(i, r->nchains);
	ck_assert_int_eq(rules_judge(r, &r->chain[i], RULES_CONTROL),
	    row->control);
	ck_assert_int_eq(rules_judge(r, &r->chain[i], RULES_GRE), row->gre);
	ck_assert_int_eq(rules_related(r, &r->chain[i]), row->related);
}

START_TEST(nftables)
{
	struct rules r = { NULL, NULL, 0, 0 };
	char text[8192];
	json_t *json;

	snprintf(text, sizeof(text), "{\"nftables\":[%s]}", nft[_i].rules);
	json = json_loads(text, 0, NULL);
	ck_assert_msg(json != NULL, "row %d is no JSON", _i);
	rules_nft(&r, json, 1723);
	json_decref(json);
	compare(&r, &nft[_i]);
	rules_free(&r);
}
END_TEST

#define SAVE(policy, rules) "*nat\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\n" \
	"COMMIT\n# a comment\n*filter\n:INPUT " policy " [1:2]\n" \
	":ufw-user - [0:0]\n:FORWARD ACCEPT [0:0]\n" rules "COMMIT\n"

static const struct row iptables[] = {
	{ SAVE("ACCEPT", ""), RULES_YES, RULES_YES, false },
	{ SAVE("DROP", ""), RULES_NO, RULES_NO, false },
	{ SAVE("DROP", "-A INPUT -p tcp -m tcp --dport 1723 -j ACCEPT\n"
	    "-A INPUT -p 47 -j ACCEPT\n"), RULES_YES, RULES_YES, false },
	{ SAVE("DROP", "-A INPUT -p tcp -m multiport --dports 22,1700:1800 "
	    "-m comment --comment \"-j DROP, not\" -j ACCEPT\n"), RULES_YES,
	    RULES_NO, false },
	{ SAVE("DROP", "-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack "
	    "--ctstate RELATED,ESTABLISHED -j ACCEPT\n"), RULES_NO, RULES_NO,
	    true },
	{ SAVE("DROP", "-A INPUT -m state --state NEW,ESTABLISHED -j "
	    "ACCEPT\n"), RULES_YES, RULES_YES, false },
	{ SAVE("DROP", "-A INPUT -s 198.51.100.0/24 -j ACCEPT\n"),
	    RULES_MAYBE, RULES_MAYBE, false },
	{ SAVE("DROP", "-A INPUT -m recent --update --rsource -j ACCEPT\n"),
	    RULES_MAYBE, RULES_MAYBE, false },
	{ SAVE("DROP", "-A INPUT -j ufw-user\n-A ufw-user -p gre -j ACCEPT\n"
	    "-A ufw-user -p tcp -m tcp ! --dport 22 -j RETURN\n"
	    "-A ufw-user -p tcp -j ACCEPT\n"), RULES_NO, RULES_YES, false },
	{ SAVE("ACCEPT", "-A INPUT -j LOG --log-prefix \"IN: \"\n"
	    "-A INPUT ! -p gre -j REJECT --reject-with icmp-port-unreachable\n"),
	    RULES_NO, RULES_YES, false },
	{ SAVE("ACCEPT", "-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK "
	    "SYN -j DROP\n"), RULES_YES, RULES_YES, false },
	/* a circle ends */
	{ SAVE("DROP", "-A INPUT -j ufw-user\n-A ufw-user -j ufw-user\n"),
	    RULES_NO, RULES_NO, false },
};

START_TEST(iptables_save)
{
	struct rules r = { NULL, NULL, 0, 0 };

	rules_iptables(&r, iptables[_i].rules, 1723);
	compare(&r, &iptables[_i]);
	rules_free(&r);
}
END_TEST

/* Whatever a tool may print, reading it ends within its memory. */
START_TEST(random_lines)
{
	static const char *const words[] = { "-A INPUT", "*filter\n",
	    ":INPUT DROP [0:0]", "-p", "tcp", "!", "--dport", "1723,", ":",
	    "-j", "INPUT", "-g", "\"", "\n", " ", "--ctstate", "-m", "x" };
	unsigned seed = 11;
	char text[600];

	for (int n = 0; n < 3000; n++) {
		struct rules r = { NULL, NULL, 0, 0 };
		size_t len = 0;

		text[0] = '\0';
		for (int i = 0; i < 40; i++) {
			seed = seed * 1103515245 + 12345;
			len += (size_t)snprintf(text + len, sizeof(text) - len,
			    "%s ", words[(seed >> 16) %
			    (sizeof(words) / sizeof(words[0]))]);
		}
		rules_iptables(&r, text, 1723);
		for (size_t i = 0; i < r.nchains; i++)
			(void)rules_judge(&r, &r.chain[i], RULES_GRE);
		rules_free(&r);
	}
}
END_TEST

/* What clients send on: by a forward chain. */
static const struct {
	const char	*text;		/* of iptables-save */
	enum rules_sure	 onward;
} forward[] = {
	{ ":FORWARD ACCEPT [0:0]\n", RULES_YES },
	{ ":FORWARD DROP [0:0]\n", RULES_NO },
	{ ":FORWARD DROP [0:0]\n-A FORWARD -i ppp+ -j ACCEPT\n", RULES_YES },
	{ ":FORWARD DROP [0:0]\n-A FORWARD -i ppp0 -j ACCEPT\n", RULES_MAYBE },
	{ ":FORWARD DROP [0:0]\n-A FORWARD -i eth0 -j ACCEPT\n", RULES_NO },
	{ ":FORWARD DROP [0:0]\n-A FORWARD ! -i eth0 -j ACCEPT\n", RULES_YES },
	{ ":FORWARD DROP [0:0]\n-A FORWARD -o eth0 -j ACCEPT\n", RULES_MAYBE },
	{ ":FORWARD DROP [0:0]\n-A FORWARD -m conntrack --ctstate "
	    "RELATED,ESTABLISHED -j ACCEPT\n", RULES_NO },
	{ ":FORWARD DROP [0:0]\n-A FORWARD -p tcp -j ACCEPT\n", RULES_MAYBE },
	{ ":FORWARD ACCEPT [0:0]\n-A FORWARD -i ppp+ -d 10.0.0.0/8 -j DROP\n",
	    RULES_YES },
	{ ":FORWARD ACCEPT [0:0]\n-A FORWARD -i ppp+ -j REJECT\n", RULES_NO },
	{ ":FORWARD ACCEPT [0:0]\n-A FORWARD -j REJECT --reject-with "
	    "icmp-host-prohibited\n", RULES_NO },
};

START_TEST(onward)
{
	struct rules r = { NULL, NULL, 0, 0 };
	char text[512];

	snprintf(text, sizeof(text), "*filter\n:INPUT ACCEPT [0:0]\n%s"
	    "COMMIT\n", forward[_i].text);
	rules_iptables(&r, text, 1723);
	ck_assert_uint_eq(r.nchains, 2);
	ck_assert(r.chain[0].input && !r.chain[0].forward);
	ck_assert(r.chain[1].forward && !r.chain[1].input);
	ck_assert_msg(rules_judge(&r, &r.chain[1], RULES_ONWARD) ==
	    forward[_i].onward, "%s", forward[_i].text);
	rules_free(&r);
}
END_TEST

static void
tests(TCase *t)
{
	tcase_add_loop_test(t, onward, 0,
	    sizeof(forward) / sizeof(forward[0]));
	tcase_add_loop_test(t, nftables, 0,
	    (int)(sizeof(nft) / sizeof(nft[0])));
	tcase_add_loop_test(t, iptables_save, 0,
	    (int)(sizeof(iptables) / sizeof(iptables[0])));
	tcase_add_test(t, random_lines);
}

int
main(void)
{
	return unit_main("rules", tests);
}
