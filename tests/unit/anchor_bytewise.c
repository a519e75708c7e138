/*
 * anchor_bytewise.c
 *		The engine's search as a machine without AVX2 has it: its source once
 *		more, under other names and without the macro that tells the machine.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#undef __x86_64__
#define rw_anchors_init bytewise_init
#define rw_anchors_bytes bytewise_bytes
#define rw_anchors_class bytewise_class
#define rw_anchors_finish bytewise_finish
#define rw_anchors_next bytewise_next

#include "anchor.c"				/* NOLINT: on purpose */
