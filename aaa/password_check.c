/* Whether a peer knows a password; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */

/*
 * The functions of MD4 and DES that libcrypto has since always: those that it
 * recommends need a provider, which many systems do not install.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "password_check.h"

#include <openssl/des.h>
#include <openssl/evp.h>
#include <openssl/md4.h>
#include <stdio.h>
#include <string.h>

#include "digest.h"

#define SHA1_LEN	20
#define MS_NT_AT	24	/* of the NT response in MS-CHAP's */
#define MS_FLAGS_AT	48
#define MS_USE_NT	1
#define PEER_CHALLENGE	16
#define PAD_LEN		40	/* RFC 3079, 3.4 */
#define UTF16_MAX	(2 * AAA_SECRET_MAX)
#define WRONG		"a wrong password"
#define NO_CRYPTO	"libcrypto cannot do that, or has no memory"

/* A password may be in one of these, and clients do not agree in which. */
enum coding {
	CODING_UTF8,
	CODING_OCTETS,		/* an octet is a character, as for pppd */
	CODINGS
};

#define PART(p)		{ (p), sizeof(p) - 1 }

/* --- digests ------------------------------------------------------------- */

static bool
sha1(uint8_t out[SHA1_LEN], const struct digest_part *part, size_t n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool done = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) ==
	    1;

	for (size_t i = 0; done && i < n; i++)
		done = EVP_DigestUpdate(ctx, part[i].octets, part[i].len) == 1;
	done = done && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	return done;
}

static void
md4(uint8_t out[NT_HASH_LEN], const uint8_t *octets, size_t len)
{
	(void)MD4(octets, len, out);
}

/* The lowest bit of each octet of a key is its parity, which nobody checks. */
static void
des(uint8_t out[NT_CHALLENGE_LEN], const uint8_t key[7],
    const uint8_t in[NT_CHALLENGE_LEN])
{
	DES_cblock spread, block = { 0 };
	DES_key_schedule schedule;
	unsigned bits = 0;

	for (unsigned i = 0; i < 8; i++) {
		if (i < 7)
			bits = bits << 8 | key[i];
		spread[i] = (uint8_t)(i < 7 ? bits >> (i + 1) << 1 : bits << 1);
	}
	memcpy(block, in, sizeof(block));
	DES_set_key_unchecked(&spread, &schedule);
	DES_ecb_encrypt(&block, &block, &schedule, DES_ENCRYPT);
	memcpy(out, block, sizeof(block));
	explicit_bzero(spread, sizeof(spread));
	explicit_bzero(&schedule, sizeof(schedule));
}

/* RFC 2759, 8.5. */
static void
challenge_response(uint8_t out[NT_RESPONSE_LEN],
    const uint8_t challenge[NT_CHALLENGE_LEN], const uint8_t hash[NT_HASH_LEN])
{
	uint8_t padded[21] = { 0 };

	memcpy(padded, hash, NT_HASH_LEN);
	for (unsigned i = 0; i < 3; i++)
		des(out + 8 * i, padded + 7 * i, challenge);
	explicit_bzero(padded, sizeof(padded));
}

/* --- the hash of a password ---------------------------------------------- */

/*
 * The next character of a text in UTF-8, from *at on; -1: it is none.  Forms
 * that are longer than needed, and halves of pairs, are none.
 */
static int32_t
next_utf8(const uint8_t *text, size_t len, size_t *at)
{
	static const int32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	uint8_t first = text[(*at)++];
	int more = first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 :
	    1;
	int32_t c = more == 0 ? first : first & (0x3f >> more);

	if ((first >= 0x80 && first < 0xc0) || first >= 0xf8)
		return -1;
	for (int i = 0; i < more; i++) {
		if (*at == len || (text[*at] & 0xc0) != 0x80)
			return -1;
		c = c << 6 | (text[(*at)++] & 0x3f);
	}
	return c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ?
	    -1 : c;
}

