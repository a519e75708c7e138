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

# A failover goes by the last canary that has come.
$nodes{B}->start;
share_caught_up(\%nodes);
replicate(0.1);
sync('timeout = 30s');
is("$code $err", '0 ', 'it runs again');
stop_replicator();
$good = slurp_file("$root{B}/.qsrepl-canary");
my $conf_b = conf_file('B', \%nodes, sections => share_section(@root{qw(A B)}, 'replicated_by = external', 'writable_command = /bin/false'), file => "$tool_dir/external_b.conf");
kill_server($nodes{A});

sub failover
{
	my ($bound) = @_;

	($code, $out, $err) = qsrepl('failover', '--to', 'B', '--accept-data-loss', $bound, '--json', '--config', $conf_b);
	return;
}

sub not_known
{
	my ($canary, $why) = @_;

	unlink "$root{B}/.qsrepl-canary";
	write_file("$root{B}/.qsrepl-canary", $canary) if defined $canary;
	failover('1h');
	is($code, 6, 'what is lost is not known: refused') or diag "$out$err";
	like($err, qr/Share "content": what site A has changed and site B does not have is unknown: $why\.\nAll rows of site B have their file\.$/m, 'and why');
	return;
}

not_known(undef, qr/another program replicates it, and no canary has come/);
not_known($good =~ s/"site":"A"/"site":"B"/r, qr/another program replicates it, and the last canary is that of site B itself/);
not_known($good =~ s/"time_ms":\d+/"time_ms":4102444800000/r, qr/by the clock of this machine its last canary was written in the future, at 2100-01-01T00:00:00\.000Z/);
not_known('{', qr/could not read the canary: file "\.qsrepl-canary" is damaged/);
my $long_ago = int(Time::HiRes::time() * 1000) - 600_000;
write_file("$root{B}/.qsrepl-canary", $good =~ s/"time_ms":\d+/"time_ms":$long_ago/r);
my $told = qr/^(?:qsrepl: detail: )?.*Share "content": what site A has changed since \S+Z, for 10(?:\.\d)? min, may not be at site B\.\nThat is when the last canary was written that has come there\. What replicates the share may bring a large file later than a canary\.\nAll rows of site B have their file\.$/m;
failover('9min');
is($code, 6, 'a canary that was written before the bound');
like($err, qr/more may be lost than --accept-data-loss 9min accepts/, 'does not cover it') or diag $err;
like($err, $told, 'what is known is told');

# A replica that stays read-only does not keep it from its end.
failover('1h');
is($code, 1, 'a bound before the canary does, and the replica stays read-only') or diag "$out$err";
like($err, $told, 'told again');
my $result = JSON::PP::decode_json($out);
is($result->{outcome}, 'incomplete', 'the outcome');
is($result->{risk}{shares}[0]{known_by}, 'canary', 'as JSON: by what it is known');
cmp_ok($result->{risk}{shares}[0]{behind_seconds}, '>=', 600, 'how long');
like($result->{notes}, qr/could not make share "content" writable at site "B": /, 'the command that failed is told') or diag $out;
is(join(' ', grep { /active/ } site_words($conf_b)), 'B active', 'and site B is the active one');

done_testing();
