# A restore without --force: the safety snapshot, services that fail, a leak; a
# folder of the Snapshots tool, whose share has another name by now.
use strict;
use warnings FATAL => 'all';

use Fcntl qw(:flock);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplRestore;
use QsreplTest;
use QsreplTool;
use QsreplTransport;
use Test::More;

my $recovery = recovery_key('recovery');
my $world = make_world(
	sections => "[certificates]\nkey_directory = $tool_dir/keys_A\nrecovery_certificate = $recovery.crt\n",
	A => "snapshot_directory = $tool_dir/snapshots\n");
my $node = $world->{node}{A};
my @at = ('--yes', '--replace-active', 'A', '--config', $world->{conf}{A});
my ($code, $out, $err, $before);

$node->safe_psql('postgres', 'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots');
qsrepl('cert', 'keys', '--config', $world->{conf}{A});
dirty_world($world);
$before = world_state($world);

sub restore
{
	($code, $out, $err) = qsrepl('snapshot', 'restore', @_);
	return;
}

# Services that do not stop, or do not start: undone at once.
write_file("$world->{services}/stuck", '');
restore('one', @at);
is($code, 1, 'services that do not stop') or diag("$out$err");
like($err, qr/step "services_down" failed: .*it is stuck.*Everything is as it was before/s, 'are told');
unlink "$world->{services}/stuck";
my ($active) = qsrepl('service', 'active', '--site', 'A', '--yes', '--config', $world->{conf}{A});
same_lines(world_state($world), $before, 'and all is as it was');
write_file("$world->{services}/broken", '');
restore('one', @at);
isnt($code, 0, 'services that do not start');
like($err, qr/step "services_up" failed: .*it does not start/s, 'are told');
unlink "$world->{services}/broken";
if ($code == 8)
{
	($code, $out, $err) = qsrepl('abort', '--config', $world->{conf}{A});
	is("$code $err", '0 ', 'undone when they can start again');
}
same_lines(world_state($world), $before, 'and all is as it was');

# Somebody makes a snapshot now: that is found before anything is touched.
{
	open my $lock, '>>', "$tool_dir/snapshots/.lock" or die $!;
	flock $lock, LOCK_EX or die $!;
	restore('one', @at);
	is($code, 6, 'while a snapshot is made');
	like($err, qr/could not lock file ".*\.lock".*Another qsrepl makes or removes snapshots there; wait for its end\. Nothing was changed\./s, 'it is refused');
	close $lock;
}
same_lines(world_state($world), $before, 'and all is as it was');

# A file that cannot be read: the safety snapshot lacks it, which is told.
my $unread = "$world->{share}/Apps/one.qvf";
my $mode = (stat $unread)[2] & oct 7777;
chmod 0, $unread;
restore('one', @at);
chmod $mode, $unread;
is($code, 1, 'a safety snapshot that lacks a file') or diag("$out$err");
like($err, qr/step "safety" failed: snapshot ".*" was made without some files.*by --force/s, 'is not enough, and told');
same_lines(world_state($world), $before, 'and all is as it was');

# The safety snapshot is a snapshot like others: it leads back.
restore('one', @at);
is($code, 0, 'restored') or diag("$out$err");
is_restored($world, 'all of it');
my ($safety) = $out =~ m{What was there is in the snapshot "(.*?)"};
ok(-e "$safety/manifest.json", 'with a safety snapshot');
restore($safety, @at, '--max-change', '100');
is($code, 0, 'which is restored') or diag("$out$err");
is($node->safe_psql('qsr', q(SELECT count(*), max(id), to_regclass('extra') FROM ledger)), '44|1001|extra', 'and brings back what was there');
is(slurp_file("$world->{share}/Apps/one.qvf"), 'changed 1', 'also the files');
ok(-e "$world->{share}/Apps/new/folder/only here.qvf", 'and what was removed');
is((stat "$world->{share}/Apps/new/folder/only here.qvf")[9], 1_650_000_000, 'with its time');
($code, $out, $err) = qsrepl('cert', 'compare', '--folder', "$tool_dir/certificates_new", '--site', 'A', '--config', $world->{conf}{A});
is($code, 0, 'and the certificates, which were sealed to this site') or diag("$out$err");