static size_t
put_utf16(uint8_t *out, size_t len, uint32_t unit)
{
	out[len] = (uint8_t)unit;
	out[len + 1] = (uint8_t)(unit >> 8);
	return len + 2;
}

/* False: the password cannot be read in this way. */
static bool
nt_hash(uint8_t hash[NT_HASH_LEN], const uint8_t *text, size_t len,
    enum coding coding)
{
	uint8_t out[UTF16_MAX];
	size_t n = 0, at = 0;
	int32_t c;

	while (at < len) {
		c = coding == CODING_UTF8 ? next_utf8(text, len, &at) :
		    text[at++];
		if (c == -1)
			return false;
		if (c >= 0x10000) {
			c -= 0x10000;
			n = put_utf16(out, n, 0xd800 + (uint32_t)(c >> 10));
			c = 0xdc00 + (c & 0x3ff);
		}
		n = put_utf16(out, n, (uint32_t)c);
	}
	md4(hash, out, n);
	explicit_bzero(out, sizeof(out));
	return true;
}

/*
 * The hash that is known, in one of the codings.  False: there is none in this
 * one.
 */
static bool
known_hash(uint8_t hash[NT_HASH_LEN], const struct known_password *known,
    enum coding coding)
{
	if (known->kind == KNOWN_CLEAR)
		return nt_hash(hash, known->octets, known->len, coding);
	if (known->kind != KNOWN_NT_HASH || coding != CODING_UTF8 ||
	    known->len != NT_HASH_LEN)
		return false;
	memcpy(hash, known->octets, NT_HASH_LEN);
	return true;
}

/* --- methods ------------------------------------------------------------- */

static bool
same_text(const struct aaa_octets *a, const struct known_password *b)
{
	struct aaa_octets padded = { 0 };
	bool same;

	memcpy(padded.octets, b->octets, b->len);
	same = digest_equal(padded.octets, a->octets, sizeof(padded.octets));
	explicit_bzero(&padded, sizeof(padded));
	return same && a->len == b->len;
}

static const char *
check_pap(const struct aaa_octets *response,
    const struct known_password *known)
{
	struct aaa_octets said = { .len = response->len };
	uint8_t hash[NT_HASH_LEN], hash_hash[NT_HASH_LEN];
	bool right = false;

	memcpy(said.octets, response->octets, response->len);
	if (known->kind == KNOWN_CLEAR)
		right = same_text(&said, known);
	else {
		for (unsigned c = 0; c < CODINGS && !right; c++) {
			if (!nt_hash(hash, said.octets, said.len,
			    (enum coding)c))
				continue;
			md4(hash_hash, hash, sizeof(hash));
			right = digest_equal(known->kind == KNOWN_NT_KEY ?
			    hash_hash : hash, known->octets, NT_HASH_LEN);
		}
	}
	explicit_bzero(&said, sizeof(said));
	explicit_bzero(hash, sizeof(hash));
	explicit_bzero(hash_hash, sizeof(hash_hash));
	return right ? NULL : WRONG;
}

static const char *
check_chap(const struct aaa_login *l, const struct known_password *known)
{
	const struct digest_part part[] = {
		{ &l->chap_id, 1 }, { known->octets, known->len },
		{ l->challenge.octets, l->challenge.len }
	};
	uint8_t want[DIGEST_LEN];

	if (known->kind != KNOWN_CLEAR)
		return "CHAP needs the password itself, not a hash of it";
	if (!digest_md5(want, part, 3))
		return NO_CRYPTO;
	return digest_equal(want, l->response.octets, DIGEST_LEN) ? NULL :
	    WRONG;
}

/* Without the domain that a client may put in front (RFC 2759, 4). */
static struct digest_part
name_part(const struct aaa_text *name)
{
	const char *slash = strrchr(name->text, '\\');
	const char *start = slash != NULL ? slash + 1 : name->text;

	return (struct digest_part){ start,
	    name->len - (size_t)(start - name->text) };
}

