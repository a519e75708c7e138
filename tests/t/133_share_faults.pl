# qsrepl share sync when things go wrong while it runs: files that change and
# vanish, mounts that go, rsync that fails, a full disk, other runs, moves.
use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path remove_tree);
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplShare;
use QsreplSsh ();
use QsreplTest;
use Test::More;
use Time::HiRes qw(usleep);

my %node = make_tool_pair();
my %conf = share_confs(\%node);
my ($A, $B) = @share_root{ 'A', 'B' };
my $bin = "$tool_dir/bin";
my ($rsync) = grep { -x } map { "$_/rsync" } split /:/, $ENV{PATH};
my ($code, $out, $err);

# An rsync that does something before its nth copy or removal, or instead.
make_path($bin);
QsreplSsh::write_anew("$bin/rsync", <<"SH", 0755);
#!/bin/sh
case "\$*" in
*--delete-missing-args*) what=remove ;;
*--files-from*) what=copy ;;
*) what=other ;;
esac
if [ -f "$bin/\$what" ]; then
	mv "$bin/\$what" "$bin/done"
	. "$bin/done"
fi
exec $rsync "\$@"
SH
$ENV{PATH} = "$bin:$ENV{PATH}";

sub before
{
	my ($what, $script) = @_;

	QsreplSsh::write_anew("$bin/$what", $script);
	return;
}

sub start
{
	settle();
	put($A, "Apps/$_", "app $_") foreach 1 .. 30;
	put($A, 'CustomData/x', 'x');
	($code, $out, $err) = sync($conf{A}, '--initial');
	die "$code $err" if $code != 0;
	return;
}

sub equal
{
	my ($what) = @_;

	is_deeply(tree($B), tree($A), "$what: both are the same");
	return;
}

# What changes and vanishes between the list and the copy.
start();
put($A, 'Apps/1', 'changed once', time + 5);
put($A, 'Apps/2', 'changed and gone', time + 5);
put($A, 'Apps/new', 'new and gone');
before(copy => "echo changed twice >$A/Apps/1; rm $A/Apps/2 $A/Apps/new; echo meanwhile >$A/Apps/meanwhile\n");
($code, $out, $err) = sync($conf{A});
is("$code $err", '0 ', 'files that change and vanish');
equal('change');
is(get($B, 'Apps/meanwhile'), "meanwhile\n", 'what is new meanwhile comes with the second pass');
is_deeply(trash('B'), { 'Apps/1' => ['app 1'], 'Apps/2' => ['app 2'] }, 'the trash') or diag explain trash('B');

# A folder that becomes a link, or a file, meanwhile.
start();
put($A, 'StaticContent/folder/one', 'one');
before(copy => "rm -r $A/StaticContent/folder; ln -s /etc $A/StaticContent/folder\n");
($code, $out, $err) = sync($conf{A});
isnt($code, 0, 'a folder that becomes a link') if !-e "$B/StaticContent/folder/passwd" && $code;
ok(!-e "$B/StaticContent/folder/passwd" && !-e "$B/StaticContent/folder/hostname", 'a folder that becomes a link is not followed');
unlink "$A/StaticContent/folder";
put($A, 'StaticContent/folder', 'a file');
($code, $out, $err) = sync($conf{A}, '--max-change', '100');
is("$code $err", '0 ', 'and then a file');
equal('folder, link, file');

# The source's mount is gone: before the copy, before the removal.
foreach my $what ('copy', 'remove')
{
	start();
	unlink "$A/Apps/30", "$A/Apps/29";
	put($A, 'Apps/1', 'changed', time + 5);
	before($what => "mv $A $A.gone; mkdir $A\n");
	($code, $out, $err) = sync($conf{A});
	is($code, 4, "the source's mount is gone before the $what");
	like($err, qr/share "qlik" of site "A" \(source\) has gone while it was read|is empty/, 'is told');
	is(scalar(grep { /^Apps\/\d+$/ } keys %{ tree($B) }), 28, 'only what was counted is removed');
	is_deeply([ sort keys %{ trash('B') } ], $what eq 'copy' ? [ 'Apps/29', 'Apps/30' ] : [ 'Apps/1', 'Apps/29', 'Apps/30' ], 'and is in the trash');
	rmdir $A or die $!;
	rename "$A.gone", $A or die $!;
	($code, $out, $err) = sync($conf{A});
	is("$code $err", '0 ', 'and there again');
	equal('mount');
}

