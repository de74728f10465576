/* pptpdctl doctor: a packet filter's rules, as far as three packets go. */
/* SPDX-License-Identifier: ISC */
#include "ctl/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH		16	/* chains that jump to chains */
#define STEPS		100000	/* rules that are looked at for one packet */
#define PROTO_TCP	6
#define PROTO_GRE	47

static void *
grow(void *array, size_t n, size_t size)
{
	void *more = reallocarray(array, n + 1, size);

	if (more == NULL)
		abort();
	memset((char *)more + n * size, 0, size);
	return more;
}

static struct rules_chain *
add_chain(struct rules *r)
{
	r->chain = grow(r->chain, r->nchains, sizeof(*r->chain));
	return &r->chain[r->nchains++];
}

static struct rules_rule *
add_rule(struct rules *r)
{
	struct rules_rule *rule;

	r->rule = grow(r->rule, r->nrules, sizeof(*r->rule));
	rule = &r->rule[r->nrules++];
	for (int p = 0; p < RULES_PACKETS; p++)
		rule->match[p] = RULES_YES;
	return rule;
}

/* A further condition of a rule. */
static void
also(struct rules_rule *rule, enum rules_packet p, enum rules_sure sure)
{
	if (sure < rule->match[p])
		rule->match[p] = sure;
}

static void
also_all(struct rules_rule *rule, enum rules_sure sure)
{
	for (int p = 0; p < RULES_PACKETS; p++)
		also(rule, p, sure);
}

static enum rules_sure
not(enum rules_sure sure)
{
	return sure == RULES_MAYBE ? sure :
	    sure == RULES_YES ? RULES_NO : RULES_YES;
}

static bool
is_all_ppp(const char *name)
{
	return strcmp(name, "ppp+") == 0 || strcmp(name, "ppp*") == 0;
}

/*
 * Comes in by this interface, "ppp+" or "ppp*" all that begin so: clients come in
 * by any but lo, and what they send on by one that pppd has made.
 */
static void
by_interface(struct rules_rule *rule, const char *name, bool inverse)
{
	enum rules_sure outside = RULES_MAYBE, onward = RULES_NO;

	if (strcmp(name, "lo") == 0)
		outside = RULES_NO;
	if (name[0] == '\0' || name[0] == '@' || (strncmp(name, "ppp", 3) == 0 &&
	    !is_all_ppp(name)))
		onward = RULES_MAYBE;
	else if (is_all_ppp(name))
		onward = RULES_YES;
	also(rule, RULES_CONTROL, inverse ? not(outside) : outside);
	also(rule, RULES_GRE, inverse ? not(outside) : outside);
	also(rule, RULES_ONWARD, inverse ? not(onward) : onward);
}

/* --- nftables ------------------------------------------------------------ */

static const char *
string_of(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	return s != NULL ? s : "";
}

/* Whether one value is the number or one of its names. */
static bool
is_value(const json_t *v, long number, const char *name)
{
	if (json_is_integer(v))
		return json_integer_value(v) == number;
	return json_is_string(v) && strcmp(json_string_value(v), name) == 0;
}

static bool
in_range(const json_t *range, long number)
{
	const json_t *from = json_array_get(range, 0);
	const json_t *to = json_array_get(range, 1);

	return json_is_integer(from) && json_is_integer(to) &&
	    json_integer_value(from) <= number &&
	    json_integer_value(to) >= number;
}

/* Whether the right side of a comparison has the value. */
static enum rules_sure
has_value(const json_t *right, long number, const char *name)
{
	const json_t *list = json_is_array(right) ? right :
	    json_object_get(right, "set");
	const json_t *range = json_object_get(right, "range");
	enum rules_sure found = RULES_NO, one;

	if (json_is_string(right) && json_string_value(right)[0] == '@')
		return RULES_MAYBE;	/* a named set */
	if (json_is_array(range))
		return in_range(range, number) ? RULES_YES : RULES_NO;
	if (list == NULL)
		return is_value(right, number, name) ? RULES_YES : RULES_NO;
	for (size_t i = 0; i < json_array_size(list); i++) {
		one = has_value(json_array_get(list, i), number, name);
		if (one > found)
			found = one;
	}
	return found;
}

