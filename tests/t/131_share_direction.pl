# The wrong direction, in every way one can think of: nothing is changed, and
# each has its own message.
use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path remove_tree);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplShare;
use QsreplTest;
use Test::More;

my %node = make_tool_pair();
my %conf = share_confs(\%node);
my ($A, $B) = @share_root{ 'A', 'B' };
my $marker = '.qsrepl-share.json';
my ($code, $out, $err);


# Refused with a code and a message, and both roots are as they were.
sub refused
{
	my ($what, $expected, $pattern, @words) = @_;
	my $conf = @words && ref $words[0] ? ${ shift @words } : $conf{A};
	my @before = map { tree($_, '.') } $A, $B;

	($code, $out, $err) = sync($conf, @words);
	is($code, $expected, $what);
	like($err, $pattern, 'is told');
	is_deeply([ map { tree($_, '.') } $A, $B ], \@before, 'and nothing was changed');
	return;
}

sub works
{
	my ($what, @words) = @_;

	($code, $out, $err) = sync($conf{A}, @words);
	is("$code $err", '0 ', $what);
	return;
}

# The epoch of all databases, which B replays.
sub set_epoch
{
	my ($epoch, $node) = @_;

	$node //= $node{A};
	foreach my $db ('qsr', 'more')
	{
		$node->safe_psql($db, "UPDATE qsrepl.state SET epoch = $epoch");
	}
	return;
}

sub both_have
{
	my ($epoch) = @_;

	set_epoch($epoch);
	foreach my $db ('qsr', 'more')
	{
		$node{B}->poll_query_until($db, "SELECT epoch = $epoch FROM qsrepl.state") or die 'not replayed';
	}
	return;
}

put($A, "Apps/$_", "app $_") foreach 1 .. 20;
put($A, 'CustomData/x', 'x');

# Markers that are missing: neither is made without --initial.
refused('no markers', 6, qr/site "A" \(source\) has no marker.*detail: Where it has been there, the share is not mounted/s);
works('--initial', '--initial');
set_marker('A');
refused('no marker at the source', 6, qr/error: share "qlik" at site "A" \(source\) has no marker/);
works('--initial writes it', '--initial');
set_marker('B');
refused('no marker at the target', 6, qr/error: share "qlik" at site "B" \(target\) has no marker/);
works('--initial writes it', '--initial');

# A mount that is gone leaves an empty directory, or none.
foreach my $case ([ 'source', 'A', $A ], [ 'target', 'B', $B ])
{
	my ($role, $site, $root) = @$case;

	rename $root, "$root.gone" or die $!;
	refused("the $role\'s root is gone", 6, qr/the root "\Q$root\E" of share "qlik" at site "$site" \($role\) is not there\n.*hint: Is it mounted\?/, @$_) foreach [], ['--initial'];
	mkdir $root or die $!;
	refused("the $role\'s mount is gone", 6, qr/site "$site" \($role\) has no marker/);
	rmdir $root;
	rename "$root.gone", $root or die $!;
}

# The source has its marker, and nothing else.
rename "$A/Apps", "$A/Apps.gone" or die $!;
rename "$A/CustomData", "$A/CustomData.gone" or die $!;
refused('an empty source', 6, qr/share "qlik" of site "A" \(source\) is empty: "\Q$A\E" has no files in the known folders/, @$_) foreach [], ['--initial'], [ '--max-change', '100' ], [ '--accept-change', '1000', '--share', 'qlik' ];
make_path("$A/Apps/empty", "$A/CustomData");
refused('a source of folders only', 6, qr/is empty/);
remove_tree("$A/Apps", "$A/CustomData");
rename "$A/Apps.gone", "$A/Apps" or die $!;
refused('a folder is gone', 6, qr/folder "CustomData" of share "qlik" is not there at site "A"/, @$_) foreach [], [ '--accept-change', '1000', '--share', 'qlik' ];
rename "$A/CustomData.gone", "$A/CustomData" or die $!;
works('all is there again');

