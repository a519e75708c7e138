/*
 * test_snapshot_roles.c
 *		Which statements of roles.sql a restore runs.
 */
#include <string.h>

#include "harness.h"
#include "snapshot/roles.h"

static Arena arena;

/* All statements that are taken, a line for each. */
static const char *
taken(const char *text)
{
	const char *all = "";
	SnapshotRole role;

	while (snapshot_roles_next(&text, &arena, &role))
		all = arena_printf(&arena, "%s%d %s: %s\n", all, (int) role.act,
						   role.role, role.sql);
	return all;
}

static void
test_written(void)
{
	check_text(taken("--\n-- Roles\n--\n\nCREATE ROLE a;\n"
					 "ALTER ROLE a WITH NOSUPERUSER LOGIN;\r\n"
					 "CREATE ROLE \"o'neil \"\"x\"\"\";\n"
					 "--\n-- User Config \"o'neil\"\n--\n\n"
					 "ALTER ROLE a SET search_path TO 'x';\n"
					 "GRANT a TO \"b c\" GRANTED BY postgres;\n"),
			   "0 a: CREATE ROLE a;\n"
			   "1 a: ALTER ROLE a WITH NOSUPERUSER LOGIN;\n"
			   "0 o'neil \"x\": CREATE ROLE \"o'neil \"\"x\"\"\";\n"
			   "2 b c: GRANT a TO \"b c\" GRANTED BY postgres;\n");
	check_text(taken(""), "");
	check_text(taken("CREATE ROLE a"), "");
	check_text(taken("CREATE ROLE a; CREATE ROLE b;\n"), "");
	check_text(taken("GRANT SELECT ON t TO a;\n"), "");
}

/* What anybody has given as a setting of his own role is no statement. */
static void
test_planted(void)
{
	check_text(taken("CREATE ROLE a;\nALTER ROLE a SET my.x TO 'one\n"
					 "CREATE ROLE evil;\nALTER ROLE evil WITH SUPERUSER "
					 "LOGIN;\n';\nCREATE ROLE b;\n"),
			   "0 a: CREATE ROLE a;\n0 b: CREATE ROLE b;\n");
	check_text(taken("ALTER ROLE a SET my.x TO 'it''s\r\n'';\n"
					 "CREATE ROLE evil;\n';\nCREATE ROLE b;\n"),
			   "0 b: CREATE ROLE b;\n");
	check_text(taken("ALTER ROLE a SET my.x TO 'one\rtwo';\nCREATE ROLE b;\n"),
			   "0 b: CREATE ROLE b;\n");
	check_text(taken("COMMENT ON ROLE \"a\n\" IS 'x';\nCREATE ROLE \"b\n"
					 "CREATE ROLE evil;\n"), "");
	check_text(taken("ALTER ROLE a WITH LOGIN PASSWORD 'x';\n"), "");
}

int
main(void)
{
	test_written();
	test_planted();
	arena_free(&arena);
	return harness_finish();
}
