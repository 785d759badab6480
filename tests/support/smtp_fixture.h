/* Mail servers that misbehave as no real one can be made to: each address of
 * 127.0.0.0/8 (or ::1) behaves as it is told. Needs nothing of the scanner. */
#ifndef TESTS_SUPPORT_SMTP_FIXTURE_H
#define TESTS_SUPPORT_SMTP_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/** One server, or many alike: "127.20.0.0/18" is a range. With a range among
 * the hosts, one listener hears all of 127.0.0.0/8; the first host that fits
 * is the one a client has called, and with none it is hung up on. The
 * behaviours are the table in smtp_fixture.c; a word may be followed by "=MS",
 * its own delay in milliseconds: "delay=8000". */
struct smtp_host {
    const char *ip, *behaviour, *name;
};

/** What clients did to one host; read it while the fixture runs. */
struct smtp_count {
    unsigned connections;
    unsigned greeted;   /**< to whom the whole greeting was sent */
    unsigned early;     /**< spoke before the greeting had ended */
    unsigned pipelined; /**< sent a command before the answer to another */
    unsigned forbidden; /**< neither EHLO, HELO nor QUIT, nor STARTTLS where it
                             is offered and a handshake behind it */
    unsigned ehlo, helo, quit, starttls;
    unsigned hellos;    /**< began a handshake when it was due */
    unsigned secured;   /**< completed one */
    unsigned farewells; /**< said goodbye to TLS (close_notify) */
    unsigned fin, rst;  /**< how clients left that did not wait for us */
    char argument[256]; /**< of the last EHLO or HELO */
    char from[64];      /**< address of the last client */
    char spki[65];      /**< SHA-256 of the last public key shown */
};

struct smtp_peers;

struct smtp_fixture {
    struct smtp_host *hosts; /**< [n], text borrowed */
    size_t n;
    unsigned port;
    int *listeners; /**< [n]; with ranges the first is for all */
    bool has_ranges;
    int poll;
    struct smtp_peers *peers;
    struct smtp_count *counts; /**< [n], shared with the child */
    pid_t pid;                 /**< of the child; 0: none */
    bool is_loud;              /**< faults of clients go to stderr */
    FILE *log;                 /**< "MICROSECONDS + ADDRESS" for each
                                    connection, "-" for its end; or NULL */
};

/**
 * Listen on every host's address.
 *
 * @param port  the same for all; 0 picks one that is free on all of them
 * @return      NULL, or what went wrong (with errno)
 * @owner       the caller, with smtp_fixture_stop()
 */
const char *smtp_fixture_bind(struct smtp_fixture *f,
                              const struct smtp_host *hosts, size_t n,
                              unsigned port);

/** Serve until killed. */
void smtp_fixture_serve(struct smtp_fixture *f) __attribute__((noreturn));

/** Bind to a free port, serve in a child that dies with this process. */
const char *smtp_fixture_start(struct smtp_fixture *f,
                               const struct smtp_host *hosts, size_t n);

void smtp_fixture_stop(struct smtp_fixture *f); /**< zeroed is fine */

#endif
