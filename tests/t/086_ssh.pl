# remote_command through a real sshd: switchover from either side; and one that
# is gone in the middle.
use strict;
use warnings FATAL => 'all';

use File::Spec;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplSsh;
use QsreplTest;
use Test::More;

my $dir = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir());
my $ssh = start_ssh(dir => "$dir/ssh");

die 'no sshd' if !$ssh || system('ssh -V >/dev/null 2>&1') != 0;

my %node = make_tool_pair();
my $qsrepl = File::Spec->rel2abs('build/qsrepl');
my ($code, $out, $err);

sub write_script
{
	my ($name, $text) = @_;

	unlink "$dir/$name";
	append_to_file("$dir/$name", $text);
	chmod 0700, "$dir/$name";
	return "$dir/$name";
}

my @ssh = $ssh->words('127.0.0.1');

# The configuration of a site's machine, which reaches the other one by ssh.
sub write_conf_of
{
	my ($site, $sections) = @_;
	my ($other) = grep { $_ ne $site } 'A', 'B';

	# Where there is a remote_command, the same host is another machine, too.
	my $text = slurp_file(conf_file($site, \%node,
		main => "databases = qsr more\nstop_timeout = 20s\n",
		$other => "remote_command = @ssh $dir/qsrepl_$other\n",
		sections => $sections // ''));

	write_script("qsrepl_$site", "#!/bin/sh\necho \"\$@\" >>$dir/called_$site\nQSREPL_CONFIG=$dir/$site.conf exec $qsrepl \"\$@\"\n");
	chmod 0600, write_script("$site.conf", $text);
	return "$dir/$site.conf";
}

sub at
{
	my ($site, @words) = @_;

	($code, $out, $err) = qsrepl(@words, '--config', "$dir/$site.conf");
	$_->_update_pid(-1) foreach values %node;
	return;
}

write_conf_of($_) foreach 'A', 'B';
if (system("@ssh true >$dir/ssh.log 2>&1") != 0)
{
	diag(slurp_file("$dir/ssh.log"), slurp_file("$ssh->{dir}/log"));
	$ssh->stop;
	$_->stop foreach values %node;
	plan skip_all => 'sshd does not let us in';
}

# There, from the side that loses the role, and back from the one that gets it.
$node{A}->safe_psql('qsr', q(INSERT INTO ledger VALUES (1, '\\\\CN\\QlikShare\\x')));
foreach my $case ([ 'A', 'B' ], [ 'A', 'A' ], [ 'B', 'B' ], [ 'B', 'A' ])
{
	my ($at, $to) = @$case;
	my ($other) = grep { $_ ne $at } 'A', 'B';

	unlink glob("$dir/called_*");
	at($at, 'switchover', '--to', $to, '--yes');
	is("$code $err", '0 ', "switchover to $to, at $at");
	like($out, qr/^Site $to is active\.$/m, 'says so');
	is(-s "$dir/called_$other" ? 1 : 0, $at eq $to ? 1 : 0, 'the other machine was asked where its server must stop');
	ok(!-e "$dir/called_$at", 'and this one not by ssh');
	is(join(' ', site_words("$dir/A.conf")), $to eq 'A' ? 'A active B standby' : 'A standby B active', 'and so it is');
}
is(slurp_file("$ssh->{dir}/log") =~ /error|fatal/i, '', 'sshd has nothing to complain');

# A remote end that is another site's, no qsrepl, or fails.
at('A', 'switchover', '--to', 'B', '--yes');
is("$code $err", '0 ', 'to B');
foreach my $case (
	[ "#!/bin/sh\nQSREPL_CONFIG=$dir/A.conf exec $qsrepl \"\$@\"\n", qr/this machine is at site "A", not "B"/ ],
	[ "#!/bin/sh\necho hello\n", qr/what answers for site "B" is no qsrepl\n.*remote_command must end in the qsrepl there/s ],
	[ "#!/bin/sh\nexit 3\n", qr/"state" could not be done at site "B"/ ])
{
	write_script('qsrepl_B', $case->[0]);
	at('A', 'switchover', '--to', 'A', '--yes');
	is($code, 6, 'a remote_command that leads elsewhere');
	like($err, $case->[1], 'is told');
	is(join(' ', site_words("$dir/A.conf")), 'A standby B active', 'and nothing is changed');
}
write_conf_of($_) foreach 'A', 'B';
at('A', 'switchover', '--to', 'A', '--yes');
is("$code $err", '0 ', 'the right one');

# sshd is gone in the middle.
my $kill = write_script('kill', "#!/bin/sh\nkill " . $ssh->pid . "\n");
write_conf_of('B', "[hook end]\nwhen = before\nphase = stop\ncommand = $kill\n");
at('B', 'switchover', '--to', 'B', '--yes');
is($code, 8, 'sshd is gone before the server is stopped') or diag($out);
like($err, qr/step "stop" failed: "stop" could not be done at site "A"\n.*Connection refused.*qsrepl resume/s, 'says what and what to do');
is(join(' ', site_words("$dir/A.conf")), 'A fenced B standby', 'nobody takes writes');
at('B', 'abort');
is($code, 8, 'not undone without it');
like($err, qr/could not be done at site "A"\n.*run "qsrepl abort" again/s, 'says so');
$ssh->start;
write_conf_of('B');
at('B', 'abort');
is("$code $err", '0 ', 'undone when it is back');
is(join(' ', site_words("$dir/A.conf")), 'A active B standby', 'as before');
$kill = write_script('kill', "#!/bin/sh\nkill " . $ssh->pid . "\n");
write_conf_of('B', "[hook end]\nwhen = after\nphase = stop\ncommand = $kill\n");
at('B', 'switchover', '--to', 'B', '--yes');
is($code, 8, 'sshd is gone when the server has stopped') or diag($out);
like($err, qr/step "standby" failed: .*Connection refused/s, 'says so');
$ssh->start;
write_conf_of('B');
at('B', 'resume');
is("$code $err", '0 ', 'resume goes on when it is back');
is(join(' ', site_words("$dir/A.conf")), 'A standby B active', 'to the end');
query_is($node{B}, 'qsr', 'SELECT count(*) FROM ledger', '1', 'nothing is lost');
$ssh->stop;
$_->stop foreach values %node;
done_testing();
