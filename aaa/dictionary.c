/* Dictionaries of RADIUS attributes: lines of text; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "dictionary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"

#define BLANKS		" \t\r"
#define LINE_OCTETS	1024
#define WORDS_MAX	8
#define PATH_OCTETS	512
#define SAY_MAX		10	/* errors that are logged */

/* A file, and the place in it. */
struct place {
	struct dictionary *d;
	const char	*file;
	unsigned	 line;
	const struct dict_vendor *vendor;	/* of BEGIN-VENDOR; or NULL */
	bool		 odd;		/* that names another format */
	unsigned	 tlvs;		/* within so many BEGIN-TLV */
	char		*word[WORDS_MAX];
	unsigned	 words;
};

static void
complain(struct place *p, const char *reason, const char *value)
{
	if (p->d->errors++ < SAY_MAX)
		log_err("%s:%u: %s: \"%s\"", p->file, p->line, reason, value);
}

bool
dict_number(const char *text, uint32_t *n)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 0);

	*n = (uint32_t)value;
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' &&
	    value <= UINT32_MAX;
}

static const struct dict_vendor *
find_vendor(const struct dictionary *d, const char *name)
{
	for (unsigned i = 0; i < d->vendors; i++) {
		if (strcasecmp(d->vendor[i].name, name) == 0)
			return &d->vendor[i];
	}
	return NULL;
}

/* --- what lines say ------------------------------------------------------ */

/* VENDOR name number [format=octets of a type,of a length[,c]] */
static void
take_vendor(struct place *p)
{
	struct dictionary *d = p->d;
	struct dict_vendor *v = &d->vendor[d->vendors];
	const char *format = p->words > 3 ? p->word[3] : "";
	uint32_t id;

	if (!dict_number(p->word[2], &id) || id == 0) {
		complain(p, "not a vendor's number", p->word[2]);
		return;
	}
	if (strlen(p->word[1]) >= sizeof(v->name)) {
		complain(p, "a name of more than 127 octets", p->word[1]);
		return;
	}
	if (find_vendor(d, p->word[1]) != NULL)
		return;			/* said again by another file */
	if (d->vendors == DICT_VENDORS) {
		complain(p, "there are 512 vendors already", p->word[1]);
		return;
	}
	memcpy(v->name, p->word[1], strlen(p->word[1]) + 1);
	v->id = id;
	v->odd = strncmp(format, "format=", 7) == 0 &&
	    strcmp(format, "format=1,1") != 0;
	d->vendors++;
}

/* BEGIN-VENDOR name [format=...] */
static void
begin_vendor(struct place *p)
{
	if (p->vendor != NULL)
		complain(p, "within another vendor's", p->word[1]);
	p->vendor = find_vendor(p->d, p->word[1]);
	p->odd = p->words > 2;
	if (p->vendor == NULL)
		complain(p, "a vendor without a line VENDOR", p->word[1]);
}

static void
end_vendor(struct place *p)
{
	if (p->vendor == NULL || strcasecmp(p->vendor->name, p->word[1]) != 0)
		complain(p, "there is no BEGIN-VENDOR of it", p->word[1]);
	p->vendor = NULL;
}

static void
begin_tlv(struct place *p)
{
	p->tlvs++;
}

static void
end_tlv(struct place *p)
{
	if (p->tlvs == 0)
		complain(p, "there is no BEGIN-TLV of it", p->word[1]);
	else
		p->tlvs--;
}

static enum dict_type
read_type(const char *word)
{
	static const struct {
		const char *name;
		enum dict_type type;
	} types[] = {
		{ "string", DICT_TEXT },
		{ "octets", DICT_OCTETS },
		{ "integer", DICT_NUMBER },
		{ "uint32", DICT_NUMBER },
		{ "date", DICT_NUMBER },
		{ "ipaddr", DICT_ADDRESS },
		{ "ipv6addr", DICT_ADDRESS6 },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcasecmp(types[i].name, word) == 0)
			return types[i].type;
	}
	return DICT_OTHER;
}

/* Flags with commas between, or a vendor, as radiusclient's files have it. */
static void
read_flags(struct place *p, char *flags, struct dict_attr *a)
{
	const struct dict_vendor *v = find_vendor(p->d, flags);
	char *rest = flags, *flag;

	if (v != NULL) {
		a->vendor = v->id;
		a->odd = v->odd;
		return;
	}
	while ((flag = strsep(&rest, ",")) != NULL) {
		if (strcmp(flag, "has_tag") == 0)
			a->tagged = true;
		else if (strncmp(flag, "encrypt=", 8) == 0)
			a->hidden = true;
		else
			a->odd = true;
	}
}

/* What the dictionaries have said of it before counts no more. */
static void
learn(struct dict_attr *a, const struct dict_attr *said)
{
	a->found = true;
	a->vendor = said->vendor;
	a->number = said->number;
	a->odd = said->odd;
	a->type = said->type;
	a->tagged = said->tagged;
	a->hidden = said->hidden;
}

