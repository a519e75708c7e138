# A tool that is killed at each of its writes around the steps about file shares:
# resumed or aborted, content, markers and databases are those of one site again.
use strict;
use warnings FATAL => 'all';

use List::Util qw(shuffle);
use PostgreSQL::Test::Utils;
use QsreplContent;
use QsreplPair;
use QsreplTest;
use Test::More;

seed_random();
make_shares();

my %node = make_tool_pair(sections => share_section());
my %conf = map { $_ => conf_file($_, \%node, sections => share_section()) } 'A', 'B';
my $active = 'A';
my $files = 0;

sub other
{
	return $_[0] eq 'A' ? 'B' : 'A';
}

sub run_at
{
	my ($at, @words) = @_;
	my @result = qsrepl(@words, '--config', $conf{$at});

	$_->_update_pid(-1) foreach values %node;
	return @result;
}

sub run_killed
{
	my ($environment, $at, @words) = @_;
	my @result = qsrepl_killed($environment, @words, '--config', $conf{$at});

	$_->_update_pid(-1) foreach values %node;
	return @result;
}

# The numbers of the writes from the begin of each of these steps to its end, as the
# log of a run and its journal tell.
sub writes_of
{
	my ($log, @steps) = @_;
	my %wanted = map { $_ => 1 } @steps;
	my ($n, $within, @numbers) = (0, 0);

	foreach my $line (split /\n/, slurp_file($log))
	{
		my ($size, $path) = $line =~ /^(\d+) (.*)$/ or die $line;

		$n++;
		if ($path =~ m{/journal_[AB]/\d+.*\.jsonl$})
		{
			my $text = substr slurp_file($path), 0, $size;
			my ($last) = $text =~ /^(.*)\n\z/m;
			my ($entry) = $last =~ /"event":"(\w+)"/;
			my ($step) = $last =~ /"step":"(\w+)"/;

			$within = 1 if defined $step && $wanted{$step} && $entry eq 'begin';
			push @numbers, $n if $within;
			$within = 0 if defined $step && $wanted{$step} && $entry eq 'end';
		}
		elsif ($within)
		{
			push @numbers, $n;
		}
	}
	return @numbers;
}

sub roles
{
	return join ' ', sort map { s/standby/passive/r } site_words($conf{A});
}

sub markers
{
	return join ', ', map { my $m = marker($_); $m ? "$m->{site} $m->{role} $m->{epoch}" : 'none' } 'A', 'B';
}

sub wanted_markers
{
	my $epoch = $node{$active}->safe_psql('qsr', 'SELECT epoch FROM qsrepl.status');

	return $active eq 'A' ? "A source $epoch, B target $epoch" : "A target $epoch, B source $epoch";
}

# Something that has to be brought: new, changed and gone.
sub change
{
	$files++;
	put_file($active, "Apps/app$files", "of $active");
	put_file($active, 'Apps/app0', $files);
	remove_file($active, 'Apps/app' . ($files - 1)) if $files % 3 == 0;
	return;
}

foreach my $n (1 .. 60)
{
	put_file('A', "StaticContent/file$n", $n, 3600);
}
put_file('A', 'Apps/app0', 0, 3600);
my ($code, $out, $err) = run_at('A', 'share', 'sync', '--initial', '--yes');
is($code, 0, 'first synchronization') or diag "$out$err";

# ---- where a switchover writes ----
change();
my @switchover = ('switchover', '--yes', '--drain', '0', '--to');
my $killed;
($killed, $code, $out, $err) = run_killed({ KILL_LOG => "$tool_dir/log" }, 'A', @switchover, 'B');
is("$code $err", '0 ', 'not killed') or diag $out;
$active = 'B';
is(markers(), wanted_markers(), 'the markers');
my @writes = writes_of("$tool_dir/log", 'share_first', 'share', 'share_role');
cmp_ok(scalar @writes, '>', 8, "it writes @writes");

