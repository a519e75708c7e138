/*
 * settings.c
 *		The copy's settings: those of the site's server, since they are what
 *		holds after a takeover, but for what would let it be seen, or let it
 *		see others.
 *
 * Its postgresql.conf includes the server's; what differs stands at the end
 * of the copy's postgresql.auto.conf, which the server reads last.
 */
#include <stdlib.h>
#include <string.h>

#include "drill/drill.h"
#include "platform/file.h"
#include "server/settings.h"

#define FILE_LIMIT (4 * 1024 * 1024)
#define SLOT_SYNC 170000

/* Nothing from outside, nothing to outside, no program of the user's. */
static const char closed[] =
"listen_addresses = '127.0.0.1'\n"
"ssl = off\n"
"bonjour = off\n"
"external_pid_file = ''\n"
"cluster_name = 'qsrepl drill'\n"
"logging_collector = off\n"
"log_destination = 'stderr'\n"
"huge_pages = try\n"
"archive_mode = off\n"
"archive_command = ''\n"
"restore_command = ''\n"
"archive_cleanup_command = ''\n"
"recovery_end_command = ''\n"
"recovery_target_timeline = 'latest'\n"
"recovery_min_apply_delay = 0\n"
"primary_conninfo = ''\n"
"primary_slot_name = ''\n"
"synchronous_standby_names = ''\n"
"hot_standby = on\n"
"max_logical_replication_workers = 0\n"
"qsrepl.peer_conninfo = ''\n";

/* What differs, behind what ALTER SYSTEM has set at the server. */
static bool
write_own(Drill *drill, Error *error)
{
	const char *path = arena_printf(&drill->arena, "%s/postgresql.auto.conf",
									drill->place.data);
	Text		text = {NULL, 0, 0};
	bool		good = plat_file_read(path, FILE_LIMIT, &text, error);

	text_add(&text, "\n# of the drill\n");
	text_add(&text, closed);
	text_addf(&text, "port = %d\n", drill->site->drill_port);
	server_setting_add(&text, "unix_socket_directories", drill->place.root);
	text_add(&text, "unix_socket_permissions = 0700\n");
	server_setting_add(&text, "hba_file", drill->place.hba);
	server_setting_add(&text, "qsrepl.local_site", drill->site->name);
	if (drill->version_number >= SLOT_SYNC)
		text_add(&text, "sync_replication_slots = off\n");
	good = good && plat_file_write(path, text.bytes, text.len, false, error);
	text_free(&text);
	return good;
}

static bool
write_main(const Drill *drill, Error *error)
{
	Text		text = {NULL, 0, 0};
	bool		good;

	text_add(&text, "# A drill of qsrepl: removed at its end.\n");
	server_setting_add(&text, "include", drill->config_file);
	server_setting_add(&text, "data_directory", drill->place.data);
	good = plat_file_write(drill->place.settings, text.bytes, text.len, false,
						   error);
	text_free(&text);
	return good;
}

/* "name", for pg_hba.conf: quoted, it is no keyword. */
static void
add_name(Text *text, const char *name)
{
	text_add(text, "\"");
	for (; *name != '\0'; name++)
		text_add_bytes(text, *name == '"' ? "\"\"" : name, *name == '"' ? 2 :
					   1);
	text_add(text, "\"");
}

/*
 * The socket is in a directory that only the server's user can enter, who
 * could read the files anyway.  By the loopback address, everybody needs the
 * password; "md5" takes passwords that are stored in either way.
 */
static bool
write_hba(const Drill *drill, Error *error)
{
	Text		text = {NULL, 0, 0};
	bool		good;

	text_add(&text, "# A drill of qsrepl: removed at its end.\nlocal all ");
	add_name(&text, drill->site->user);
	text_add(&text, " trust\nlocal all ");
	add_name(&text, drill->site->qlik_role);
	text_add(&text, " trust\nhost all all 127.0.0.1/32 md5\n");
	good = plat_file_write(drill->place.hba, text.bytes, text.len, false,
						   error);
	text_free(&text);
	return good;
}

bool
drill_settings(Drill *drill, Error *error)
{
	/* A primary's copy is promoted too: its time is what a takeover costs. */
	const char *signal = arena_printf(&drill->arena, "%s/standby.signal",
									  drill->place.data);

	return write_own(drill, error) && write_main(drill, error) &&
		write_hba(drill, error) && plat_file_write(signal, "", 0, false,
												   error);
}