# Roots swapped, here and as mounts; one for both; another share.
my $swapped = conf_file('A', \%node, sections => share_section(A => $B, B => $A), file => "$tool_dir/swapped.conf");
refused('roots swapped', 6, qr/"\Q$B\E" is the share of site "B", not of site "A"\n.*detail: Its marker tells so: the roots may be swapped/s, \$swapped, @$_) foreach [], ['--initial'];
rename $A, "$A.x" or die $!;
rename $B, $A or die $!;
rename "$A.x", $B or die $!;
refused('mounts swapped', 6, qr/"\Q$A\E" is the share of site "B", not of site "A"/, @$_) foreach [], ['--initial'];
rename $B, "$A.x" or die $!;
rename $A, $B or die $!;
rename "$A.x", $A or die $!;
rename $B, "$B.x" or die $!;
symlink $A, $B or die $!;
refused('one place for both', 6, qr/"\Q$B\E" is the share of site "A", not of site "B"/, @$_) foreach [], ['--initial'];
unlink "$A/$marker";
($code, $out, $err) = sync($conf{A}, '--initial');
is($code, 4, 'one place for both, without a marker');
like($err, qr/"\Q$A\E" and "\Q$B\E" are the same place/, 'is told');
is(scalar(grep { /app 1 / } values %{ tree($A, 'Apps') }), 1, 'and nothing was lost');
unlink $B;
rename "$B.x", $B or die $!;
works('apart again', '--initial');
set_marker('A', share => 'other');
refused('another share', 6, qr/"\Q$A\E" is share "other", not "qlik"/, @$_) foreach [], ['--initial'];
set_marker('A', share => 'qlik', site => 'C');
refused('another site', 6, qr/"\Q$A\E" is the share of site "C", not of site "A"/, @$_) foreach [], ['--initial'];
set_marker('A', site => 'A');
set_marker('B', site => 'C');
refused('another site', 6, qr/"\Q$B\E" is the share of site "C", not of site "B"/, @$_) foreach [], ['--initial'];
set_marker('B', site => 'B');

# Markers against the databases: roles, epochs.
set_marker('A', role => 'target');
refused('the source says that it is the target', 6, qr/marker of share "qlik" at site "A" says that it is the target at epoch 0\n.*detail: The databases say otherwise/s, @$_) foreach [], ['--initial'];
set_marker('A', role => 'source');
set_marker('B', role => 'source');
refused('the target says that it is the source', 6, qr/at site "B" says that it is the source at epoch 0/, @$_) foreach [], ['--initial'];
set_marker('B', role => 'target');
set_marker('A', epoch => 7);
refused('the source is newer', 6, qr/marker of share "qlik" at site "A" \(source\) is of epoch 7, newer than 0 of the databases/, @$_) foreach [], ['--initial'];
set_marker('A', epoch => 0);
set_marker('B', epoch => 7);
refused('the target is newer', 6, qr/at site "B" \(target\) is of epoch 7, newer than 0 of the databases/, @$_) foreach [], ['--initial'];
set_marker('B', epoch => 0);
works('both are right');
both_have(3);
refused('the source is stale', 6, qr/marker of share "qlik" at site "A" \(source\) is stale: of epoch 0, not 3\n.*detail: The active role has moved since/s);
works('--initial renews it', '--initial');
is_deeply([ map { @{ marker($_) }{qw(epoch role)} } 'A', 'B' ], [ 3, 'source', 3, 'target' ], 'both are current');
set_marker('B', epoch => 2, role => 'source');
refused('a target that was the source, and was not handed over', 6, qr/share "qlik" at site "B" \(target\) was the source at epoch 2, and was not handed over\n.*hint: "qsrepl rejoin" of that site/s);
works('--initial makes it one', '--initial');
is_deeply([ @{ marker('B') }{qw(epoch role)} ], [ 3, 'target' ], 'it is the target now');
set_marker('B', epoch => 2, role => 'target');
works('a target that was one in a former epoch');
is_deeply([ @{ marker('B') }{qw(epoch role)} ], [ 3, 'target' ], 'is current again');