# ---- killed there ----
my $round = 0;
foreach my $kill ((shuffle @writes)[ 0 .. scaled(5) - 1 ])
{
	last if !defined $kill;
	my $how = ('resume', 'abort')[ rand 2 ];
	my ($at, $end) = map { ('A', 'B')[ rand 2 ] } 1, 2;
	my $when = ('KILL_AT', 'KILL_AFTER')[ rand 2 ];

	# The journal that is at hand, or at the other machine the mirror.
	$end = $at;
	change();
	my $content = content($active);
	($killed, $code, $out, $err) = run_killed({ $when => $kill }, $at, @switchover, other($active));
	my $name = ++$round . ': to ' . other($active) . " at $at, $when $kill, $how";
	ok($killed, "$name: killed") or diag "$code $out$err";
	($code, $out, $err) = run_at($end, $how);
	if ($code == 6 && $err =~ /cannot be aborted any more|is promoted already/)
	{
		$how = 'resume';
		($code, $out, $err) = run_at($end, $how);
	}
	is("$code $err", '0 ', "$name: $how") or diag $out;
	$active = other($active) if $how eq 'resume';
	is(roles(), $active eq 'A' ? 'A active B passive' : 'A passive B active', "$name: $active is active");
	is(markers(), wanted_markers(), "$name: the markers");
	is_deeply(content($active), $content, "$name: its content");
	($code, $out, $err) = run_at($active, 'share', 'sync', '--yes');
	is($code, 0, "$name: synchronized") or diag "$out$err";
	is_deeply(content(other($active)), $content, "$name: that of the other one");
}

# ---- the same for a rejoin ----
sub lose
{
	my ($site) = @_;

	$files++;
	put_file($site, "Apps/only$files", "of $site");
	kill_server($node{$site});
	my ($c, $o, $e) = run_at(other($site), 'failover', '--to', other($site), '--accept-data-loss', 'unknown');
	die "failover: $c\n$o$e" if $c != 0;
	put_file(other($site), "Apps/later$files", 'of ' . other($site));
	return;
}

my %lost;

sub lose_active
{
	my $site = $active;

	lose($site);
	$active = other($active);
	$lost{$site}{"Apps/only$files"} = "of $site";
	return $site;
}

my $back = lose_active();
unlink "$tool_dir/log";
($killed, $code, $out, $err) = run_killed({ KILL_LOG => "$tool_dir/log" }, $back, 'rejoin', $back, '--yes');
is("$code $err", '0 ', 'rejoin') or diag $out;
@writes = writes_of("$tool_dir/log", 'salvage', 'share_back');
cmp_ok(scalar @writes, '>', 4, "it writes @writes");
foreach my $kill ((shuffle @writes)[ 0 .. scaled(3) - 1 ])
{
	last if !defined $kill;
	$back = lose_active();
	my $when = ('KILL_AT', 'KILL_AFTER')[ rand 2 ];
	my $again = ('resume', 'rejoin')[ rand 2 ];
	my $name = "rejoin of $back, $when $kill, $again";

	($killed, $code, $out, $err) = run_killed({ $when => $kill }, $back, 'rejoin', $back, '--yes');
	ok($killed, "$name: killed") or diag "$code $out$err";
	run_at($back, 'abort') if $again eq 'rejoin';
	($code, $out, $err) = run_at($back, $again eq 'resume' ? 'resume' : ('rejoin', $back, '--yes'));
	is("$code $err", '0 ', $name) or diag $out;
	is(roles(), $active eq 'A' ? 'A active B passive' : 'A passive B active', "$name: it is back");
	is(markers(), wanted_markers(), "$name: the markers");
	is_deeply(content($back), content($active), "$name: the same content");
	my $kept = salvaged($back);
	is_deeply({ map { $_ => $kept->{$_} } grep { /only/ } keys %$kept }, $lost{$back}, "$name: what only it had is kept");
}
$_->stop foreach values %node;
done_testing();
