/*
 * test_share_proof.c
 *		Network paths taken apart, what smbclient says to a proof, and mounts.
 */
#include <string.h>

#include "harness.h"
#include "platform/mount.h"
#include "share/proof_answer.h"
#include "share/rights.h"
#include "share/unc.h"

static Arena arena;

static void
check_unc(const char *path, const char *expected)
{
	ShareUnc	unc;
	const char *got = share_unc_parse(path, &arena, &unc) ?
	arena_printf(&arena, "%s|%s|%s", unc.server, unc.share, unc.rest) :
	"none";

	check_text(got, expected);
}

static void
test_unc(void)
{
	check_unc("\\\\CN\\QlikShare", "CN|QlikShare|");
	check_unc("//CN/QlikShare", "CN|QlikShare|");
	check_unc("\\\\CN\\QlikShare\\", "CN|QlikShare|");
	check_unc("\\\\\\\\CN\\\\QlikShare\\\\Data\\\\A B", "CN|QlikShare|Data/A B");
	check_unc("\\\\?\\UNC\\CN\\Qlik$\\x", "CN|Qlik$|x");
	check_unc("\\\\?\\unc\\CN\\S", "CN|S|");
	check_unc("\\\\?\\C:\\x", "none");
	check_unc("\\\\.\\pipe\\x", "none");
	check_unc("C:\\QlikShare", "none");
	check_unc("\\CN\\QlikShare", "none");
	check_unc("/srv/qlik", "none");
	check_unc("", "none");
	check_unc("\\\\CN", "none");
	check_unc("\\\\CN\\", "none");
	check_unc("\\\\CN\\S\\..\\T", "none");
	check_unc("\\\\CN\\..\\T", "none");
	check_unc("\\\\CN\\S\\a;!id", "CN|S|a;!id");
	check_unc("\\\\CN\\S\\a\"b", "none");
	check_unc("\\\\CN\\S\\a\nb", "none");
	check_unc("\\\\CN\\S\\*", "none");
	check_unc("\\\\10.1.0.11\\D$\\\xC3\xA4", "10.1.0.11|D$|\xC3\xA4");
}

static void
check_below(const char *path, const char *root, const char *expected)
{
	const char *got = share_unc_below(path, root, &arena);

	check_text(got != NULL ? got : "not below", expected);
}

static void
test_below(void)
{
	check_below("\\\\CN\\Qlik\\Apps", "\\\\cn\\qlik", "Apps");
	check_below("//CN/Qlik/Apps/", "\\\\cn\\qlik\\", "Apps");
	check_below("\\\\CN\\Qlik", "\\\\CN\\Qlik", "");
	check_below("\\\\CN\\Qlik2\\Apps", "\\\\CN\\Qlik", "not below");
	check_below("\\\\CN2\\Qlik\\Apps", "\\\\CN\\Qlik", "not below");
	check_below("\\\\CN\\Qlik\\a\\b", "\\\\?\\UNC\\CN\\Qlik\\A", "b");
	check_below("C:\\Qlik\\Apps", "c:/qlik", "Apps");
	check_below("C:\\Qlik\\Apps", "D:/qlik", "not below");
	check_below("\\\\CN\\Qlik\\..\\x", "\\\\CN\\Qlik", "not below");
	check_below("", "", "not below");
}

/* What is said on both streams, and how it ended. */
static void
check_answer(const char *output, const char *errors, ShareProofState expected,
			 const char *problem)
{
	ShareProof	proof = {.file = ".qsrepl-proof-1"};
	PlatChildResult result = {
		.end = PLAT_CHILD_EXITED,.output = arena_strdup(&arena, output),
		.errors = arena_strdup(&arena, errors)
	};
	Error		failed = ERROR_NONE;

	proof_answer(&result, &failed, &arena, &proof);
	if (!check(proof.state == expected))
		check_text(output, errors);
	check_text(proof.problem != NULL ? proof.problem : "-", problem);
}

#define NO_FILE "NT_STATUS_NO_SUCH_FILE listing \\Apps\\.qsrepl-proof-1\n"
#define PUT "putting file /dev/stdin as \\Apps\\.qsrepl-proof-1 (1 kb/s)\n"

