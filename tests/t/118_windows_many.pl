# Twenty Windows nodes by ssh at the same time, of which three do not do what
# they are asked: none holds the others up, and each is told.
use strict;
use warnings FATAL => 'all';

use QsreplTool;
use QsreplWindows;
use Test::More;
use Time::HiRes qw(time);

my %address = map { sprintf('N%02d', $_) => "127.0.10.$_" } 1 .. 20;
my $ssh = start_windows_ssh(addresses => [ sort values %address ]) or die 'no sshd';
my $conf = "$tool_dir/many.conf";
my $text = <<"CONF";
[qsrepl]
site = A
journal_directory = $tool_dir/journal
connect_timeout = 2s
CONF

foreach my $site ('A', 'B')
{
	$text .= "[site $site]\nhost = 127.0.0.1\nport = " . ($site eq 'A' ? 5433 : 5434) . "\nbin_directory = /usr/bin\ndata_directory = $tool_dir/$site\nsettings_file = $tool_dir/$site.conf\ncertificates = windows\n";
}
foreach my $name (sort keys %address)
{
	$text .= "[node $name]\nsite = A\naddress = $address{$name}\nroles = " . ($name eq 'N01' ? 'central ' : '') . "repository\nssh_command = " . join(' ', $ssh->words($address{$name})) . "\n";
}
write_private($conf, $text);

sub list
{
	my $began = time;

	return (qsrepl('cert', 'list', '--config', $conf), time - $began);
}

my ($code, $out, $err, $took) = list();
is("$code $err", '0 ', 'all answer');
my @seen = $ssh->seen;
is(scalar(@seen), 20, 'each was asked once');
note(sprintf '20 nodes in %.1f s', $took);

$ssh->set_state($address{N05}, { powershell => { silent => 1 } });
$ssh->set_state($address{N11}, { powershell => { cut => 0 } });
$ssh->set_state($address{N20}, { powershell => { throw => 'Access is denied.' } });
($code, $out, $err, $took) = list();
isnt($code, 0, 'three do not');
like($err, qr/could not read the certificates at the nodes of site "A"\n/, 'which is an error');
is_deeply([ $err =~ /node "(N\d\d)"/g ], [ 'N05', 'N11', 'N20' ], 'that names them') or diag($err);
like($err, qr/node "N05" did not answer within \d+ ms/, 'the one that says nothing');
like($err, qr/could not run PowerShell at node "N11"/, 'the one whose connection was cut');
like($err, qr/failed at node "N20": Access is denied\./, 'the one that has refused');
is(scalar($ssh->seen), 19, 'all but the silent one were asked');
cmp_ok($took, '<', 30, 'and not one after the other');
$ssh->stop;
done_testing();
