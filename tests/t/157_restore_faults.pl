# What goes wrong in a restore, and what is refused: the site is as it was.
use strict;
use warnings FATAL => 'all';

use File::Path qw(remove_tree);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplRestore;
use QsreplTest;
use QsreplTool;
use Test::More;

my $world = make_world();
my $node = $world->{node}{A};
my $dir = "$tool_dir/snapshots";
my @at = ('--yes', '--force', '--replace-active', 'A', '--config', $world->{conf}{A});
my ($code, $out, $err, $before);

# A copy of the snapshot that something is done to.
sub changed
{
	my ($name, $change, $sealed) = @_;

	remove_tree("$dir/$name");
	PostgreSQL::Test::Utils::system_or_bail('cp', '-a', $world->{snapshot}, "$dir/$name");
	$change->("$dir/$name");
	hand_seal("$dir/$name") if $sealed;
	return "$dir/$name";
}

# It must fail, and leave everything as it was.
sub fails
{
	my ($name, $wanted, $pattern, @words) = @_;

	($code, $out, $err) = qsrepl('snapshot', 'restore', @words);
	is($code, $wanted, "$name: exit code") or diag("$out$err");
	like($err, $pattern, "$name: told");
	same_lines(world_state($world), $before, "$name: as it was");
	return;
}

dirty_world($world);
$before = world_state($world);

# The command line.
fails('both parts', 2, qr/--database-only and --files-only exclude each other/, $world->{snapshot}, '--database-only', '--files-only', @at);
fails('two sites', 2, qr/--keep-values and --site exclude each other/, $world->{snapshot}, '--keep-values', '--site', 'A', @at);
fails('no number', 2, qr/invalid value for option "--accept-change": "many"/, $world->{snapshot}, '--accept-change', 'many', @at);
fails('no such site', 2, qr/site "X" is not defined/, $world->{snapshot}, '--site', 'X', @at);
fails('no such snapshot', 3, qr/could not find "\/nowhere\/x"/, '/nowhere/x', @at);
fails('no directory of snapshots', 3, qr/site "A" has no snapshot_directory/, 'one', @at);
fails('not asked', 6, qr/the restore was not confirmed/, $world->{snapshot}, '--force', '--replace-active', 'A', '--config', $world->{conf}{A});
fails('no safety', 6, qr/site "B" follows|has no snapshot_directory for a snapshot/, $world->{snapshot}, '--yes', '--replace-active', 'A', '--config', $world->{conf}{A});

# A snapshot that is not what it was.
my $file = 'share/content/Apps/one.qvf';
fails('a flipped bit', 6, qr/is not what it was when it was made.*one\.qvf/s,
	changed('flipped', sub { chmod 0644, "$_[0]/$file"; write_file("$_[0]/$file", 'Apps/one.qvf in the snapshoT') }), @at);
fails('a file that is gone', 6, qr/is not what it was when it was made/, changed('gone', sub { unlink "$_[0]/$file" }), @at);
fails('a manifest that was changed', 3, qr/manifest/, changed('edited', sub { append_to_file("$_[0]/manifest.json", ' ') }), @at);

# A dump that is whole by its hash, and cannot be restored.
sub largest
{
	my ($folder) = @_;

	return (sort { -s $b <=> -s $a } glob "$folder/databases/qsr/*.dat.gz")[0];
}
fails('a dump that ends early', 1, qr/step "databases" failed: .*database "qsr".*Everything is as it was before/s,
	changed('short', sub { my $data = largest($_[0]); truncate $data, (-s $data) / 2 }, 1), @at);

# Rows that cannot be made the site's.
$node->safe_psql('postgres', 'CREATE DATABASE other TEMPLATE qsr');
$node->safe_psql('other', q(SELECT qsrepl.drop_mapping('share'); SELECT qsrepl.set_mapping('share', 'host', 'A', 'x', 'B', 'y')));
$before = world_state($world);
fails('values of another kind', 1, qr/step "localize" failed: database "qsr".*Everything is as it was before/s,
	changed('kind', sub {
			my ($folder) = @_;
			remove_tree("$folder/databases/qsr");
			PostgreSQL::Test::Utils::system_or_bail('pg_dump', '-Fd', '-f', "$folder/databases/qsr", '-d', $node->connstr('other'));
		}, 1), @at);
$node->safe_psql('postgres', 'DROP DATABASE other');
$before = world_state($world);

# A share that cannot be written to; too many files; one that is not there.
chmod 0555, "$world->{share}/Apps";
$before = world_state($world);
fails('a folder that is not writable', 1, qr/step "files" failed: share "content": could not rename.*Everything is as it was before/s, $world->{snapshot}, @at);
chmod 0755, "$world->{share}/Apps";
utime 1_660_000_000, 1_660_000_000, "$world->{share}/Apps";
$before = world_state($world);
fails('too many', 6, qr/too many files of share "content" would be lost.*1 files would be removed.*--accept-change COUNT; --yes alone/s,
	$world->{snapshot}, '--max-change', '0', @at);