static void
match_payload(struct rules_rule *rule, const json_t *payload,
    const json_t *right, bool inverse, long port)
{
	const char *protocol = string_of(payload, "protocol");
	const char *field = string_of(payload, "field");
	bool tcp = strcmp(protocol, "tcp") == 0;
	enum rules_sure sure = RULES_MAYBE;

	also(rule, RULES_ONWARD, RULES_MAYBE);
	if (strcmp(protocol, "ip") == 0) {
		if (strcmp(field, "protocol") != 0) {
			also_all(rule, RULES_MAYBE);
			return;
		}
		sure = has_value(right, PROTO_TCP, "tcp");
		also(rule, RULES_CONTROL, inverse ? not(sure) : sure);
		sure = has_value(right, PROTO_GRE, "gre");
		also(rule, RULES_GRE, inverse ? not(sure) : sure);
		return;
	}
	if (!tcp && strcmp(protocol, "th") != 0) {
		/* Another protocol, or octets at an offset. */
		also_all(rule, protocol[0] != '\0' ? RULES_NO : RULES_MAYBE);
		return;
	}
	if (strcmp(field, "dport") == 0) {
		sure = has_value(right, port, "pptp");
		sure = inverse ? not(sure) : sure;
	}
	also(rule, RULES_CONTROL, sure);
	also(rule, RULES_GRE, tcp ? RULES_NO : RULES_MAYBE);
}

static void
match_meta(struct rules_rule *rule, const char *key, const json_t *right,
    bool inverse)
{
	enum rules_sure sure;

	if (strcmp(key, "l4proto") == 0) {
		also(rule, RULES_ONWARD, RULES_MAYBE);
		sure = has_value(right, PROTO_TCP, "tcp");
		also(rule, RULES_CONTROL, inverse ? not(sure) : sure);
		sure = has_value(right, PROTO_GRE, "gre");
		also(rule, RULES_GRE, inverse ? not(sure) : sure);
	} else if (strcmp(key, "nfproto") == 0) {
		sure = has_value(right, 2, "ipv4");
		also_all(rule, inverse ? not(sure) : sure);
	} else if (strcmp(key, "iifname") == 0 || strcmp(key, "iif") == 0) {
		by_interface(rule, json_is_string(right) ?
		    json_string_value(right) : "", inverse);
	} else
		also_all(rule, RULES_MAYBE);
}

/* The state of a client's first packet is "new". */
static void
match_state(struct rules_rule *rule, const json_t *right, bool inverse,
    bool *related)
{
	enum rules_sure sure = has_value(right, 8, "new");

	if (has_value(right, 4, "related") == RULES_YES && !inverse)
		*related = true;
	also_all(rule, inverse ? not(sure) : sure);
}

static void
match(struct rules_rule *rule, const json_t *m, long port, bool *related)
{
	const json_t *left = json_object_get(m, "left");
	const json_t *right = json_object_get(m, "right");
	const json_t *payload = json_object_get(left, "payload");
	const json_t *meta = json_object_get(left, "meta");
	const json_t *ct = json_object_get(left, "ct");
	const char *op = string_of(m, "op");
	bool inverse = strcmp(op, "!=") == 0;

	if (!inverse && strcmp(op, "==") != 0 && strcmp(op, "in") != 0)
		also_all(rule, RULES_MAYBE);
	else if (payload != NULL)
		match_payload(rule, payload, right, inverse, port);
	else if (meta != NULL)
		match_meta(rule, string_of(meta, "key"), right, inverse);
	else if (strcmp(string_of(ct, "key"), "state") == 0)
		match_state(rule, right, inverse, related);
	else
		also_all(rule, RULES_MAYBE);
}

/*
 * A map of values to verdicts.  One by connection states without "new" passes
 * our packets on; any other may accept them.
 */
