# What the moves refuse: wrong configurations, journals, answers, passwords,
# certificates, roles; two runs at once; a full disk. Nothing is changed.
use strict;
use warnings FATAL => 'all';

use File::Copy qw(copy);
use File::Path qw(remove_tree);
use File::Spec;
use IPC::Run qw(start timeout);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;

my %node = make_tool_pair();
my %conf = map { $_ => conf_file($_, \%node) } 'A', 'B';
my ($conf_dir) = $conf{A} =~ m{(.*)/};
my $dir = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir());
my $qsrepl = File::Spec->rel2abs('build/qsrepl');
my ($code, $out, $err);

# Everything that the sites have and the tool could change: a transaction that
# has written has taken a number.
sub everything
{
	return join "\n", (map {
		my $data = $node{$_}->data_dir;

		$node{$_}->safe_psql('postgres', 'SELECT txid_snapshot_xmax(txid_current_snapshot()), pg_is_in_recovery(), '
			  . '(SELECT string_agg(slot_name, $$ $$ ORDER BY 1) FROM pg_replication_slots)'),
		  (map { slurp_file($_) } "$data/postgresql.conf", "$data/postgresql.auto.conf", "$data/pg_hba.conf", "$data/postmaster.pid"),
		  sort glob("$data/*")
	} 'A', 'B'), sort(glob("$conf_dir/* $conf_dir/*/*")), map { slurp_file($_) } glob("$conf_dir/settings_*");
}

sub in_file
{
	my ($name, @change) = @_;
	my $text = slurp_file($conf{$name});
	my $file = "$conf_dir/changed.conf";

	while (my ($from, $to) = splice @change, 0, 2)
	{
		$text =~ s/$from/$to/ or die "nothing to change: $from";
	}
	unlink $file;
	append_to_file($file, $text);
	chmod 0600, $file;
	return $file;
}

# Refused by each of the commands, with nothing changed.
sub refused
{
	my ($name, $file, $exit, $pattern, @commands) = @_;
	my $before = everything();

	foreach my $words (@commands)
	{
		($code, $out, $err) = qsrepl(@$words, '--config', $file);
		is($code, $exit, "$name: @$words") or diag($out, $err);
		like($err, $pattern, "$name: @$words: says why not");
		is(() = $err =~ /^(qsrepl: )?error: /mg, 1, "$name: @$words: in one error");
	}
	ok(everything() eq $before, "$name: nothing was changed");
	return;
}

my @switchover = ('switchover', '--to', 'B', '--yes');
my @failover = ('failover', '--to', 'B', '--accept-data-loss', 'unknown', '--force-active', 'A');
my @begin = ('maintenance', 'begin');
my ($port_a, $port_b) = map { $node{$_}->port } 'A', 'B';

unlink glob("$conf_dir/journal_*/*");

# Sites that point at each other's server, and both at one.
my $swapped = in_file('B', "port = $port_a" => 'port = 1', "port = $port_b" => "port = $port_a", 'port = 1' => "port = $port_b");
refused('ports that are swapped', $swapped, 6, qr/the server at 127\.0\.0\.1, port \d+, is site "[AB]", not "[AB]"/,
	\@switchover, \@failover, \@begin, [ 'maintenance', 'end' ], [ 'rejoin', 'A', '--yes' ], [ 'resume' ], [ 'abort' ]);
($code, $out) = qsrepl('check', '--config', $swapped);
like($out, qr/^fail .*local site/mi, 'check says so, too');
my $one = in_file('B', "port = $port_b" => "port = $port_a");
refused('both sites are one server', $one, 3, qr/sites "A" and "B" name the same server/,
	\@switchover, \@failover, \@begin);
refused('the wrong directory', in_file('A', $node{A}->data_dir => "$dir/nowhere"), 6,
	qr/the server of site "A" does not run from/, \@switchover);

# At the wrong site.
refused('the wrong site', $conf{A}, 6, qr/this machine is at site "A", not "B"\n.*Run it at that site's machine/s, \@failover,
	[ 'setup', 'standby', '--site', 'B' ]);