/*
 * ATTRIBUTE name number type [flags]; a number with dots is within another.
 * One name may be sought more than once.
 */
static void
take_attribute(struct place *p)
{
	struct dict_attr said = { .type = read_type(p->word[3]) };
	bool nested = p->tlvs > 0 || strchr(p->word[2], '.') != NULL;

	if (!nested && !dict_number(p->word[2], &said.number)) {
		complain(p, "not an attribute's number", p->word[2]);
		return;
	}
	said.vendor = p->vendor != NULL ? p->vendor->id : 0;
	said.odd = nested || p->odd || (p->vendor != NULL && p->vendor->odd);
	if (p->words > 4)
		read_flags(p, p->word[4], &said);
	if (said.number == 0 || said.number > UINT8_MAX)
		said.odd = true;
	for (unsigned i = 0; i < p->d->n; i++) {
		if (strcasecmp(p->d->sought[i].name, p->word[1]) == 0)
			learn(&p->d->sought[i], &said);
	}
}

/* VALUE attribute name number */
static void
take_value(struct place *p)
{
	for (unsigned i = 0; i < p->d->n; i++) {
		struct dict_attr *a = &p->d->sought[i];

		if (strcasecmp(a->name, p->word[1]) != 0 || a->word[0] ==
		    '\0' || strcasecmp(a->word, p->word[2]) != 0)
			continue;
		if (!dict_number(p->word[3], &a->value))
			complain(p, "not the number of a value", p->word[3]);
		else
			a->has_value = true;
	}
}

/* A path without a slash at its start begins where this file is. */
static void
include(struct place *p)
{
	bool may_miss = p->word[0][strlen("$INCLUDE")] == '-';
	const char *slash = strrchr(p->file, '/'), *name = p->word[1];
	int dir = name[0] == '/' || slash == NULL ? 0 :
	    (int)(slash - p->file) + 1;
	char path[PATH_OCTETS];

	if ((size_t)snprintf(path, sizeof(path), "%.*s%s", dir, p->file,
	    name) >= sizeof(path))
		complain(p, "too long a path", name);
	else if (p->d->depth == DICT_DEPTH)
		complain(p, "more than 8 files include each other", name);
	else if (p->d->files == DICT_FILES)
		complain(p, "there are 512 files already", name);
	else if (!p->d->include(p->d, path, may_miss))
		complain(p, "it cannot be read", path);
}

static const struct {
	const char *name;
	unsigned words;			/* at least, with this one */
	void	(*take)(struct place *);
} keywords[] = {
	{ "ATTRIBUTE", 4, take_attribute },
	{ "VALUE", 4, take_value },
	{ "VENDOR", 3, take_vendor },
	{ "BEGIN-VENDOR", 2, begin_vendor },
	{ "END-VENDOR", 2, end_vendor },
	{ "BEGIN-TLV", 2, begin_tlv },
	{ "END-TLV", 2, end_tlv },
	{ "$INCLUDE", 2, include },
	{ "$INCLUDE-", 2, include },
};

/* --- lines --------------------------------------------------------------- */

/* A '#' begins a comment; words after the last place are one of those. */
static void
read_line(struct place *p, char *text)
{
	text[strcspn(text, "#")] = '\0';
	p->words = 0;
	for (text += strspn(text, BLANKS); *text != '\0' &&
	    p->words < WORDS_MAX; text += strspn(text, BLANKS)) {
		p->word[p->words++] = text;
		text += strcspn(text, BLANKS);
		if (*text != '\0')
			*text++ = '\0';
	}
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		if (p->words == 0 ||
		    strcasecmp(keywords[i].name, p->word[0]) != 0)
			continue;
		if (p->words < keywords[i].words)
			complain(p, "too few words after it", p->word[0]);
		else
			keywords[i].take(p);
		return;
	}
	if (p->words > 0)
		complain(p, "no word of a dictionary", p->word[0]);
}

bool
dict_read(struct dictionary *d, const char *file, const char *text, size_t len)
{
	struct place p = { .d = d, .file = file };
	const char *end = text + len, *eol;
	char copy[LINE_OCTETS + 1];

	d->files++;
	d->depth++;
	for (; text < end; text = eol + 1) {
		eol = memchr(text, '\n', (size_t)(end - text));
		if (eol == NULL)
			eol = end;
		p.line++;
		if (eol - text > LINE_OCTETS ||
		    memchr(text, '\0', (size_t)(eol - text)) != NULL) {
			complain(&p, "longer than 1024 octets, or not a text",
			    "line");
			continue;
		}
		memcpy(copy, text, (size_t)(eol - text));
		copy[eol - text] = '\0';
		read_line(&p, copy);
	}
	if (p.vendor != NULL || p.tlvs > 0)
		complain(&p, "there is no end of it", p.vendor != NULL ?
		    p.vendor->name : "BEGIN-TLV");
	d->depth--;
	return d->errors == 0;
}
