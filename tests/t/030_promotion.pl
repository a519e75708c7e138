# Clients read and write at a standby before, through and after its promotion:
# none sees a value of the other site, none overwrites a row before it is
# localized, and nothing that was acknowledged is lost. The clients are
# tests/clients/; QSREPL_SCALE=10 makes fifty rounds.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;
use Time::HiRes qw(usleep);

my $seed = seed_random();
my %rows = (small => 300, medium => 3000, large => 9000);
my $site_a = make_site('A');

promotion_db($site_a, $_, $rows{$_}) foreach sort keys %rows;
create_db('bench', $site_a);
define_mappings($site_a, 'bench');
$site_a->run_log([ 'pgbench', '-q', '-i', '-d', $site_a->connstr('bench') ]);
add_rules($site_a, 'bench', [ 'pgbench_accounts', 'filler', 'text' ]);
$site_a->safe_psql('bench', 'SELECT qsrepl.localize()');

my $site_b = make_standby($site_a, 'B');
$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));
$site_a->stop('fast');
$site_b->append_conf('postgresql.conf', "primary_conninfo = ''\n");
$site_b->stop('fast');

# Each round begins with a copy of this.
my $kept = keep_data($site_b);

my %sum = map { $_ => 0 } qw(reads writes values longest localized);
my $bad = 0;

sub campaign
{
	my ($round) = @_;
	my $db = (sort keys %rows)[ rand 3 ];
	my $clients = 8 + int rand 5;
	my $before = int rand 1_500_000;
	my ($in, $out, $err) = ('', '', '');

	from_kept($site_b, $kept);
	my $offset = -s $site_b->logfile;
	# They try to connect before the standby lets them.
	my $program = IPC::Run::start(
		[
			'build/promotion', $site_b->connstr($db),
			$seed + $round, $clients, $rows{$db},
			300 + int(rand 700), 120
		],
		'<',
		\$in,
		'>',
		\$out,
		'2>',
		\$err);
	$site_b->start;
	usleep($before);
	promote($site_b);
	my $good = $program->finish;
	note "round $round, $db, $clients clients: $out$err";
	my $errors = log_errors($site_b, $offset, qr/PANIC|XX000|cache lookup/);
	while ($out =~ /(\w+)=([0-9]+)/g)
	{
		next unless exists $sum{$1};
		$sum{$1} = $1 eq 'longest' || $1 eq 'localized'
		  ? ($sum{$1} < $2 ? $2 : $sum{$1}) : $sum{$1} + $2;
	}
	if (!$good || $errors ne '')
	{
		diag "round $round, $db, $clients clients: $out$err$errors";
		$bad++;
	}
	$site_b->stop('fast');
	return;
}

my $rounds = scaled(5);
campaign($_) foreach 1 .. $rounds;
is($bad, 0, "$rounds promotions with clients at work");
diag "$rounds rounds: $sum{reads} reads, $sum{values} values, $sum{writes} writes; "
  . "longest wait $sum{longest} ms, longest from promotion to localized $sum{localized} ms";

# pgbench goes on through the promotion; writing begins to succeed.
foreach my $mode ('simple', 'extended', 'prepared')
{
	my @pgbench = (
		'pgbench', '-n', '-M', $mode, '--random-seed', $seed, '-c', 2);
	my ($in, $out) = ('', '');
	my ($failed, $succeeded, %errors) = (0, 0);

	from_kept($site_b, $kept);
	$site_b->start;
	my $readers =
	  IPC::Run::start([ @pgbench, '-S', '-T', 3, $site_b->connstr('bench') ],
		'<', \$in, '>', \$out, '2>&1');
	usleep(500_000);
	foreach my $run (1 .. 12)
	{
		promote($site_b) if $run == 4;
		my ($stdout, $stderr) = ('', '');
		if (IPC::Run::run(
				[ @pgbench, '-t', 40, $site_b->connstr('bench') ],
				'>', \$stdout, '2>', \$stderr))
		{
			$succeeded++;
		}
		else
		{
			$failed++;
			$errors{$_}++ foreach grep { !/read-only transaction/ }
			  $stderr =~ /^.*ERROR: .*$/mg;
		}
	}
	ok($readers->finish, "pgbench -M $mode: readers have no error")
	  or diag $out;
	is(join("\n", %errors), '', 'writers have none but of a standby');
	is("$failed, $succeeded", '3, 9', 'until it was promoted');
	$site_b->stop('fast');
}

done_testing();
