# Nobody learns a secret from what the tool and the servers leave behind or show
# while they run: command lines, environments, logs of every statement, output,
# journals, events, all files of the databases, and core dumps.  Searched for
# are the bytes themselves, in each form in which they could be there.
use strict;
use warnings FATAL => 'all';

use File::Find ();
use IPC::Run ();
use MIME::Base64 qw(decode_base64 encode_base64);
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplNodes;
use QsreplPair;
use QsreplTool;
use QsreplTransport;
use QsreplWhole;
use Test::More;
use Time::HiRes qw(usleep);

my $said = '';
my %secret;

# The numbers of a private key in PKCS#1 that nobody else has: d, p, q and what
# is made of them.
sub numbers_of
{
	my ($pem) = @_;
	my ($in, $der, $err) = ($pem, '');

	IPC::Run::run([ 'openssl', 'rsa', '-traditional', '-outform', 'DER', '-passin', 'pass:Zinnia-Harbour-Quill' ], '<', \$in, '>', \$der, '2>', \$err)
	  or die $err;
	my ($at, @numbers) = (4);
	while ($at < length $der)
	{
		my $len = ord substr $der, $at + 1, 1;
		my $head = 2;

		if ($len & 0x80)
		{
			$head += $len & 0x7f;
			$len = hex unpack 'H*', substr($der, $at + 2, $len & 0x7f);
		}
		push @numbers, substr $der, $at + $head, $len;
		$at += $head + $len;
	}
	die 'not nine numbers' if @numbers != 9;
	return @numbers[ 3 .. 8 ];
}

# All forms of some bytes; those of base64 by where a group of three begins.
sub forms_of
{
	my ($bytes) = @_;
	my $hex = unpack 'H*', $bytes;

	return ($bytes, scalar reverse($bytes), $hex, uc $hex,
		map { substr encode_base64(substr($bytes, $_), ''), 0, 16 } 0 .. 2);
}

# Remember a private key: three windows of each of its numbers.
sub add_key
{
	my ($file) = @_;

	foreach my $number (numbers_of(slurp_file($file)))
	{
		foreach my $window (substr($number, 8, 16), substr($number, length($number) / 2, 16), substr($number, -16))
		{
			$secret{$_} = $file foreach forms_of($window);
		}
	}
	return;
}

