/*
 * path.h
 *		Paths of either operating system, as text: the sites' machines have
 *		them, not necessarily this one.
 */
#ifndef CONFIG_PATH_H
#define CONFIG_PATH_H

#include <stdbool.h>

/* "/x", "C:\x", "C:/x" or "\\server\share". */
extern bool path_is_absolute(const char *path);

/* Is one of its components ".."? */
extern bool path_has_parent(const char *path);

/*
 * path_is_inside
 *		Is path the folder or something in it?  Both are absolute; separators
 *		may be repeated, and case does not count in paths with a drive or a
 *		server.
 */
extern bool path_is_inside(const char *path, const char *folder);

#endif							/* CONFIG_PATH_H */
