# Words that would be commands where somebody forgets to quote, by the command
# line: to servers that answer and with everything configured. Each is refused
# with a message and the exit code that it is to have, or means what it says.
use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplShare;
use QsreplTest;
use Test::More;

my $drop = 'DROP TABLE public.canary; CREATE ROLE pwned SUPERUSER;';
my @shell = ("'; $drop --", "\"; $drop \$\$ --", '$(touch pwned)$1%s', "`touch pwned`|\\\n$drop", '-', '../../pwned');

sub unharmed
{
	my ($node, $in, $name) = @_;

	return query_is($node, $in,
		q(SELECT (SELECT count(*) FROM public.canary), (SELECT count(*) FROM pg_roles WHERE rolname = 'pwned')),
		'1|0', $name);
}

my %nodes = make_tool_pair();
my $passfile = write_private("$tool_dir/pgpass", '');
my %site = map { $_ => "certificates = directory\ncertificate_directory = $tool_dir/cert_$_\nsnapshot_directory = $tool_dir/snap_$_\n"
	  . "hosts_file = $tool_dir/hosts_$_\ndns_target = 127.0.0.1\ndns_servers = 127.0.0.1#1\n" } 'A', 'B';
$site{B} =~ s/(dns_target = ).*/${1}127.0.0.2/;
mkdir "$tool_dir/$_" foreach map { ("cert_$_", "snap_$_") } 'A', 'B';
append_to_file("$tool_dir/hosts_$_", '') foreach 'A', 'B';
my $conf = conf_file('A', \%nodes, %site, sections => share_section() . <<"CONF");
[certificates]
key_directory = $tool_dir/keys
[dns]
name = qs.company.test
type = A
timeout = 1s
[node CN]
site = A
address = 127.0.0.1
roles = central
service_control = exec
service_command = /bin/false
CONF
$nodes{A}->safe_psql($_, 'CREATE TABLE public.canary AS SELECT 1') foreach 'postgres', 'qsr';
my $no_table = qr/site "A": invalid name syntax|no database has table/;
my $conf_b = conf_file('B', \%nodes, %site);
my $plain = conf_file('A', \%nodes, A => "snapshot_directory = $tool_dir/snap_A\n", file => "$tool_dir/plain.conf");
make_path(values %share_root);

# A name server that has the target of no site
mkdir "$tool_dir/bin";
append_to_file("$tool_dir/bin/dig", "#!/bin/sh\necho ';; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1'\n"
	  . "echo 'qs.company.test. 60 IN A 127.0.0.9'\n");
