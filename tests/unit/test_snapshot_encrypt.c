/*
 * test_snapshot_encrypt.c
 *		Snapshots on the disk: verified, encrypted, opened; and what is wrong
 *		with them, whatever it is.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/memory.h"
#include "base/secret.h"
#include "harness.h"
#include "platform/platform.h"
#include "random.h"
#include "scratch.h"
#include "snapshot/encrypt.h"
#include "snapshot/manifest.h"
#include "snapshot/verify.h"

/* Over two folders of encrypted files. */
#define FILES 1040

static Error error;
static SealKey *key;
static SealKey *other;
static Random rnd;
static char *one;
static const char *plain;
static char *sealed_dir;
static char *certificate;

static void
make_keys(void)
{
	char	   *pem;

	check(seal_key_make("snapshots", 1, &key, &error));
	check(seal_key_make("other", 1, &other, &error));
	pem = seal_key_certificate(key);
	certificate = mem_strdup(scratch_path("certificate.pem"));
	scratch_write(certificate, pem, strlen(pem));
	free(pem);
}

static void
sum(const char *bytes, size_t len, char *out)
{
	Digest	   *digest = digest_new();

	digest_add(digest, bytes, len);
	digest_end(digest, out);
	digest_free(digest);
}

static void
make_file(Snapshot *snapshot, size_t i)
{
	SnapshotFile *file = &snapshot->files[i];
	char		content[512];
	size_t		len = i % 500;

	memset(content, (int) ('a' + i % 26), sizeof(content));
	if (len > 8)
		snprintf(content, 9, "%08zu", i);
	file->path = arena_printf(&snapshot->arena, "share/main/Apps/%05zu.qvf",
							  i);
	file->size = len;
	file->modified_ns = (int64_t) i * 1000000007;
	sum(content, len, file->sha256);
	scratch_write(arena_printf(&snapshot->arena, "%s/%s", plain, file->path),
				  content, len);
}

/* A snapshot of one share with an empty folder. */
static void
make_snapshot(void)
{
	Snapshot	snapshot;
	Text		manifest = {NULL, 0, 0};
	char	   *line;
	const char *empty = "share/main/StaticContent";

	memset(&snapshot, 0, sizeof(snapshot));
	one = mem_strdup(scratch_path("one"));
	plain = one;
	check(mkdir(plain, 0700) == 0);
	check(mkdir(scratch_path("one/share"), 0700) == 0);
	check(mkdir(scratch_path("one/share/main"), 0700) == 0);
	check(mkdir(scratch_path("one/share/main/Apps"), 0700) == 0);
	check(mkdir(scratch_path("one/share/main/StaticContent"), 0700) == 0);
	snapshot.name = "one";
	snapshot.site = "A";
	snapshot.made_by = "test";
	snapshot.mode = "physical";
	snapshot.role = "active";
	snapshot.kind = SNAPSHOT_FIXED;
	snapshot.begun_ms = snapshot.ended_ms = INT64_C(1795395122123);
	snapshot.directories = &empty;
	snapshot.n_directories = 1;
	snapshot.n_files = FILES;
	snapshot.files = arena_alloc(&snapshot.arena, FILES *
								 sizeof(SnapshotFile));
	for (size_t i = 0; i < FILES; i++)
		make_file(&snapshot, i);
	snapshot_manifest_write(&snapshot, &manifest);
	line = snapshot_manifest_sum(&manifest);
	scratch_write(scratch_path("one/manifest.json"), manifest.bytes,
				  manifest.len);
	scratch_write(scratch_path("one/manifest.json.sha256"), line,
				  strlen(line));
	free(line);
	text_free(&manifest);
	arena_free(&snapshot.arena);
}

/* How much is wrong with the plain one; the first finding's text. */
static size_t
wrong_plain(char *first)
{
	Snapshot	snapshot;
	SnapshotFindings findings;
	size_t		wrong = 1;

	memset(&findings, 0, sizeof(findings));
	first[0] = '\0';
	error_free(&error);
	if (snapshot_read(plain, &snapshot, &error))
	{
		snapshot_verify_files(&snapshot, &findings);
		wrong = findings.wrong;
		if (findings.n > 0)
			snprintf(first, 200, "%s", findings.list[0].text);
	}
	snapshot_findings_free(&findings);
	snapshot_free(&snapshot);
	return wrong;
}

