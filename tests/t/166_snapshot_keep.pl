# What is not lost or spoiled: a snapshot that is read is neither removed nor
# replaced; one of another site, or what is none, is not replaced; damage in a
# former snapshot is not taken over by later ones.
use strict;
use warnings FATAL => 'all';

use Fcntl qw(:flock);
use IPC::Run ();
use PostgreSQL::Test::Utils;
use QsreplSnapshot;
use QsreplTool;
use Test::More;
use Time::HiRes qw(usleep);

my $node = bare_server('site_a');
my %node = (A => $node, B => bare_server('site_b'));
my ($code, $out, $err);

$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE qsr');
$node->safe_psql('qsr', 'CREATE TABLE t AS SELECT generate_series(1, 100) AS i');
put("Apps/$_.qvf", "app $_") foreach 1 .. 3;
until_not_fresh();
my $conf = snapshot_conf('A', \%node, main => "databases = qsr\n");
my $there = "$tool_dir/snapshots_B";
mkdir $there, 0700 or die $!;

sub at
{
	($code, $out, $err) = snapshot($conf, @_);
	return "$code $err";
}

sub inode
{
	return (stat $_[0])[1];
}

# A lock on a directory, as long as the handle is.
sub hold
{
	my ($path, $how) = @_;

	open my $handle, '<', $path or die "$path: $!";
	flock $handle, $how | LOCK_NB or die "$path: $!";
	return $handle;
}

# Change a byte, and neither size nor time.
sub damage
{
	my ($path) = @_;
	my @times = (stat $path)[8, 9];
	my $byte;

	chmod 0600, $path;
	open my $file, '+<', $path or die "$path: $!";
	sysseek $file, -1, 2;
	sysread $file, $byte, 1;
	sysseek $file, -1, 2;
	syswrite $file, chr(ord($byte) ^ 1);
	close $file;
	utime @times, $path;
	chmod 0400, $path;
	return;
}

is(at('create', 'nightly', '--quiet'), '0 ', 'one of a name');
is(at('create', '--quiet'), '0 ', 'one of its time');
my ($dated) = grep { /^A-/ } snapshots_in($store_dir);
is(at('create', '--quiet'), '0 ', 'another one');

# Who reads has a lock, and so has who takes away.
my $taken = hold("$store_dir/$dated", LOCK_EX);
foreach my $words ([ 'verify', $dated ], [ 'copy', $dated, '--to', 'B' ])
{
	like(at(@$words), qr/^3 qsrepl: error: directory ".*\Q$dated\E" is in use by another command\n/, "$words->[0] while it is taken away");
}
like(at('restore', $dated, '--yes', '--replace-active', 'A'), qr/^3 qsrepl: error: directory ".*\Q$dated\E" is in use by another command\n/, 'restore while it is taken away');
close $taken;
my $reading = hold("$store_dir/$dated", LOCK_SH);
is(at('verify', $dated), '0 ', 'two may read');
is(at('prune', '--keep-last', 1), '0 ', 'prune while it is read');
like($out, qr/^kept \Q$dated\E: another command reads it$/m, 'leaves it, and tells');
is_deeply([ problems_of("$store_dir/$dated") ], [], 'it is whole');
close $reading;
is(at('prune', '--keep-last', 1), '0 ', 'prune when it is not read any more');
like($out, qr/^removed \Q$dated\E: /m, 'removes it');

# Replaced only when nobody reads it.
my $before = inode("$store_dir/nightly");
$reading = hold("$store_dir/nightly", LOCK_SH);
like(at('create', 'nightly'), qr/^6 qsrepl: error: directory ".*nightly" is in use by another command\n/, 'the next of its name is not begun while it is read');
close $reading;
my $run = IPC::Run::start([ $qsrepl_program, 'snapshot', 'create', 'nightly', '--config', $conf ], '<', \'', '>', \$out, '2>', \$err);
usleep(1000) until -e "$store_dir/.nightly.partial";
$reading = hold("$store_dir/nightly", LOCK_SH);
usleep(1000) until -e "$store_dir/.nightly.partial/manifest.json.sha256";
$run->signal('INT');
$run->finish;
isnt($run->result(0), 0, 'nor does it replace it when somebody reads by then');
is(inode("$store_dir/nightly"), $before, 'but waits');
close $reading;
is_deeply([ problems_of("$store_dir/nightly") ], [], 'it is whole');
is(at('create', 'nightly', '--quiet'), '0 ', 'again');
isnt(inode("$store_dir/nightly"), $before, 'replaces it');

# What is nobody's to replace.
mkdir "$store_dir/mine";
append_to_file("$store_dir/mine/QSR_backup.tar", 'kept');
like(at('create', 'mine'), qr/^6 qsrepl: error: ".*\/mine" is there, and is no snapshot that qsrepl has made\nqsrepl: hint: Move it away/, 'a folder of that name');
is(slurp_file("$store_dir/mine/QSR_backup.tar"), 'kept', 'stays');
is(at('copy', 'nightly', '--to', 'B'), '0 ', 'a copy');
is(at('copy', 'nightly', '--to', 'B'), '0 ', 'which a newer copy replaces');
my $manifest = slurp_file("$there/nightly/manifest.json");
$manifest =~ s/^ "site": "A"/ "site": "B"/m or die;
put_manifest("$there/nightly", $manifest);
like(at('copy', 'nightly', '--to', 'B'), qr/snapshot ".*\/nightly" is of site "B", and is not replaced by one of site "A"/, 'but not one that site B has made itself');
is(slurp_file("$there/nightly/manifest.json"), $manifest, 'which stays');

