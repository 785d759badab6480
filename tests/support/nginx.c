#include "nginx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"

#define STARTS 5      /* another may take the free port before us */
#define CONNECTS 2000 /* of 5 ms each, until it answers */

/* Paths are relative to the folder given with -p. */
static const char frame[] =
    "daemon off;\nmaster_process off;\npid pid;\n"
    "events { worker_connections 64; }\n"
    "http {\n"
    "  access_log access.log;\n"
    "  client_body_temp_path body;\n  proxy_temp_path proxy;\n"
    "  fastcgi_temp_path fastcgi;\n  uwsgi_temp_path uwsgi;\n"
    "  scgi_temp_path scgi;\n"
    "  default_type application/rdap+json;\n"
    "  server {\n    listen 127.0.0.1:%u %s;\n    root www;\n"
    "%s\n  }\n}\n";

void nginx_init(struct nginx *n)
{
    char www[80];

    *n = (struct nginx){ .dir = "/tmp/snow-nginx-XXXXXX" };
    if (!mkdtemp(n->dir))
        fail_msg("%s: %s", n->dir, strerror(errno));
    snprintf(www, sizeof www, "%s/www", n->dir);
    if (mkdir(www, 0755))
        fail_msg("%s: %s", www, strerror(errno));
}

static FILE *create(const struct nginx *n, const char *path)
{
    char full[512];
    FILE *f;

    snprintf(full, sizeof full, "%s/%s", n->dir, path);
    for (char *c = full + strlen(n->dir) + 1; (c = strchr(c, '/')); c++) {
        *c = '\0';
        mkdir(full, 0755);
        *c = '/';
    }
    f = fopen(full, "w");
    if (!f)
        fail_msg("%s: %s", full, strerror(errno));
    return f;
}

void nginx_put(const struct nginx *n, const char *path, const char *text)
{
    FILE *f = create(n, path);

    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

void nginx_put_sparse(const struct nginx *n, const char *path, size_t len)
{
    FILE *f = create(n, path);

    assert_int_equal(ftruncate(fileno(f), (off_t)len), 0);
    assert_int_equal(fclose(f), 0);
}

/* The pid is written when the port is bound: it is ours that answers. */
static bool is_up(const struct nginx *n)
{
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_port = htons((uint16_t)n->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    char pid[80];
    bool is_bound;
    int fd;

    snprintf(pid, sizeof pid, "%s/pid", n->dir);
    if (access(pid, R_OK))
        return false;
    fd = socket(AF_INET, SOCK_STREAM, 0);
    is_bound = connect(fd, (struct sockaddr *)&a, sizeof a) == 0;
    close(fd);
    return is_bound;
}

unsigned nginx_free_port(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&a, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    close(fd);
    return ntohs(a.sin_port);
}

static pid_t spawn(const struct nginx *n)
{
    char conf[80], errors[80];
    pid_t pid;

    snprintf(conf, sizeof conf, "%s/nginx.conf", n->dir);
    snprintf(errors, sizeof errors, "%s/errors", n->dir);
    pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* a test that dies leaves none */
    if (!freopen(errors, "w", stderr))
        _exit(126);
    execlp("nginx", "nginx", "-p", n->dir, "-c", conf, "-e", "stderr",
           (char *)NULL);
    _exit(127);
}

/* True when it answers; false when it has ended, port taken most likely. */
static bool wait_for(struct nginx *n)
{
    const struct timespec pause = { .tv_nsec = 5000000 };

    for (int i = 0; i < CONNECTS; i++) {
        if (waitpid(n->pid, NULL, WNOHANG) == n->pid) {
            n->pid = 0;
            return false;
        }
        if (is_up(n))
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

void nginx_start(struct nginx *n, const char *server, const char *listen)
{
    for (int i = 0; i < STARTS; i++) {
        FILE *f = create(n, "nginx.conf");

        n->port = nginx_free_port();
        fprintf(f, frame, n->port, listen, server);
        assert_int_equal(fclose(f), 0);
        n->pid = spawn(n);
        if (wait_for(n))
            return;
    }
    fail_msg("nginx does not start; see %s/errors", n->dir);
}

void nginx_stop(struct nginx *n)
{
    if (n->pid > 0) {
        kill(n->pid, SIGTERM);
        waitpid(n->pid, NULL, 0);
    }
    if (n->dir[0])
        folder_remove(n->dir);
    *n = (struct nginx){ 0 };
}
