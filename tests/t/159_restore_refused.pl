# What a restore refuses before anything is changed, each with its own words.
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
my ($code, $out, $err);

dirty_world($world);

sub refused
{
	my ($name, $wanted, $pattern, %opt) = @_;
	my $before = world_state($world);

	($code, $out, $err) = qsrepl('snapshot', 'restore', $opt{snapshot} // $world->{snapshot}, '--yes', '--force', '--replace-active', $opt{site} // 'A',
		'--config', $opt{conf} // $world->{conf}{A}, @{ $opt{words} // [] });
	is($code, $wanted, "$name: exit code") or diag("$out$err");
	like($err, $pattern, "$name: told");
	same_lines(world_state($world), $before, "$name: nothing is changed");
	return;
}

# A copy of the configuration, or of the snapshot, with a change.
my $copies = 0;

sub conf_with
{
	my ($from, $to) = @_;
	my $text = slurp_file($world->{conf}{A});

	$text =~ s/$from/$to/ or die "nothing to change: $from";
	return write_private("$tool_dir/refused_" . ++$copies . '.conf', $text);
}

sub snapshot_with
{
	my ($from, $to) = @_;
	my $copy = "$tool_dir/copy_" . ++$copies;
	my $text;

	PostgreSQL::Test::Utils::system_or_bail('cp', '-a', $world->{snapshot}, $copy);
	$text = slurp_file("$copy/manifest.json");
	$text =~ s/$from/$to/ or die "nothing to change: $from";
	unlink "$copy/manifest.json";
	write_file("$copy/manifest.json", $text);
	hand_seal($copy);
	return $copy;
}

refused('a server elsewhere', 6, qr/the server of site "B" is on another machine.*"qsrepl snapshot copy"/s,
	conf => conf_with('(?<=\[site B\]\nhost = )127\.0\.0\.1', '127.0.46.9'), site => 'B', words => [ '--site', 'B' ]);
refused('a newer server\'s dump', 6, qr/database "qsr" was dumped from PostgreSQL 99, and the server of site "A" is \d+/,
	snapshot => snapshot_with('"server_version":\d+', '"server_version":990000'));
refused('databases that are not configured', 6, qr/the snapshot has none of the configured databases/,
	conf => conf_with('databases = .*', 'databases = another'), site => 'A');
refused('shares that are not configured', 6, qr/the snapshot has none of the configured shares/,
	conf => conf_with('\[share content\]', '[share other]'), words => ['--files-only']);
$node->safe_psql('postgres', 'CREATE DATABASE plain_one');
refused('nothing to write start types into', 6, qr/what its services were started by is written into database "plain_one" of site "A", which has no extension qsrepl.*"qsrepl setup primary"/s,
	conf => conf_with('databases = ', 'databases = plain_one '));
my @long = map { 'x' x 55 . $_ } 'one', 'two';
my $long = snapshot_with('"databases":', '"databases":');
my $text = slurp_file("$long/manifest.json");
$text =~ s/"name":"qsr"/"name":"$long[0]"/g;
$text =~ s/"name":"more"/"name":"$long[1]"/g;
unlink "$long/manifest.json";
write_file("$long/manifest.json", $text);
hand_seal($long);
refused('names that are too long', 6, qr/the names of databases "$long[0]" and "$long[1]" are too long to be told apart/,
	snapshot => $long, conf => conf_with('databases = .*', "databases = @long"));
mkdir "$tool_dir/encrypted";
write_file("$tool_dir/encrypted/sealed.json", '{}');
refused('an encrypted one', 3, qr/snapshot ".*encrypted" is encrypted/, snapshot => "$tool_dir/encrypted");
mkdir "$tool_dir/nothing";
refused('no snapshot', 3, qr/is no snapshot/, snapshot => "$tool_dir/nothing");

$node->safe_psql('postgres', 'CREATE DATABASE qsr_qsrepl_new');
refused('a name that is taken', 6, qr/there is a database "qsr_qsrepl_new" already/);
$node->safe_psql('postgres', 'DROP DATABASE qsr_qsrepl_new');
$node->safe_psql('qsr', q(BEGIN; INSERT INTO ledger VALUES (2000, 'x'); PREPARE TRANSACTION 'left over'));
refused('a prepared transaction', 6, qr/database "qsr" has a prepared transaction: "left over"/);
$node->safe_psql('qsr', q(ROLLBACK PREPARED 'left over'));
$node->safe_psql('postgres', 'ALTER DATABASE more ALLOW_CONNECTIONS false');
($code, $out, $err) = qsrepl('snapshot', 'restore', $world->{snapshot}, '--yes', '--force', '--replace-active', 'A', '--config', $world->{conf}{A});
is($code, 6, 'a database that is closed');
like($err, qr/database "more" does not take connections/, 'is told');
$node->safe_psql('postgres', 'ALTER DATABASE more ALLOW_CONNECTIONS true');

rename "$world->{share}/Apps/two.qvf", "$tool_dir/aside";
mkdir "$world->{share}/Apps/two.qvf";
refused('a folder for a file', 6, qr/share "content": 1 names are a file in the snapshot and a folder or link at the site/);
rmdir "$world->{share}/Apps/two.qvf";
symlink "$tool_dir/aside", "$world->{share}/Apps/two.qvf";
refused('a link for a file', 6, qr/share "content": 1 names are a file in the snapshot and a folder or link at the site/);
unlink "$world->{share}/Apps/two.qvf";
rename "$tool_dir/aside", "$world->{share}/Apps/two.qvf";

chmod 0555, $world->{share};
refused('a share that is read-only', 6, qr/share "content": could not write into directory ".*": Permission denied.*Mount it so that this user can write, or give --database-only\. Nothing was changed/s);
chmod 0755, $world->{share};
($code, $out, $err) = qsrepl('snapshot', 'restore', $world->{snapshot}, '--dry-run', '--force', '--replace-active', 'A', '--config', conf_with('(?<=\[node CN\]\n)site = A', 'site = B'));
is($code, 0, 'no node is configured') or diag("$out$err");
like($out, qr/Warning: no node of site A is configured, so nobody stops its services/, 'which is told');

my $legacy = legacy_snapshot($node, "$tool_dir/legacy", databases => ['qsr'], root => '\\\\\\\\elsewhere\\\\share', share => $world->{share}, folders => ['Apps']);
refused('a share that no mapping has', 6, qr/the snapshot was made with the share ".*elsewhere.*", which no mapping has.*alias/s,
	snapshot => $legacy, conf => conf_with('\nmapping = share\n', "\n"), words => ['--database-only']);
$node->stop;
done_testing();
