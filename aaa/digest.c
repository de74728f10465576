/* MD5 and HMAC-MD5, as RADIUS has them; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

bool
digest_md5(uint8_t out[DIGEST_LEN], const struct digest_part *part, size_t n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool done = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_md5(), NULL) == 1;

	for (size_t i = 0; done && i < n; i++)
		done = EVP_DigestUpdate(ctx, part[i].octets, part[i].len) == 1;
	done = done && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	return done;
}

bool
digest_hmac(uint8_t out[DIGEST_LEN], const void *key, size_t key_len,
    const void *octets, size_t len)
{
	return HMAC(EVP_md5(), key, (int)key_len, octets, len, out, NULL) !=
	    NULL;
}

bool
digest_init(void)
{
	uint8_t md[DIGEST_LEN];

	return digest_md5(md, NULL, 0) && digest_hmac(md, "key", 3,
	    (const uint8_t *)"text", 4);
}

bool
digest_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}
