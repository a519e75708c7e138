#
# QsreplServices.pm
#		Configurations with nodes whose services are controlled.
#
package QsreplServices;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use JSON::PP ();
use QsreplTool;

our @EXPORT = qw(node_sections bare_conf service services_json states);

my @all_kinds = qw(Dispatcher Repository Proxy Engine Scheduler Printing);

=pod

=item node_sections($nodes, site => 'A', control => 'scm', names => [...],
lines => { name => lines })

The sections of stand-in nodes (QsreplNodes), of which the first is central.

=cut

sub node_sections
{
	my ($nodes, %opt) = @_;
	my $control = $opt{control} // 'scm';
	my $site = $opt{site} // 'A';
	my @names = @{ $opt{names} // [ map { "$site$_" } 1 .. scalar $nodes->addresses ] };
	my $text = '';

	foreach my $number (1 .. @names)
	{
		my $name = $names[ $number - 1 ];
		my $central = $number == 1 ? 'central ' : '';
		my $credentials = $opt{credentials} // $nodes->credentials;

		$text .= "[node $name]\nsite = $site\naddress = " . $nodes->address($number) . "\nsmb_port = " . $nodes->port . "\n"
		  . "service_control = $control\ncredentials = $credentials\n"
		  . "roles = ${central}repository engine proxy scheduler printing\n"
		  . (($opt{lines} // {})->{$name} // '');
	}
	return $text;
}

=pod

=item bare_conf($sections)

A configuration without servers that answer; returns its name.

=cut

my $confs = 0;

sub bare_conf
{
	my ($sections) = @_;

	return write_private("$tool_dir/services_" . ++$confs . '.conf', <<CONF . $sections);
[qsrepl]
site = A
databases = qsr
connect_timeout = 1s
journal_directory = $tool_dir/journal
[site A]
host = 127.0.0.1
port = 1
data_directory = /nowhere/a
settings_file = /nowhere/a.conf
[site B]
host = 127.0.0.1
port = 2
data_directory = /nowhere/b
settings_file = /nowhere/b.conf
[mapping share]
kind = path
A = \\\\CN\\QlikShare
B = \\\\BCN\\Qlik\$
CONF
}

=pod

=item service($conf, words)

Run "qsrepl service": exit code, output, errors.

=cut

sub service
{
	my ($conf, @words) = @_;

	return qsrepl('service', @words, '--config', $conf);
}

=pod

=item services_json($conf, words)

The same with --json: exit code and document.

=cut

sub services_json
{
	my ($conf, @words) = @_;
	my ($code, $out, $err) = service($conf, @words, '--json');

	return ($code, JSON::PP::decode_json($out), $err);
}

=pod

=item states($nodes, $number)

What a stand-in node's services really are: "Dispatcher 4 Repository 1 ...".

=cut

sub states
{
	my ($nodes, $number) = @_;
	my %services = %{ $nodes->node($number)->{services} };

	my @states;

	foreach my $kind (@all_kinds)
	{
		my ($name) = grep { /^QlikSense(?:Service)?$kind(?:Service)?$/ } keys %services;

		push @states, "$kind " . ($name ? $services{$name}{state} : '-');
	}
	return join ' ', @states;
}

1;