# Journals.
my $journal = "$conf_dir/journal_A";
($code, $out, $err) = qsrepl_killed({ KILL_AT => 12 }, @switchover, '--config', $conf{A});
my ($file) = glob("$journal/*.jsonl");
my $whole = slurp_file($file);
my ($system) = $whole =~ /"system_identifier":"(\d+)"/;

sub with_journal
{
	my ($name, $text, $pattern) = @_;

	unlink $file;
	append_to_file($file, $text);
	refused($name, $conf{A}, 6, $pattern, \@switchover, \@begin, [ 'resume' ], [ 'abort' ]);
	return;
}

with_journal('another version', $whole =~ s/"version":1/"version":2/r, qr/was written by another version of qsrepl.*Use the version that began/s);
with_journal('another pair', $whole =~ s/"system_identifier":"$system"/"system_identifier":"1"/r, qr/is damaged in line 1.*checksum/s);
with_journal('a damaged line', $whole =~ s/"before"/"begore"/r, qr/is damaged in line \d+.*move the file away/s);
with_journal('no journal', "x\n$whole", qr/is damaged in line 1/);
unlink $file;
append_to_file($file, $whole . substr $whole, 0, 50);
refused('a run that has not ended', $conf{A}, 6, qr/the run of plan "switchover" that began at .* has not ended.*qsrepl resume/s,
	\@switchover, \@begin);
($code, $out, $err) = qsrepl('abort', '--config', $conf{A});
is("$code $err", '0 ', 'a line that was torn off does not matter');
my $other = bare_server('other');
$other->start;
$other->safe_psql('postgres', 'CREATE DATABASE qsr');
($code, $out, $err) = qsrepl_killed({ KILL_AT => 12 }, @switchover, '--config', $conf{A});
my $foreign = in_file('A', "port = $port_a" => 'port = ' . $other->port);
refused('a journal of another pair', $foreign, 6, qr/is of another pair of sites.*Use the configuration of the pair/s, [ 'resume' ], [ 'abort' ]);
$other->stop;
($code, $out, $err) = qsrepl('abort', '--config', $conf{A});
is("$code $err", '0 ', 'its own');
like($out, qr/^All that the run had done is undone\. Site A is active, as before\.$/m, 'says so');

# Answers.
SKIP:
{
	skip 'no IO::Pty', 4 unless eval { require IO::Pty; 1 };
	foreach my $case ([ 'switchover', '--to', 'B' ], [ 'failover', '--to', 'B', '--force-active', 'A' ])
	{
		foreach my $answer ('no', 'y', 'YES', '', 'yes please')
		{
			my ($in, $stdout, $stderr) = ("$answer\n", '', '');
			my $before = everything();
			my $h = start([ $qsrepl, @$case, '--config', $conf{B} ], '<pty<', \$in, '>', \$stdout, '2>', \$stderr, timeout(60));

			$h->finish;
			is($? >> 8, 6, "@$case, answered by '$answer'");
			like($stderr, qr/Go on\? Type "yes": .*not (confirmed|accepted)/s, 'it asks, and goes by it');
			ok(everything() eq $before, 'nothing was changed');
		}
	}
}
refused('no terminal and no --yes', $conf{B}, 6, qr/not (confirmed|accepted).*Answer "yes", or give --/s,
	[ 'switchover', '--to', 'B' ], [ 'failover', '--to', 'B', '--force-active', 'A' ]);

# Two runs at once: at the other machine, and at the same one.
my $holder = $node{B}->background_psql('postgres');
$holder->query_safe('SELECT pg_advisory_lock(124740654428268)');
refused('a run at the other machine', $conf{A}, 6,
	qr/site "B": another run of qsrepl is at work\n.*It is process \d+ at .*, since .*wait for its end/s, \@switchover, \@begin);
$holder->quit;
open my $lock, '>>', "$journal/lock" or die;
flock $lock, 2 or die;
refused('a run at this machine', $conf{A}, 6, qr/could not lock file.*It is held by.*One run at a time/s, \@switchover, \@begin);
close $lock;