# Damage is not taken over: what was read is not given up for it.
my ($dump) = grep { m{^databases/qsr/.*gz$} } sort keys %{ files_of("$store_dir/nightly") };
foreach my $name (snapshots_in($store_dir))
{
	damage("$store_dir/$name/$dump") if -e "$store_dir/$name/$dump" && (stat _)[3] > 1;
	last if (problems_of("$store_dir/nightly"))[0];
}
isnt(scalar(problems_of("$store_dir/nightly")), 0, 'a dump is damaged');
is(at('create', 'after', '--quiet'), '0 ', 'the next one');
is_deeply([ problems_of("$store_dir/after") ], [], 'has its own');

damage("$store_dir/after/share/Qlik/Apps/$_.qvf") foreach 1, 2;
chmod 0755, "$share_dir/Apps/1.qvf";
until_not_fresh();
is(at('create', 'again', '--quiet'), '0 ', 'a file that was read since its rights have changed');
unlike(join(' ', problems_of("$store_dir/again")), qr/1\.qvf/, 'is not given up for a damaged one');
damage("$store_dir/again/share/Qlik/Apps/$_.qvf") foreach 3;
is(at('create', 'all', '--quiet', '--read-all'), '0 ', 'all files are read');
is_deeply([ problems_of("$store_dir/all") ], [], 'so that nothing is taken over');
my $files = files_of("$store_dir/all");
is($files->{'share/Qlik/Apps/1.qvf'}[3] > 1 ? 'linked' : 'copied', 'linked', 'and what is whole is linked nevertheless');

# A part of what looks the same is read by the first snapshot of a day, and by no
# other one: so a damage does not live longer than 64 days.
sub made_a_day_before
{
	my ($directory) = @_;
	my $manifest = slurp_file("$directory/manifest.json");

	$manifest =~ s/"begun_ms": *\K(\d+)/$1 - 86_400_000/e or die 'begun_ms';
	put_manifest($directory, $manifest);
	return;
}

my @many = map { "Apps/many/$_" } 1 .. 400;
my $day = int time / 86400;
# Times in whole seconds, which damage() can give back.
for (@many)
{
	put($_, 'whole');
	utime 1_700_000_000, 1_700_000_000, "$share_dir/$_";
}
until_not_fresh();
is(at('create', 'many', '--quiet'), '0 ', 'many files');
damage("$store_dir/many/share/Qlik/$_") foreach @many;
is(at('create', 'same_day', '--quiet'), '0 ', 'another snapshot of that day');
my $same_day = () = problems_of("$store_dir/same_day");
made_a_day_before("$store_dir/same_day");
is(at('create', 'next_day', '--quiet'), '0 ', 'the first one of the next day');
my $next_day = () = problems_of("$store_dir/next_day");
ok($same_day == 400 || int time / 86400 != $day, 'reads none of them again') or diag $same_day;
cmp_ok($next_day, '<', $same_day, 'reads some of them');
cmp_ok($next_day, '>', $same_day - 30, 'and not many');

# On the disk before it has its name, and the name before the former one is removed.
sub where
{
	my ($pattern, @calls) = @_;

	return grep { $calls[$_] =~ $pattern } 0 .. $#calls;
}

foreach my $case ([ {}, 'a new one' ], [ {}, 'one that replaces another' ], [ { STEP_NO_EXCHANGE => 1 }, 'one that cannot be exchanged with it' ])
{
	my ($environment, $name) = @$case;
	my $log = "$tool_dir/calls";
	my ($target, $partial) = ("$store_dir/durable", "$store_dir/.durable.partial");

	unlink $log;
	($code, $out, $err) = (snapshot_stepped({ %$environment, STEP_LOG => $log }, $conf, 'create', 'durable', '--quiet'))[ 1 .. 3 ];
	is($code, 0, $name) or diag $err;
	my @calls = split /\n/, slurp_file($log);
	my ($renamed) = where(qr/^rename \Q$partial\E(?:\/\S+)? \Q$target\E$/, @calls);
	my ($first) = where(qr/^rename .*\Q$target\E/, @calls);
	my ($synced) = reverse where(qr/^syncfs \Q$partial\E/, @calls);
	my ($written) = reverse where(qr/^(?:write|link) (?:\Q$partial\E|databases|share)/, @calls);
	my ($parent) = grep { $_ > $renamed } where(qr/^fsync \Q$store_dir\E$/, @calls);
	my ($removed) = grep { $_ > $renamed } where(qr/^remove manifest\.json/, @calls);

	cmp_ok($written, '<', $synced, "$name: all of it is written before it is synced");
	cmp_ok($synced, '<', $first, 'synced before it gets its name');
	ok(defined $parent, 'which is synced, too') or diag join "\n", @calls[ $first .. $#calls ];
	cmp_ok($parent, '<', $removed, 'before anything is removed') if defined $removed;
	is(defined $removed ? 1 : 0, $name eq 'a new one' ? 0 : 1, 'what was there is removed then');
}
done_testing();
