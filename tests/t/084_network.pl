# The link between the sites is cut in each phase of a switchover; a server
# hangs. In namespaces of the network, which an unprivileged user may make.
use strict;
use warnings FATAL => 'all';

use Test::More;

# Before a module redirects the output.
BEGIN
{
	my @apart = ('unshare', '--user', '--map-current-user', '--net', '--keep-caps');

	if (!$ENV{QSREPL_TEST_APART})
	{
		plan skip_all => 'no namespaces here' if system("@apart ip link set lo up >/dev/null 2>&1") != 0;
		$ENV{QSREPL_TEST_APART} = 1;
		exec @apart, $^X, (map { "-I$_" } @INC), $0;
	}
}

use File::Spec;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Time::HiRes qw(time usleep);

my %address = (A => '10.83.0.1', B => '10.83.0.2');
my %node = (A => bare_server('site_a'), B => bare_server('site_b'));
my $dir = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir());
my $qsrepl = File::Spec->rel2abs('build/qsrepl');
my ($active, $passive) = ('A', 'B');
my ($next, $code, $out, $err) = (1);

sub must
{
	PostgreSQL::Test::Utils::system_or_bail(@_);
	return;
}

sub script
{
	my ($name, $text) = @_;

	unlink "$dir/$name";
	append_to_file("$dir/$name", "#!/bin/sh\n$text");
	chmod 0755, "$dir/$name";
	return "$dir/$name";
}

# Site B is in a network of its own, which a process holds.
must(qw(ip link set lo up));
my ($in, $held) = ('', '');
my $holder = IPC::Run::start([ qw(unshare --net --keep-caps sh -c), 'ip link set lo up && echo there && exec cat' ], '<', \$in, '>', \$held);
$holder->pump until $held =~ /there/;
my $holder_pid = $holder->{KIDS}[0]{PID};
my %inside = (A => [ 'nsenter', '-t', $$, '-n' ], B => [ 'nsenter', '-t', $holder_pid, '-n' ]);
must(qw(ip link add veth_a type veth peer name veth_b netns), $holder_pid);
foreach my $site ('A', 'B')
{
	my $link = 'veth_' . lc $site;

	must(@{ $inside{$site} }, qw(ip addr add), "$address{$site}/24", 'dev', $link);
	must(@{ $inside{$site} }, qw(ip link set), $link, 'up');
}
my %mac = map {
	my $link = 'veth_' . lc $_;
	my ($mac) = `@{ $inside{$_} } ip link show $link` =~ m{link/ether (\S+)};
	$_ => $mac
} 'A', 'B';

# What is sent arrives nowhere, and nobody says so; or arrives again.
sub link_commands
{
	my ($a, $b) = @_;

	return "@{ $inside{A} } ip neigh replace $address{B} lladdr $b dev veth_a nud permanent &&\n"
	  . "@{ $inside{B} } ip neigh replace $address{A} lladdr $a dev veth_b nud permanent\n";
}
my $cut = script('cut', link_commands('02:00:00:00:00:01', '02:00:00:00:00:02') . "touch $dir/is_cut\n");
my $mend = script('mend', link_commands($mac{A}, $mac{B}) . "rm -f $dir/is_cut\n");

# remote_command, which needs the link.
my %remote = map {
	$_ => script("remote_$_", <<"SCRIPT")
if [ -e $dir/is_cut ]; then echo 'connection timed out' >&2; exit 255; fi
QSREPL_CONFIG=$dir/conf_$_ exec @{ $inside{$_} } $qsrepl "\$@"
SCRIPT
} 'A', 'B';