static void
map(struct rules_rule *rule, const json_t *vmap)
{
	const json_t *ct = json_object_get(json_object_get(vmap, "key"), "ct");
	const json_t *pairs = json_object_get(json_object_get(vmap, "data"),
	    "set");
	const json_t *pair, *to;
	bool accepts = false;

	rule->verdict = RULES_ACCEPT;
	also_all(rule, RULES_MAYBE);
	if (strcmp(string_of(ct, "key"), "state") != 0)
		return;
	for (size_t i = 0; i < json_array_size(pairs); i++) {
		pair = json_array_get(pairs, i);
		to = json_array_get(pair, 1);
		if (has_value(json_array_get(pair, 0), 8, "new") != RULES_NO)
			return;
		if (is_value(json_array_get(pair, 0), 4, "related") &&
		    json_object_get(to, "accept") != NULL)
			accepts = true;
	}
	rule->related = accepts;
	also_all(rule, RULES_NO);
}

static void
chain_name(char name[RULES_NAME], const json_t *where, const char *chain)
{
	snprintf(name, RULES_NAME, "%.20s %.80s %.80s",
	    string_of(where, "family"), string_of(where, "table"), chain);
}

static void
statement(struct rules_rule *rule, const json_t *where, const char *key,
    const json_t *value, long port, bool *related)
{
	static const char *const harmless[] = { "counter", "log", "mangle",
	    "notrack", "ct helper", "meter" };

	if (strcmp(key, "match") == 0)
		match(rule, value, port, related);
	else if (strcmp(key, "accept") == 0)
		rule->verdict = RULES_ACCEPT;
	else if (strcmp(key, "drop") == 0 || strcmp(key, "reject") == 0)
		rule->verdict = RULES_DROP;
	else if (strcmp(key, "return") == 0)
		rule->verdict = RULES_RETURN;
	else if (strcmp(key, "jump") == 0 || strcmp(key, "goto") == 0) {
		rule->verdict = key[0] == 'j' ? RULES_JUMP : RULES_GOTO;
		chain_name(rule->target, where, string_of(value, "target"));
	} else if (strcmp(key, "vmap") == 0)
		map(rule, value);
	else {
		for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]);
		    i++) {
			if (strcmp(key, harmless[i]) == 0)
				return;
		}
		/* A limit, a match of xtables: known to the kernel alone. */
		also_all(rule, RULES_MAYBE);
		if (strcmp(key, "queue") == 0 || strcmp(key, "xt") == 0)
			rule->verdict = RULES_ACCEPT;
	}
}

static void
nft_rule(struct rules *r, const json_t *where, long port)
{
	const json_t *list = json_object_get(where, "expr");
	struct rules_rule *rule = add_rule(r);
	bool related = false;
	const char *key;
	json_t *value;

	chain_name(rule->chain, where, string_of(where, "chain"));
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_object_foreach(json_array_get(list, i), key, value)
			statement(rule, where, key, value, port,
			    &related);
	}
	if (related && rule->verdict == RULES_ACCEPT)
		rule->related = true;
}

void
rules_nft(struct rules *r, const json_t *ruleset, uint16_t port)
{
	const json_t *list = json_object_get(ruleset, "nftables"), *o, *c;
	struct rules_chain *chain;
	const char *family;

	for (size_t i = 0; i < json_array_size(list); i++) {
		o = json_array_get(list, i);
		c = json_object_get(o, "chain");
		if (c == NULL)
			c = json_object_get(o, "rule");
		family = string_of(c, "family");
		if (strcmp(family, "ip") != 0 && strcmp(family, "inet") != 0)
			continue;
		if (json_object_get(o, "rule") != NULL) {
			nft_rule(r, c, port);
			continue;
		}
		chain = add_chain(r);
		chain_name(chain->name, c, string_of(c, "name"));
		chain->input = strcmp(string_of(c, "hook"), "input") == 0 &&
		    strcmp(string_of(c, "type"), "filter") == 0;
		chain->forward = strcmp(string_of(c, "hook"), "forward") == 0 &&
		    strcmp(string_of(c, "type"), "filter") == 0;
		chain->drop = strcmp(string_of(c, "policy"), "drop") == 0;
	}
}

/* --- iptables ------------------------------------------------------------ */