chmod 0755, "$tool_dir/bin/dig";
$ENV{PATH} = "$tool_dir/bin:$ENV{PATH}";
foreach my $case (
	[ 2, $no_table, qw(rules leaks --relation WORD) ],
	[ 2, $no_table, qw(rules preview --relation WORD) ],
	[ 2, $no_table, qw(rules scan --relation WORD) ],
	[ 2, 'is none of the configured ones', qw(rules leaks --database WORD) ],
	[ 2, 'is not defined', qw(rules leaks --site WORD) ],
	[ 7, qr/FATAL:  database ".*" does not exist/s, qw(is-active A --database WORD) ],
	[ 2, 'does not exist', qw(is-active WORD) ],
	[ 2, qr/table ".*" does not exist/s, qw(compare --table WORD) ],
	[ 2, 'is not in the configuration', qw(compare --database WORD) ],
	[ 2, 'is not defined', qw(setup primary --dry-run --site WORD) ],
	[ 2, 'is not defined', qw(setup standby --dry-run --site WORD) ],
	[ 2, 'is not defined', qw(setup remove --dry-run --site WORD) ],
	[ 2, 'is not defined', qw(switchover --dry-run --to WORD) ],
	[ 2, 'is not a duration', qw(switchover --dry-run --to B --drain WORD) ],
	[ 2, 'is not defined', qw(failover --dry-run --to WORD) ],
	[ 2, 'is not a bound of loss', qw(failover --dry-run --to B --force-active A --accept-data-loss WORD), '--config', $conf_b ],
	[ 2, 'is not defined', qw(rejoin --dry-run WORD) ],
	[ 2, 'is not defined', qw(failback --dry-run WORD) ],
	[ 2, 'invalid value', qw(drill --dry-run --hold WORD) ],
	[ 2, 'invalid name of a snapshot', qw(snapshot create WORD), '--config', $plain ],
	[ 3, 'invalid name of a snapshot|could not find', qw(snapshot verify WORD) ],
	[ 3, 'invalid name of a snapshot|could not find', qw(snapshot restore WORD --yes) ],
	[ 3, 'invalid name of a snapshot', qw(snapshot copy WORD --to B) ],
	[ 2, 'invalid value', qw(snapshot prune --keep-last WORD) ],
	[ 2, 'is not defined', qw(share verify --share WORD) ],
	[ 2, 'is not defined', qw(share sync --share WORD) ],
	[ 2, 'does not exist', qw(service status --node WORD) ],
	[ 2, 'does not exist', qw(service status --site WORD) ],
	[ 2, 'is not defined', qw(hosts show --site WORD) ],
	[ 2, 'is not defined', qw(hosts check --node WORD) ],
	[ 2, 'is not defined', qw(dns switch --to WORD) ],
	[ 6, 'points to something that is no site', qw(dns switch --to B --yes --expect WORD) ],
	[ 3, 'is not there', qw(cert verify --folder WORD) ],
	[ 2, 'has no node', qw(cert issue --node WORD) ],
	[ 6, 'is not the other site', qw(cert trust WORD --fingerprint WORD) ],
	[ 2, 'is not recognized', qw(status --format WORD) ],
	[ 2, 'is not recognized', qw(do WORD --site B) ],
	[ 6, 'this machine is at site "A"', qw(do fence --site WORD) ])
{
	my ($expected, $message, @words) = @$case;
	my @odd;

	push @words, '--config', $conf if !grep { $_ eq '--config' } @words;
	foreach my $word ($words[0] eq 'snapshot' && $words[1] ne 'prune' ? grep { m{["/\\]} } @shell : @shell)
	{
		my ($status, undef, $said) = qsrepl(map { $_ eq 'WORD' ? $word : $_ } @words);

		push @odd, "$word: $status, $said" if $status != $expected || $said !~ /^qsrepl: error: .*?(?:$message)/ms;
	}
	@words = grep { $_ ne '--config' && !/\.conf$/ } @words;
	is_deeply(\@odd, [], "qsrepl @words ends with $expected and its message");
	unharmed($nodes{A}, 'qsr', "qsrepl @words runs none of it");
}

# Such names that are there.
my $name = q(z'";$$%s$(touch pwned));
my $table = '"' . $name =~ s/"/""/gr . '"';
$nodes{A}->safe_psql('qsr', "CREATE TABLE public.$table (id int PRIMARY KEY, $table text)");
$nodes{A}->safe_psql('qsr', "SELECT qsrepl.add_rule(\$q\$public.$table\$q\$, \$q\$$name\$q\$, 'path')");
$nodes{A}->safe_psql('qsr', "INSERT INTO public.$table VALUES (1, '\\\\BCN\\Qlik\$\\x')");
$nodes{A}->poll_query_until('qsr', "SELECT bool_and(replay_lsn >= pg_current_wal_lsn()) FROM pg_stat_replication");
foreach my $case ([ 'rules', 'leaks', '--relation' ], [ 'rules', 'preview', '--relation' ], [ 'compare', '--table' ])
{
	my ($status, $out, $said) = qsrepl(@$case, "public.$table", '--json', '--config', $conf);

	is($status, 0, "qsrepl @$case of such a table") or diag("$out$said");
	unharmed($nodes{A}, 'qsr', "qsrepl @$case of such a table runs none of it");
}
foreach my $word (q(a'b;$$%s$(touch pwned)), '`touch pwned`', '$1 -rf %s')
{
	my ($status, $out, $said) = qsrepl('snapshot', 'create', '--config', $plain, $word);

	is($status, 0, "a snapshot named $word") or diag($said);
	ok(-f "$tool_dir/snap_A/$word/manifest.json", 'is there by this name') or diag(join ' ', glob "$tool_dir/snap_A/*");
	($status, $out, $said) = qsrepl('snapshot', 'verify', '--config', $plain, $word);
	is($status, 0, 'and is verified') or diag($said);
}
unharmed($nodes{A}, $_, "nothing of all that was run in $_") foreach 'postgres', 'qsr';
is_deeply([ grep { -e "$_/pwned" } '.', '..', '../..', $tool_dir, "$tool_dir/..", $nodes{A}->data_dir ],
	[], 'and no shell did');

$nodes{$_}->stop('fast') foreach 'B', 'A';
done_testing();
