/*
 * address.h
 *		Addresses and names of hosts, as text.
 */
#ifndef CONFIG_ADDRESS_H
#define CONFIG_ADDRESS_H

#include <stdbool.h>

/* An IPv4 address of four numbers, or an IPv6 one without a zone? */
extern bool address_is_ipv4(const char *text);
extern bool address_is_any(const char *text);

/* Letters, digits, hyphens, underscores, in labels of 1 to 63 bytes? */
extern bool address_is_name(const char *text);

/*
 * address_is_same
 *		Do two texts mean one address or name?  Neither case nor a last dot
 *		counts, nor how an IPv6 address is written.
 */
extern bool address_is_same(const char *a, const char *b);

#endif							/* CONFIG_ADDRESS_H */
