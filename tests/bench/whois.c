/* How many WHOIS answers are read in a second of the processor's time.
 * usage: whois FILE...   answers as tests/registry holds them */
#include "registration/whois.h"

#define ANSWERS_MAX 4096
#define SECONDS 3

struct answer {
    char domain[SNOW_DOMAIN_MAX], *octets;
    size_t len;
};

/* The domain is in front, the answer behind the first empty line. */
static bool load(struct answer *a, const char *path)
{
    static char file[WHOIS_ANSWER_MAX * 2];
    FILE *f = fopen(path, "rb");
    size_t len;
    char *domain, *octets;

    if (!f)
        return false;
    len = fread(file, 1, sizeof file - 1, f);
    fclose(f);
    file[len] = '\0';
    domain = strstr(file, "\ndomain: ");
    octets = strstr(file, "\n\n");
    if (!domain || !octets)
        return false;
    domain[strcspn(domain + 1, "\n") + 1] = '\0';
    text_copy(a->domain, sizeof a->domain, domain + 9);
    a->len = len - (size_t)(octets + 2 - file);
    a->octets = malloc(a->len + 1);
    if (a->octets)
        memcpy(a->octets, octets + 2, a->len);
    return a->octets != NULL;
}

int main(int argc, char **argv)
{
    static struct answer answers[ANSWERS_MAX];
    size_t n = 0, octets = 0, read = 0;
    clock_t start, spent;

    for (int i = 1; i < argc && n < ANSWERS_MAX; i++) {
        if (!load(&answers[n], argv[i]))
            return 1;
        octets += answers[n++].len;
    }
    if (n == 0)
        return 2;
    start = clock();
    do {
        for (size_t i = 0; i < n; i++) {
            struct snow_registration r;

            registration_record_init(&r, answers[i].domain);
            registration_whois_read(&r, "", answers[i].octets, answers[i].len);
        }
        read += n;
        spent = clock() - start;
    } while (spent < SECONDS * CLOCKS_PER_SEC);
    printf("WHOIS: %zu answers of %zu octets on average, %.0f read in a "
           "second of the processor\n",
           n, octets / n, (double)read * CLOCKS_PER_SEC / (double)spent);
    for (size_t i = 0; i < n; i++)
        free(answers[i].octets);
    return 0;
}
