# qsrepl share sync with a share at another machine: by ssh, and at an rsync
# daemon, from the source's machine and from the target's.
use strict;
use warnings FATAL => 'all';

use File::Path qw(remove_tree);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplServers ();
use QsreplShare;
use QsreplSsh;
use QsreplTest;
use Test::More;

my $dir = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir());
my $ssh = start_ssh(dir => "$dir/ssh", addresses => ['127.0.41.1']);

die 'no sshd' if !$ssh;

my %node = make_tool_pair();
my ($A, $B) = @share_root{ 'A', 'B' };
my @hard = ('a b', q(it's), 'say "x"', "new\nline", '-rf', '*', 'a\\b', '\\#012', "d\xc3\xa9j\xc3\xa0", "bad\xff", 'n' x 250, '$HOME `id`', 'x -> y', ' lead', 'trail ');
my ($code, $out, $err, $json);

# A daemon with a module for each site.
my $port = PostgreSQL::Test::Cluster::get_free_port();
write_anew("$dir/secrets", "qsrepl:geheim\n");
write_anew("$dir/password", "geheim\n");
write_anew("$dir/rsyncd.conf", <<"CONF");
address = 127.0.41.2
port = $port
use chroot = no
reverse lookup = no
log file = $dir/rsyncd.log
motd file = $dir/motd
read only = no
auth users = qsrepl
secrets file = $dir/secrets
[share_a]
path = $A
[share_b]
path = $B
CONF
write_anew("$dir/motd", "Welcome to all\n-rw-r--r-- 3 2026/01/01 00:00:00 Apps/motd\n");
my $daemon = QsreplServers::background("$dir/daemon", 'rsyncd', 'rsync', '--daemon', '--no-detach', "--config=$dir/rsyncd.conf");

$daemon->until_listening('127.0.41.2', $port);

my %remote = (
	ssh => { map { $_ => "127.0.41.1:$share_root{$_}" } 'A', 'B' },
	daemon => { map { $_ => "rsync://qsrepl\@127.0.41.2:$port/share_" . lc } 'A', 'B' });
my $ssh_words = join ' ', map { /\s/ ? qq("$_") : $_ } $ssh->words('127.0.41.1');

$ssh_words =~ s/ 127\.0\.41\.1$//;

sub confs
{
	my ($way, %opt) = @_;

	return share_confs(\%node,
		'remote.A' => $remote{$way}{A},
		'remote.B' => $remote{$way}{B},
		ssh_command => $ssh_words,
		password_file => $way eq 'daemon' ? "$dir/password" : undef,
		%opt);
}

sub equal
{
	my ($what) = @_;

	is_deeply(map({ tree($_, 'Apps', 'StaticContent', 'CustomData') } $B, $A), "$what: both are the same");
	return;
}

foreach my $way ('ssh', 'daemon')
{
	# A pushes to B, B pulls from A.
	foreach my $at ('A', 'B')
	{
		my %conf = confs($way);
		my $what = "$way at $at";

		settle();
		put($A, "Apps/$_", "content of $_") foreach 1 .. 40, @hard;
		put($A, 'StaticContent/deep/er/file', 'deep');
		put($A, 'Not known/x', 'x');
		put($A, 'CustomData/trace.log', 'left out');
		symlink '/etc/passwd', "$A/Apps/link";
		($code, $out, $err) = sync($conf{$at});
		is($code, 6, "$what: no markers");
		like($err, qr/has no marker/, 'is told');
		($code, $out, $err) = sync($conf{$at}, '--initial');
		is($code, 0, "$what: --initial");
		like($err, qr/^qsrepl: warning: share qlik: links and special files at site A that were not copied: 1\n.*\n$/, 'tells of the link');
		unlink "$A/Apps/link";
		is_deeply([ map { @{ marker($_) }{qw(site epoch role)} } 'A', 'B' ], [ 'A', 0, 'source', 'B', 0, 'target' ], 'markers');
		ok(!-e "$B/Not known" && !-e "$B/CustomData/trace.log", 'known folders only');
		unlink "$A/CustomData/trace.log";
		equal($what);

		put($A, 'Apps/1', 'changed', time + 10);
		put($A, 'Apps/new one', 'new');
		put($B, 'Apps/only-b', 'only at B');
		unlink "$A/Apps/2", map { "$A/Apps/$_" } @hard[ 0, 3 ];
		remove_tree("$A/StaticContent/deep");
		put($A, 'StaticContent/other/file', 'other');
		($code, $out, $err) = sync($conf{$at});
		is($code, 0, "$what: changes");
		is($err, '', 'nothing to complain');
		like($out, qr/3 files copied \(.*\), 5 removed/, 'and told');
		equal("$what, changes");
		is_deeply(trash('B'), { 'Apps/1' => ['content of 1'], 'Apps/2' => ['content of 2'], 'Apps/only-b' => ['only at B'], (map { ("Apps/$_" => ["content of $_"]) } @hard[ 0, 3 ]), 'StaticContent/deep/er/file' => ['deep'] }, 'the trash');
		($code, $json, $err) = sync_json($conf{$at});
		is_deeply([ $code, $json->{passes}, $json->{copied} ], [ 0, 0, 0 ], "$what: nothing to do");

		put("$B/.qsrepl-trash/20200102T030405.678Z/Apps", 'old', 'old');
		put("$B/.qsrepl-trash/20200102T030405.678Z.mine/Apps", 'old', 'another name');
		put($B, '.qsrepl-trash/new/.x.AbCdEf', 'half');
		put($B, 'Apps/.qsrepl-partial/in/x', 'half');
		put($A, 'Apps/new one', 'newer', time + 20);
		($code, $out, $err) = sync($conf{$at});
		is("$code $err", '0 ', "$what: old trash");
		ok(!-e "$B/.qsrepl-trash/20200102T030405.678Z" && -e "$B/.qsrepl-trash/20200102T030405.678Z.mine/Apps/old", 'is removed, and nothing else');
		ok(!-e "$B/.qsrepl-trash/new/.x.AbCdEf" && !-e "$B/Apps/.qsrepl-partial", 'what a broken rsync has left, too');
		is_deeply([ glob("$tool_dir/journal_$at/share/scratch*") ], [], 'nothing is left of what rsync brought');
		# From either end it is the same way that fails.
		next if $at ne ($way eq 'ssh' ? 'A' : 'B');

		# The other one's mount is gone, or its root.
		my ($other) = grep { $_ ne $at } 'A', 'B';
		my $root = $share_root{$other};

		rename $root, "$root.gone" or die $!;
		($code, $out, $err) = sync($conf{$at});
		like("$code $err", $way eq 'ssh' ? qr/^6 .*root "127\.0\.41\.1:\Q$root\E" of share "qlik" at site "$other" \(\w+\) is not there/ : qr/^4 .*could not read from "rsync.*chdir failed/s, "$what: no root there");
		mkdir $root or die $!;
		($code, $out, $err) = sync($conf{$at});
		like("$code $err", qr/^6 .*site "$other" \(\w+\) has no marker/, "$what: an empty root there");
		rmdir $root;
		rename "$root.gone", $root or die $!;
	}
}

# No way to get there: nothing is changed, and what to do is told.
my %bad = confs('ssh', ssh_command => 'ssh -F none -p 1 -o BatchMode=yes');
($code, $out, $err) = sync($bad{A});
is($code, 4, 'ssh does not get there');
like($err, qr/could not read from "127\.0\.41\.1:.*" at site "B": program "rsync" failed with exit code \d+.*hint: Try the location by hand/s, 'is told');
write_anew("$dir/wrong", "falsch\n");
%bad = confs('daemon', password_file => "$dir/wrong");
($code, $out, $err) = sync($bad{A});
is($code, 4, 'a wrong password');
like($err, qr/could not read from "rsync:.*auth failed.*hint: Look at the module and its user/s, 'is told');
unlike($err, qr/falsch|geheim/, 'without it');
my %ssh_conf = confs('ssh');
{
	local $ENV{PATH} = "$dir/nothing";

	($code, $out, $err) = sync($ssh_conf{A});
	is($code, 4, 'no rsync');
	like($err, qr/could not start program "rsync".*hint: Install rsync/s, 'is told');
}

# A login shell that greets.
write_anew("$dir/greets", "#!/bin/sh\ncase \"\$*\" in *--server*) ;; esac\necho Hello\nexec ssh \"\$@\"\n", 0700);
my %greets = confs('ssh', ssh_command => "$dir/greets " . $ssh_words =~ s/^ssh //r);
($code, $out, $err) = sync($greets{A});
is($code, 4, 'a shell that greets');
like($err, qr/could not read from .*hint: Try the location by hand/s, 'is told');

# Neither share is here.
my $third = conf_file('A', \%node,
	sections => share_section('remote.A' => $remote{ssh}{A}, 'remote.B' => $remote{ssh}{B}, ssh_command => $ssh_words),
	change => [ qr/^site = A$/m => 'site = B' ],
	file => "$tool_dir/third.conf");
($code, $out, $err) = sync($third);
is("$code $err", '0 ', 'what is not here is what the site\'s machine reaches');

$_->stop foreach @node{ 'B', 'A' };
done_testing();