# The target's mount is gone: rsync must not fill what is below.
start();
put($A, 'Apps/1', 'changed', time + 5);
before(copy => "mv $B $B.gone; mkdir $B\n");
($code, $out, $err) = sync($conf{A});
isnt($code, 0, 'the target\'s mount is gone before the copy');
is_deeply(tree($B), {}, 'and nothing was written below it');
remove_tree($B);
rename "$B.gone", $B or die $!;

# A failover meanwhile: the marker of its new active site stays.
start();
put($A, 'Apps/1', 'changed', time + 5);
before(copy => "sed -i 's/\"epoch\": 0/\"epoch\": 1/; s/target/source/' $B/.qsrepl-share.json\n");
($code, $out, $err) = sync($conf{A});
is($code, 4, 'the target\'s marker changes');
like($err, qr/marker of share "qlik" at site "B" \(target\) is of epoch 1, newer than 0/, 'is told');
is_deeply([ @{ marker('B') }{qw(epoch role)} ], [ 1, 'source' ], 'and stays');

# rsync fails: at each call, with and without words.
foreach my $case (
	[ 'copy', 'exit 11', qr/could not copy files to or from .*exit code 11.*hint: Look for room on the disk/s ],
	[ 'copy', 'echo "rsync: write failed: No space left on device (28)" >&2; exit 11', qr/detail: rsync: write failed: No space left on device/ ],
	[ 'remove', 'exit 12', qr/could not remove files from .*exit code 12/ ],
	[ 'copy', 'kill -9 $$', qr/could not copy .*ended by signal 9/ ])
{
	my ($what, $script, $pattern) = @$case;

	start();
	unlink "$A/Apps/30";
	put($A, 'Apps/1', 'changed', time + 5);
	before($what => "$script\n");
	($code, $out, $err) = sync($conf{A});
	is($code, 4, "$what: $script");
	like($err, $pattern, 'is told');
	is(marker('B')->{last}{copied}, 31, 'the marker tells of the one before');
	like(slurp_file("$tool_dir/journal_A/share/qlik.json"), qr/"problem": "could not/, 'and the record of the problem');
	($code, $out, $err) = sync($conf{A});
	is("$code $err", '0 ', 'again');
	equal($script);
	like(slurp_file("$tool_dir/journal_A/share/qlik.json"), qr/"problem": null/, 'no problem now');
}

# No room for a large file: what the system refuses to write.
start();
put($A, 'Apps/large', 'x' x 3_000_000);
put($A, 'Apps/small', 'small');
put($B, 'Apps/large', 'the former one', time - 1000);
{
	local $SIG{XFSZ} = 'IGNORE';

	IPC::Run::run([ 'prlimit', '--fsize=1000000', $qsrepl_program, 'share', 'sync', '--config', $conf{A}, '--yes' ], '<', \'', '>', \$out, '2>', \$err);
	$code = $? >> 8;
}
is($code, 4, 'a file that cannot be written');
like($err, qr/File too large/, 'is told');
is(get($B, 'Apps/large'), 'the former one', 'the former one stays');
($code, $out, $err) = sync($conf{A});
is("$code $err", '0 ', 'when there is room again');
equal('large');

# What may not be read, or written.

{
	start();
	put($A, 'Apps/closed', 'closed');
	put($A, 'Apps/open', 'open');
	chmod 0, "$A/Apps/closed";
	($code, $out, $err) = sync($conf{A});
	is($code, 1, 'a file that may not be read');
	like($err, qr/warning: share qlik: some files could not be copied or removed\n.*Permission denied/, 'is told');
	is(get($B, 'Apps/open'), 'open', 'the others are copied');
	is(marker('B')->{last}{result}, 'partial', 'and the marker tells it');
	is(marker('B')->{last}{copied}, 1, 'only what was copied is counted');
	chmod 0600, "$A/Apps/closed";
	make_path("$A/Apps/shut/in");
	chmod 0, "$A/Apps/shut";
	($code, $out, $err) = sync($conf{A});
	is($code, 4, 'a folder that may not be read');
	like($err, qr/could not open directory "\Q$A\E\/Apps\/shut": Permission denied/, 'is told');
	chmod 0700, "$A/Apps/shut";
	($code, $out, $err) = sync($conf{A});
	is("$code $err", '0 ', 'all may be');
	equal('rights');
}

# What rsync has not finished, and scratch directories, of runs that were killed.
start();
my $ended = fork();
die $! if !defined $ended;
exec 'true' or die $! if $ended == 0;
waitpid $ended, 0;
put($B, 'Apps/.qsrepl-partial/gone', 'half');
put($B, 'Apps/.qsrepl-partial/in/deeper', 'half');
put($B, 'CustomData/old/.qsrepl-partial/x', 'half');
make_path("$tool_dir/journal_A/share/scratch.$ended.1/in", "$tool_dir/journal_A/share/scratch.$$.1", "$tool_dir/journal_A/share/scratch.x");
put($A, 'Apps/more', 'more');
($code, $out, $err) = sync($conf{A});
is("$code $err", '0 ', 'with what killed runs have left');
equal('leftovers');
is_deeply(trash('B'), {}, 'what was unfinished is no trash');
put($B, 'Apps/.qsrepl-partial/again', 'half');
($code, $out, $err) = sync($conf{A});
is("$code $err", '0 ', 'nothing is to be copied');
equal('leftovers alone');
is(join(' ', sort map { s{.*/}{}r } glob "$tool_dir/journal_A/share/scratch*"), join(' ', sort "scratch.$$.1", 'scratch.x'), 'scratch directories of runs that are gone');
remove_tree(glob "$tool_dir/journal_A/share/scratch*");

# While one runs: no other, no move; and none while a move runs.
start();
put($A, 'Apps/1', 'changed', time + 5);
before(copy => "touch $bin/waits; while [ -f $bin/waits ]; do sleep 0.05; done\n");
my $handle = IPC::Run::start([ $qsrepl_program, 'share', 'sync', '--config', $conf{A}, '--yes' ], '<', \'', '>', \my $first, '2>', \my $first_err);
for (1 .. 1000)
{
	last if -f "$bin/waits";
	usleep(20_000);
}
foreach my $site ('A', 'B')
{
	($code, $out, $err) = sync($conf{$site});
	is($code, 6, "a second one, at $site");
	like($err, qr/share "qlik" is being synchronized by another run of qsrepl/, 'is refused');
}
my $hasty = conf_file('B', \%node, sections => share_section(), change => [ qr/^connect_timeout = 2s$/m => 'connect_timeout = 1s' ], file => "$tool_dir/hasty.conf");
($code, $out, $err) = qsrepl('switchover', '--config', $hasty, '--to', 'B', '--yes');
is($code, 6, 'a switchover meanwhile');
like($err, qr/site "A": a synchronization of file shares is at work\n.*It is process \d+ at .*\n.*Nothing was changed\. Wait for its end, or end "qsrepl share sync"/, 'is refused, after a time');
unlink "$bin/waits";
$handle->finish;
is($handle->result(0) . ' ' . QsreplTool::without_progress($first_err), '0 ', 'the first one ends well');
equal('one at a time');
my $lock = IPC::Run::start([ 'flock', "$tool_dir/journal_A/share/qlik.lock", 'sh', '-c', "touch $bin/waits; while [ -f $bin/waits ]; do sleep 0.05; done" ]);
for (1 .. 1000)
{
	last if -f "$bin/waits";
	usleep(20_000);
}
($code, $out, $err) = sync($conf{A});
is($code, 6, 'the lock of this machine');
like($err, qr/share "qlik" is being synchronized: could not lock file/, 'is looked at, too');
unlink "$bin/waits";
$lock->finish;
my $psql = IPC::Run::start([ 'psql', '-XAtq', '-d', $node{A}->connstr('postgres'), '-c', 'SELECT pg_advisory_lock(124740654428268)', '-c', 'SELECT pg_sleep(60)' ], '<', \'', '>', \my $locked);
$psql->pump until $node{A}->safe_psql('postgres', "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock'") > 0;
($code, $out, $err) = sync($conf{A});
is($code, 6, 'a move at work');
like($err, qr/site "A": a move of the active role is at work/, 'refuses it');
$node{A}->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock'");
$psql->kill_kill;
$node{A}->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory'");

# The tool is asked to end.
put($A, 'Apps/2', 'changed', time + 5);
before(copy => "touch $bin/waits; while [ -f $bin/waits ]; do sleep 0.05; done\n");
$handle = IPC::Run::start([ $qsrepl_program, 'share', 'sync', '--config', $conf{A}, '--yes' ], '<', \'', '>', \$first, '2>', \$first_err);
for (1 .. 1000)
{
	last if -f "$bin/waits";
	usleep(20_000);
}
$handle->signal('TERM');
$handle->finish;
unlink "$bin/waits";
is($handle->result(0), 4, 'SIGTERM ends it');
like($first_err, qr/could not copy .*was interrupted/, 'and it says so');
($code, $out, $err) = sync($conf{A});
is("$code $err", '0 ', 'again');
equal('after SIGTERM');

$_->stop foreach @node{ 'B', 'A' };
done_testing();
