/* Listening on addresses of loopback, and nowhere else. */
#ifndef TESTS_SUPPORT_SMTP_LISTEN_H
#define TESTS_SUPPORT_SMTP_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

/** Is it one of these? @p addr in host order; @p range is 127.20.0.0/18, or
 * one address. */
bool smtp_is_within(uint32_t addr, const char *range);

/** A listener on 127.x.y.z or ::1; port 0 picks one. @return -1 with errno */
int smtp_listen_on(const char *ip, unsigned port);

/** One for all of IPv4. What comes from elsewhere than loopback is turned away
 * by the kernel or, where that cannot be, has to be by the caller. */
int smtp_listen_on_all(unsigned port);

unsigned smtp_port_of(int fd);

#endif
