# Shares that something else replicates: here a loop of rsync, which can be
# stopped and be slow.
use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path);
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use POSIX ();
use QsreplPair;
use QsreplVerify;
use QsreplTest;
use Test::More;
use Time::HiRes ();

my ($code, $out, $err, $share);
my %root = map { $_ => "$tool_dir/share_$_" } qw(A B);
my %nodes = make_tool_pair();
my $replicator;

# As DFS-R does it: whole files, both ways would be its matter.
sub replicate
{
	my ($pause) = @_;

	$replicator = fork // die "fork: $!";
	return if $replicator;
	POSIX::setsid();
	open STDERR, '>', '/dev/null';
	while (1)
	{
		system('rsync', '-rt', '--delete', "$root{A}/", "$root{B}/");
		Time::HiRes::sleep($pause);
	}
}

sub stop_replicator
{
	kill 'KILL', -$replicator if $replicator;
	waitpid $replicator, 0 if $replicator;
	undef $replicator;
	return;
}

END
{
	my $status = $?;

	stop_replicator();
	$? = $status;
}

sub share_conf
{
	my (@lines) = @_;

	return conf_file('A', \%nodes, sections => share_section(@root{qw(A B)}, 'replicated_by = external', @lines), file => "$tool_dir/external.conf");
}

sub sync
{
	my (@lines) = @_;

	($code, $out, $err) = qsrepl('share', 'sync', '--config', share_conf(@lines));
	return;
}

sub canary
{
	my ($site) = @_;

	return JSON::PP::decode_json(slurp_file("$root{$site}/.qsrepl-canary"));
}

share_tables($nodes{A}, 'qsr');
share_rows($nodes{A}, 'qsr', 5, 5);
share_fill($root{A}, 5, 5);
make_path($root{B});
share_caught_up(\%nodes);

# The replication stands: nothing comes, and nothing but the canary is written.
my $before = `ls -lR --time-style=full-iso $root{A}`;
sync('timeout = 1s');
is($code, 1, 'it stands') or diag $out, $err;
like($err, qr/^qsrepl: error: site "B": the canary of share "content" did not come within \d+ ms\nqsrepl: detail: There is no canary yet\.\nqsrepl: hint: Look whether the replication of the share runs\.$/m, 'told');
is(`ls -lR --time-style=full-iso $root{A}`, $before, 'no content is written');
ok(!-e "$root{B}/.qsrepl-canary", 'nothing at the passive site');
is(canary('A')->{number}, 1, 'a canary');
is(canary('A')->{site}, 'A', 'of the active site');
($code, $out) = qsrepl('check', '--config', share_conf());
like($out, qr/^warn +share +site B, share content: the canary of .* ago has not come$/m, 'check') or diag $out;

# Nobody else waits for that: no move, no next round of a watch.
my $sent = canary('A')->{number};
my ($first, $first_err) = ('', '');
my $waits = IPC::Run::start([ $qsrepl_program, 'share', 'sync', '--config', share_conf('timeout = 1h') ], '<', \'', '>', \$first, '2>', \$first_err);
for (1 .. 1000)
{
	last if canary('A')->{number} > $sent;
	Time::HiRes::usleep(20_000);
}
is(canary('A')->{number}, $sent + 1, 'one that waits');
is(join(' ', map { $nodes{$_}->safe_psql('postgres', q(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')) } 'A', 'B'), '0 0', 'has no lock of the pair');
$waits->signal('TERM');
$waits->finish;
like($first_err, qr/waiting for the canary of share "content" was interrupted/, 'and can be ended');
($first, $first_err) = ('', '');
$waits = IPC::Run::start([ $qsrepl_program, 'share', 'sync', '--yes', '--json', '--watch', '1', '--config', share_conf('timeout = 1h') ], '<', \'', '>', \$first, '2>', \$first_err, IPC::Run::timeout(60));
$waits->pump until (() = $first =~ /"outcome": ?"late"/g) >= 2;
pass('a watch goes on');
$waits->signal('TERM');
$waits->finish;
unlink "$root{A}/.qsrepl-canary";
qsrepl('share', 'sync', '--config', share_conf('timeout = 1s'));

# It runs.
replicate(0.1);
sync('timeout = 30s');
is("$code $err", '0 ', 'it runs');
like($out, qr/^share content: replicated by something else; what site A writes is at site B after .*$/m, 'the delay') or diag $out;
is(canary('B')->{number}, 2, 'the next canary');
($code, $share) = verify_json(share_conf());
is($code, 0, 'verified');
($code, $out) = qsrepl('check', '--config', share_conf());
like($out, qr/^pass +share +site B, share content: the canary of .* ago has come$/m, 'check');
unlike($out, qr/marker/, 'no markers, which would be replicated, too');
sleep 2;
($code, $out) = qsrepl('check', '--config', share_conf('age_warning = 1s'));
like($out, qr/^warn +share +site B, share content: how long its replication takes was measured .* ago$/m, 'long ago') or diag $out;
($code, $out, $err) = qsrepl('share', 'sync', '--json', '--config', share_conf());
my $document = JSON::PP::decode_json($out);
is($code, 0, 'as JSON');
is($document->[0]{replicated_by}, 'external', 'who');
cmp_ok($document->[0]{delay_ms}, '>=', 0, 'the delay');
stop_replicator();

# It is slow: a large file is behind, and stays so.
write_file("$root{A}/Apps/" . app_id(1), 'x' x 100_000);
($code, $share) = verify_json(share_conf());
is($code, 1, 'behind');
replicate(2);
sync('timeout = 30s');
is($code, 0, 'slow, but there');
stop_replicator();

# What is in the way of a canary.
my $good = slurp_file("$root{A}/.qsrepl-canary");
my %wrong = (
	'{"version":1,"share":"content","site":"B","epoch":%d,"number":9,"time_ms":1}' => qr/the canary of share "content" was written by site "B" in the same epoch/,
	'{"version":1,"share":"content","site":"A","epoch":9999,"number":9,"time_ms":1}' => qr/the canary of share "content" has epoch 9999, the database \d+/,
	'{"version":1,"share":"other","site":"A","epoch":1,"number":9,"time_ms":1}' => qr/the canary in "\Q$root{A}\E" is of share "other", not "content"/,
	'{"version":1' => qr/could not read the canary: file ".qsrepl-canary" is damaged/,
	'{"version":2}' => qr/could not read the canary: its version 2 is newer than this program/);

foreach my $text (sort keys %wrong)
{
	my $epoch = JSON::PP::decode_json($good)->{epoch};

	write_file("$root{A}/.qsrepl-canary", $text =~ s/%d/$epoch/r);
	sync('timeout = 1s');
	isnt($code, 0, 'refused') or diag $text;
	like($err, $wrong{$text}, 'why');
}
write_file("$root{A}/.qsrepl-canary", $good);
rename $root{B}, "$root{B}.away" or die $!;
sync('timeout = 1s');
isnt($code, 0, 'no root');
like($err, qr/site "B": the root "\Q$root{B}\E" of share "content" is not there/, 'told');
rename "$root{B}.away", $root{B} or die $!;

# Without roles there is no direction.
my $number = canary('A')->{number};
$nodes{B}->stop;
sync('timeout = 1s');
isnt($code, 0, 'a silent site');
is(canary('A')->{number}, $number, 'no canary is sent');

done_testing();