sub add_word
{
	my ($word) = @_;

	$secret{$_} = 'a word' foreach $word, unpack('H*', $word), scalar reverse($word), substr(encode_base64($word, ''), 0, 16),
	  join('', map { "$_\0" } split //, $word);
	return;
}

# Which secrets are in some bytes, also where lines are broken in them.
my $pattern;

sub found_in
{
	my ($bytes) = @_;
	my %found;

	$pattern //= do { my $all = join '|', map { quotemeta } keys %secret; qr/($all)/ };
	foreach my $text ($bytes, $bytes =~ s/[\r\n]+//gr)
	{
		$found{ $secret{$1} } = 1 while $text =~ /$pattern/g;
	}
	return join ' ', sort keys %found;
}

# Everything that can be seen of processes from here, as they come and go.
sub watch
{
	my ($file) = @_;
	my $pid = fork // die "fork: $!";
	my (%seen, $stop);

	return $pid if $pid != 0;
	local $SIG{TERM} = sub { $stop = 1 };
	while (!$stop)
	{
		foreach my $name (glob '/proc/[0-9]*/cmdline /proc/[0-9]*/environ')
		{
			open my $in, '<', $name or next;
			my $what = do { local $/; <$in> };
			$seen{$what} = 1 if defined $what;
		}
		usleep(2000);
	}
	open my $out, '>', $file or POSIX::_exit(1);
	print $out "$_\n" foreach keys %seen;
	close $out;
	POSIX::_exit(0);
}

make_whole(net => { A => '127.0.23', B => '127.0.24' });
my $password = 'Zinnia-Harbour-Quill';
my $passphrase = 'Marmot-Velvet-Anvil';
my $places = "$tool_dir/secret";
mkdir $places, 0700 or die $!;
my $file = write_private("$places/password", "$password\n");
my $other = write_private("$places/wrong", "Lantern-Copper-Wren\n");
my $phrase = write_private("$places/passphrase", "$passphrase\n");

foreach my $site ('A', 'B')
{
	write_private($conf{$site}, slurp_file($conf{$site}) =~ s/^(key_directory = .*)/$1\nformat = pfx\npassword_file = $file/mr);
	$server{$site}->append_conf('postgresql.conf', "log_statement = all\nlog_min_messages = debug2\nlog_parameter_max_length = -1\n"
		  . "log_parameter_max_length_on_error = -1\nlog_min_error_statement = debug5\nlog_connections = on\n");
	$server{$site}->reload;
	# What is asked of the other site says here how.
	my $remote = "$tool_dir/remote_$site";
	write_private($remote, slurp_file($remote) =~ s/^(QSREPL_CONFIG)/{ echo "\$0 \$@"; env; } >>$tool_dir\/remote.log\n$1/mr);
	chmod 0700, $remote;
}

write_private("$tool_dir/transport_B_alone.conf", slurp_file($conf{B}) =~ s/^remote_command.*\n//mgr);

# At a site, and all that it says is kept.
sub at
{
	my ($site, $wanted, @words) = @_;
	my ($code, $out, $err) = tool($site, @words, '--verbose');

	$said .= $out . $err;
	like($code, qr/^($wanted)$/, "@words") or diag $out . $err;
	return;
}

make_certificates("$places/$_", 'P1') foreach 'set', 'second';
my $watcher = watch("$tool_dir/processes");
at('A', 0, 'cert', 'import', "$places/set", '--yes');
at('A', 0, 'cert', 'sync');
at('A', 0, 'cert', 'issue', '--node', 'P1-A', '--yes');
at('A', 0, 'cert', 'rotate');
at('A', 0, 'cert', 'sync', '--copy', "$tool_dir/copy");
at('A', 0, 'cert', 'export', "$tool_dir/exported_pfx");
at('A', 0, 'cert', 'export', '--format', 'pem', "$tool_dir/exported_pem");
at('A', 0, 'cert', 'export', '--format', 'file', "$tool_dir/exported_file");
at('A', 4, 'cert', 'export', "$tool_dir/nowhere/at/all");
at('A', 3, 'cert', 'list', '--folder', "$tool_dir/exported_pfx", '--password-file', $other);
at('A', 3, 'cert', 'list', '--folder', "$tool_dir/exported_file", '--password-file', $other);
at('A', 0, 'cert', 'verify', '--json');
at('A', 0, 'cert', 'compare', '--folder', "$tool_dir/exported_pem");
my ($code, $out, $err) = qsrepl('cert', 'recovery', "$places/closed.key", '--passphrase-file', $phrase);
$said .= $out . $err;
is($code, 0, 'a recovery key');
($code, $out, $err) = qsrepl('cert', 'open', "$tool_dir/copy", '--key', "$places/closed.key", '--passphrase-file', $other, '--output', "$tool_dir/none");
$said .= $out . $err;
is($code, 6, 'a wrong passphrase');
at('A', 0, 'switchover', '--to', 'B', '--yes');
at('B', 0, 'cert', 'rollback', '--yes');
at('B', 0, 'cert', 'sync');
at('B', '0|1', 'check');
at('B', '0|1', 'status');
at('B', 0, 'config', 'show');
kill 'TERM', $watcher;
waitpid $watcher, 0;
is($?, 0, 'processes were watched');

# A process that holds keys dies by itself, where a core dump would be written
# of any other: it waits for a set that does not come.
$server{A}->_update_pid(-1);
foreach my $signal ('SEGV', 'ABRT', 'BUS')
{
	$server{A}->safe_psql('postgres', 'SELECT pg_wal_replay_pause()');
	at('B', 0, 'cert', 'import', $signal eq 'ABRT' ? "$places/set" : "$places/second", '--yes', '--force');
	is((qsrepl('cert', 'sync', '--config', "$tool_dir/transport_B_alone.conf"))[0], 0, "$signal: a set is sealed");
	mkdir "$tool_dir/core_$signal", 0700 or die $!;
	my $pid = fork // die "fork: $!";
	if ($pid == 0)
	{
		open STDOUT, '>', '/dev/null';
		open STDERR, '>', '/dev/null';
		exec 'sh', '-c', 'ulimit -c unlimited 2>/dev/null; cd "$1" && shift && exec "$@"', 'sh', "$tool_dir/core_$signal",
		  $qsrepl_program, 'cert', 'sync', '--config', $conf{A};
		die;
	}
	ok($server{A}->poll_query_until('qsr',
			"SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE '%sealed_set s%' AND pid <> pg_backend_pid()"),
		"$signal: it waits, with its keys in memory");
	kill $signal, $pid;
	waitpid $pid, 0;
	ok(($? & 127) && !($? & 128), '... and dies without a core dump');
	is(join(' ', glob "$tool_dir/core_$signal/*"), '', '... nor any file');
	$server{A}->safe_psql('postgres', 'SELECT pg_wal_replay_resume()');
}

# What is looked for. The stores are PFX files by now.
foreach my $site ('A', 'B')
{
	my ($number) = slurp_file("$tool_dir/store_$site/current") =~ /^current (\d+)/;

	foreach my $pfx (glob "$tool_dir/store_$site/set.$number/*.pfx $tool_dir/store_$site/set.$number/*/*.pfx")
	{
		my $name = "$places/" . ($pfx =~ s/.*store_//r =~ tr{/}{_}r) . '.pem';

		PostgreSQL::Test::Utils::system_or_bail('openssl', 'pkcs12', '-in', $pfx, '-passin', "pass:$password", '-nocerts', '-nodes', '-out', $name);
		add_key($name);
	}
	add_key($_) foreach glob "$tool_dir/keys_$site/*.pem";
}
add_key($_) foreach glob("$places/{set,second}/*key.pem $places/{set,second}/P1/*key.pem"), "$tool_dir/recovery.key";
add_word($_) foreach $password, $passphrase, 'Lantern-Copper-Wren', map { $_->password } values %nodes;
my ($tsig) = slurp_file("$tool_dir/qsrepl-key.key") =~ /secret "([^"]+)/;
add_word($tsig);
cmp_ok(scalar keys %secret, '>', 1000, 'forms of secrets are looked for');

# It would be found: that is what a search is worth.
isnt(found_in(slurp_file("$places/set/server_key.pem")), '', 'a key in PEM is found');
my $der = decode_base64((slurp_file("$places/set/server_key.pem") =~ /KEY-----\n(.*?)-----END/s)[0]);
isnt(found_in("x$der"), '', 'and in DER');
isnt(found_in('\x' . unpack('H*', $der)), '', 'and as bytea');
isnt(found_in("password=$password"), '', 'and a password');

is(found_in($said), '', 'what the tool said');
like($said, qr/number \d+/, '... which is much');
my $processes = slurp_file("$tool_dir/processes");
like($processes, qr/cert\0sync/, 'processes were seen');
is(found_in($processes), '', '... without a secret in their arguments or environment');
like(slurp_file("$tool_dir/remote.log"), qr/remote_B .*certificates/, 'the other site was asked');
is(found_in(slurp_file("$tool_dir/remote.log")), '', '... without one either');
foreach my $site ('A', 'B')
{
	# The test's own server, and what the tool has started.
	my $log = join '', map { slurp_file($_) } grep { -e } $server{$site}->logfile, $server{$site}->data_dir . '.log';

	like($log, qr/statement: |execute /, "the server's log of site $site has statements");
	is(found_in($log), '', '... and no secret');
	is(found_in(join "\n", map { $server{$site}->safe_psql('qsr', "SELECT t FROM qsrepl.$_ t") } 'event', 'transport_key'), '', '... nor do events and keys');
}
$_->stop foreach values %server;

# Every other file that has come of it.
my @leaks;
my $files = 0;
File::Find::find({ no_chdir => 1, wanted => sub {
	return if !-f $_ || -l $_;
	# Where secrets belong.
	return if m{^\Q$tool_dir\E/(secret|keys_[AB]|recovery\.key$|qsrepl-key\.key$)};
	# Of the stand-ins, not of the tool.
	return if m{credentials|/named/|passdb|smbpasswd|\.tdb$|\.ldb$|\.conf$} && m{^\Q$tool_dir\E/(node|named)};
	my $found = found_in(slurp_file($_));
	$files++;
	push @leaks, "$_: $found" if $found ne '';
} }, $tool_dir, (grep { -e } map { $_->basedir, $_->logfile } values %server));
cmp_ok($files, '>', 500, "$files files were searched");
is(join("\n", @leaks), '', '... and nothing was found');
end_whole();
done_testing();
