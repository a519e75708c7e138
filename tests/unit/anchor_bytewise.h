/*
 * anchor_bytewise.h
 *		The engine's search as a machine without AVX2 has it.
 */
#ifndef UNIT_ANCHOR_BYTEWISE_H
#define UNIT_ANCHOR_BYTEWISE_H

#include "anchor.h"

/* As rw_anchors_init(); all other functions serve both. */
extern void bytewise_init(RwAnchors *anchors);

#endif							/* UNIT_ANCHOR_BYTEWISE_H */