static size_t
wrong_sealed(const SealKey *with)
{
	SnapshotSealed sealed;
	Snapshot	manifest;
	SnapshotFindings findings;
	size_t		wrong = 1;

	memset(&findings, 0, sizeof(findings));
	memset(&manifest, 0, sizeof(manifest));
	error_free(&error);
	if (snapshot_sealed_read(sealed_dir, &sealed, &error))
	{
		snapshot_verify_sealed(&sealed, &findings);
		if (with != NULL && snapshot_sealed_manifest(&sealed, with, &manifest,
													 &error))
			snapshot_verify_opened(&sealed, &manifest, with, &findings);
		wrong = findings.wrong + (error.message != NULL);
	}
	snapshot_findings_free(&findings);
	snapshot_free(&manifest);
	snapshot_sealed_free(&sealed);
	return wrong;
}

static void
test_plain(void)
{
	char		first[200];

	check(wrong_plain(first) == 0);
	check_text(first, "");
	scratch_write(scratch_path("one/share/extra"), "x", 1);
	check(wrong_plain(first) == 1);
	check_text(first, "file \"share/extra\" does not belong to the snapshot");
	scratch_remove(scratch_path("one/share/extra"));
	check(mkdir(scratch_path("one/empty"), 0700) == 0);
	check(wrong_plain(first) == 1);
	check_text(first, "directory \"empty\" does not belong to the snapshot");
	scratch_remove(scratch_path("one/empty"));
	check(rename(scratch_path("one/share/main/Apps/00009.qvf"),
				 scratch_path("aside")) == 0);
	check(wrong_plain(first) == 1);
	check_text(first, "file \"share/main/Apps/00009.qvf\" is missing");
	check(symlink(scratch_path("aside"),
				  scratch_path("one/share/main/Apps/00009.qvf")) == 0);
	check(wrong_plain(first) == 2);
	check_text(first, "\"share/main/Apps/00009.qvf\" is a link, which no "
			   "snapshot has");
	scratch_remove(scratch_path("one/share/main/Apps/00009.qvf"));
	scratch_write(scratch_path("one/share/main/Apps/00009.qvf"), "x", 1);
	check(wrong_plain(first) == 1);
	check_text(first, "file \"share/main/Apps/00009.qvf\" has 1 bytes, not 9");
	check(rename(scratch_path("aside"),
				 scratch_path("one/share/main/Apps/00009.qvf")) == 0);
	check(wrong_plain(first) == 0);
}

/* Change one bit of a file; the other way round, too. */
static void
flip(const char *path, uint64_t bit)
{
	struct stat found;
	FILE	   *file;
	int			c;
	long		at;

	check(stat(path, &found) == 0 && found.st_size > 0);
	check(chmod(path, 0600) == 0);
	at = (long) (bit / 8 % (uint64_t) found.st_size);
	file = fopen(path, "r+");
	check(file != NULL && fseek(file, at, SEEK_SET) == 0);
	c = fgetc(file);
	check(fseek(file, at, SEEK_SET) == 0);
	check(fputc(c ^ 1 << bit % 8, file) != EOF);
	check(fclose(file) == 0);
}

static void
test_flips(uint64_t seed)
{
	const unsigned long rounds = harness_rounds("QSREPL_FLIPS", 40);
	char		first[200];

	rnd.state = seed;
	for (unsigned long i = 0; i < rounds; i++)
	{
		uint64_t	bit = random_next(&rnd);
		size_t		number = 1 + random_below(&rnd, FILES - 1);
		const char *path = number % 500 == 0 || i % 10 == 0 ?
		scratch_path(i % 20 == 0 ? "one/manifest.json" :
					 "one/manifest.json.sha256") :
		scratch_path("one/share/main/Apps/%05zu.qvf", number);

		flip(path, bit);
		check(wrong_plain(first) > 0);
		flip(path, bit);
	}
	check(wrong_plain(first) == 0);
}

static void
test_sealed(void)
{
	SnapshotSealed sealed;
	Snapshot	manifest;
	char	   *target = mem_strdup(scratch_path("opened"));

	sealed_dir = mem_strdup(scratch_path("sealed"));
	check(mkdir(sealed_dir, 0700) == 0);
	check(snapshot_encrypt(plain, sealed_dir, certificate, &error));
	check(snapshot_is_encrypted(sealed_dir));
	check(snapshot_sealed_read(sealed_dir, &sealed, &error));
	check_text(sealed.name, "one");
	check_text(sealed.site, "A");
	check(sealed.kind == SNAPSHOT_FIXED && sealed.n_files == FILES + 1);
	check_text(sealed.recipients[0].subject, "CN=snapshots");
	check_text(sealed.files[1040].path, "001/00001039.cms");
	check(wrong_sealed(NULL) == 0);
	check(wrong_sealed(key) == 0);
	check(wrong_sealed(other) == 1);
	check(!snapshot_read(sealed_dir, &manifest, &error));
	snapshot_free(&manifest);
	snapshot_sealed_free(&sealed);
	check(!snapshot_decrypt(sealed_dir, other, target, &error));
	check_text(error.message,
			   "encrypted file \"manifest.cms\": piece 1 is damaged");
	check(access(target, F_OK) != 0);
	error_free(&error);
	check(snapshot_decrypt(sealed_dir, key, target, &error));
	plain = target;
	{
		char		first[200];
		struct stat found;

		check(wrong_plain(first) == 0);
		check(stat(scratch_path("opened/share/main/Apps/01039.qvf"),
				   &found) == 0);
		check(found.st_mtim.tv_nsec == 39L * 7 + 1000L * 7);
		check((found.st_mode & 0777) == 0400);
	}
	plain = one;
	free(target);
}

