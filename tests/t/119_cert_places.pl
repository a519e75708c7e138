# Places where others have been first: what a killed first installation left,
# what somebody has put where a command is about to write.
use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path remove_tree);
use IPC::Run ();
use PostgreSQL::Test::Utils;
use QsreplCert;
use QsreplTool;
use Test::More;

my $dir = $tool_dir;
my $old = qlik_set("$dir/old", 'P1');
my $new = qlik_set("$dir/new", 'P1', 'P2');
my $file = write_private("$dir/password", "correct horse battery\n");
my %set = map { $_ => set_of('--folder', "$dir/$_") } 'old', 'new';
my @conf = ('--config', cert_conf("$dir/site", nodes => { A => [ 'CN', 'P1' ] }));
my $store = "$dir/site_A";

# The name of the set that is there.
sub which
{
	my $found = set_of(@conf);
	my ($name) = grep { $set{$_} eq $found } keys %set;

	return $name // ($found eq '' ? 'none' : 'a mixture');
}

# The first installation, over what somebody has put there or over nothing,
# killed at each fsync, before and behind it.
foreach my $before ('old', 'none')
{
	my $reset = sub {
		remove_tree($store);
		PostgreSQL::Test::Utils::system_or_bail('cp', '-a', $old, $store) if $before eq 'old';
	};
	my ($wrong, %seen) = ('');

	$reset->();
	qsrepl_killed({ KILL_COUNT => "$dir/count" }, 'cert', 'import', $new, '--yes', @conf);
	my $writes = slurp_file("$dir/count") + 0;
	foreach my $place (map { ([ 'KILL_AT', $_ ], [ 'KILL_AFTER', $_ ]) } grep { $_ == 1 || !($_ % 3) || $_ > $writes - 4 } 1 .. $writes)
	{
		$reset->();
		my ($killed) = qsrepl_killed({ $place->[0] => $place->[1] }, 'cert', 'import', $new, '--yes', @conf);
		my $found = which();

		$wrong .= "@$place: " . ($killed ? $found : 'not killed') . "\n" if !$killed || $found !~ /^(new|$before)$/;
		$seen{$found} = 1;
		next if $place->[1] % 4;
		my ($code, $out, $err) = qsrepl('cert', 'import', $new, '--yes', @conf);
		$wrong .= "@$place, again: $code $err" . which() . "\n" if $code != 0 || which() ne 'new';
		next if $before eq 'none';
		($code, $out, $err) = qsrepl('cert', 'rollback', '--yes', @conf);
		$wrong .= "@$place, back: $code $err" . which() . "\n" if $code != 0 || which() ne 'old';
	}
	is($wrong, '', "over $before: before or after, never a mixture");
	is(join(' ', sort keys %seen), join(' ', sort 'new', $before), '... both were there');
}

# Run with what is made by a function first, under the process's own number.
sub run_after
{
	my ($before, @words) = @_;
	my ($out, $err) = ('', '');
	my $pid = open(my $from, '-|') // die "fork: $!";

	if ($pid == 0)
	{
		$before->();
		open STDERR, '>&', \*STDOUT;
		exec $qsrepl_program, @words;
		die;
	}
	$out = do { local $/; <$from> };
	close $from;
	return ($? >> 8, $out);
}

# An export that is to be beside what somebody else has made of its name.
make_path("$dir/trap");
my ($code, $out) = run_after(sub { symlink "$dir/trap", "$dir/folder.$$.tmp" or die $! },
	'cert', 'export', '--folder', $old, '--format', 'pem', "$dir/folder");
is($code, 0, 'a folder whose name for work is a link') or diag $out;
is(join(' ', glob "$dir/trap/*"), '', 'nothing is written where it leads');
ok(!-l "$dir/folder" && -s "$dir/folder/root_key.pem", 'a folder of its own has come of it');

($code, $out) = run_after(sub { mkdir "$dir/other.$$.tmp" or die $!; chmod 0777, "$dir/other.$$.tmp" },
	'cert', 'export', '--folder', $old, '--format', 'pem', "$dir/other");
is($code, 0, '... a folder that others may enter') or diag $out;
is((stat "$dir/other")[2] & 07777, 0700, 'it is private');

write_private("$dir/victim", "kept\n");
($code, $out) = run_after(sub { link "$dir/victim", "$dir/bundle.$$.tmp" or die $! },
	'cert', 'export', '--folder', $old, '--format', 'file', '--password-file', $file, "$dir/bundle");
is($code, 0, '... a file with another name') or diag $out;
is(slurp_file("$dir/victim"), "kept\n", 'which is another file still');
is((stat "$dir/bundle")[3], 1, 'and nobody else has it open');

# A folder that is there and empty.
mkdir "$dir/empty", 0755 or die $!;
my $inode = (stat "$dir/empty")[1];
($code, $out) = qsrepl('cert', 'export', '--folder', $old, '--format', 'pem', '--dry-run', "$dir/empty");
is($code, 0, 'a dry run into an empty folder');
is((stat "$dir/empty")[1], $inode, 'leaves it there');
my $err;
($code, $out, $err) = qsrepl('cert', 'export', '--folder', $old, '--format', 'pem', "$dir/empty/");
is("$code $err", '0 ', 'an export into it, as the shell completes its name');
is((stat "$dir/empty")[2] & 07777, 0700, 'is private');
is(set_of('--folder', "$dir/empty"), $set{old}, 'and whole');
mkdir "$dir/slash", 0755 or die $!;
($code, $out, $err) = qsrepl('cert', 'export', '--folder', $old, "$dir/slash");
is($code, 4, 'an export that fails for want of a password');
ok(-d "$dir/slash", 'leaves the empty folder');
is(join(' ', glob "$dir/*.tmp"), '', 'nothing is left of all that');

# A store that others may change is none.
remove_tree($store);
make_path($store, { mode => 0700 });
chmod 0770, $store;
($code, $out, $err) = qsrepl('cert', 'import', $new, '--yes', @conf);
is($code, 4, 'a directory that a group may write to');
like($err, qr/error: directory ".*site_A" is not private\n.*Group or others may change it\..*u=rwx \(0700\)/s, 'is refused');
chmod 0750, $store;
is((qsrepl('cert', 'import', $new, '--yes', @conf))[0], 0, 'one that it may enter is not');
is((stat "$store/set.1")[2] & 07777, 0700, 'since keys are in one of its own');

done_testing();
