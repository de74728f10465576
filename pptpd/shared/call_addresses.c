/* In engine and pptpctrl: the addresses of a call, for people. */
/* SPDX-License-Identifier: ISC */
#include "shared/call_record.h"

#include <string.h>

#include "base/addr.h"

/* Another process can write there: the text may have no end. */
static const char *
text_of(uint32_t addr, const char given[CALL_ADDR_TEXT],
    char text[CALL_ADDR_TEXT])
{
	if (addr != 0)
		return addr_text(addr, text);
	memcpy(text, given, CALL_ADDR_TEXT);
	text[CALL_ADDR_TEXT - 1] = '\0';
	return text;
}

const char *
call_record_remote(const struct call_record *rec, char text[CALL_ADDR_TEXT])
{
	return text_of(rec->ip_remote, rec->remote, text);
}

const char *
call_record_local(const struct call_record *rec, char text[CALL_ADDR_TEXT])
{
	return text_of(rec->ip_local, rec->local, text);
}