/* The next word of a line of iptables-save; quotes hold one together. */
static char *
next_word(char **line)
{
	char *p = *line + strspn(*line, " "), *word, *to, quote = '\0';

	if (*p == '\0' || *p == '\n')
		return NULL;
	for (word = to = p; *p != '\0' && *p != '\n'; p++) {
		if (quote == '\0' && *p == ' ')
			break;
		if (*p == '"')
			quote = quote == '\0' ? *p : '\0';
		else
			*to++ = *p;
	}
	*line = *p == '\0' ? p : p + 1;
	*to = '\0';
	return word;
}

/* Whether "22,1000:2000" has the port. */
static enum rules_sure
has_port(const char *list, long port)
{
	const char *p = list;
	char *end;
	long from, to;

	while (*p != '\0') {
		from = to = strtol(p, &end, 10);
		if (end == p)
			return RULES_MAYBE;	/* a name */
		if (*end == ':')
			to = strtol(end + 1, &end, 10);
		if (from <= port && port <= to)
			return RULES_YES;
		p = *end == ',' ? end + 1 : "";
	}
	return RULES_NO;
}

static enum rules_sure
is_protocol(const char *word, const char *name, const char *number)
{
	return strcmp(word, name) == 0 || strcmp(word, number) == 0 ||
	    strcmp(word, "all") == 0 ? RULES_YES : RULES_NO;
}

static bool
is(const char *word, const char *a, const char *b)
{
	return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

/* One option that needs no understanding but for its words. */
static bool
is_harmless(const char *word)
{
	static const char *const words[] = { "tcp", "udp", "comment",
	    "conntrack", "state", "multiport", "gre" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i]) == 0)
			return true;
	}
	return false;
}

static void
target(struct rules_rule *rule, const char *name, bool go)
{
	if (is(name, "ACCEPT", "NFQUEUE"))
		rule->verdict = RULES_ACCEPT;
	else if (is(name, "DROP", "REJECT") || strcmp(name, "TARPIT") == 0)
		rule->verdict = RULES_DROP;
	else if (strcmp(name, "RETURN") == 0)
		rule->verdict = RULES_RETURN;
	else {
		/* LOG, MARK, ... have no chain, so nothing comes of it. */
		rule->verdict = go ? RULES_GOTO : RULES_JUMP;
		snprintf(rule->target, sizeof(rule->target), "%s", name);
	}
}

/* An option with its word; inverse: behind "!". */
static void
option(struct rules_rule *rule, const char *o, const char *word, bool inverse,
    long port, bool *related)
{
	enum rules_sure sure = RULES_MAYBE;

	if (is(o, "-p", "--protocol")) {
		if (strcmp(word, "all") != 0)
			also(rule, RULES_ONWARD, RULES_MAYBE);
		sure = is_protocol(word, "tcp", "6");
		also(rule, RULES_CONTROL, inverse ? not(sure) : sure);
		sure = is_protocol(word, "gre", "47");
		also(rule, RULES_GRE, inverse ? not(sure) : sure);
	} else if (is(o, "--dport", "--dports") || is(o, "--destination-port",
	    "--destination-ports")) {
		also(rule, RULES_ONWARD, RULES_MAYBE);
		sure = has_port(word, port);
		also(rule, RULES_CONTROL, inverse ? not(sure) : sure);
	} else if (is(o, "--ctstate", "--state")) {
		sure = strstr(word, "NEW") != NULL ? RULES_YES : RULES_NO;
		if (strstr(word, "RELATED") != NULL && !inverse)
			*related = true;
		also_all(rule, inverse ? not(sure) : sure);
	} else if (is(o, "-i", "--in-interface"))
		by_interface(rule, word, inverse);
	else if (is(o, "-m", "--match"))
		also_all(rule, is_harmless(word) ? RULES_YES : RULES_MAYBE);
	else if (is(o, "-j", "--jump") || is(o, "-g", "--goto"))
		target(rule, word, o[1] == 'g' || strcmp(o, "--goto") == 0);
	else if (!is(o, "--comment", "--reject-with") &&
	    strncmp(o, "--log-", 6) != 0)
		also_all(rule, RULES_MAYBE);
}