# Passwords and certificates.
my $hba = slurp_file($node{A}->data_dir . '/pg_hba.conf');
my $me = getpwuid $<;
my @wrong = map {
	my $name = "$dir/pass_$_->[0]";
	append_to_file($name, ($_->[0] eq 'none' ? 'elsewhere' : '127.0.0.1') . ":*:*:*:$_->[1]\n");
	chmod 0600, $name;
	$name
} [ 'wrong', 'Secret1' ], [ 'none', 'Secret2' ];
$node{A}->safe_psql('postgres', qq(SET password_encryption = 'scram-sha-256'; ALTER ROLE "$me" PASSWORD 'Secret3'));
PostgreSQL::Test::Utils::system_or_bail('cp', $node{A}->data_dir . '/pg_hba.conf', "$dir/hba");
unlink $node{A}->data_dir . '/pg_hba.conf';
append_to_file($node{A}->data_dir . '/pg_hba.conf', "local all all trust\nhost all $me 127.0.0.1/32 scram-sha-256\n$hba");
$node{A}->reload;
$ENV{PGPASSWORD} = 'Secret3';
foreach my $case ([ $wrong[0], qr/password authentication failed/ ], [ $wrong[1], qr/no password supplied|password authentication failed/ ])
{
	my $passfile = in_file('B', "\\[qsrepl\\]\n" => "[qsrepl]\npassfile = $case->[0]\n");

	delete local $ENV{PGPASSWORD};
	foreach my $words (\@switchover, \@begin)
	{
		($code, $out, $err) = qsrepl(@$words, '--config', $passfile);
		is($code, 7, "a wrong password: @$words") or diag($out, $err);
		like($err, $case->[1], 'says so');
		unlike("$out$err", qr/Secret/, 'but not the password');
	}
}
delete $ENV{PGPASSWORD};
unlink $node{A}->data_dir . '/pg_hba.conf';
append_to_file($node{A}->data_dir . '/pg_hba.conf', $hba);
$node{A}->reload;
SKIP:
{
	skip 'no openssl', 4 if system('openssl version >/dev/null 2>&1') != 0
	  || $node{A}->safe_psql('postgres', q(SELECT count(*) FROM pg_settings WHERE name = 'ssl_library' AND setting <> '')) eq '0';
	foreach my $name ('right', 'wrong')
	{
		PostgreSQL::Test::Utils::run_log([ qw(openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj), '/CN=127.0.0.1', '-addext',
				'subjectAltName=IP:127.0.0.1', '-keyout', "$dir/$name.key", '-out', "$dir/$name.crt" ]);
		chmod 0600, "$dir/$name.key";
	}
	$node{A}->safe_psql('postgres', $_)
	  foreach "ALTER SYSTEM SET ssl_cert_file = '$dir/right.crt'", "ALTER SYSTEM SET ssl_key_file = '$dir/right.key'", 'ALTER SYSTEM SET ssl = on';
	$node{A}->reload;
	$node{A}->poll_query_until('postgres', 'SHOW ssl', 'on');
	refused('a wrong certificate', in_file('B', "\\[site A\\]\n" => "[site A]\nconninfo = sslmode=verify-full sslrootcert=$dir/wrong.crt\n"),
		7, qr/site "A": .*certificate verify failed/s, \@switchover, \@begin);
	$node{A}->safe_psql('postgres', 'ALTER SYSTEM RESET ssl');
	$node{A}->reload;
}

# A full disk for the journal, when it is made and later.
foreach my $at (0 .. 3)
{
	my (undef, $full_code, $full_out, $full_err) = qsrepl_killed({ FULL_AT => $at }, @switchover, '--config', $conf{A});

	like($full_err, qr/No space left on device/, "a full disk from write $at on: says so");
	like($full_code, qr/^[68]$/, 'and does not go on') or diag($full_out);
	($code, $out, $err) = qsrepl('abort', '--config', $conf{A});
	is($code, $full_code == 6 ? 6 : 0, 'to be aborted where it had begun') or diag($err);
}

# A lost slot.
my $slots = q(SELECT slot_name FROM pg_replication_slots);
my $slot = $node{A}->safe_psql('postgres', $slots);
$node{B}->stop;
$node{A}->safe_psql('postgres', "SELECT pg_drop_replication_slot('$slot')");
$node{B}->start;
refused('a slot that is gone', $conf{A}, 6, qr/the pair is not ready for a switchover.*"qsrepl check" tells what to do/s, \@switchover);
($code, $out, $err) = qsrepl('check', '--config', $conf{A});
like($out, qr/^fail .*\n.*primary_slot_name/m, 'check says where to look') or diag($out);
$node{A}->safe_psql('postgres', "SELECT pg_create_physical_replication_slot('$slot', true)");
$node{A}->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_stat_replication WHERE state = 'streaming'));