# The configuration of a site's machine.
sub write_site
{
	my ($site, $sections) = @_;
	my $other = $site eq 'A' ? 'B' : 'A';
	my $text = slurp_file(conf_file($site, \%node,
		main => "databases = qsr more\nreplay_timeout = 4s\nstop_timeout = 10s\n",
		$other => "remote_command = $remote{$other}\n",
		sections => $sections));

	$text =~ s/(\[site $_\]\nhost = )127\.0\.0\.1/$1$address{$_}/ foreach 'A', 'B';
	unlink "$dir/conf_$site";
	append_to_file("$dir/conf_$site", $text);
	chmod 0600, "$dir/conf_$site";
	return "$dir/conf_$site";
}

# The tool at a site; also how long it took.
sub at
{
	my ($site, @words) = @_;
	my $began = time;

	IPC::Run::run([ @{ $inside{$site} }, $qsrepl, @words, '--config', "$dir/conf_$site" ], '<', \'', '>', \$out, '2>', \$err);
	$code = $? >> 8;
	$_->_update_pid(-1) foreach values %node;
	return time - $began;
}

# Where a connection hung, its lock is given up when the server notices.
sub at_last
{
	my @words = @_;

	for (1 .. 20)
	{
		at(@words);
		last if $err !~ /another run of qsrepl is at work/;
		usleep(1_000_000);
	}
	return;
}

sub primaries
{
	my @there;

	foreach my $site ('A', 'B')
	{
		my ($result, $answer) = $node{$site}->psql('qsr', 'SELECT NOT pg_is_in_recovery() AND NOT fenced FROM qsrepl.status');

		push @there, $site if $result == 0 && $answer eq 't';
	}
	return @there;
}

sub write_row
{
	$node{$active}->safe_psql('qsr', "INSERT INTO ledger VALUES ($next, 'row')");
	$next++;
	return;
}

# The pair.
foreach my $node (values %node)
{
	$node->append_conf('postgresql.conf', "listen_addresses = '*'\nwal_receiver_timeout = 3s\nwal_sender_timeout = 3s\n");
	$node->append_conf('pg_hba.conf', "host all all 10.83.0.0/24 trust\nhost replication all 10.83.0.0/24 trust\n");
}
write_site($_, '') foreach 'A', 'B';
must($mend);
$node{A}->start;
$node{A}->safe_psql('postgres', "CREATE DATABASE $_") foreach 'qsr', 'more';
$node{A}->safe_psql('postgres', 'CREATE ROLE qliksenserepository LOGIN');
$node{A}->safe_psql('qsr', 'CREATE TABLE ledger (id bigint PRIMARY KEY, path text)');
at('A', 'setup', 'primary', '--site', 'A');
is($code, 0, 'setup of A') or BAIL_OUT("$out$err");
add_rules($node{A}, 'qsr', [ 'ledger', 'path', 'path' ]);
at('B', 'setup', 'standby', '--site', 'B', '--discard-site', 'B');
is($code, 0, 'setup of B') or BAIL_OUT("$out$err");