static void
test_answer(void)
{
	check_answer(".qsrepl-proof-1\n" NO_FILE, PUT, SHARE_PROOF_GOOD, "-");
	check_answer(NO_FILE "NT_STATUS_ACCESS_DENIED opening remote file "
				 "\\Apps\\.qsrepl-proof-1\n", "", SHARE_PROOF_READ_ONLY,
				 "NT_STATUS_ACCESS_DENIED");
	check_answer("NT_STATUS_ACCESS_DENIED listing \\shut\\x\n"
				 "NT_STATUS_ACCESS_DENIED opening remote file x\n", "",
				 SHARE_PROOF_SHUT, "NT_STATUS_ACCESS_DENIED");
	check_answer("cd \\No\\: NT_STATUS_OBJECT_NAME_NOT_FOUND\n", "",
				 SHARE_PROOF_MISSING, "NT_STATUS_OBJECT_NAME_NOT_FOUND");
	check_answer("cd \\No\\: NT_STATUS_ACCESS_DENIED\n", "",
				 SHARE_PROOF_SHUT, "NT_STATUS_ACCESS_DENIED");
	check_answer("tree connect failed: NT_STATUS_BAD_NETWORK_NAME\n", "",
				 SHARE_PROOF_NO_SHARE, "NT_STATUS_BAD_NETWORK_NAME");
	check_answer("session setup failed: NT_STATUS_LOGON_FAILURE\n", "",
				 SHARE_PROOF_LOGON, "NT_STATUS_LOGON_FAILURE");
	check_answer("", "do_connect: Connection to CN failed (Error "
				 "NT_STATUS_CONNECTION_REFUSED)\n", SHARE_PROOF_SILENT,
				 "NT_STATUS_CONNECTION_REFUSED");
	check_answer(".qsrepl-proof-1\n" NO_FILE "NT_STATUS_ACCESS_DENIED "
				 "deleting remote file x\n", PUT, SHARE_PROOF_LEFT,
				 "NT_STATUS_ACCESS_DENIED");
	/* What is read must be the file, in a line of its own. */
	check_answer(NO_FILE, PUT, SHARE_PROOF_DAMAGED, "-");
	check_answer("x.qsrepl-proof-1\n", PUT, SHARE_PROOF_DAMAGED, "-");
	check_answer("", "", SHARE_PROOF_FAILED,
				 "smbclient said nothing: is the server's name known?");
	check_answer("", "Something\nelse\n", SHARE_PROOF_FAILED, "Something");
}

static void
test_late(void)
{
	ShareProof	proof = {.file = ".qsrepl-proof-1"};
	char		put[] = PUT;
	char		nothing[] = "";
	PlatChildResult result = {
		.end = PLAT_CHILD_TIMED_OUT,.output = nothing,.errors = nothing
	};
	Error		failed = ERROR_NONE;

	proof_answer(&result, &failed, &arena, &proof);
	check(proof.state == SHARE_PROOF_SILENT);
	result.errors = put;
	proof_answer(&result, &failed, &arena, &proof);
	check(proof.state == SHARE_PROOF_LEFT);
	error_set(&failed, NULL, NULL, "could not start program \"smbclient\"");
	result.end = PLAT_CHILD_NOT_STARTED;
	proof_answer(&result, &failed, &arena, &proof);
	check(proof.state == SHARE_PROOF_FAILED);
	check_text(proof.problem, "could not start program \"smbclient\"");
	error_free(&failed);
}

