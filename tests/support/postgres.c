#include "postgres.h"

#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "folder.h"

#define PROGRAM "tests/support/postgres" /* finds the server's, not as root */
#define ATTEMPTS 5     /* somebody else may take the port that was free */
#define WAITS_MAX 3000 /* of 20 ms, until it answers */

static unsigned free_port(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    unsigned port = 0;

    if (bind(fd, (struct sockaddr *)&at, sizeof at) == 0 &&
        getsockname(fd, (struct sockaddr *)&at, &len) == 0)
        port = ntohs(at.sin_port);
    close(fd);
    return port;
}

/* What it says goes to the log in the cluster's folder. */
static pid_t spawn(const struct postgres *p, const char *what)
{
    char port[16], log[300];
    pid_t pid;

    snprintf(port, sizeof port, "%u", p->port);
    snprintf(log, sizeof log, "%s/log", p->dir);
    pid = fork();
    if (pid == 0) {
        int in = open("/dev/null", O_RDONLY);
        int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);

        prctl(PR_SET_PDEATHSIG, SIGQUIT);
        dup2(in, 0);
        dup2(out, 1);
        dup2(out, 2);
        if (strcmp(what, "init") == 0)
            execl(PROGRAM, PROGRAM, what, p->dir, (char *)NULL);
        else
            execl(PROGRAM, PROGRAM, what, p->dir, port, (char *)NULL);
        _exit(127);
    }
    return pid;
}

static int make_cluster(const struct postgres *p)
{
    int status = -1;
    pid_t pid = spawn(p, "init");

    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0 ? 0 : -1;
}

static int run(struct postgres *p)
{
    static const struct timespec pause = { .tv_nsec = 20000000 };

    p->pid = spawn(p, "run");
    for (int i = 0; p->pid > 0 && i < WAITS_MAX; i++) {
        if (waitpid(p->pid, NULL, WNOHANG) == p->pid)
            break;
        if (PQping(p->url) == PQPING_OK)
            return 0;
        nanosleep(&pause, NULL);
    }
    p->pid = 0;
    return -1;
}

static int try_start(struct postgres *p)
{
    const char *folder = getenv("TMPDIR");

    snprintf(p->dir, sizeof p->dir, "%s/postgres-XXXXXX",
             folder ? folder : "/tmp");
    p->port = free_port();
    snprintf(p->url, sizeof p->url, "postgresql://snow@127.0.0.1:%u/postgres",
             p->port);
    if (p->port == 0 || !mkdtemp(p->dir) || make_cluster(p))
        return -1;
    return run(p);
}

/* What the programs said, for whoever looks for the reason. */
static void show_log(const struct postgres *p)
{
    char path[300], line[512];
    FILE *f;

    snprintf(path, sizeof path, "%s/log", p->dir);
    f = fopen(path, "r");
    fprintf(stderr, "postgres on port %u in %s: %s\n", p->port, p->dir,
            f ? "it says:" : strerror(errno));
    while (f && fgets(line, sizeof line, f))
        fputs(line, stderr);
    if (f)
        fclose(f);
}

int postgres_start(struct postgres *p)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        memset(p, 0, sizeof *p);
        if (try_start(p) == 0)
            return 0;
        show_log(p);
        postgres_stop(p);
    }
    return -1;
}

int postgres_sql(const struct postgres *p, const char *sql)
{
    PGconn *db = PQconnectdb(p->url);
    PGresult *r = PQexec(db, sql);
    ExecStatusType status = PQresultStatus(r);
    int code = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? 0 : -1;

    if (code)
        fprintf(stderr, "%s: %s\n", sql, PQerrorMessage(db));
    PQclear(r);
    PQfinish(db);
    return code;
}

int postgres_empty(const struct postgres *p)
{
    return postgres_sql(p, "SET client_min_messages = warning;"
                           "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
}

static void end(struct postgres *p)
{
    if (p->pid > 0) {
        kill(p->pid, SIGINT);
        waitpid(p->pid, NULL, 0);
    }
    p->pid = 0;
}

int postgres_restart(struct postgres *p)
{
    end(p);
    if (run(p) == 0)
        return 0;
    show_log(p);
    return -1;
}

void postgres_stop(struct postgres *p)
{
    end(p);
    if (p->dir[0])
        folder_remove(p->dir);
    memset(p, 0, sizeof *p);
}
