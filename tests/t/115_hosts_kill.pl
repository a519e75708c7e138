# "hosts apply" is killed at each of its fsyncs, before and behind it: the old
# file or the new one is there, whole, and another run brings it to its end.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Utils;
use QsreplTool;
use Test::More;

my $file = "$tool_dir/hosts";
my $old = join '', map { "10.9.0.$_ n$_\r\n" } 1 .. 250;
my $text = "[qsrepl]\nsite = A\n";

foreach my $site ('A', 'B')
{
	my $port = $site eq 'A' ? 1 : 2;

	$text .= "[site $site]\nhost = 127.0.9.1\nport = $port\ndata_directory = $tool_dir/data_$site\nsettings_file = $tool_dir/settings_$site\n";
}
my @apply = ('hosts', 'apply', '--yes', '--config',
	write_private("$tool_dir/qsrepl.conf",
		"$text\n[node CN]\nsite = A\naddress = 10.1.0.11\nroles = central\nhosts_access = local\nhosts_file = $file\n"));

sub get
{
	my ($name) = @_;

	open my $handle, '<:raw', $name or return '';
	local $/ = undef;
	return scalar <$handle>;
}

sub begin
{
	unlink glob("$file*");
	append_to_file($file, $old);
	chmod 0644, $file;
	return;
}

begin();
is((qsrepl(@apply))[0], 0, 'applied');
my $new = get($file);
isnt($new, $old, 'which changes the file');
my ($kills, %seen) = (0);
foreach my $when ('KILL_AT', 'KILL_AFTER')
{
	for my $n (1 .. 100)
	{
		begin();
		my ($killed, $code) = qsrepl_killed({ $when => $n }, @apply);
		my $now = get($file);

		last if !$killed;
		$kills++;
		$seen{ $now eq $old ? 'old' : $now eq $new ? 'new' : 'neither' } = 1;
		ok($now eq $old || $now eq $new, "$when $n: the old file or the new one");
		is((qsrepl(@apply))[0], 0, 'another run');
		is(get($file), $new, 'ends it');
		is(get("$file.qsrepl-backup"), $old, 'and the old one is kept');
		is((stat $file)[2] & 07777, 0644, 'with its permissions');
	}
}
cmp_ok($kills, '>=', 6, 'it was killed often enough');
is(join(' ', sort keys %seen), 'new old', 'on either side of the change');
done_testing();
