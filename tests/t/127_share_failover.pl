# A failover tells what it would lose of the file share's content, to the file; the
# site that comes back keeps what only it has, and goes on.
use strict;
use warnings FATAL => 'all';

use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplContent;
use QsreplNodes;
use QsreplPair;
use QsreplServices;
use QsreplSsh;
use QsreplTool;
use QsreplWhole;
use Test::More;

my ($code, $out, $err);

sub run_at
{
	($code, $out, $err) = tool(@_);
	return;
}

sub other
{
	return $_[0] eq 'A' ? 'B' : 'A';
}

# An app: its row, as old as that, at a site, and its file.
sub app_id
{
	return sprintf '00000000-0000-0000-0000-%012d', $_[0];
}

sub make_app
{
	my ($site, $n, $age) = @_;

	$server{$site}->safe_psql('qsr', "INSERT INTO \"Apps\" VALUES ('" . app_id($n) . "', 'App $n', now() AT TIME ZONE 'utc' - interval '$age s')");
	put_file($site, 'Apps/' . app_id($n), "app $n", $age);
	return;
}

# The other site has all rows.
sub rows_arrive
{
	my ($from) = @_;

	$server{ other($from) }->poll_query_until('qsr', q(SELECT pg_last_wal_replay_lsn() >= ') . $server{$from}->lsn('write') . q('));
	return;
}

# A site is lost, with its nodes.
sub lose
{
	my ($site) = @_;

	kill_server($server{$site});
	$nodes{$site}->stop;
	return;
}

sub bring_nodes
{
	my ($site, $net) = @_;

	$nodes{$site} = start_nodes(n => 2, net => $net, port => $nodes{$site}->port);
	return;
}

my %net = (A => '127.0.51', B => '127.0.52');

make_whole(net => \%net, share => '');
make_app('A', $_, 7200) foreach 1 .. 20;
run_at('A', 'share', 'sync', '--initial', '--yes');
is($code, 0, 'first synchronization') or diag "$out$err";
my $synced = marker('B')->{last}{began} // '';

# ---- what is at risk ----
# Three apps are new, two were saved again, one row has no file anywhere.
make_app('A', $_, 10) foreach 21 .. 23;
foreach my $n (1, 2)
{
	$server{A}->safe_psql('qsr', "UPDATE \"Apps\" SET \"ModifiedDate\" = now() AT TIME ZONE 'utc' WHERE \"ID\" = '" . app_id($n) . "'");
	put_file('A', 'Apps/' . app_id($n), "app $n, again");
}
put_file('A', 'StaticContent/picture.png', 'png');
remove_file('A', 'Apps/' . app_id(20));
rows_arrive('A');
my $drill_port = PostgreSQL::Test::Cluster::get_free_port();
my $conf_b = slurp_file($conf{B});
write_private($conf{B}, $conf_b =~ s/^(\[site B\]\n)/$1drill_port = $drill_port\n/mr);
run_at('B', 'drill', '--site', 'B');
like($out, qr/^passed\s.*share qlik: Share "qlik": what site A has changed since \S+, for .*, is not at site B\. Rows of site B: 3 lack their file, and 2 have an older one\./m, 'a drill tells it, too') or diag "$out$err";
write_private($conf{B}, $conf_b);
lose('A');

my $told = qr/^Share "qlik": what site A has changed since (\S+Z), for \S+ (?:s|min), is not at site B\.\nRows of site B: 3 lack their file, and 2 have an older one\. Missing: Apps\/\Q@{[ app_id(21) ]}\E, Apps\/\Q@{[ app_id(22) ]}\E, Apps\/\Q@{[ app_id(23) ]}\E\.$/m;
run_at('B', 'failover', '--to', 'B', '--yes');
is($code, 6, 'a loss that is not accepted');
like($err, $told, 'what is at risk, in numbers');
run_at('B', 'failover', '--to', 'B', '--accept-data-loss', '1GB');
is($code, 6, 'a bound in bytes');
like($err, qr/^qsrepl: error: --accept-data-loss 1GB does not cover the content of shares$/m, 'says nothing of files');
run_at('B', 'failover', '--to', 'B', '--accept-data-loss', '1ms');
is($code, 6, 'a time that is too short');
like($err, qr/more may be lost than --accept-data-loss 1ms accepts/, 'is refused');

run_at('B', 'failover', '--to', 'B', '--accept-data-loss', '1h', '--json');
is($code, 0, 'failover') or diag "$out$err";
like($err, $told, 'told again');
my $risk = JSON::PP::decode_json($out)->{risk}{shares}[0];
is("$risk->{name} $risk->{rows_without_file} $risk->{rows_with_older_file}", 'qlik 3 2', 'as JSON');
is(scalar @{ $risk->{examples} }, 3, 'with examples');
is(marker('B')->{role} . ' ' . marker('B')->{epoch}, 'source 1', 'the marker of site B');
is(marker('A')->{role} . ' ' . marker('A')->{epoch}, 'source 0', 'site A is left alone');

# ---- meanwhile at site B ----
put_file('B', 'Apps/' . app_id(2), 'app 2 of site B, later');
put_file('B', 'Apps/' . app_id(3), 'app 3 of site B');
remove_file('B', 'Apps/' . app_id(4));
put_file('B', 'StaticContent/new.css', 'css');
# App 1 was saved at site A after that.
set_age('A', 'Apps/' . app_id(1), -1);

