/* pptpdctl doctor: a packet filter's rules, as far as three packets go. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_RULES_H
#define PPTPD_RULES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The first packets of a client: SYN to our port, and GRE; and what it sends on
 * through its tunnel, of whatever protocol, which comes in by a ppp interface.
 */
enum rules_packet {
	RULES_CONTROL,
	RULES_GRE,
	RULES_ONWARD
};
#define RULES_PACKETS	(RULES_ONWARD + 1)
#define RULES_NAME	192

/* Whether a rule is for a packet: some rules depend on who sends it. */
enum rules_sure {
	RULES_NO,
	RULES_MAYBE,
	RULES_YES
};

enum rules_verdict {
	RULES_NONE,		/* counts, logs, marks: the next rule decides */
	RULES_ACCEPT,
	RULES_DROP,		/* or reject */
	RULES_JUMP,
	RULES_GOTO,
	RULES_RETURN
};

struct rules_rule {
	char	 chain[RULES_NAME];	/* "inet filter input"; "INPUT" */
	enum rules_sure match[RULES_PACKETS];
	enum rules_verdict verdict;
	char	 target[RULES_NAME];	/* of jump and goto, as in chain */
	bool	 related;		/* accepts related flows */
};

struct rules_chain {
	char	 name[RULES_NAME];
	bool	 input;			/* the kernel starts here, */
	bool	 forward;		/* or here, with what goes on */
	bool	 drop;			/* its policy */
};

/* Zeroed memory is an empty set; free it with rules_free(). */
struct rules {
	struct rules_chain *chain;
	struct rules_rule *rule;	/* in their order within a chain */
	size_t	 nchains, nrules;
};

/*
 * Add the rules of `nft -j list ruleset` (the root object), or of
 * iptables-save, for a server with this port.  Other families, tables and
 * hooks are left out.  Out of memory: abort(3).
 */
void	rules_nft(struct rules *, const json_t *ruleset, uint16_t port);
void	rules_iptables(struct rules *, const char *text, uint16_t port);
void	rules_free(struct rules *);

/*
 * What becomes of a packet in an input chain, or RULES_ONWARD in a forward one: RULES_YES it is accepted,
 * RULES_NO dropped whoever sends it, RULES_MAYBE that depends.
 */
enum rules_sure rules_judge(const struct rules *, const struct rules_chain *,
	    enum rules_packet);
/*
 * Whether a rule accepts flows that are related to others: with the helper
 * nf_conntrack_pptp that is GRE of a control connection.
 */
bool	rules_related(const struct rules *, const struct rules_chain *);

#endif
