#
# QsreplWhole.pm
#		A pair with everything that a move moves: databases, certificates,
#		services on stand-in nodes, the public alias at a real name server.
#
package QsreplWhole;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use PostgreSQL::Test::Utils;
use QsreplContent;
use QsreplNamed;
use QsreplNodes;
use QsreplPair;
use QsreplServices;
use QsreplTest;
use QsreplTool;
use QsreplTransport;
use Test::More;

our @EXPORT = qw(make_whole $up $down %nodes %server %conf $named tool all_are
  active_is change_conf end_whole);

our $up = 'Dispatcher 4 Repository 4 Proxy 4 Engine 4 Scheduler 4 Printing 4';
our $down = 'Dispatcher 1 Repository 1 Proxy 1 Engine 1 Scheduler 1 Printing 1';
our (%nodes, %server, %conf, $named);

my $sections;

# The configuration of a site's machine, for conf_file().
sub options
{
	my ($site, %opt) = @_;
	my %lines = map {
		$_ => "certificates = directory\ncertificate_directory = $tool_dir/store_$_\nremote_command = " . set_remote($_) . "\n"
		  . 'dns_target = qs-' . lc($_) . ".company.test\ndns_servers = $named->{server}\n"
	} 'A', 'B';

	$lines{main} = "mode = logical\ndatabases = qsr\nreplication_name = qsrepl\npassfile = $tool_dir/pgpass\n" if $opt{logical};
	return (%lines, file => "$tool_dir/transport_$site.conf",
		sections => $sections . "[certificates]\nkey_directory = $tool_dir/keys_$site\nrecovery_certificate = $tool_dir/recovery.key.crt\n");
}

# What Qlik Sense keeps of its files.
my $content_tables = <<'SQL';
CREATE TABLE "Apps" ("ID" uuid PRIMARY KEY, "Name" text, "ModifiedDate" timestamp);
CREATE TABLE "StaticContentReferences" ("ID" uuid PRIMARY KEY, "DataLocation" text);
SQL

# The same for logical mode: a database "qsr" with a table "ledger".
sub make_logical_pair
{
	my %pair = make_bare('qsr');

	foreach my $case ([ 'A', 'publisher' ], [ 'B', 'subscriber' ])
	{
		my ($site, $verb) = @$case;

		QsreplPair::set_up(\%pair, $verb, $site, conf_file($site, \%pair, options($site, logical => 1)));
		add_rules($pair{$site}, 'qsr', [ 'ledger', 'path', 'path' ]);
	}
	$pair{B}->safe_psql('qsr', 'SELECT qsrepl.enable()');
	return %pair;
}

sub make_bare
{
	my ($db) = @_;
	my %pair;

	@pair{ 'A', 'B' } = make_bare_pair();
	foreach my $node (values %pair)
	{
		$node->start;
		$node->safe_psql('postgres', 'CREATE ROLE qliksenserepository LOGIN');
	}
	$pair{A}->safe_psql('postgres', "CREATE DATABASE $db");
	$pair{A}->safe_psql($db, 'CREATE TABLE ledger (id bigint PRIMARY KEY, path text); ALTER TABLE ledger OWNER TO qliksenserepository');
	$pair{A}->safe_psql($db, $content_tables);
	return %pair;
}

=pod

=item make_whole(net => { A => '127.0.11', B => '127.0.12' }, logical => 1,
share => lines)

Fill %nodes, %server, %conf and $named, whose keys are sites: A is active, its
services run, and B is what a passive site is. The central nodes have one alias,
and so have the rims. A run stops before the fence where $tool_dir/stop_here
exists. With logical, in logical mode. With share, each site has a file share
(QsreplContent.pm) whose section has these lines, too; the writer of
start_share_writer() ends with the services of its site, and the database has
the tables that Qlik Sense keeps its files in. A hook before and after the phase
"share" writes its name into $tool_dir/share_hooks.

=cut

