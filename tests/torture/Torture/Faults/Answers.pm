#
# Answers.pm
#		Who is asked answers, and answers wrong.
#
package Torture::Faults::Answers;

use strict;
use warnings FATAL => 'all';

use QsreplNamed;
use QsreplTool;
use Torture::Site;

sub rubbish
{
	my @answers = ('', "\0\0\0", '{"service": ', '{"service": "x", "state": "flying"}' . "\n", "[1,2,3]\n", 'yes ' x 20_000,
		join('', map { chr int rand 256 } 1 .. 500), qq({"service": "QlikSenseRepositoryService", "display": "", "state": "running", "start": "auto"}\n) x 3);

	return $answers[ rand @answers ];
}

sub switchover
{
	my ($world, $site) = @_;

	return $world->tool($site // $world->{active}, 'switchover', '--yes', '--drain', '0', '--to', $world->passive);
}

# With a line of the configuration that leads elsewhere, for one command.
sub misled
{
	my ($world, $change, @words) = @_;
	my $site = ('A', 'B')[ rand 2 ];

	configuration($world, $site, change => sub { $change->($site) });
	my @result = $world->tool($site, @words);
	configuration($world, $site);
	return @result;
}

sub kinds
{
	return (
		{ name => 'services answer nonsense', modes => 'physical logical', run => sub {
			my ($world) = @_;
			my $site = ('A', 'B')[ rand 2 ];
			write_private("$world->{dir}/services_$site/nonsense", rubbish());
			$world->tool($world->{active}, 'service', 'status');
			switchover($world);
			unlink "$world->{dir}/services_$site/nonsense";
		} },
		{ name => 'the other machine answers nonsense', modes => 'physical logical', run => sub {
			my ($world) = @_;
			write_private("$world->{dir}/rubbish", rubbish());
			switchover($world, ('A', 'B')[ rand 2 ]);
			unlink "$world->{dir}/rubbish";
		} },
		{ name => 'a hook fails or kills the tool', modes => 'physical logical', run => sub {
			my ($world) = @_;
			my $site = ('A', 'B')[ rand 2 ];
			my $command = write_private("$world->{dir}/hook", "#!/bin/sh\n" . ('exit 3', 'kill -9 $PPID', 'kill -15 $PPID; sleep 0.2', 'echo rubbish; exit 200')[ rand 4 ] . "\n");
			chmod 0700, $command;
			my $phase = ('drain', 'fence', 'stop', 'promote', 'localize', 'start', 'services_down', 'services_up', 'share')[ rand 9 ];
			my $when = ('before', 'after')[ rand 2 ];
			configuration($world, $_, sections => "[hook bad]\nwhen = $when\nphase = $phase\ncommand = $command\n") foreach 'A', 'B';
			switchover($world, $site);
			$world->{detail} = "$when $phase";
			configuration($world, $_) foreach 'A', 'B';
		} },
		{ name => "both sites lead to one server", modes => 'physical logical', run => sub {
			my ($world) = @_;
			my $from = ('A', 'B')[ rand 2 ];
			my $to = $world->other($from);
			my ($code) = misled($world, sub {
				my $port = $world->{node}{$to}->port;
				s/(\[site $from\]\nhost = )\S+\nport = \d+/$1$world->{net}{address}{$to}\nport = $port/ or die;
			}, 'switchover', '--yes', '--drain', '0', '--to', $world->passive);
			$world->problem("a switchover with one server: $code") if $code == 0;
		} },
		{ name => 'sites are mixed up', modes => 'physical logical', run => sub {
			my ($world) = @_;
			my ($code) = misled($world, sub {
				my %port = map { $_ => $world->{node}{$_}->port } 'A', 'B';
				foreach my $site ('A', 'B')
				{
					my $other = $world->other($site);
					s/(\[site $site\]\nhost = )\S+\nport = \d+/$1$world->{net}{address}{$other}\nport = $port{$other}/ or die;
				}
			}, 'switchover', '--yes', '--drain', '0', '--to', $world->passive);
			$world->problem("a switchover of sites that are mixed up: $code") if $code == 0;
		} },
		{ name => "another pair's server", modes => 'physical logical', run => sub {
			my ($world) = @_;
			my $stranger = $world->{stranger} //= do {
				my $node = bare_server("stranger$world->{n}", before => sub { make_disk($_[0]->basedir, '200m') });
				$node;
			};
			$stranger->start;
			$stranger->safe_psql('postgres', $_) foreach grep { !$world->{strange}++ || 0 } 'CREATE DATABASE qsr';
			my ($code) = misled($world, sub {
				my $passive = $world->passive;
				my $port = $stranger->port;
				s/(\[site $passive\]\nhost = )\S+\nport = \d+/${1}127.0.0.1\nport = $port/ or die;
			}, 'switchover', '--yes', '--drain', '0', '--to', $world->passive);
			$world->problem("a switchover to a stranger: $code") if $code == 0;
			$stranger->stop;
		} },
		{ name => 'a DNS command that lies', modes => 'physical logical', run => sub {
			my ($world) = @_;
			my $named = start_named("named_$world->{n}", address => $world->{net}{address}{A});
			my $command = write_private("$world->{dir}/dns", "#!/bin/sh\n" . ('exit 0', 'echo done; exit 0', 'exit 3', 'head -c 9999 /dev/urandom')[ rand 4 ] . "\n");
			chmod 0700, $command;
			foreach my $site ('A', 'B')
			{
				configuration($world, $site, sections => "[dns]\nname = qs.company.test\nzone = company.test\nttl = 30s\nwait = 1s\nprovider = exec\ncommand = $command\nprobe = off\n", change => sub {
					foreach my $name ('A', 'B')
					{
						my $target = 'qs-' . lc $name;
						s/(\[site $name\]\n)/$1dns_target = $target.company.test\ndns_servers = $named->{server}\n/;
					}
				});
			}
			my ($code) = switchover($world);
			$world->problem("a lie about the alias is believed") if $code == 0 && $world->{active} eq 'A';
			configuration($world, $_) foreach 'A', 'B';
			stop_all_named();
		} });
}

1;
