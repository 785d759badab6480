/* Included by force before every file: what must not be called does not
 * compile. System headers come first so that their declarations pass. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* some of them are macros where calls are fortified */
#undef sprintf
#undef vsprintf
#undef strcpy
#undef strcat
#undef strncpy
#undef strncat

#pragma GCC poison strcpy strcat sprintf vsprintf strtok gets
#pragma GCC poison atoi atol atoll atof
#pragma GCC poison gmtime localtime ctime asctime
#pragma GCC poison isalpha isalnum isdigit isspace isupper islower isprint
#pragma GCC poison strncpy strncat mktemp tmpnam

/* OpenSSL's headers use these names for parameters: only calls are banned */
#define rand() rand_is_banned_see_base_random_h
#define srand(seed) srand_is_banned_see_base_random_h

#endif