run_at('B', 'share', 'sync', '--yes');
is($code, 7, 'nothing is brought to site A before it is back');

# ---- it comes back ----
bring_nodes('A', $net{A});
run_at('A', 'rejoin', 'A', '--yes');
is($code, 0, 'rejoin') or diag "$out$err";
my %kept = (
	(map { 'Apps/' . app_id($_) => "app $_" } 4, 21, 22, 23),
	(map { 'Apps/' . app_id($_) => "app $_, again" } 1, 2),
	'StaticContent/picture.png' => 'png');
is_deeply(salvaged('A'), \%kept, 'all that only site A had, had newer, or had changed since');
like($out, qr/^Share "qlik": 5 files that only site A has, 1 that are newer there and 1 that were changed there after the last synchronization were moved to "\Q@{[ share_root('A') ]}\E\/\.qsrepl-salvage\/\d+T[\d.]+Z":\n  Apps\/\Q@{[ app_id(1) ]}\E\n/m, 'and it is told') or diag $out;
is_deeply(content('A'), content('B'), 'site A has what site B has');
is(content('A')->{ 'Apps/' . app_id(2) }, 'app 2 of site B, later', 'site B knows better');
is(marker('A')->{role} . ' ' . marker('A')->{epoch}, 'target 1', 'the marker of site A');
active_is('B', 'rejoin');
my ($journal) = glob "$tool_dir/journal_A/*-rejoin-*.jsonl";
like(slurp_file($journal), qr/"name":"salvage_qlik"/, 'the journal has a note');
run_at('A', 'rejoin', 'A', '--yes');
is($code, 0, 'a second time') or diag "$out$err";
is_deeply(salvaged('A'), \%kept, 'nothing more is moved');

# Each site's share is on another machine for the other one.
sub reach_by_ssh
{
	my $ssh = start_ssh(dir => "$tool_dir/ssh", addresses => ['127.0.51.200']) or die 'no sshd';
	my $words = join ' ', map { /\s/ ? qq("$_") : $_ } $ssh->words('127.0.51.200');

	$words =~ s/ 127\.0\.51\.200$//;
	foreach my $site ('A', 'B')
	{
		my $text = slurp_file($conf{$site});

		$text =~ s/^(\[share qlik\]\n)/$1ssh_command = $words\n/m;
		$text =~ s/^(\[share qlik\]\n)/"$1remote.$_ = 127.0.51.200:" . share_root($_) . "\n"/em foreach 'A', 'B';
		write_private($conf{$site}, $text);
	}
	return;
}

# ---- what keeps content from being moved aside, and from being brought ----
sub not_moved_aside
{
	my ($site, $why) = @_;

	run_at($site, 'rejoin', $site, '--yes');
	is($code, 1, "rejoin: $why") or diag "$out$err";
	like($out, qr/^Warning: share "qlik": what only site $site has was not moved aside: .*$why.* Nothing is brought there until it is: when the cause is gone, run "qsrepl rejoin $site" again\.$/m, 'is told');
	run_at($site, 'share', 'sync', '--yes');
	is($code, 6, 'and a synchronization is refused');
	return;
}

sub broken_rejoins
{
	my ($lost, $other) = @_;
	my $root = share_root($other);

	rename "$root/.qsrepl-share.json", "$root/.gone" or die $!;
	not_moved_aside($lost, qr/nothing tells that it is the share of site "$other": it has no marker/);
	rename "$root/.gone", "$root/.qsrepl-share.json" or die $!;
	foreach my $folder ('Apps', 'StaticContent', 'ArchivedLogs')
	{
		rename "$root/$folder", "$root/$folder.gone" if -d "$root/$folder";
	}
	mkdir "$root/Apps" or die $!;
	not_moved_aside($lost, qr/share "qlik" has no file at site "$other"/);
	rmdir "$root/Apps" or die $!;
	rename $_, $_ =~ s/\.gone$//r foreach glob "$root/*.gone";
	return;
}

# ---- failback, twice ----
run_at('A', 'switchover', '--to', 'A', '--yes');
is($code, 0, 'switchover') or diag "$out$err";
foreach my $lost ('A', 'B')
{
	my $other = other($lost);

	run_at($lost, 'share', 'sync', '--yes');
	make_app($lost, $lost eq 'A' ? 100 : 200, 0);
	my $before = keys %{ salvaged($lost) };
	lose($lost);
	run_at($other, 'failover', '--to', $other, '--accept-data-loss', 'unknown');
	is($code, 0, "failover to $other") or diag "$out$err";
	put_file($other, "Apps/of $other", 'new');
	bring_nodes($lost, $net{$lost});
	broken_rejoins($lost, $other) if $lost eq 'A';
	reach_by_ssh() if $lost eq 'B';
	run_at($lost, 'failback', $lost, '--yes');
	is($code, 0, "failback to $lost") or diag "$out$err";
	active_is($lost, "failback to $lost");
	is(keys %{ salvaged($lost) }, $before + 1, 'what was lost is kept');
	is_deeply(content('A'), content('B'), 'both have the same');
	is(content($lost)->{"Apps/of $other"}, 'new', 'and what came meanwhile');
	last if $lost eq 'B';
	run_at('A', 'switchover', '--to', 'B', '--yes');
	is($code, 0, 'switchover') or diag "$out$err";
}

end_whole();
done_testing();
