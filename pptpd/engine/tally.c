/* Engine: counters of the whole server, which go on when a call has ended. */
/* SPDX-License-Identifier: ISC */
#include "engine/tally.h"

#include <stdbool.h>
#include <stddef.h>

#include "engine/engine.h"
#include "shared/call_record.h"

#define SEEN_AUTH	0x1	/* pppd's verdict was counted */
#define SEEN_SETUP	0x2	/* ... the time until it was up, too */

static struct tally tally;
static struct tally_traffic over;	/* of calls that have ended */
static struct tally_traffic before;	/* what calls had counted before us */
static uint8_t seen[UINT16_MAX + 1];	/* by Call ID */

const char *
tally_result_word(enum tally_result result)
{
	static const char *const words[TALLY_RESULTS] = {
		"accepted", "rejected", "unfinished"
	};

	return words[result];
}

const char *
tally_step_word(enum tally_step step)
{
	static const char *const words[TALLY_STEPS] = {
		"control", "pppd", "lcp", "authentication", "network"
	};

	return words[step];
}

/* --- traffic ------------------------------------------------------------- */

/* The record is shared with other processes: each member is read once. */
static void
add(struct tally_traffic *t, const struct call_record *rec)
{
	t->octets_in += rec->octets_in;
	t->octets_out += rec->octets_out;
	t->packets_in += rec->packets_in;
	t->packets_out += rec->packets_out;
	t->acks_in += rec->acks_in;
	t->acks_out += rec->acks_out;
	t->lost += rec->rx.lost;
	t->late += rec->rx.late;
	t->duplicate += rec->rx.duplicate;
	t->reordered += rec->rx.reordered;
	t->distant += rec->rx.distant;
}

static void
subtract(struct tally_traffic *t, const struct tally_traffic *less)
{
	t->octets_in -= less->octets_in;
	t->octets_out -= less->octets_out;
	t->packets_in -= less->packets_in;
	t->packets_out -= less->packets_out;
	t->acks_in -= less->acks_in;
	t->acks_out -= less->acks_out;
	t->lost -= less->lost;
	t->late -= less->late;
	t->duplicate -= less->duplicate;
	t->reordered -= less->reordered;
	t->distant -= less->distant;
}

/* --- the login ----------------------------------------------------------- */

/* What is known of it; TALLY_RESULTS: nothing yet. */
static enum tally_result
result_of(const struct call_record *rec)
{
	if (rec->ctrl.authenticated)
		return TALLY_ACCEPTED;
	return rec->login.refused_at != 0 ? TALLY_REJECTED : TALLY_RESULTS;
}

static void
count_auth(const struct call_record *rec, enum tally_result result)
{
	unsigned int kind = rec->login.auth;
	uint64_t from = rec->login.at[LOGIN_STEP_LCP];
	uint64_t to = rec->login.at[LOGIN_STEP_AUTH];

	if (kind >= PPP_AUTH_KINDS)
		kind = PPP_AUTH_KIND_UNKNOWN;
	tally.auth[kind][result]++;
	if (result == TALLY_REJECTED)
		to = rec->login.refused_at;
	if (result != TALLY_UNFINISHED && from != 0 && to >= from)
		histogram_add(&tally.auth_time[result], to - from);
}

/*
 * The times between the steps of a login that is done.  A step may be done
 * before the one that it follows here; then it took no time.
 */
static void
count_setup(const struct call_record *rec)
{
	const struct login_steps *login = &rec->login;
	const uint64_t at[TALLY_STEPS + 1] = {
		rec->ctrl.opened * 1000, login->begin,
		login->at[LOGIN_STEP_PPPD], login->at[LOGIN_STEP_LCP],
		login->at[LOGIN_STEP_AUTH], login->at[LOGIN_STEP_IP]
	};
	uint64_t last = at[0];

	for (int i = 0; i < TALLY_STEPS; i++) {
		uint64_t now = at[i + 1] > last ? at[i + 1] : last;

		histogram_add(&tally.step[i], now - last);
		last = now;
	}
	histogram_add(&tally.setup, last - at[0]);
}

static bool
is_new(const struct call_record *rec, uint8_t what)
{
	uint8_t *bits = &seen[rec->our_id];

	if ((*bits & what) != 0)
		return false;
	*bits |= what;
	return true;
}

static bool
is_set_up(const struct call_record *rec)
{
	return rec->login.begin != 0 && rec->ctrl.opened != 0 &&
	    rec->login.at[LOGIN_STEP_IP] != 0;
}

static void
look(const struct call_record *rec)
{
	enum tally_result result = result_of(rec);

	if (result != TALLY_RESULTS && is_new(rec, SEEN_AUTH))
		count_auth(rec, result);
	if (is_set_up(rec) && is_new(rec, SEEN_SETUP))
		count_setup(rec);
}

/* --- calls --------------------------------------------------------------- */

void
tally_joined(const struct call_record *rec)
{
	if (engine.index != 0)
		return;
	add(&before, rec);
	seen[rec->our_id] = 0;
	if (result_of(rec) != TALLY_RESULTS)
		(void)is_new(rec, SEEN_AUTH);
	if (is_set_up(rec))
		(void)is_new(rec, SEEN_SETUP);
}

void
tally_ended(const struct call_record *rec, enum ctrl_end end)
{
	uint32_t diagnosis = rec->diagnosis;

	tally_missed(end);
	if (diagnosis != DIAGNOSIS_NONE && diagnosis < DIAGNOSIS_COUNT)
		tally.diagnosed[diagnosis]++;
	look(rec);
	/* The kernel's data path: pppd's exit status alone tells of it. */
	if (end == CTRL_END_AUTH_FAILED && is_new(rec, SEEN_AUTH))
		count_auth(rec, TALLY_REJECTED);
	if (rec->ctrl.call_state == CTRL_CALL_UP && is_new(rec, SEEN_AUTH))
		count_auth(rec, TALLY_UNFINISHED);
	add(&over, rec);
	seen[rec->our_id] = 0;
}

void
tally_missed(enum ctrl_end end)
{
	if (ctrl_end_is_known(end))
		tally.ended[end]++;
}

void
tally_begin(struct tally_traffic *traffic)
{
	*traffic = over;
	subtract(traffic, &before);
}

void
tally_add(struct tally_traffic *traffic, const struct call_record *rec)
{
	look(rec);
	add(traffic, rec);
}

const struct tally *
tally_get(void)
{
	return &tally;
}
