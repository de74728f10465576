/* Dictionaries of RADIUS attributes, as FreeRADIUS 2 and 3 have them. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_DICTIONARY_H
#define PPTPD_DICTIONARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DICT_NAME_MAX	128	/* octets of a name, with its NUL */
#define DICT_VENDORS	512
#define DICT_FILES	512	/* with those that are included */
#define DICT_DEPTH	8	/* files that include each other */

enum dict_type {
	DICT_OTHER,		/* none of those below */
	DICT_TEXT,		/* string */
	DICT_OCTETS,
	DICT_NUMBER,		/* integer: four octets */
	DICT_ADDRESS,		/* ipaddr */
	DICT_ADDRESS6		/* ipv6addr */
};

/* An attribute that is sought by its name, and a value of it likewise. */
struct dict_attr {
	char	 name[DICT_NAME_MAX];
	char	 word[DICT_NAME_MAX];	/* a value's name; "": none */
	/* The rest is what the dictionaries say. */
	bool	 found;
	uint32_t vendor;		/* 0: none */
	uint32_t number;
	bool	 odd;			/* it has not the usual form */
	enum dict_type type;
	bool	 tagged, hidden;	/* has_tag, encrypt= */
	bool	 has_value;
	uint32_t value;			/* of the word */
};

struct dict_vendor {
	char	 name[DICT_NAME_MAX];
	uint32_t id;
	bool	 odd;			/* its format is not 1,1 */
};

struct dictionary;

/*
 * Reads a file that another one includes: its text is given to dict_read().
 * may_miss: that it is not there is no error.  False: it cannot be read, which
 * has been logged.
 */
typedef bool dict_include(struct dictionary *, const char *path, bool may_miss);

struct dictionary {
	struct dict_attr *sought;
	unsigned n;			/* of sought */
	dict_include *include;
	/* The rest is dict_read()'s; zero at first. */
	struct dict_vendor vendor[DICT_VENDORS];
	unsigned vendors, files, depth, errors;
};

/*
 * Reads the text of a file, and those that it includes.  Of two attributes of
 * one name the later one counts.  Errors are logged with the file, its line and
 * the value, the first few of them.  False if there was one.
 */
bool	dict_read(struct dictionary *, const char *file, const char *text,
	    size_t len);
/*
 * Reads a number as dictionaries have it: decimal, octal after 0 or hexadecimal
 * after 0x, and nothing behind it.  False: the text is none of 32 bits.
 */
bool	dict_number(const char *text, uint32_t *);

#endif