# A dry run of each verb changes nothing.
my $before = everything();
foreach my $words (@{ [ \@switchover, \@failover, \@begin, [ 'maintenance', 'end' ], [ 'rejoin', 'B', '--yes' ], [ 'failback', 'B', '--yes' ],
			[ 'setup', 'primary', '--site', 'A' ], [ 'setup', 'standby', '--site', 'B' ] ] })
{
	my $site = "@$words" =~ /(failover|site B)/ ? 'B' : 'A';

	($code, $out, $err) = qsrepl(@$words, '--dry-run', '--config', $conf{$site});
	is($code, 0, "a dry run of @$words") or diag($out, $err);
	ok(everything() eq $before, 'changes nothing');
}

# A third standby of A goes on, through A.
my $third = make_standby($node{A}, 'C', conf => "primary_slot_name = 'third'\n") if $node{A}->safe_psql('postgres',
	q(SELECT pg_create_physical_replication_slot('third', true)));
($code, $out, $err) = qsrepl('check', '--config', $conf{A});
like($out, qr/^warn .*site_c/m, 'check tells of a third standby');
($code, $out, $err) = qsrepl(@switchover, '--config', $conf{A});
$_->_update_pid(-1) foreach values %node;
is($code, 0, 'a switchover with it') or diag($out, $err);
like($err, qr/^Also receives the log of site A: site_c\.$/m, 'it is told before');
like($out, qr/\(site_c\) gets it through that site from now on/, 'and afterwards');
$node{B}->safe_psql('qsr', q(INSERT INTO ledger VALUES (7, 'by B')));
ok($third->poll_query_until('qsr', 'SELECT count(*) = 1 FROM ledger WHERE id = 7'), 'the third one follows through A');
$third->stop;
$node{A}->safe_psql('postgres', q(SELECT pg_drop_replication_slot('third')));
($code, $out, $err) = qsrepl('switchover', '--to', 'A', '--yes', '--config', $conf{A});
$_->_update_pid(-1) foreach values %node;
is("$code $err", '0 ', 'back');

# Two primaries.
$node{B}->safe_psql('postgres', 'SELECT pg_promote()');
$node{B}->safe_psql('postgres', q(SELECT pg_create_physical_replication_slot('cascade', true)));
$node{B}->poll_query_until('qsr', q(SELECT state = 'local' FROM qsrepl.status));
refused('two primaries', $conf{B}, 6, qr/is active already/, \@switchover, \@failover);
($code, $out, $err) = qsrepl('check', '--config', $conf{A});
is($code, 1, 'check fails');
like($out, qr/^fail +roles .*is a primary.*\n.*Find out which of them the users write to/m, 'and says what to do') or diag($out);
$node{A}->poll_query_until('qsr', 'SELECT fenced FROM qsrepl.status');
refused('the site that others have overtaken', $conf{B}, 6, qr/site "A" is not active: its server is fenced.*unfence/s,
	[ 'rejoin', 'B', '--yes' ], [ 'failback', 'B', '--yes' ]);
$node{B}->stop;
$node{A}->safe_psql('qsr', 'SELECT qsrepl.unfence()');
($code, $out, $err) = qsrepl('rejoin', 'B', '--yes', '--config', $conf{B});
$_->_update_pid(-1) foreach values %node;
is("$code $err", '0 ', 'rejoin mends it');
like($out, qr/^Replication slot "cascade" of site B is dropped\. What uses it cannot go on: make it anew\.$/m, 'and tells of slots');
$node{A}->reload;
$node{A}->poll_query_until('qsr', q(SELECT count(*) = 0 FROM qsrepl.check() c WHERE c::text LIKE '%superseded%'));
($code, $out, $err) = qsrepl('check', '--config', $conf{A});
is($code, 0, 'ready again') or diag($out);
$_->stop foreach values %node;
done_testing();
