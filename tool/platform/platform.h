/*
 * platform.h
 *		The only door to the operating system.
 *
 * posix/ implements it; what is promised here can be kept on Windows too, and
 * no other folder includes a header that only one system has.  Paths are in
 * the system's own spelling.  Times are in milliseconds.  Functions that may
 * fail return false and fill an Error (base/error.h), in the words of the
 * system; nothing is printed.  Descriptors are never handed on to children.
 * Nothing here is safe for threads; the tool has one.
 */
#ifndef PLATFORM_H
#define PLATFORM_H

#include "platform/aside.h"
#include "platform/cancel.h"
#include "platform/child.h"
#include "platform/children.h"
#include "platform/clock.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "platform/lock.h"
#include "platform/log.h"
#include "platform/partner.h"
#include "platform/socket.h"
#include "platform/system.h"

#endif							/* PLATFORM_H */
