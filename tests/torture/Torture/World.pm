#
# World.pm
#		A pair of sites as qsrepl sets it up, under load, in either mode.
#
package Torture::World;

use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use File::Spec;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use QsreplTool;
use Time::HiRes qw(time usleep);
use Torture::Load;
use Torture::Net;
use Torture::Site;

my $worlds = 0;
my $deadline = 150;				# s for one command

sub new
{
	my ($class, $mode) = @_;
	my $n = ++$worlds;
	my $self = bless { mode => $mode, n => $n, dir => "$tool_dir/world$n", active => 'A', done => [], net => Torture::Net->new }, $class;

	mkdir $self->{dir}, 0700 or die $!;
	make_site_files($self->{dir});
	$self->make_servers;
	foreach my $site ('A', 'B')
	{
		my $command = write_private("$self->{dir}/remote_$site", <<"SH");
#!/bin/sh
[ ! -e $self->{dir}/rubbish ] || { cat $self->{dir}/rubbish; exit 0; }
[ ! -e $self->{dir}/is_cut ] || { echo 'connection timed out' >&2; exit 255; }
QSREPL_CONFIG=$self->{dir}/conf_$site exec @{ $self->{net}{inside}{$site} } $qsrepl_program "\$@"
SH
		chmod 0700, $command;
		configuration($self, $site);
	}
	$self->set_up;
	$self->{load} = Torture::Load->new($self->{dir}, $self->{node}, 'qsr');
	return $self;
}

# A server a site, on a disk of its own.
sub make_servers
{
	my ($self) = @_;

	foreach my $site ('A', 'B')
	{
		my $node = bare_server("world$self->{n}_" . lc $site, before => sub { make_disk($_[0]->basedir, '900m') });

		$node->append_conf('postgresql.conf', <<'CONF');
listen_addresses = '*'
wal_receiver_timeout = 3s
wal_sender_timeout = 3s
max_wal_size = 64MB
min_wal_size = 32MB
max_slot_wal_keep_size = 256MB
wal_log_hints = on
restart_after_crash = on
log_line_prefix = '%m [%p] %q%a '
CONF
		$node->append_conf('pg_hba.conf', "host all all 10.83.0.0/16 trust\nhost replication all 10.83.0.0/16 trust\n");
		$self->{node}{$site} = $node;
	}
	return;
}