sub make_whole
{
	my (%opt) = @_;
	my $hook = write_private("$tool_dir/hook.pl", 'exit(-e $ARGV[0] ? 1 : 0);');

	%nodes = (
		A => start_nodes(n => 2, net => $opt{net}{A}),
		B => start_nodes(n => 2, net => $opt{net}{B}, services => qlik_services(running => 0)));
	$named = start_named('named', address => '127.0.0.1');
	$sections = join '', map {
		node_sections($nodes{$_}, site => $_, names => [ "CN-$_", "P1-$_" ], lines => { "CN-$_" => "alias = CN\n", "P1-$_" => "alias = P1\n" })
	} 'A', 'B';
	$sections .= "[services]\nanswer_timeout = 5s\nstop_timeout = 5s\nstart_timeout = 5s\nstate_url = off\nabout_url = off\nalive_url = off\n"
	  . "[dns]\nname = qs.company.test\nzone = company.test\nttl = 30s\nwait = 5s\nkey_file = " . named_key('qsrepl-key') . "\n"
	  . "[hook stop]\nwhen = before\nphase = fence\ncommand = \"$^X\" \"$hook\" \"$tool_dir/stop_here\"\n";
	$sections .= share_sections($opt{share}) if defined $opt{share};
	recovery_key('recovery');
	make_certificates("$tool_dir/store_A", 'P1');
	%server = $opt{logical} ? make_logical_pair() : make_tool_pair(options('A'));
	$server{A}->safe_psql('qsr', $content_tables) if defined $opt{share} && !$opt{logical};
	%conf = map { $_ => conf_file($_, \%server, options($_, %opt)) } 'A', 'B';
	foreach my $case ([ 'B', 'cert', 'keys' ], [ 'A', 'cert', 'sync' ], [ 'B', 'service', 'passive', '--site', 'B', '--yes' ])
	{
		my ($code, $out, $err) = tool(@$case);

		die "@$case: $code\n$out$err" if $code != 0;
	}
	return;
}

# The share, the end of its writer with the services, and what tells of the hooks.
sub share_sections
{
	my ($lines) = @_;
	my $stop = write_private("$tool_dir/stop_writer.pl", <<'PERL');
my ($dir) = @ARGV;
exit 0 if !-e "$dir/written" || -e "$dir/written.end";
open my $stop, '>', "$dir/writer_stop" or die;
for (1 .. 2000) { last if -e "$dir/written.end"; select undef, undef, undef, 0.01; }
exit(-e "$dir/written.end" ? 0 : 1);
PERL
	my $note = write_private("$tool_dir/note_hook.pl", <<'PERL');
my ($dir) = @ARGV;
open my $file, '>>', "$dir/share_hooks" or die;
print $file "$ENV{QSREPL_WHEN} $ENV{QSREPL_PHASE} $ENV{QSREPL_PHASE_SITE}\n";
exit(-e "$dir/stop_share" ? 1 : 0);
PERL

	make_shares();
	return share_section($lines)
	  . "[hook writer]\nwhen = after\nphase = services_down\ncommand = \"$^X\" \"$stop\" \"$tool_dir\"\n"
	  . join '', map { "[hook share_$_]\nwhen = $_\nphase = share\ncommand = \"$^X\" \"$note\" \"$tool_dir\"\n" } 'before', 'after';
}

=pod

=item tool($site, words)

Run the tool at a site: exit code, output, errors.

=cut

sub tool
{
	my ($at, @words) = @_;
	my @result = qsrepl(@words, '--config', $conf{$at});

	$_->_update_pid(-1) foreach values %server;
	return @result;
}

=pod

=item change_conf(sub { s/.../.../ })

Make both sites' configurations as they were at the first such call, with a
change of $_.

=cut

my %first;

sub change_conf
{
	my ($change) = @_;

	foreach my $site ('A', 'B')
	{
		local $_ = $first{$site} //= slurp_file($conf{$site});

		$change->();
		write_private($conf{$site}, $_);
	}
	return;
}

# The start types that a node has, each once.
sub start_types
{
	my ($site, $number) = @_;
	my $services = $nodes{$site}->node($number)->{services};
	my %types = map { $services->{$_}{start} => 1 } grep { !/Database/ } keys %$services;

	return join ' ', sort keys %types;
}

=pod

=item all_are($site, $states, $start, $name)

Are all services of a site's nodes so, as states() tells, with this start type?

=cut

sub all_are
{
	my ($site, $states, $start, $name) = @_;

	foreach my $number (1, 2)
	{
		is(states($nodes{$site}, $number), $states, "$name: services of node $number of site $site");
		is(start_types($site, $number), $start, "$name: their start types");
	}
	return;
}

=pod

=item active_is($site, $name)

Is a site the active one in all respects, and the other one passive?

=cut

sub active_is
{
	my ($site, $name) = @_;
	my $other = $site eq 'A' ? 'B' : 'A';

	all_are($site, $up, 'auto', $name);
	all_are($other, $down, 'manual', $name);
	is(record($named, 'qs', 'CNAME'), 'qs-' . lc($site) . '.company.test', "$name: the alias");
	is(join(' ', sort grep { /active/ } site_words($conf{A})), "$site active", "$name: the databases");
	return;
}

sub end_whole
{
	$_->stop foreach values %nodes;
	stop_all_named();
	return;
}

1;
