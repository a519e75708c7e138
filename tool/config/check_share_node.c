/*
 * check_share_node.c
 *		Can robocopy do it: the node, and the roots as Windows has them?
 */
#include <string.h>

#include "config/load.h"
#include "config/path.h"

static const ConfigNode *
find_node(const Config *config, const char *name)
{
	for (size_t i = 0; name != NULL && i < config->n_nodes; i++)
		if (strcmp(config->nodes[i].name, name) == 0)
			return &config->nodes[i];
	return NULL;
}

/* "D:\folder" or "\\server\share", which robocopy takes as they are. */
static bool
is_windows_root(const char *root)
{
	if (root[0] == '\\' && root[1] == '\\')
	{
		const size_t server = strcspn(root + 2, "\\");

		return server > 0 && root[2] != '?' && root[2] != '.' &&
			root[2 + server] == '\\' && root[3 + server] != '\0' &&
			root[3 + server] != '\\' && strpbrk(root, "/\"*?<>|:") == NULL;
	}
	return path_is_absolute(root) && root[0] != '/' && root[2] == '\\' &&
		strpbrk(root + 2, "/\"*?<>|:") == NULL;
}

static void
check_root(const ConfigShare *share, const ConfigMappingValue *value,
		   Problems *problems)
{
	if (!value->current)
		problems_error(problems, value->line, NULL, "Leave it out: the node "
					   "reaches both sites' roots by their own paths.",
					   "share \"%s\" has a remote location, but its method is "
					   "robocopy", share->name);
	else if (!is_windows_root(value->value) || path_has_parent(value->value))
		problems_error(problems, value->line, NULL, "Write the path as node "
					   "\"node\" sees it: D:\\folder, or \\\\server\\share.",
					   "root \"%s\" of share \"%s\" is no path of Windows",
					   arena_quote(&problems->arena, value->value),
					   share->name);
}

/* None is the other, or in it: names of Windows in upper and lower case. */
static void
check_apart(const ConfigShare *share, size_t i, Problems *problems)
{
	const ConfigMappingValue *one = &share->values[i];

	for (size_t j = 0; j < i; j++)
	{
		const ConfigMappingValue *other = &share->values[j];

		if (one->current && other->current &&
			strcmp(one->value, other->value) != 0 &&
			(path_is_inside(one->value, other->value) ||
			 path_is_inside(other->value, one->value)))
			problems_error(problems, one->line, NULL, NULL,
						   "roots \"%s\" and \"%s\" of share \"%s\" overlap",
						   arena_quote(&problems->arena, other->value),
						   arena_quote(&problems->arena, one->value),
						   share->name);
	}
}

static void
check_robocopy(const Config *config, const ConfigShare *share,
			   const ConfigNode *node, Problems *problems)
{
	const size_t line = config_line(config, "share", share->name, "node", share->line);

	if (node->system != CONFIG_WINDOWS)
		problems_error(problems, line, NULL, NULL, "node \"%s\" has no "
					   "robocopy, since its system is not windows",
					   node->name);
	else if (node->ssh_command.n == 0)
		problems_missing(problems, line, "For example: ssh_command = ssh -o "
						 "BatchMode=yes CORP\\\\qlikservice@10.2.0.11",
						 "key \"ssh_command\" is missing from section "
						 "\"[node %s]\", since robocopy runs there for share "
						 "\"%s\"", node->name, share->name);
	for (size_t i = 0; i < share->n_values; i++)
	{
		check_root(share, &share->values[i], problems);
		check_apart(share, i, problems);
	}
}

void
config_check_share_node(const Config *config, const ConfigShare *share,
						Problems *problems)
{
	const ConfigNode *node = find_node(config, share->node);

	if (share->method == CONFIG_SHARE_ROBOCOPY && share->node == NULL)
		problems_missing(problems, config_line(config, "share", share->name, "method", share->line),
						 "For example: node = CN-B",
						 "key \"node\" is missing from section \"[share "
						 "%s]\", since method is \"robocopy\"", share->name);
	else if (share->node != NULL && node == NULL)
		problems_error(problems, config_line(config, "share", share->name, "node", share->line),
					   NULL, NULL, "there is no node \"%s\"",
					   arena_quote(&problems->arena, share->node));
	else if (share->method == CONFIG_SHARE_ROBOCOPY)
		check_robocopy(config, share, node, problems);
}