# By the commands of the documentation.
sub set_up
{
	my ($self) = @_;
	my ($a, $b) = @{ $self->{node} }{ 'A', 'B' };
	my $logical = $self->{mode} eq 'logical';

	$a->start;
	$a->safe_psql('postgres', $_) foreach 'CREATE DATABASE qsr', 'CREATE DATABASE more', 'CREATE ROLE qliksenserepository LOGIN';
	$a->safe_psql('qsr', <<'SQL');
CREATE TABLE ledger (id bigint PRIMARY KEY, path text);
CREATE TABLE things (id int PRIMARY KEY, host text, doc jsonb);
INSERT INTO things SELECT n, 'CN', jsonb_build_object('root', '\\CN\QlikShare\Apps\' || n, 'n', n) FROM generate_series(1, 4000) n;
ALTER TABLE ledger OWNER TO qliksenserepository;
ALTER TABLE things OWNER TO qliksenserepository;
SQL
	if ($logical)
	{
		$self->in_site('B')->start;
		$b->safe_psql('postgres', 'CREATE ROLE qliksenserepository LOGIN');
		$b->stop;
		$self->start_server('B');
	}
	$self->must('A', 'setup', $logical ? 'publisher' : 'primary', '--site', 'A');
	$self->rules($a);
	$self->must('B', 'setup', $logical ? 'subscriber' : 'standby', '--site', 'B', $logical ? () : ('--discard-site', 'B'));
	if ($logical)
	{
		$self->rules($b);
		$b->safe_psql('qsr', 'SELECT qsrepl.enable(); SELECT qsrepl.localize()');
	}
	$self->must('B', 'cert', 'keys');
	$self->must('A', 'cert', 'sync');
	$self->must('B', 'service', 'passive', '--site', 'B', '--yes');
	$self->must('A', 'share', 'sync', '--initial', '--yes');
	return;
}

sub in_site { return $_[0]{node}{ $_[1] } }

sub rules
{
	my ($self, $node) = @_;

	add_rules($node, 'qsr', [ 'ledger', 'path', 'path' ], [ 'things', 'host', 'host' ], [ 'things', 'doc', 'text' ]);
	return;
}

sub other { return $_[1] eq 'A' ? 'B' : 'A' }
sub passive { return $_[0]->other($_[0]{active}) }

# A server as its site's machine starts it, with its environment.
sub start_server
{
	my ($self, $site, %environment) = @_;
	my $node = $self->{node}{$site};
	my @env = map { "$_=$environment{$_}" } sort keys %environment;

	IPC::Run::run([ @{ $self->{net}{inside}{$site} }, 'env', @env, 'pg_ctl', '-w', '-t', 30, '-D', $node->data_dir, '-l', $node->logfile,
			'-o', '--cluster-name=' . $node->name, 'start' ], '<', \'', '>', \my $out, '2>&1');
	my $good = $? == 0;
	$self->forget_pids;
	return $good;
}

sub forget_pids
{
	my ($self) = @_;

	$_->_update_pid(-1) foreach values %{ $self->{node} };
	return;
}

sub postmaster
{
	my ($self, $site) = @_;
	my $file = $self->{node}{$site}->data_dir . '/postmaster.pid';
	my ($pid) = -e $file ? slurp_file($file) =~ /^(\d+)/ : ();

	return $pid && kill(0, $pid) ? $pid : undef;
}

=pod

=item begin($site, \%environment, words), end_of($run)

The tool at a site, begun; and its exit code, output and errors. tool() is both.

=cut

sub begin
{
	my ($self, $site, $environment, @words) = @_;
	my @env = map { "$_=$environment->{$_}" } sort keys %$environment;
	my $run = { site => $site, words => "@words", out => '', err => '' };

	$run->{harness} = IPC::Run::start([ @{ $self->{net}{inside}{$site} }, 'env', @env, $qsrepl_program, @words, '--config', "$self->{dir}/conf_$site" ],
		'<', \'', '>', \$run->{out}, '2>', \$run->{err}, IPC::Run::timeout($deadline));
	$run->{pid} = $run->{harness}{KIDS}[0]{PID};
	return $run;
}

sub end_of
{
	my ($self, $run) = @_;

	if (!eval { $run->{harness}->finish; 1 })
	{
		$run->{harness}->kill_kill(grace => 1);
		$self->problem("qsrepl $run->{words} has not ended after $deadline s");
	}
	my $status = $run->{harness}->full_result(0) // 0;
	my $code = $status & 127 ? 128 + ($status & 127) : $status >> 8;

	$self->forget_pids;
	push @{ $self->{done} }, { site => $run->{site}, words => $run->{words}, code => $code, out => $run->{out}, err => $run->{err} };
	open my $said, '>>', "$self->{dir}/said" or die $!;
	print $said "\$ at $run->{site}: qsrepl $run->{words}\n$run->{out}$run->{err}exit code $code\n";
	close $said;
	return ($code, $run->{out}, $run->{err});
}

sub tool
{
	my ($self, $site, @words) = @_;
	my $environment = ref $words[0] ? shift @words : {};

	return $self->end_of($self->begin($site, $environment, @words));
}

sub must
{
	my ($self, $site, @words) = @_;
	my ($code, $out, $err) = $self->tool($site, @words);

	die "at $site: qsrepl @words: $code\n$out$err" if $code != 0;
	return $out;
}

sub cut
{
	my ($self) = @_;

	$self->{net}->cut;
	write_private("$self->{dir}/is_cut", '');
	return;
}

# A site's machines do not answer any more; mend() lets them.
sub lose
{
	my ($self, $site) = @_;

	write_private("$self->{dir}/services_$site/lost", '');
	$self->{lost} = $site;
	return;
}

sub mend
{
	my ($self) = @_;

	unlink glob "$self->{dir}/services_?/lost";

	unlink "$self->{dir}/is_cut";
	$self->{net}->mend;
	return;
}

# Something is not as it must be.
sub problem
{
	my ($self, $text) = @_;

	push @{ $self->{problems} }, $text;
	return;
}

# One value by a server's own word, or undef.
sub ask
{
	my ($self, $site, $query) = @_;
	my ($code, $out) = $self->{node}{$site}->psql('qsr', $query, timeout => 20, timed_out => \my $late);

	return defined $code && $code == 0 ? $out : undef;
}

# Wait for the truth of a query at a site.
sub wait_for
{
	my ($self, $site, $query, $seconds) = @_;
	my $end = time + ($seconds // 20);

	while (time < $end)
	{
		return 1 if ($self->ask($site, $query) // '') eq 't';
		usleep(50_000);
	}
	return 0;
}

# The passive site has all that the active one has committed by now.
sub caught_up
{
	my ($self, $seconds) = @_;
	my $lsn = $self->ask($self->{active}, 'SELECT pg_current_wal_insert_lsn()') // return 0;

	return $self->wait_for($self->{active}, $self->{mode} eq 'physical'
		? "SELECT count(*) > 0 AND bool_and(replay_lsn >= '$lsn') FROM pg_stat_replication WHERE state = 'streaming'"
		: "SELECT count(*) > 0 AND bool_and(confirmed_flush_lsn >= '$lsn') FROM pg_replication_slots WHERE slot_type = 'logical' AND database = 'qsr'",
		$seconds);
}

sub end
{
	my ($self) = @_;
	my ($told, @wrong) = $self->{load}->end;

	$self->problem("$_: $told") foreach @wrong;

	foreach my $site ('A', 'B')
	{
		my $pid = $self->postmaster($site) // next;
		kill 'QUIT', $pid;
		for (1 .. 500) { last if !$self->postmaster($site); usleep(20_000) }
	}
	$self->forget_pids;
	$self->{net}->end;
	return $told;
}

1;