# A value that the site's own check keeps from being rewritten.
$node->safe_psql('more', q(ALTER TABLE ledger ADD CONSTRAINT odd CHECK (id <> 3 OR path LIKE '\\\\\\\\BCN%') NOT VALID;
UPDATE ledger SET path = '\\\\BCN\\Qlik$\\x' WHERE id = 3));
hand_snapshot($node, "$tool_dir/leaking", databases => [ 'qsr', 'more' ]);
$node->safe_psql('more', q(ALTER TABLE ledger DROP CONSTRAINT odd; UPDATE ledger SET path = '\\\\CN\\QlikShare\\x' WHERE id = 3));
$before = world_state($world);
restore("$tool_dir/leaking", @at);
is($code, 1, 'a leak');
like($err, qr/step "leaks" failed: database "more": values of another site are left.*ledger path.*Everything is as it was/s, 'is told');
same_lines(world_state($world), $before, 'and all is as it was');
restore("$tool_dir/leaking", @at, '--force');
is($code, 0, 'but by force') or diag("$out$err");
like($out, qr/Warning: database more has stored values of another site/, 'which is told');

# A folder of the Snapshots tool: without the extension, from another share.
$node->safe_psql('postgres', 'CREATE DATABASE old OWNER qliksenserepository');
$node->safe_psql('old', <<'SQL');
CREATE TABLE "ServiceClusterSettingsSharedPersistenceProperties" ("ID" uuid PRIMARY KEY, "RootFolder" text, "AppFolder" text);
INSERT INTO "ServiceClusterSettingsSharedPersistenceProperties"
VALUES ('00000000-0000-0000-0000-000000000001', '\\oldserver\Qlik''Share', '\\OLDSERVER\Qlik''Share\Apps');
ALTER TABLE "ServiceClusterSettingsSharedPersistenceProperties" OWNER TO qliksenserepository;
SQL
my $legacy = legacy_snapshot($node, "$tool_dir/legacy", databases => ['old'], root => q(\\\\oldserver\\Qlik'Share),
	share => $world->{share}, folders => [ 'Apps', 'StaticContent' ]);
rename "$legacy/old_backup.tar", "$legacy/qsr_backup.tar";
write_file("$legacy/Apps/old.qvf", 'old', 1_500_000_000);
$node->safe_psql('postgres', 'DROP DATABASE old');
restore($legacy, @at, '--max-change', '100', '--dry-run');
is($code, 0, 'a folder of the Snapshots tool, dry') or diag("$out$err");
restore($legacy, @at, '--max-change', '100');
is($code, 0, 'a folder of the Snapshots tool') or diag("$out$err");
is($node->safe_psql('qsr', 'SELECT "RootFolder", "AppFolder" FROM "ServiceClusterSettingsSharedPersistenceProperties"'), '\\\\CN\\QlikShare|\\\\CN\\QlikShare\\Apps', 'its share becomes the site\'s, though no mapping knew it');
is($node->safe_psql('qsr', 'SELECT qsrepl._state_word()'), 'local', 'and the extension is there');
is(slurp_file("$world->{share}/Apps/old.qvf"), 'old', 'with its files');
$unread = "$world->{share}/Apps/old.qvf";
chmod 0, $unread;
restore('one', @at, '--max-change', '100', '--force');
is($code, 0, 'a safety snapshot that lacks a file, by force') or diag("$out$err");
like($out, qr/Warning: the snapshot of what is replaced lacks some files: .*What was there is in the snapshot "/s, 'which is told, and where it is');
$node->stop;
done_testing();
