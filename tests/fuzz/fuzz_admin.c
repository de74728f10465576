/*
 * Fuzz target: the control socket, both ways: a request of who may be no
 * friend, and an answer that pptpdctl prints on a terminal.
 */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "fuzz.h"

#include "admin/admin_find.h"
#include "admin/admin_request.h"
#include "admin/admin_text.h"
#include "admin/admin_view.h"

static void
check_error(const struct admin_error *e)
{
	MUST(e->code != NULL && e->code[0] != '\0');
	MUST(memchr(e->text, '\0', sizeof(e->text)) != NULL);
	fuzz_known(e->text, strlen(e->text));
}

/* A record full of the same octets; its texts may have no end. */
static void
find(const char *what, const uint8_t *data, size_t size)
{
	static struct call_record rec;
	struct admin_find f;
	struct admin_error e;
	json_t *view;
	char *dump;

	memset(&rec, 0, sizeof(rec));
	memcpy(rec.user, data, size < sizeof(rec.user) ? size :
	    sizeof(rec.user));
	memcpy(rec.ifname, data, size < sizeof(rec.ifname) ? size :
	    sizeof(rec.ifname));
	memcpy(rec.remote, data, size < sizeof(rec.remote) ? size :
	    sizeof(rec.remote));
	admin_find_init(&f, what);
	admin_find_look(&f, &rec);
	admin_find_look(&f, &rec);
	MUST(f.n == 0 || f.n == 2);
	MUST(!admin_find_verdict(&f, &e));
	check_error(&e);
	view = admin_view_call(&rec, 0, 0);
	MUST(view != NULL);
	dump = json_dumps(view, JSON_COMPACT | JSON_ENSURE_ASCII);
	MUST(dump != NULL && strchr(dump, '\n') == NULL);
	free(dump);
	json_decref(view);
}

static void
request(const uint8_t *data, size_t size)
{
	struct admin_request r;
	struct admin_error e;

	if (admin_request_parse(&r, (const char *)data, size, &e)) {
		MUST(r.verb < ADMIN_VERBS);
		MUST(memchr(r.call, '\0', sizeof(r.call)) != NULL);
		MUST((r.call[0] != '\0') == admin_verb_takes_call(r.verb));
		if (r.call[0] != '\0')
			find(r.call, data, size);
	} else
		check_error(&e);
	MUST(r.id == NULL || json_is_integer(r.id) ||
	    (json_is_string(r.id) && json_string_length(r.id) <=
	    ADMIN_ID_MAX));
	admin_request_free(&r);
}

/* Only lines, and what a terminal shows. */
static void
check_output(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];

		MUST(c == '\n' || (c >= ' ' && c != 0x7f));
		MUST(c != 0xc2 || i + 1 == size ||
		    (unsigned char)text[i + 1] < 0x80 ||
		    (unsigned char)text[i + 1] >= 0xa0);
	}
}

static void
answer(const uint8_t *data, size_t size)
{
	json_t *value = json_loadb((const char *)data, size, JSON_DECODE_ANY,
	    NULL);
	size_t len;
	char *text;
	FILE *out;

	if (value == NULL)
		return;
	out = open_memstream(&text, &len);
	MUST(out != NULL);
	admin_text_status(out, value);
	admin_text_call(out, value);
	admin_text_list(out, value, NULL);
	admin_text_list(out, value, "peer_call_id,since,diagnosis_text");
	admin_text_history(out, value);
	admin_text_event(out, value);
	if (json_is_string(value))
		admin_text_put(out, json_string_value(value));
	fclose(out);
	check_output(text, len);
	free(text);
	json_decref(value);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > ADMIN_LINE_MAX)
		size = ADMIN_LINE_MAX;
	request(data, size);
	answer(data, size);
	return 0;
}
