/* Changes to chap-secrets: what is asked for, and not an octet more. */
/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "config/secrets_edit.h"
#include "unit.h"

#define HEAD	"# Users of the VPN\n\n"
#define ALICE	"alice\tpptpd\t\"one two\"\t*\t# since May\n"
#define BOB	"  \"bob\" * x \\\n 10.0.0.7\n"
#define ALICE_2	"alice * other *\n"
#define TAIL	"\n# the end"
#define ALL	HEAD ALICE BOB ALICE_2 TAIL

static struct secrets_text t;

static void
set(const char *text)
{
	secrets_text_free(&t);
	t.text = strdup(text);
	ck_assert_ptr_nonnull(t.text);
	t.len = strlen(text);
}

static void
is(const char *text)
{
	ck_assert_str_eq(t.text, text);
	ck_assert_uint_eq(t.len, strlen(text));
}

START_TEST(counting)
{
	set(ALL);
	ck_assert_uint_eq(secrets_count(&t, "alice", NULL), 2);
	ck_assert_uint_eq(secrets_count(&t, "alice", "pptpd"), 1);
	ck_assert_uint_eq(secrets_count(&t, "Users", NULL), 0);
	ck_assert_uint_eq(secrets_count(&t, "10.0.0.7", NULL), 0);
	secrets_text_free(&t);
	ck_assert_uint_eq(secrets_count(&t, "alice", NULL), 0);
}
END_TEST

START_TEST(adding)
{
	set(ALL);
	secrets_add(&t, "car ol", "*", "p\"w\\", "*");
	is(ALL "\n\"car ol\"\t*\t\"p\\\"w\\\\\"\t*\n");
	ck_assert_uint_eq(secrets_count(&t, "car ol", "*"), 1);
	secrets_text_free(&t);
	secrets_add(&t, "a", "srv", "b", "10.0.0.1");
	is("\"a\"\t\"srv\"\t\"b\"\t10.0.0.1\n");
	secrets_text_free(&t);
}
END_TEST

START_TEST(removing)
{
	set(ALL);
	ck_assert_uint_eq(secrets_remove(&t, "carol", NULL), 0);
	is(ALL);
	ck_assert_uint_eq(secrets_remove(&t, "bob", NULL), 1);
	is(HEAD ALICE ALICE_2 TAIL);
	ck_assert_uint_eq(secrets_remove(&t, "alice", "pptpd"), 1);
	is(HEAD ALICE_2 TAIL);
	ck_assert_uint_eq(secrets_remove(&t, "alice", NULL), 1);
	is(HEAD TAIL);
	set("a * b *\na * c *\na * d *");
	ck_assert_uint_eq(secrets_remove(&t, "a", NULL), 3);
	is("");
	secrets_text_free(&t);
}
END_TEST

START_TEST(another_password)
{
	set(ALL);
	ck_assert_uint_eq(secrets_set(&t, "alice", NULL, "n\"w"), 2);
	is(HEAD "alice\tpptpd\t\"n\\\"w\"\t*\t# since May\n" BOB
	    "alice * \"n\\\"w\" *\n" TAIL);
	set(ALL);
	ck_assert_uint_eq(secrets_set(&t, "bob", "*", "y"), 1);
	is(HEAD ALICE "  \"bob\" * \"y\" \\\n 10.0.0.7\n" ALICE_2 TAIL);
	/* An entry without a secret does not count, and does not stop it. */
	set("bob\nbob * x *\n");
	ck_assert_uint_eq(secrets_set(&t, "bob", NULL, "y"), 1);
	is("bob\nbob * \"y\" *\n");
	secrets_text_free(&t);
}
END_TEST

START_TEST(a_domain)
{
	set(ALL);
	ck_assert_uint_eq(secrets_domain(&t, "bob", NULL, "Office"), 1);
	is(HEAD ALICE "  \"OFFICE\\\\bob\" * x \\\n 10.0.0.7\n"
	    "  \"office\\\\bob\" * x \\\n 10.0.0.7\n" ALICE_2 TAIL);
	ck_assert_uint_eq(secrets_count(&t, "OFFICE\\bob", NULL), 1);
	ck_assert_uint_eq(secrets_count(&t, "office\\bob", NULL), 1);
	set("bob * x *");
	ck_assert_uint_eq(secrets_domain(&t, "bob", NULL, "d"), 1);
	is("\"D\\\\bob\" * x *\n\"d\\\\bob\" * x *");
	secrets_text_free(&t);
}
END_TEST

/* Looking for it again finds nothing: no endless loop, nothing left over. */
START_TEST(twice)
{
	set(ALL);
	ck_assert_uint_eq(secrets_domain(&t, "alice", NULL, "d"), 2);
	ck_assert_uint_eq(secrets_domain(&t, "alice", NULL, "d"), 0);
	ck_assert_uint_eq(secrets_remove(&t, "D\\alice", NULL), 2);
	ck_assert_uint_eq(secrets_remove(&t, "d\\alice", NULL), 2);
	is(HEAD BOB TAIL);
	secrets_text_free(&t);
}
END_TEST

static void
tests(TCase *c)
{
	tcase_add_test(c, counting);
	tcase_add_test(c, adding);
	tcase_add_test(c, removing);
	tcase_add_test(c, another_password);
	tcase_add_test(c, a_domain);
	tcase_add_test(c, twice);
}

int
main(void)
{
	return unit_main("secrets_edit", tests);
}