static void
test_adding(void)
{
	ShareProofs proofs = {NULL, 0, {NULL}};

	share_proofs_add(&proofs, "root", "\\\\CN\\Qlik", "/a", SHARE_PROOF_ROOT);
	share_proofs_add(&proofs, "other", "//cn/qlik/", "/a", 0);
	share_proofs_add(&proofs, "local", "C:\\x", "/a", 0);
	share_proofs_add(&proofs, "local again", "C:\\x", "/a", 0);
	share_proofs_add(&proofs, "data", "\\\\CN\\Qlik\\Data", "/a", 0);
	share_proofs_add(&proofs, "data", "\\\\CN\\QLIK\\data\\", "/a",
					 SHARE_PROOF_REPLICA);
	check(proofs.n == 3);
	check(proofs.list[0].how == SHARE_PROOF_ROOT);
	check(!proofs.list[1].parsed);
	check(proofs.list[2].how == SHARE_PROOF_REPLICA);
	share_proofs_free(&proofs);
}

static const char mounts[] =
"22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro\n"
"23 22 0:5 / /dev rw - devtmpfs udev rw\n"
"40 22 0:40 / /srv/qlik\\040a rw,noatime shared:2 master:3 - cifs "
"//files/Qlik$ rw,vers=3.1.1,cache=strict\n"
"41 22 0:41 / /srv/qlik ro - nfs4 files:/qlik rw\n"
"torn line\n"
"50 22 0:50 / /srv/later rw - xfs /dev/sdb rw\n"
"51 50 0:51 / /srv/later rw - vfat /dev/sdc rw,noacl\n"
"60 22 0:60 / /srv/last rw - tmpfs";

static void
check_mount(const char *path, const char *expected)
{
	PlatMount	mount;
	const char *got = plat_mount_parse(mounts, path, &arena, &mount) ?
	arena_printf(&arena, "%s %s %s %s", mount.point, mount.type,
				 mount.source, mount.options) : "none";

	check_text(got, expected);
}

static void
test_mounts(void)
{
	PlatMount	mount;
	Error		error = ERROR_NONE;

	check_mount("/home", "/ ext4 /dev/sda1 rw,relatime,rw,errors=remount-ro");
	check_mount("/srv/qlik a/Apps", "/srv/qlik a cifs //files/Qlik$ "
				"rw,noatime,rw,vers=3.1.1,cache=strict");
	check_mount("/srv/qlik", "/srv/qlik nfs4 files:/qlik ro,rw");
	check_mount("/srv/qlikx", "/ ext4 /dev/sda1 rw,relatime,rw,errors=remount-ro");
	check_mount("/srv/later/x", "/srv/later vfat /dev/sdc rw,rw,noacl");
	check_mount("/srv/last/x", "/srv/last tmpfs  rw,");
	check(!plat_mount_parse("", "/", &arena, &mount));
	check(plat_mount_parse(mounts, "/srv/qlik a", &arena, &mount));
	check(plat_mount_has(&mount, "cache"));
	check(plat_mount_has(&mount, "vers"));
	check(!plat_mount_has(&mount, "ver"));
	check(!plat_mount_has(&mount, "ro"));
	check(plat_mount_of("/proc/self", &arena, &mount, &error));
	check_text(mount.type, "proc");
	check(!plat_mount_of("/nowhere/at/all", &arena, &mount, &error));
	check_text(error.message, "could not look at \"/nowhere/at/all\": No such "
			   "file or directory");
	error_free(&error);
}

static void
check_rights(const char *type, const char *options, const char *expected)
{
	const PlatMount mount = {"/", type, "x", options};
	const char *got = share_rights_lost(&mount);

	check_text(got != NULL ? got : "kept", expected);
}

static void
test_rights(void)
{
	check_rights("ext4", "rw,relatime", "kept");
	check_rights("xfs", "rw", "kept");
	check_rights("ext4", "rw,noacl", "mounted with noacl");
	check_rights("cifs", "rw,cifsacl", "kept");
	check_rights("cifs", "rw,vers=3.1.1", "a mount of a Windows share without "
				 "the option cifsacl");
	check_rights("smb3", "rw", "a mount of a Windows share without the option "
				 "cifsacl");
	check_rights("vfat", "rw", "a file system that keeps no such rights");
	check_rights("nfs4", "rw", "a file system that keeps no such rights");
}

int
main(void)
{
	test_rights();
	test_unc();
	test_below();
	test_answer();
	test_late();
	test_adding();
	test_mounts();
	arena_free(&arena);
	return harness_finish();
}
