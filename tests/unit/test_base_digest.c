/* Digests against the vectors that others publish, and around the ends of
 * blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/digest.h"
#include "base/text.h"

static const struct {
    const char *why, *in;
    size_t times; /* in is repeated */
    const char *sha1, *sha256;
} cases[] = {
    { "nothing at all", "", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709",
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "FIPS 180: one block", "abc", 1,
      "a9993e364706816aba3e25717850c26c9cd0d89d",
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "FIPS 180: two blocks",
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    { "the length just fits", "a", 55,
      "c1c8bbdc22796e28c0e15163d20899b65621d65a",
      "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318" },
    { "and no longer does", "a", 56, "c2db330f6083854c99d4b5bfb6e8f29f201be699",
      "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a" },
    { "a whole block", "a", 64, "0098ba824b5c16427bd7a1122a5a442a25ec644d",
      "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb" },
    { "two blocks but for the length", "a", 119,
      "ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56",
      "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb" },
    { "FIPS 180: a million", "a", 1000000,
      "34aa973cd4c4daa4f61eeb2bdbad27316534016f",
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
};

static void digests_match(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned char sha1[DIGEST_SHA1_LEN], sha256[DIGEST_SHA256_LEN];
        char text1[2 * DIGEST_SHA1_LEN + 1], text256[2 * DIGEST_SHA256_LEN + 1];
        struct buf in = { 0 };

        for (size_t n = 0; n < cases[i].times; n++)
            buf_add_text(&in, cases[i].in);
        digest_sha1(sha1, in.data, in.len);
        digest_sha256(sha256, in.data, in.len);
        digest_hex(text1, sha1, sizeof sha1);
        digest_hex(text256, sha256, sizeof sha256);
        if (strcmp(text1, cases[i].sha1) != 0 ||
            strcmp(text256, cases[i].sha256) != 0)
            fail_msg("%s: %s %s", cases[i].why, text1, text256);
        buf_fini(&in);
    }
}

/* RFC 9562 appendix A.4: the namespace of DNS names. */
static void names_have_uuids(void **state)
{
    static const unsigned char dns[DIGEST_UUID_LEN] = {
        0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1,
        0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
    };
    char text[DIGEST_UUID_TEXT_MAX], other[DIGEST_UUID_TEXT_MAX];
    char name[2000];

    (void)state;
    digest_uuid(text, dns, "www.example.com", 15);
    assert_string_equal(text, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
    memset(name, 'a', sizeof name);
    digest_uuid(text, dns, name, 1024);
    digest_uuid(other, dns, name, 1023);
    assert_string_not_equal(text, other);
    digest_uuid(other, dns, name, sizeof name); /* only so much is read */
    assert_string_equal(text, other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_match),
        cmocka_unit_test(names_have_uuids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