/* Bits in ciphertexts; the lists are written anew by who wants to deceive. */
static void
rewrite_list(void)
{
	SnapshotSealed sealed;
	Text		list = {NULL, 0, 0};
	char	   *line;

	check(snapshot_sealed_read(sealed_dir, &sealed, &error));
	for (size_t i = 0; i < sealed.n_files; i++)
	{
		struct stat found;
		const char *path = scratch_path("sealed/%s", sealed.files[i].path);
		Text		content = {NULL, 0, 0};

		check(stat(path, &found) == 0);
		check(plat_file_read(path, SEAL_PIECE_BYTES, &content, &error));
		sealed.files[i].size = (uint64_t) found.st_size;
		sum(content.bytes, content.len, sealed.files[i].sha256);
		text_free(&content);
	}
	snapshot_sealed_write(&sealed, &list);
	line = snapshot_sealed_sum(&list);
	scratch_write(scratch_path("sealed/sealed.json"), list.bytes, list.len);
	scratch_write(scratch_path("sealed/sealed.json.sha256"), line,
				  strlen(line));
	free(line);
	text_free(&list);
	snapshot_sealed_free(&sealed);
}

static void
test_sealed_flips(void)
{
	const unsigned long rounds = harness_rounds("QSREPL_FLIPS", 40) / 2;

	for (unsigned long i = 0; i < rounds; i++)
	{
		uint64_t	bit = random_next(&rnd);
		size_t		number = random_below(&rnd, FILES);
		const char *path = i == 0 ? scratch_path("sealed/sealed.json") :
		i == 1 ? scratch_path("sealed/sealed.json.sha256") :
		i == 2 ? scratch_path("sealed/manifest.cms") :
		scratch_path("sealed/%03zu/%08zu.cms", number / 1000, number);

		flip(path, bit);
		check(wrong_sealed(NULL) > 0);
		flip(path, bit);
	}
	check(wrong_sealed(NULL) == 0);
}

static void
exchange(void)
{
	const char *a = scratch_path("sealed/000/00000030.cms");
	const char *b = scratch_path("sealed/000/00000530.cms");
	const char *aside = scratch_path("aside");

	check(rename(a, aside) == 0 && rename(b, a) == 0 &&
		  rename(aside, b) == 0);
}

/* Two files exchanged, and the list made to fit. */
static void
test_exchanged(void)
{
	exchange();
	check(wrong_sealed(NULL) == 2);
	check(chmod(scratch_path("sealed/sealed.json"), 0600) == 0);
	rewrite_list();
	check(wrong_sealed(NULL) == 0);
	check(wrong_sealed(key) == 2);
	check(!snapshot_decrypt(sealed_dir, key, scratch_path("again"), &error));
	check_text(error.message, "encrypted file \"000/00000030.cms\" does not "
			   "hold what the manifest says");
	check(access(scratch_path("again"), F_OK) != 0);
	exchange();
	rewrite_list();
	check(wrong_sealed(key) == 0);
}

/* A damaged snapshot is not encrypted as if it were whole. */
static void
test_damaged_source(void)
{
	const char *path = scratch_path("one/share/main/Apps/00100.qvf");
	const char *target = scratch_path("never");

	check(mkdir(target, 0700) == 0);
	flip(path, 11);
	error_free(&error);
	check(!snapshot_encrypt(plain, target, certificate, &error));
	check_text(error.message, "file \"share/main/Apps/00100.qvf\" of the "
			   "snapshot has other content than when it was made");
	check(!snapshot_is_encrypted(target));
	flip(path, 11);
	error_free(&error);
	/* What the first run has left does not matter. */
	check(snapshot_encrypt(plain, target, certificate, &error));
	check(snapshot_is_encrypted(target));
}

int
main(void)
{
	secret_memory();
	scratch_begin();
	make_keys();
	make_snapshot();
	test_plain();
	test_flips(harness_seed());
	test_sealed();
	test_sealed_flips();
	test_exchanged();
	test_damaged_source();
	seal_key_free(key);
	seal_key_free(other);
	error_free(&error);
	free(one);
	free(sealed_dir);
	free(certificate);
	return harness_finish();
}