# Markers that are none.
my $good = get($A, $marker);
foreach my $case (
	[ '', 'it is no JSON' ],
	[ '{', 'it is no JSON' ],
	[ '[]', 'it is not of version 1' ],
	[ '{"version": 2}', 'it is not of version 1' ],
	[ '{"version": 1, "share": "qlik"}', 'share, site, epoch or role are not there' ],
	[ $good =~ s/"source"/"both"/r, 'share, site, epoch or role are not there' ],
	[ $good =~ s/"epoch": 3/"epoch": -1/r, 'share, site, epoch or role are not there' ],
	[ $good =~ s/"epoch": 3/"epoch": 3, "epoch": 0/r, 'it is no JSON' ],
	[ $good =~ s/"last": null/"last": {"from": "B"}/r, 'what it says of the last synchronization is not as it should be' ])
{
	my ($text, $why) = @$case;

	put($A, $marker, $text);
	refused("damaged: $why", 4, qr/the marker "\Q$A\/$marker\E" is damaged\n.*detail: \Q$why\E/s, @$_) foreach [], ['--initial'];
}
put($A, $marker, 'x' x 100_000);
refused('a marker that is too long', 4, qr/could not read file "\Q$A\/$marker\E"/);
unlink "$A/$marker";
put($tool_dir, 'elsewhere.json', $good);
symlink "$tool_dir/elsewhere.json", "$A/$marker";
refused('a marker that is a link', 4, qr/"\Q$A\/$marker\E" is not a plain file/, @$_) foreach [], ['--initial'];
unlink "$A/$marker";
put($A, $marker, $good);

# Databases that do not agree.
$node{B}->safe_psql('postgres', 'SELECT pg_wal_replay_pause()');
set_epoch(4);
refused('epochs differ', 6, qr/the sites' databases do not agree: epoch 4 at site "A", 3 at site "B"/, @$_) foreach [], ['--initial'];
$node{B}->safe_psql('postgres', 'SELECT pg_wal_replay_resume()');
both_have(3);
works('they agree again');

# The passive site is held as the way back of an upgrade: so is its content.
is((qsrepl('maintenance', 'begin', '--config', $conf{A}))[0], 0, 'maintenance begin');
refused('a passive site that is held', 6, qr/site "B" is held as the way back, with its content as it is\n.*hint: "qsrepl maintenance end"/s, @$_) foreach [], ['--initial'];
is((qsrepl('maintenance', 'end', '--config', $conf{A}))[0], 0, 'maintenance end');
works('it follows again');

# Servers that are swapped; a fenced one; silent ones.
my $crossed = conf_file('A', { A => $node{B}, B => $node{A} }, sections => share_section(), file => "$tool_dir/crossed.conf");
refused('servers swapped', 6, qr/the server at 127\.0\.0\.1, port \d+, is site "B", not "A"/, \$crossed, @$_) foreach [], ['--initial'];
$node{A}->safe_psql('qsr', "SELECT qsrepl.fence('test')");
refused('the active site is fenced', 6, qr/no site is active: site "A" is fenced/, @$_) foreach [], ['--initial'];
$node{A}->safe_psql('qsr', 'SELECT qsrepl.unfence()');
$node{B}->stop;
refused('the passive site is silent', 7, qr/site "B" does not answer: which site's share is the source cannot be told/, @$_) foreach [], ['--initial'];
$node{A}->stop;
refused('both are', 7, qr/site "A" does not answer/);
$node{B}->start;
refused('the active site is silent', 7, qr/site "A" does not answer/, @$_) foreach [], ['--initial'];
$node{A}->start;
$node{B}->poll_query_until('postgres', 'SELECT count(*) = 1 FROM pg_stat_wal_receiver');
works('both answer again');

# Two active sites; then A is fenced, but follows nobody.
$node{B}->safe_psql('postgres', 'SELECT pg_promote()');
$node{B}->poll_query_until($_, "SELECT state = 'local' FROM qsrepl.status") foreach 'qsr', 'more';
refused('both claim to be active', 6, qr/sites "A" and "B" both claim to be active/, @$_) foreach [], ['--initial'];
$node{A}->safe_psql('qsr', "SELECT qsrepl.fence('test')");
refused('the other one follows nobody', 6, qr/site "A" is not site "B"'s standby/, @$_) foreach [], ['--initial'];
$node{A}->safe_psql('qsr', 'SELECT qsrepl.unfence()');

# None is: A has become a standby that waits.
$node{A}->stop;
$node{B}->stop;
append_to_file($_->data_dir . '/standby.signal', '') foreach values %node;
$_->start foreach values %node;
refused('none is active', 6, qr/no site is active: all are standbys/, @$_) foreach [], ['--initial'];

$_->stop foreach values %node;
done_testing();