# The link is cut in a phase.
seed_random();
my @places = map { [ 'before', $_ ], [ 'after', $_ ] } qw(drain fence stop promote localize start);
@places = sort { $a->[2] <=> $b->[2] } map { [ @$_, rand ] } @places;
splice @places, scaled(3) if scaled(3) < @places;
foreach my $place (@places)
{
	my ($when, $phase) = @$place;
	my $site = ('A', 'B')[ rand 2 ];
	my $name = "to $passive, at $site, cut $when $phase";
	my $how = rand() < 0.5 ? 'resume' : 'abort';
	my $undone = 0;
	my $seconds;

	write_site($_, "[hook cut]\nwhen = $when\nphase = $phase\ncommand = $cut\n") foreach 'A', 'B';
	write_row();
	$seconds = at($site, 'switchover', '--to', $passive, '--yes');
	note("$name: $code in $seconds s\n$out$err");
	cmp_ok($seconds, '<', 40, "$name: it ends");
	cmp_ok(scalar primaries(), '<=', 1, "$name: no two primaries");
	if (-e "$dir/is_cut")
	{
		isnt($code, 0, "$name: it says that not all is done");
		like("$out$err", $code == 1 ? qr/^Warning: /m : qr/^(qsrepl: )?error: step ".*(could not|timed? ?out|closed|lost|takes writes\n(qsrepl: )?detail: )/m, "$name: and why") or diag("$code $out$err");
		if ($code == 8)
		{
			$seconds = at($site, 'abort');
			cmp_ok($seconds, '<', 40, "$name: abort ends, too");
			# Where nothing had been done at the other site, it does not need it.
			$undone = $code == 0;
			like($err, qr{^qsrepl: error: |\A\z}m, "$name: and is clear") or diag("$out$err");
			is(join(' ', primaries()), $active, "$name: $active as before") if $undone;
			cmp_ok(scalar primaries(), '<=', 1, "$name: nor two primaries after that");
		}
	}
	must($mend);
	write_site($_, '') foreach 'A', 'B';

	at_last($site, $how) if !$undone;
	if ($undone)
	{
		at($site, 'resume');
		like($err, qr/there is no run/, "$name: undone");
		$err = '';
		$how = 'abort';
	}
	at($site, $how = 'resume') if $how eq 'abort' && $err =~ /cannot be aborted any more|is promoted already|cannot be resumed/;
	at($site, $how = 'abort') if $err =~ /is being aborted/;
	if ($err =~ /step "token" failed/)
	{
		# What had not been sent when the server stopped does not come any more.
		like($err, qr/lacks \d+ bytes.*Where the link was cut before the server of site $active stopped, "qsrepl abort" starts it again/s,
			"$name: it says that it cannot go on");
		at($site, $how = 'abort');
	}
	if ($undone)
	{
		note("$name: undone");
	}
	elsif ($err =~ /there is no run/)
	{
		$how = 'resume';
		at($passive, 'is-active', $passive);
		is($code, 0, "$name: it had ended");
	}
	else
	{
		is($code, $err eq '' && $out =~ /Warning/ ? 1 : 0, "$name: $how") or diag("$out$err");
	}
	($active, $passive) = ($passive, $active) if $how eq 'resume';
	is(join(' ', primaries()), $active, "$name: $active is active");
	at_last($passive, 'rejoin', $passive, '--yes');
	is($code, 0, "$name: the other one is a standby") or diag("$out$err");
	ok($node{$active}->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_stat_replication WHERE state = 'streaming')),
		"$name: it streams");
	is($node{$active}->safe_psql('qsr', 'SELECT count(*) FROM ledger'), $next - 1, "$name: nothing is lost");
	write_row();
}

# The active site's server hangs.
my ($postmaster) = slurp_file($node{$active}->data_dir . '/postmaster.pid') =~ /^(\d+)/;
my @processes = ($postmaster, split /\n/, `pgrep -P $postmaster`);
kill 'STOP', @processes;
foreach my $case (
	[ 7, qr/could not connect within|timed? ?out/, 'status' ],
	[ 7, qr/unreachable/, 'is-active', $active ],
	[ 1, qr/could not connect within|timed? ?out/, 'check' ],
	[ 7, qr/could not connect within .*If site $active is lost, run "qsrepl failover --to $passive"/s, 'switchover', '--to', $passive, '--yes' ],
	[ 6, qr/site "$active" is alive.*the process of its database server runs/s, 'failover', '--to', $passive, '--accept-data-loss', 'unknown' ])
{
	my ($expected, $pattern, @words) = @$case;
	my $seconds = at($passive, @words);

	is($code, $expected, "@words, where the active server hangs") or diag("$out$err");
	like("$out$err", $pattern, 'says so');
	cmp_ok($seconds, '<', 20, 'in time');
}
kill 'CONT', @processes;
ok($node{$active}->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_stat_replication WHERE state = 'streaming')), 'it goes on');
at($passive, 'check');
is($code, 0, 'and all is well') or diag($out);
$_->stop foreach values %node;
$holder->finish;
done_testing();