/* RFC 2759, 8.2. */
static bool
challenge_hash(uint8_t out[NT_CHALLENGE_LEN], const struct aaa_login *l)
{
	const struct digest_part part[] = {
		{ l->response.octets, PEER_CHALLENGE },
		{ l->challenge.octets, l->challenge.len },
		name_part(&l->call.name)
	};
	uint8_t digest[SHA1_LEN];

	if (!sha1(digest, part, 3))
		return false;
	memcpy(out, digest, NT_CHALLENGE_LEN);
	return true;
}

bool
password_nt_response(const struct aaa_login *l,
    uint8_t challenge[NT_CHALLENGE_LEN], uint8_t response[NT_RESPONSE_LEN])
{
	memcpy(response, l->response.octets + MS_NT_AT, NT_RESPONSE_LEN);
	if (l->method == AAA_MSCHAP_V2)
		return challenge_hash(challenge, l);
	if (l->method != AAA_MSCHAP ||
	    l->response.octets[MS_FLAGS_AT] != MS_USE_NT)
		return false;
	memcpy(challenge, l->challenge.octets, NT_CHALLENGE_LEN);
	return true;
}

/* RFC 2759, 8.7: what proves to the peer that we know the password. */
static bool
prove(struct aaa_text *message, const struct aaa_login *l,
    const uint8_t hash_hash[NT_HASH_LEN],
    const uint8_t challenge[NT_CHALLENGE_LEN])
{
	static const char magic1[] = "Magic server to client signing constant";
	static const char magic2[] = "Pad to make it do more than one "
	    "iteration";
	uint8_t digest[SHA1_LEN];
	const struct digest_part first[] = {
		{ hash_hash, NT_HASH_LEN },
		{ l->response.octets + MS_NT_AT, NT_RESPONSE_LEN },
		PART(magic1)
	}, second[] = {
		{ digest, sizeof(digest) }, { challenge, NT_CHALLENGE_LEN },
		PART(magic2)
	};

	if (!sha1(digest, first, 3) || !sha1(digest, second, 3))
		return false;
	memset(message, 0, sizeof(*message));
	memcpy(message->text, "S=", 2);
	message->len = 2;
	for (unsigned i = 0; i < sizeof(digest); i++)
		message->len += (uint16_t)snprintf(message->text + message->len,
		    3, "%02X", digest[i]);
	return true;
}

/* RFC 3079, 3.4: the server's keys. */
static bool
make_keys(struct aaa_reply *reply, const struct aaa_login *l,
    const uint8_t hash_hash[NT_HASH_LEN])
{
	static const char master_magic[] = "This is the MPPE Master Key";
	static const char recv_magic[] = "On the client side, this is the send "
	    "key; on the server side, it is the receive key.";
	static const char send_magic[] = "On the client side, this is the "
	    "receive key; on the server side, it is the send key.";
	static const uint8_t pad1[PAD_LEN];
	uint8_t pad2[PAD_LEN], master[SHA1_LEN], key[SHA1_LEN];
	const struct digest_part first[] = {
		{ hash_hash, NT_HASH_LEN },
		{ l->response.octets + MS_NT_AT, NT_RESPONSE_LEN },
		PART(master_magic)
	}, to_send[] = {
		{ master, AAA_KEY_LEN }, { pad1, PAD_LEN }, PART(send_magic),
		{ pad2, PAD_LEN }
	}, to_recv[] = {
		{ master, AAA_KEY_LEN }, { pad1, PAD_LEN }, PART(recv_magic),
		{ pad2, PAD_LEN }
	};
	bool done;

	memset(pad2, 0xf2, sizeof(pad2));
	done = sha1(master, first, 3) && sha1(key, to_send, 4);
	if (done)
		memcpy(reply->send_key, key, AAA_KEY_LEN);
	done = done && sha1(key, to_recv, 4);
	if (done)
		memcpy(reply->recv_key, key, AAA_KEY_LEN);
	explicit_bzero(master, sizeof(master));
	explicit_bzero(key, sizeof(key));
	reply->has_keys = done;
	return done;
}

