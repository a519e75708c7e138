/*
 * inet6.h
 *		IPv6 addresses by value.
 */
#ifndef RW_INET6_H
#define RW_INET6_H

#include <stdbool.h>
#include <stddef.h>

/* Longest spelling: eight groups, the last two as IPv4. */
#define RW_INET6_MAX 45

/*
 * rw_inet6_parse
 *		Read an address without brackets, port or zone.
 *
 * out:    address[16] in network order; untouched on false
 * source: RFC 4291, section 2.2
 */
extern bool rw_inet6_parse(const char *in, size_t len,
						   unsigned char *address);

#endif							/* RW_INET6_H */
