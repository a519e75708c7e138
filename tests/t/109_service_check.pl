# What check says of services.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Utils;
use QsreplNodes;
use QsreplPair;
use QsreplServices;
use QsreplTest;
use Test::More;

my $nodes = start_nodes(n => 4, net => '127.0.8', first => 141, lsa => 1);
my %node = make_tool_pair();
my ($code, $out, $err);

# Nodes 1 and 2 are site A's, 3 and 4 site B's.
sub sections
{
	my ($control, $lines) = @_;
	my @all = map { node_sections($nodes, control => $control, names => [ 'x1', 'x2', 'x3', 'x4' ], lines => $lines) =~ /(\[node $_\].*?)(?=\[node|\z)/s } qw(x1 x2 x3 x4);

	s/^site = A$/site = B/m foreach @all[ 2, 3 ];
	$all[2] =~ s/^roles = /roles = central /m;
	return "[services]\nanswer_timeout = 5s\n" . join '', @all;
}

my $files = 0;

sub check
{
	my ($control, %lines) = @_;
	my $conf = conf_file('A', \%node, file => "$tool_dir/check" . ++$files . '.conf', sections => sections($control, \%lines));

	($code, $out, $err) = qsrepl('check', '--config', $conf);
	return join "\n", $out =~ /^\w+  services .*(?:\n {10}.*)?/mg;
}

sub names
{
	return grep { !/Database/ } sort keys %{ qlik_services() };
}

# A passive site that is as it should be, and one that is not.
foreach my $number (3, 4)
{
	$nodes->set($number, $_, state => 1, start => 'manual') foreach names();
}
is(check('scm'), join("\n", map { "pass  services      site $$_[0], node $$_[1]: 7 services can be stopped and started" } [ 'A', 'x1' ], [ 'A', 'x2' ], [ 'B', 'x3' ], [ 'B', 'x4' ]), 'all is well');
$nodes->set(4, 'QlikSenseProxyService', state => 4);
$nodes->set(4, 'QlikSenseEngineService', start => 'auto');
$nodes->set(4, 'QlikSensePrintingService', start => 'disabled');
my $said = check('scm');
like($said, qr/^fail  services      site B, node x4: service "QlikSenseProxyService" is running at a passive site\n +hint: "qsrepl service stop --site B" stops them\.$/m, 'running at a passive site');
like($said, qr/^warn  services      site B, node x4: service "QlikSenseEngineService" starts with its machine at a passive site\n +hint: "qsrepl service passive --site B" sets them to manual\.$/m, 'starts with its machine');
unlike($said, qr/Printing/, 'a disabled one is not looked at');
unlike($said, qr/pass  services      site B, node x4/, 'and does not pass');
like($out, qr/^Ready for switchover: no\.\nReady for failover: no/m, 'in the way of both');
$nodes->set(4, 'QlikSenseProxyService', state => 1);
$nodes->set(4, 'QlikSenseEngineService', start => 'manual');

# An active one whose services do not start; rights; the nodes' silence.
$nodes->set(1, 'QlikSenseEngineService', start => 'manual');
$nodes->set(2, 'QlikSenseEngineService', deny => [ 'stop', 'config' ]);
$said = check('scm');
like($said, qr/^warn  services      site A, node x1: service "QlikSenseEngineService" does not start with its machine\n +hint: "qsrepl service active --site A"/m, 'an active site\'s');
like($said, qr/^fail  services      site A, node x2: service "QlikSenseEngineService": no right to stop configure\n +hint: Give the account the right/m, 'missing rights');
$nodes->set(1, 'QlikSenseEngineService', start => 'auto');
$nodes->set(2, 'QlikSenseEngineService', deny => undef);
$nodes->change(2, sub { $_[0]{services} = {} });
like(check('scm'), qr/^fail  services      site A, node x2: services: has no services of Qlik Sense$/m, 'the wrong machine');
like($out, qr/^Ready for switchover: no\.\nReady for failover: yes/m, 'of the active site, in the way of switchover alone');

# What a way cannot do.
$said = check('rpc', x1 => "bootstrap_command = x\n");
like($said, qr/^fail  services      site $$_[0], node $$_[1]: its service_control cannot set start types/m, "rpc at $$_[1]") foreach [ 'A', 'x1' ], [ 'B', 'x4' ];
like($said, qr/^fail  services      site A, node x1: bootstrap_command cannot be run: there is no way to run commands at the node\n +hint: Set ssh_command\.$/m, 'bootstrap');
like(check('scm', x1 => "bootstrap_command = x\nssh_command = ssh x\n"), qr/^pass  services      site A, node x1:/m, 'with a way');

# A refused logon; nodes that nobody controls; none at all.
my $conf = slurp_file("$tool_dir/check" . $files . '.conf');
my ($good, $wrong) = ($nodes->credentials, $nodes->wrong_credentials);
$conf =~ s/^credentials = \Q$good\E$/credentials = $wrong/mg;
($code, $out, $err) = qsrepl('check', '--config', write_private("$tool_dir/wrong.conf", $conf));
like($out, qr/^fail  services      site A, node x1: services: .*\n +hint: Look at the account before it is tried again/m, 'a refused logon');
like($out, qr/^fail  services      site B, node x4: services: was not tried, since another node has refused the same logon$/m, 'tried once');
unlike($out, qr/not the password/, 'no password');
$conf =~ s/^(\[node x4\]\n(?:.*\n)*?)service_control = scm\n/$1/m or die;
($code, $out, $err) = qsrepl('check', '--config', write_private("$tool_dir/alone.conf", $conf));
like($out, qr/^warn  services      site B, node x4: its services are left alone, whatever becomes of its site$/m, 'one that nobody controls');
($code, $out, $err) = qsrepl('check', '--config', conf_file('A', \%node));
unlike($out, qr/  services  /, 'without nodes, nothing is said');
$nodes->stop;
$_->stop foreach values %node;
done_testing();