fails('still too many', 6, qr/too many files/, $world->{snapshot}, '--max-change', '0', '--accept-change', '0', @at);
rename "$world->{share}", "$world->{share}.away";
($code, $out, $err) = qsrepl('snapshot', 'restore', $world->{snapshot}, @at);
is($code, 6, 'no share');
like($err, qr/share "content" is not there: there is no directory/, 'which is told');
rename "$world->{share}.away", "$world->{share}";

# A disk that is full for the tool: it stops, and is undone when there is room.
foreach my $n (12, 20)
{
	my ($killed);

	($killed, $code, $out, $err) = qsrepl_killed({ FULL_AT => $n }, 'snapshot', 'restore', $world->{snapshot}, @at);
	is($code, 8, "a full disk behind write $n") or diag("$out$err");
	like($err, qr/No space left on device/, 'which is told');
	($code, $out, $err) = qsrepl('abort', '--config', $world->{conf}{A});
	is("$code $err", '0 ', 'undone');
	same_lines(world_state($world), $before, 'as it was');
}

# Another run is at work, or has stopped.
my ($killed) = qsrepl_killed({ KILL_AFTER => 14 }, 'snapshot', 'restore', $world->{snapshot}, @at);
($code, $out, $err) = qsrepl('snapshot', 'restore', $world->{snapshot}, @at);
is($code, 6, 'a run that has not ended is in the way');
like($err, qr/the run of plan "restore" that began at .* has not ended/, 'which is told');
($code, $out, $err) = qsrepl('switchover', '--to', 'B', '--yes', '--config', $world->{conf}{A});
is($code == 0, !1, 'also of another verb');
my $manifest = slurp_file("$world->{snapshot}/manifest.json");
rename $world->{snapshot}, "$world->{snapshot}.kept";
PostgreSQL::Test::Utils::system_or_bail('cp', '-a', "$world->{snapshot}.kept", $world->{snapshot});
unlink "$world->{snapshot}/manifest.json";
write_file("$world->{snapshot}/manifest.json", $manifest =~ s/"ended_ms":( ?)2,/"ended_ms":${1}3,/r);
hand_seal($world->{snapshot});
($code, $out, $err) = qsrepl('resume', '--config', $world->{conf}{A});
like("$code $err", qr/^6 .*snapshot ".*" is another one than the run began with.*"qsrepl abort"/s, 'it does not go on with another snapshot of that name');
remove_tree($world->{snapshot});
rename "$world->{snapshot}.kept", $world->{snapshot};
($code, $out, $err) = qsrepl('abort', '--config', $world->{conf}{A});
is("$code $err", '0 ', 'undone');
like($out, qr/All that the run had done is undone\. Site A is as it was before\./, 'which is told');
same_lines(world_state($world), $before, 'as it was');

# Parts.
my $tree = tree($world->{share});
($code, $out, $err) = qsrepl('snapshot', 'restore', $world->{snapshot}, '--database-only', @at);
is($code, 0, 'databases only') or diag("$out$err");
is($node->safe_psql('qsr', q(SELECT count(*), to_regclass('extra') FROM ledger)), '50|', 'are restored');
is(tree($world->{share}), $tree, 'and the files are as they were');
dirty_world($world);
($code, $out, $err) = qsrepl('snapshot', 'restore', $world->{snapshot}, '--files-only', '--max-change', '0', '--accept-change', '1', @at);
is($code, 0, 'files only, with as many accepted') or diag("$out$err");
like($out, qr/What was replaced or removed in share content is in "(.*?)"/, 'which tells where the old ones are');
my ($trash) = $out =~ /is in "(.*?)"/;
is(slurp_file("$trash/Apps/new/folder/only here.qvf"), 'new 2', 'and there they are');
is(slurp_file("$world->{share}/Apps/one.qvf"), 'Apps/one.qvf in the snapshot', 'and the snapshot\'s in place');
is($node->safe_psql('qsr', q(SELECT to_regclass('extra'))), 'extra', 'the databases are as they were');

# What could not be read when the snapshot was made is not taken for deleted.
dirty_world($world);
my $lacking = changed('lacking', sub {
		my ($folder) = @_;
		my $text = slurp_file("$folder/manifest.json");

		$text =~ s{"notes":\[\]}{"notes":[{"what":"unreadable","path":"share/content/Apps/new/folder/only here.qvf"}]} or die 'no notes';
		unlink "$folder/manifest.json";
		write_file("$folder/manifest.json", $text);
	}, 1);
($code, $out, $err) = qsrepl('snapshot', 'restore', $lacking, '--files-only', @at);
is($code, 0, 'a snapshot that lacks a file') or diag("$out$err");
like($err, qr/Warning: share content: 1 names could not be put into the snapshot/, 'which is told');
is(slurp_file("$world->{share}/Apps/one.qvf"), 'Apps/one.qvf in the snapshot', 'what it has is restored');
is(slurp_file("$world->{share}/Apps/new/folder/only here.qvf"), 'new 3', 'and what it lacks stays');

# As one document.
($code, $out, $err) = qsrepl('snapshot', 'restore', $world->{snapshot}, '--json', @at);
is($code, 0, 'with a document') or diag("$out$err");
like($out, qr/"plan": "restore".*"outcome": "done"/s, 'which tells the outcome');
is_restored($world, 'all of it');
$node->stop;
done_testing();