/* The response was right: what follows from the hash of the hash. */
static const char *
finish_mschap(struct aaa_reply *reply, const struct aaa_login *l,
    const uint8_t hash_hash[NT_HASH_LEN],
    const uint8_t challenge[NT_CHALLENGE_LEN])
{
	if (l->method == AAA_MSCHAP_V2)
		return prove(&reply->message, l, hash_hash, challenge) &&
		    make_keys(reply, l, hash_hash) ? NULL : NO_CRYPTO;
	/* pppd derives the keys of MS-CHAPv1 from it. */
	memcpy(reply->send_key, hash_hash, AAA_KEY_LEN);
	reply->has_keys = true;
	return NULL;
}

static const char *
check_mschap(const struct aaa_login *l, const struct known_password *known,
    struct aaa_reply *reply)
{
	uint8_t challenge[NT_CHALLENGE_LEN], said[NT_RESPONSE_LEN];
	uint8_t want[NT_RESPONSE_LEN], hash[NT_HASH_LEN], twice[NT_HASH_LEN];
	const char *why = WRONG;

	if (!password_nt_response(l, challenge, said))
		return l->method == AAA_MSCHAP ?
		    "LAN Manager's response only" : NO_CRYPTO;
	if (known->kind == KNOWN_NT_KEY)
		return finish_mschap(reply, l, known->octets, challenge);
	for (unsigned c = 0; c < CODINGS && why != NULL; c++) {
		if (!known_hash(hash, known, (enum coding)c))
			continue;
		challenge_response(want, challenge, hash);
		if (!digest_equal(want, said, sizeof(want)))
			continue;
		md4(twice, hash, sizeof(hash));
		why = finish_mschap(reply, l, twice, challenge);
	}
	explicit_bzero(hash, sizeof(hash));
	explicit_bzero(twice, sizeof(twice));
	explicit_bzero(want, sizeof(want));
	return why;
}

const char *
password_check(const struct aaa_login *l, const struct known_password *known,
    struct aaa_reply *reply)
{
	if (known->kind == KNOWN_NOTHING || known->len == 0)
		return "no password to compare with";
	if (known->kind != KNOWN_CLEAR && known->len != NT_HASH_LEN)
		return "a hash of a wrong length";
	switch (l->method) {
	case AAA_PAP:
		return check_pap(&l->response, known);
	case AAA_CHAP_MD5:
		return check_chap(l, known);
	case AAA_MSCHAP:
	case AAA_MSCHAP_V2:
		return check_mschap(l, known, reply);
	case AAA_METHODS:
		break;
	}
	return "an unknown method";
}

/*
 * The example of RFC 2759, 9.2, but for its name: what it uses is loaded, and
 * is right.
 */
bool
password_check_init(void)
{
	static const uint8_t hash[NT_HASH_LEN] = { 0x44, 0xeb, 0xba, 0x8d,
	    0x53, 0x12, 0xb8, 0xd6, 0x11, 0x47, 0x44, 0x11, 0xf5, 0x69, 0x89,
	    0xae };
	static const uint8_t challenge[NT_CHALLENGE_LEN] = { 0xd0, 0x2e, 0x43,
	    0x86, 0xbc, 0xe9, 0x12, 0x26 };
	static const uint8_t response[NT_RESPONSE_LEN] = { 0x82, 0x30, 0x9e,
	    0xcd, 0x8d, 0x70, 0x8b, 0x5e, 0xa0, 0x8f, 0xaa, 0x39, 0x81, 0xcd,
	    0x83, 0x54, 0x42, 0x33, 0x11, 0x4a, 0x3d, 0x85, 0xd6, 0xdf };
	uint8_t got[NT_HASH_LEN], answer[NT_RESPONSE_LEN], digest[SHA1_LEN];

	if (!nt_hash(got, (const uint8_t *)"clientPass", 10, CODING_UTF8) ||
	    memcmp(got, hash, sizeof(hash)) != 0)
		return false;
	challenge_response(answer, challenge, hash);
	return memcmp(answer, response, sizeof(response)) == 0 &&
	    sha1(digest, NULL, 0);
}
