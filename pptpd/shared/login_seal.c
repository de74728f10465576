/* Shared: the seal on a login; of keepers, checked by the front engine. */
/* SPDX-License-Identifier: ISC */
#include "shared/login_seal.h"

#include "base/wire.h"

uint64_t
login_seal(const struct login_key *key, const struct login_words *l)
{
	uint8_t octets[sizeof(*l)];
	struct wire_writer w;

	wire_writer_init(&w, octets, sizeof(octets));
	wire_put_u64(&w, l->ms);
	wire_put_u32(&w, l->max);
	wire_put_u8(&w, l->own);
	wire_put_u8(&w, l->replace);
	wire_put_bytes(&w, l->user, sizeof(l->user));
	return siphash(key->octets, octets, w.len);
}
