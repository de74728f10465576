/* A call's record as an administrator sees it: the fields of pptpdctl(8). */
/* SPDX-License-Identifier: ISC */
#include "admin/admin_view.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/log.h"

/* A text of a record as JSON; null if it is empty. */
static json_t *
text(const char *s, size_t size)
{
	char safe[4 * CALL_USER_TEXT + 1];
	size_t len = strnlen(s, size);
	json_t *value;

	if (len == 0)
		return json_null();
	value = json_stringn(s, len);
	if (value == NULL)
		value = json_string(log_escape(safe, sizeof(safe), s, len));
	return value;
}

static json_t *
address(uint32_t addr)
{
	char dotted[ADDR_TEXT];

	return json_string(addr_text(addr, dotted));
}

static json_t *
call_id(uint16_t id)
{
	char hex[5];

	snprintf(hex, sizeof(hex), "%04X", id);
	return json_string(hex);
}

static json_t *
number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

/* What is wrong with the login, in a word or in words; null: nothing. */
static json_t *
diagnosis(uint32_t verdict)
{
	return verdict == DIAGNOSIS_NONE ? json_null() :
	    json_string(diagnosis_word((enum diagnosis_verdict)verdict));
}

static json_t *
diagnosis_words(uint32_t verdict, uint32_t client, uint32_t detail)
{
	char words[DIAGNOSIS_TEXT];

	if (verdict == DIAGNOSIS_NONE)
		return json_null();
	diagnosis_text((enum diagnosis_verdict)verdict, client, detail, words);
	return json_string(words);
}

static const char *
state(const struct call_record *rec)
{
	if (rec->ctrl.call_state != CTRL_CALL_UP)
		return "starting";
	return rec->ctrl.authenticated ? "up" : "login";
}

/* Figures of the userspace data path; the kernel does not give them. */
static json_t *
counted(const struct call_record *rec, uint64_t n)
{
	return (rec->flags & CALL_FLAG_KERNEL) != 0 ? json_null() : number(n);
}

json_t *
admin_view_call(const struct call_record *rec, uint64_t now, uint64_t calendar)
{
	char local[CALL_ADDR_TEXT], remote[CALL_ADDR_TEXT];
	uint64_t lasted = now > rec->started_ms ? now - rec->started_ms : 0;

	return json_pack("{so so so so so so so so so ss so so so so sb ss so so "
	    "so so so so so so so so so so so so so}",
	    "session", text(rec->session, sizeof(rec->session)),
	    "call_id", call_id(rec->our_id),
	    "peer_call_id", call_id(rec->peer_id),
	    "client", address(rec->client_addr),
	    "server", address(rec->server_addr),
	    "user", text(rec->user, sizeof(rec->user)),
	    "interface", text(rec->ifname, sizeof(rec->ifname)),
	    "local", text(call_record_local(rec, local), sizeof(local)),
	    "remote", text(call_record_remote(rec, remote), sizeof(remote)),
	    "state", state(rec),
	    "diagnosis", diagnosis(rec->diagnosis),
	    "diagnosis_text", diagnosis_words(rec->diagnosis,
	    rec->client_addr, rec->diagnosis_detail),
	    "says_name", text(rec->says.name, sizeof(rec->says.name)),
	    "says_version", text(rec->says.version,
	    sizeof(rec->says.version)),
	    "authenticated", rec->ctrl.authenticated ? 1 : 0,
	    "datapath", (rec->flags & CALL_FLAG_KERNEL) != 0 ? "kernel" :
	    "userspace",
	    "since", number((calendar - lasted) / 1000),
	    "seconds", number(lasted / 1000),
	    "pppd_pid", rec->pppd_pid > 0 ? json_integer(rec->pppd_pid) :
	    json_null(),
	    "slot", rec->slot >= 0 ? json_integer(rec->slot) : json_null(),
	    "octets_in", number(rec->octets_in),
	    "octets_out", number(rec->octets_out),
	    "packets_in", number(rec->packets_in),
	    "packets_out", number(rec->packets_out),
	    "packets_lost", counted(rec, rec->rx.lost),
	    "packets_reordered", counted(rec, rec->rx.reordered),
	    "packets_late", counted(rec, rec->rx.late),
	    "packets_duplicate", counted(rec, rec->rx.duplicate),
	    "packets_distant", counted(rec, rec->rx.distant),
	    "sequence_jumps", counted(rec, rec->rx.jumps),
	    "acknowledged", rec->tx.any_acked ? counted(rec, rec->tx.acked) :
	    json_null());
}

json_t *
admin_view_network(const struct vain_network *n)
{
	char net[ADDR_TEXT], text[ADDR_TEXT + 4];

	snprintf(text, sizeof(text), "%s/%d", addr_text(n->net, net),
	    VAIN_NETWORK_BITS);
	return json_pack("{ss so so so so}",
	    "network", text,
	    "calls", number(n->calls),
	    "first", number(n->first_s),
	    "last", number(n->last_s),
	    "diagnosis", diagnosis(n->verdict));
}

json_t *
admin_view_entry(const struct history_entry *e, const char *event)
{
	bool call = e->session[0] != '\0', over = e->end != CTRL_END_NONE;
	enum ctrl_end end = (enum ctrl_end)e->end;

	return json_pack("{ss so so so so so so so sb so so so so so so so so so "
	    "so}",
	    "event", event,
	    "at", number(e->at_s),
	    "client", e->client != 0 ? address(e->client) : json_null(),
	    "session", text(e->session, sizeof(e->session)),
	    "call_id", call ? call_id(e->call_id) : json_null(),
	    "user", text(e->user, sizeof(e->user)),
	    "remote", text(e->remote, sizeof(e->remote)),
	    "interface", text(e->ifname, sizeof(e->ifname)),
	    "authenticated", e->authenticated ? 1 : 0,
	    "seconds", call ? number(e->seconds) : json_null(),
	    "octets_in", call ? number(e->octets_in) : json_null(),
	    "octets_out", call ? number(e->octets_out) : json_null(),
	    "reason", over ? json_string(ctrl_end_word(end)) : json_null(),
	    "text", over ? json_string(ctrl_end_text(end)) : json_null(),
	    "diagnosis", diagnosis(e->diagnosis),
	    "diagnosis_text", diagnosis_words(e->diagnosis, e->client,
	    e->detail),
	    "says_name", text(e->says.name, sizeof(e->says.name)),
	    "says_version", text(e->says.version, sizeof(e->says.version)),
	    "times", number(e->times));
}
