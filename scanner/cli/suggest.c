#include "cli/suggest.h"

#include <stdbool.h>
#include <string.h>

#define SHORT_LEAST 3 /* octets of a name that is cut short */
#define WRONG_MOST 3

static bool is_same(char a, char b)
{
    return a == b || (a == '_' && b == '-') || (a == '-' && b == '_');
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t suggest_distance(const char *a, const char *b)
{
    size_t rows[3][SUGGEST_LEN_MAX + 1];
    size_t len_a = strlen(a), len_b = strlen(b);

    if (len_a > SUGGEST_LEN_MAX || len_b > SUGGEST_LEN_MAX)
        return len_a > len_b ? len_a : len_b;
    for (size_t j = 0; j <= len_b; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= len_a; i++) {
        size_t *row = rows[i % 3], *up = rows[(i - 1) % 3];
        const size_t *up2 = rows[(i + 1) % 3]; /* two rows above */

        row[0] = i;
        for (size_t j = 1; j <= len_b; j++) {
            row[j] = least(least(up[j], row[j - 1]) + 1,
                           up[j - 1] + !is_same(a[i - 1], b[j - 1]));
            if (i > 1 && j > 1 && is_same(a[i - 1], b[j - 2]) &&
                is_same(a[i - 2], b[j - 1]))
                row[j] = least(row[j], up2[j - 2] + 1);
        }
    }
    return rows[len_a % 3][len_b];
}

static bool is_cut_short(const char *word, const char *name)
{
    size_t i = 0;

    while (word[i] && is_same(word[i], name[i]))
        i++;
    return word[i] == '\0' && i >= SHORT_LEAST;
}

void suggest_offer(struct suggestion *s, const char *name)
{
    size_t distance = suggest_distance(s->word, name);
    size_t len = strlen(s->word);
    size_t most = least(len / 3, WRONG_MOST);

    if (distance > most && is_cut_short(s->word, name))
        distance = most;
    if (most == 0 || distance > most)
        return;
    if (s->nearest && s->distance <= distance)
        return;
    s->nearest = name;
    s->distance = distance;
}

void suggest_offer_words(struct suggestion *s, const char *words, char *memory)
{
    char name[SUGGEST_LEN_MAX + 1];

    while (*words) {
        size_t len = strcspn(words, "|");
        const char *before = s->nearest;

        if (len <= SUGGEST_LEN_MAX) {
            memcpy(name, words, len);
            name[len] = '\0';
            suggest_offer(s, name);
        }
        if (s->nearest != before) {
            memcpy(memory, name, len + 1);
            s->nearest = memory;
        }
        words += len + (words[len] == '|');
    }
}
