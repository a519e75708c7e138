# Shares of which one is on another machine: by ssh, through a real sshd, and
# by a real daemon of rsync.
use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplServers;
use QsreplSsh;
use QsreplTest;
use QsreplVerify;
use Test::More;

my ($code, $share, $err, $out);
my %root = map { $_ => "$tool_dir/share_$_" } qw(A B);
my %nodes = make_tool_pair();
my $sshd = start_ssh(dir => "$tool_dir/ssh", addresses => ['127.0.42.41']) or die 'no sshd';
my $ssh = join ' ', $sshd->words('127.0.42.41');
my $port = PostgreSQL::Test::Cluster::get_free_port();

# The address is rsync's to add.
$ssh =~ s/ 127\.0\.42\.41$// or die $ssh;

share_tables($nodes{A}, 'qsr');
share_rows($nodes{A}, 'qsr', 10, 5);
share_fill($root{A}, 10, 5);
make_path($root{B});
mirror_copy(@root{qw(A B)});
share_caught_up(\%nodes);

# What B's machine has cannot be reached by its path from here.
my %far = (
	ssh => "remote.B = 127.0.42.41:$root{B}\nssh_command = $ssh",
	daemon => "remote.B = rsync://qlik\@127.0.42.42:$port/share\npassword_file = " . write_private("$tool_dir/rsync_password", "geheim\n"));

sub far_conf
{
	my ($way, $site) = @_;

	return conf_file($site // 'A', \%nodes, sections => share_section($root{A}, '/nowhere/b', $far{$way}), file => "$tool_dir/far.conf");
}

write_private("$tool_dir/secrets", "qlik:geheim\n");
write_private("$tool_dir/rsyncd.conf", <<"CONF");
port = $port
address = 127.0.42.42
use chroot = no
[share]
path = $root{B}
auth users = qlik
secrets file = $tool_dir/secrets
read only = no
CONF
my $daemon = bless { dir => $tool_dir }, 'QsreplServers';
make_path("$tool_dir/log");
$daemon->look_after;
$daemon->begin('rsyncd', 'rsync', '--daemon', '--no-detach', "--config=$tool_dir/rsyncd.conf");
$daemon->until_listening('127.0.42.42', $port);

foreach my $way (sort keys %far)
{
	my $conf = far_conf($way);
	my @names = ("a b", "q'uote\"", "new\nline", "\xC3\xA4", "back\\#101", '-dash', 'x' x 250);

	($code, $share, $err) = verify_json($conf);
	is("$code $err", '0 ', "$way: the same") or diag explain $share;
	is($share->{sites}[1]{apps}{found}, 10, 'rows of the other site');
	($code, $share, $err) = verify_json($conf, '--hash');
	is("$code $err", '0 ', 'content, too');
	is($share->{content}{files}, 15, 'all files');
	foreach my $name (@names)
	{
		write_file("$root{A}/StaticContent/$name", 'content A', 1_600_000_000);
		write_file("$root{B}/StaticContent/$name", 'content B', 1_600_000_000);
	}
	($code, $share) = verify_json($conf);
	is($code, 0, 'size and time are the same') or diag explain $share;
	($code, $share, $err) = verify_json($conf, '--hash');
	is("$code $err", '1 ', 'content is not');
	is($share->{content}{unequal}, scalar @names, 'of each name');
	is_deeply([ sort map { $_->{path} } grep { $_->{kind} eq 'content' } @{ $share->{differences} } ], [ sort map { "StaticContent/" . ($_ =~ s/\xC3\xA4/\x{e4}/r) } @names ], 'all names');

	# Times of rsync's lists are seconds.
	utime 1_600_000_000.9, 1_600_000_000.9, "$root{B}/StaticContent/a b";
	($code, $share) = verify_json($conf);
	is($code, 0, 'less than a second');
	utime 1_600_000_005, 1_600_000_005, "$root{B}/StaticContent/a b";
	($code, $share) = verify_json($conf);
	is($share->{counts}{'newer at the target'}, 1, 'seconds');
	unlink map { my $site = $_; map { "$root{$site}/StaticContent/$_" } @names } qw(A B);
}

# Names that differ by case alone are no difference where the target has but
# one case, as its spelling of the marker's name tells; they are not compared.
write_file("$root{B}/.QSREPL-SHARE.JSON", 'x');
write_file("$root{A}/StaticContent/Name.png", 'x', 1_600_000_000);
write_file("$root{B}/StaticContent/name.PNG", 'x', 1_600_000_000);
($code, $share, $err) = verify_json(far_conf('ssh'), '--hash');
is($code, 7, 'case') or diag explain $share;
is($share->{counts}{case}, 1, 'is told');
is($share->{content}{unreadable}, 1, 'and not compared');
unlink "$root{A}/StaticContent/Name.png", "$root{B}/StaticContent/name.PNG";

# From a machine that has none of both shares.
my $third = conf_file('A', \%nodes, sections => share_section('/nowhere/a', '/nowhere/b', $far{ssh}), file => "$tool_dir/third.conf");
($code, $share) = verify_json($third, '--hash');
is($code, 7, 'no root of its own');
like($share->{sites}[0]{problem}, qr{/nowhere/a}, 'told');
is((verify_json(far_conf('ssh', 'B')))[0], 7, 'and at B, whose own path is not there');

# The other machine is silent, or does not let in.
$sshd->stop;
($code, $share) = verify_json(far_conf('ssh'));
is($code, 7, 'no sshd');
like($share->{sites}[1]{problem}, qr/could not list "127\.0\.42\.41:\Q$root{B}\E" at site "B"/, 'told');
write_private("$tool_dir/rsync_password", "falsch\n");
($code, $share) = verify_json(far_conf('daemon'));
is($code, 7, 'a wrong password');
like($share->{sites}[1]{problem}, qr/auth failed/, 'told');
($code, $out) = qsrepl('share', 'verify', '--config', far_conf('daemon'));
unlike($out, qr/falsch|geheim/, 'no password is shown');

done_testing();