static void
iptables_rule(struct rules *r, char *line, long port)
{
	struct rules_rule *rule = add_rule(r);
	bool inverse = false, related = false, has_word;
	char *word = next_word(&line), *value;

	snprintf(rule->chain, sizeof(rule->chain), "%s",
	    word != NULL ? word : "");
	for (word = next_word(&line); word != NULL; word = value) {
		value = next_word(&line);
		if (strcmp(word, "!") == 0) {
			inverse = true;
			continue;
		}
		if (strcmp(word, "--syn") == 0)
			continue;	/* as is the first packet */
		/* An option, and the word that may belong to it. */
		has_word = value != NULL && (value[0] != '-' ||
		    is(word, "--comment", "--log-prefix"));
		option(rule, word, has_word ? value : "", inverse, port,
		    &related);
		if (has_word)
			value = next_word(&line);
		/* Two words: mask and flags. */
		if (strcmp(word, "--tcp-flags") == 0)
			value = next_word(&line);
		inverse = false;
	}
	if (related && rule->verdict == RULES_ACCEPT)
		rule->related = true;
}

void
rules_iptables(struct rules *r, const char *text, uint16_t port)
{
	char *copy = strdup(text), *line, *next, policy[16];
	struct rules_chain *chain;
	bool filter = false;

	if (copy == NULL)
		abort();
	for (line = strtok_r(copy, "\n", &next); line != NULL;
	    line = strtok_r(NULL, "\n", &next)) {
		if (line[0] == '*')
			filter = strcmp(line, "*filter") == 0;
		if (!filter)
			continue;
		if (line[0] == ':') {
			chain = add_chain(r);
			if (sscanf(line, ":%191s %15s", chain->name,
			    policy) != 2)
				continue;
			chain->input = strcmp(chain->name, "INPUT") == 0;
			chain->forward = strcmp(chain->name, "FORWARD") == 0;
			chain->drop = strcmp(policy, "DROP") == 0;
		} else if (strncmp(line, "-A ", 3) == 0)
			iptables_rule(r, line + 3, port);
	}
	free(copy);
}

/* --- judging ------------------------------------------------------------- */

/* What becomes of a packet in a chain; NONE: the chain has no word on it. */
struct walk {
	const struct rules *r;
	enum rules_packet packet;
	bool	 may_pass;	/* accepted for some senders */
	unsigned steps;
};

static enum rules_verdict
walk(struct walk *w, const char *chain, int depth, bool surely)
{
	enum rules_verdict v;

	for (size_t i = 0; i < w->r->nrules && depth < DEPTH; i++) {
		const struct rules_rule *rule = &w->r->rule[i];
		enum rules_sure sure = rule->match[w->packet];
		bool here = surely && sure == RULES_YES;

		if (strcmp(rule->chain, chain) != 0 || sure == RULES_NO)
			continue;
		if (++w->steps > STEPS) {
			w->may_pass = true;
			return RULES_NONE;
		}
		v = rule->verdict;
		if (v == RULES_JUMP || v == RULES_GOTO) {
			v = walk(w, rule->target, depth + 1, here);
			if (v == RULES_NONE && rule->verdict == RULES_GOTO &&
			    here)
				return RULES_NONE;
		}
		if (v == RULES_ACCEPT && !here)
			w->may_pass = true;
		if (!here)
			continue;
		if (v == RULES_RETURN)
			return RULES_NONE;
		if (v == RULES_ACCEPT || v == RULES_DROP)
			return v;
	}
	return RULES_NONE;
}

enum rules_sure
rules_judge(const struct rules *r, const struct rules_chain *chain,
    enum rules_packet packet)
{
	struct walk w = { r, packet, false, 0 };
	enum rules_verdict v = walk(&w, chain->name, 0, true);

	if (v == RULES_ACCEPT || (v == RULES_NONE && !chain->drop))
		return RULES_YES;
	return w.may_pass ? RULES_MAYBE : RULES_NO;
}

/* Jumps lead to the same families and tables, so all their rules count. */
bool
rules_related(const struct rules *r, const struct rules_chain *chain)
{
	size_t table = strcspn(chain->name, " ");

	for (size_t i = 0; i < r->nrules; i++) {
		if (r->rule[i].related &&
		    strncmp(r->rule[i].chain, chain->name, table) == 0)
			return true;
	}
	return false;
}

void
rules_free(struct rules *r)
{
	free(r->chain);
	free(r->rule);
	memset(r, 0, sizeof(*r));
}
