/*
 * smtp-fixture PORT FILE [LOG] – mail servers on 127.0.0.0/8, by the thousand.
 *
 * Build     cc -std=c11 -D_GNU_SOURCE -O2 -o smtp-fixture
 *               tests/lab/smtp-fixture.c tests/support/smtp_fixture*.c
 *               tests/support/smtp_listen.c -lssl -lcrypto
 * FILE      a server a line: IP BEHAVIOUR HOSTNAME; '#' begins a comment. The
 *           IP may be a range, 127.20.0.0/18; then the first line that fits an
 *           address is the one that counts.
 * BEHAVIOUR open 554 421 silent close reset teaser helo-only ssh tarpit delay,
 *           and the others of the tables in tests/support/smtp_fixture*.c;
 *           "delay=8000" sets the delay of this one in milliseconds;
 *           "crowd=1000" greets nobody until 1000 wait at once.
 * LOG       a line for each connection, "MICROSECONDS + IP", and for its end,
 *           "MICROSECONDS - IP", of a clock that only goes forward.
 * Says      "ready PORT" on stdout once every address is bound (PORT 0 picks
 *           one); a line on stderr for each client that speaks before the
 *           greeting has ended, sends a command too many, or says anything but
 *           EHLO, HELO and QUIT.
 * Ends      when it is killed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/smtp_fixture.h"

#define HOSTS_MAX 65536

static char *copy(const char *text)
{
    char *out = strdup(text);

    if (!out)
        abort();
    return out;
}

static size_t read_hosts(struct smtp_host *hosts, FILE *from)
{
    char line[512], ip[64], behaviour[64], name[256];
    size_t n = 0;

    while (n < HOSTS_MAX && fgets(line, sizeof line, from)) {
        line[strcspn(line, "#")] = '\0';
        if (sscanf(line, "%63s %63s %255s", ip, behaviour, name) != 3)
            continue;
        hosts[n++] =
            (struct smtp_host){ copy(ip), copy(behaviour), copy(name) };
    }
    return n;
}

int main(int argc, char **argv)
{
    struct smtp_host *hosts = calloc(HOSTS_MAX, sizeof *hosts);
    struct smtp_fixture f;
    FILE *from = argc == 3 || argc == 4 ? fopen(argv[2], "r") : NULL;
    const char *wrong;
    size_t n;

    if (!from || !hosts) {
        fprintf(stderr, "usage: smtp-fixture PORT FILE [LOG]\n");
        return 2;
    }
    n = read_hosts(hosts, from);
    fclose(from);
    wrong =
        smtp_fixture_bind(&f, hosts, n, (unsigned)strtoul(argv[1], NULL, 10));
    if (wrong) {
        fprintf(stderr, "smtp-fixture: %s: %s\n", wrong, strerror(errno));
        return 1;
    }
    if (argc == 4 && !(f.log = fopen(argv[3], "w"))) {
        fprintf(stderr, "smtp-fixture: %s: %s\n", argv[3], strerror(errno));
        return 1;
    }
    printf("ready %u\n", f.port);
    fflush(stdout);
    f.is_loud = true;
    smtp_fixture_serve(&f);
}
