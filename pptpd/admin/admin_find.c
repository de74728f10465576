/* Finds a call by session id, Call ID, user, address or interface. */
/* SPDX-License-Identifier: ISC */
#include "admin/admin_find.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

typedef bool fits(const struct call_record *, const char *what);

/* Compares a text of a record; a damaged record may have no NUL. */
static bool
is_text(const char *text, size_t size, const char *what)
{
	return what[0] != '\0' && strlen(what) < size &&
	    strncmp(text, what, size) == 0;
}

static bool
is_call(const struct call_record *rec, const char *what)
{
	char id[5];

	snprintf(id, sizeof(id), "%04X", rec->our_id);
	return strcasecmp(id, what) == 0;
}

static bool
is_user(const struct call_record *rec, const char *what)
{
	return is_text(rec->user, sizeof(rec->user), what);
}

static bool
is_address(const struct call_record *rec, const char *what)
{
	char remote[CALL_ADDR_TEXT];

	return is_text(call_record_remote(rec, remote), sizeof(remote), what);
}

static bool
is_client(const struct call_record *rec, const char *what)
{
	struct in_addr in;

	return inet_pton(AF_INET, what, &in) == 1 &&
	    in.s_addr == rec->client_addr;
}

static bool
is_session(const struct call_record *rec, const char *what)
{
	return strlen(what) == SESSION_ID_LEN &&
	    strncasecmp(rec->session, what, sizeof(rec->session)) == 0;
}

static bool
is_interface(const struct call_record *rec, const char *what)
{
	return is_text(rec->ifname, sizeof(rec->ifname), what);
}

static const struct {
	const char	*prefix;
	fits		*fits;
} kinds[] = {
	{ "call=", is_call },
	{ "user=", is_user },
	{ "address=", is_address },
	{ "client=", is_client },
	{ "interface=", is_interface },
	{ "session=", is_session },
};
#define KINDS	(sizeof(kinds) / sizeof(kinds[0]))

void
admin_find_init(struct admin_find *f, const char *what)
{
	memset(f, 0, sizeof(*f));
	f->what = what;
}

bool
admin_find_fits(const struct call_record *rec, const char *what)
{
	bool any = false;

	for (size_t i = 0; i < KINDS; i++) {
		size_t len = strlen(kinds[i].prefix);

		if (strncmp(what, kinds[i].prefix, len) == 0)
			return kinds[i].fits(rec, what + len);
		any = any || kinds[i].fits(rec, what);
	}
	return any;
}

void
admin_find_look(struct admin_find *f, const struct call_record *rec)
{
	if (!admin_find_fits(rec, f->what))
		return;
	if (f->n < ADMIN_FOUND_MAX)
		f->id[f->n] = rec->our_id;
	f->n++;
}

bool
admin_find_verdict(const struct admin_find *f, struct admin_error *e)
{
	char ids[ADMIN_FOUND_MAX * 6 + 1] = "";
	unsigned int i;

	if (f->n == 1)
		return true;
	if (f->n == 0) {
		admin_error_set(e, "no-such-call", "no call \"%s\"", f->what);
		return false;
	}
	for (i = 0; i < f->n && i < ADMIN_FOUND_MAX; i++)
		snprintf(ids + 6 * i, sizeof(ids) - 6 * i, ", %04X", f->id[i]);
	admin_error_set(e, "ambiguous", "%u calls are \"%s\": %s%s", f->n,
	    f->what, ids + 2, f->n > ADMIN_FOUND_MAX ? ", ..." : "");
	return false;
}
