# Sealed certificates that are not what they seem: for another site, replayed,
# older, changed in each byte of the header, signed by somebody else. Nothing is
# installed, and it is noted. And whoever may log in at the database learns no
# key, nor does anybody who reads what the servers and the tool have written.
use strict;
use warnings FATAL => 'all';

use MIME::Base64 qw(decode_base64);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use QsreplTool;
use QsreplTransport;
use Test::More;

my %node;
my ($code, $out, $err);
my $number = 0;

# All that is written into the log is looked through at the end.
@node{qw(A B)} = make_pair(conf => "log_statement = all\nlog_min_messages = debug1\nlog_parameter_max_length = -1\n"
	  . "log_parameter_max_length_on_error = -1\nlog_min_error_statement = debug5\n");

my $recovery = recovery_key('recovery');

make_certificates("$tool_dir/store_A");
transport_conf($_, \%node, recovery => $recovery) foreach 'A', 'B';

sub at
{
	($code, $out, $err) = cert_at(@_);
	return "$code $err";
}

sub replayed
{
	$node{A}->wait_for_catchup($node{B}, 'replay', $node{A}->lsn('write'));
	return;
}

# The next set, as A seals it.
sub seal_next
{
	make_certificates("$tool_dir/store_A");
	is(at('A', 'sync'), '0 ', 'A seals');
	replayed();
	$number++;
	return;
}

# Let B find other bytes under the newest number.
sub put
{
	my ($sql) = @_;

	$node{A}->safe_psql('qsr', "UPDATE qsrepl.sealed_set SET sealed = $sql WHERE counter = (SELECT max(counter) FROM qsrepl.sealed_set "
		  . "WHERE site_to = 'B') AND site_to = 'B'");
	replayed();
	return;
}

is(at('B', 'keys'), '0 ', 'keys of B');
seal_next();
is(at('B', 'sync'), '0 ', 'B installs the first one');
seal_next();
is(at('B', 'sync'), '0 ', 'and the second');
my $before = installed_keys('B');
my $good = $node{A}->safe_psql('qsr', "SELECT encode(sealed, 'hex') FROM qsrepl.sealed_set WHERE counter = 1");

sub refused
{
	my ($words, $name) = @_;

	at('B', 'sync');
	is($code, 6, "$name: refused");
	like($err, $words, 'says why');
	is(installed_keys('B'), $before, 'nothing is installed');
	return;
}

# Replayed under another number; and the same number once more, changed.
$node{A}->safe_psql('qsr', "INSERT INTO qsrepl.sealed_set (site_from, site_to, counter, sealed)
	SELECT site_from, site_to, 3, sealed FROM qsrepl.sealed_set WHERE counter = 1");
replayed();
refused(qr/the set has number 1, but number 2 was installed already\n.*sealed earlier, or is replayed/, 'replayed');
$node{A}->safe_psql('qsr', 'DELETE FROM qsrepl.sealed_set WHERE counter > 1');
replayed();
refused(qr/the set has number 1, but number 2 was installed already/, 'older');

# The next number at A is beyond all that it has used.
seal_next();
query_is($node{A}, 'qsr', 'SELECT max(counter) FROM qsrepl.sealed_set', '3', 'a number is never used twice');
my $sealed = $node{A}->safe_psql('qsr', "SELECT encode(sealed, 'hex') FROM qsrepl.sealed_set WHERE counter = 3");
my $bytes = pack 'H*', $sealed;

# Each byte of the header, and some of the rest.
my $header = index($bytes, "\n\n") + 2;
my ($wrong, $tried) = (0, 0);
foreach my $place (0 .. $header - 1, map { $header + int($_ * (length($bytes) - $header - 1) / 20) } 0 .. 20)
{
	my $changed = $bytes;

	substr($changed, $place, 1) = chr(ord(substr $changed, $place, 1) ^ 1);
	# All of the header's are in the unit test; here each one takes a replica.
	next if $place < $header && $place % 8 != 0 && !$ENV{QSREPL_SCALE};
	put("'\\x" . unpack('H*', $changed) . "'");
	at('B', 'sync');
	$tried++;
	$wrong++ if $code != 6 || installed_keys('B') ne $before;
}
is($wrong, 0, "$tried changed bytes, none of them is installed");
put("'\\x" . substr($sealed, 0, 2 * int(length($sealed) / 4)) . "'");
refused(qr/could not open the sealed set: it was changed since it was signed/, 'cut');
put("''");
refused(qr/invalid sealed set: its header is damaged/, 'empty');
put("'\\x$sealed'");

$node{A}->safe_psql('qsr', "INSERT INTO qsrepl.sealed_set (site_from, site_to, counter, sealed) VALUES ('A', 'B', 4, '\\x$sealed')");
replayed();
refused(qr/the set that is stored as number 4 is number 3/, 'under another number');
$node{A}->safe_psql('qsr', 'DELETE FROM qsrepl.sealed_set WHERE counter = 4');

# Sealed for another site: a third one's set in B's place.
my $third = slurp_file("$tool_dir/transport_A.conf") =~ s/\[site B\]/[site C]/r =~ s/^B = /C = /mr;
write_private("$tool_dir/transport_third.conf", $third);
PostgreSQL::Test::Utils::system_or_bail('cp', '-a', "$tool_dir/keys_A", "$tool_dir/keys_third");
rename "$tool_dir/keys_third/site-B.json", "$tool_dir/keys_third/site-C.json";
write_private("$tool_dir/transport_third.conf", $third =~ s/keys_A/keys_third/r);
$node{A}->safe_psql('qsr', "INSERT INTO qsrepl.transport_key (site, serial, certificate) SELECT 'C', 1, certificate FROM qsrepl.transport_key WHERE site = 'B'");
is((qsrepl('cert', 'sync', '--config', "$tool_dir/transport_third.conf"))[0], 0, 'A seals for site C, with the same key');
put("(SELECT sealed FROM qsrepl.sealed_set WHERE site_to = 'C')");
refused(qr/the set is sealed for site "C", not "B"/, 'for another site');
put("'\\x$sealed'");

# Signed by somebody else, in A's name.
PostgreSQL::Test::Utils::system_or_bail('mv', "$tool_dir/keys_A", "$tool_dir/keys_kept");
$node{A}->safe_psql('qsr', "DELETE FROM qsrepl.transport_key WHERE site = 'A'; INSERT INTO qsrepl.sealed_set VALUES ('A', 'B', 50, '')");
at('A', 'keys');
at('A', 'sync');
is($code, 0, 'somebody who can write at A seals with a key of his own');
replayed();
refused(qr/site "A" has another transport key than the pinned one/, 'his key');
$node{A}->safe_psql('qsr', "UPDATE qsrepl.transport_key SET serial = 2, statement = decode(repeat('00', 384), 'hex') WHERE site = 'A'");
replayed();
refused(qr/site "A" has another transport key than the pinned one\n.*is not signed by the key before it/, 'with a statement that he has made up');
$node{A}->safe_psql('qsr', "DELETE FROM qsrepl.transport_key WHERE site = 'A'");
replayed();
refused(qr/could not open the sealed set: it is signed by another key than the pinned one/, 'without showing it');
PostgreSQL::Test::Utils::system_or_bail('rm', '-rf', "$tool_dir/keys_A");
PostgreSQL::Test::Utils::system_or_bail('mv', "$tool_dir/keys_kept", "$tool_dir/keys_A");

# The true key again, and B goes on.
$node{A}->safe_psql('qsr', "DELETE FROM qsrepl.sealed_set WHERE site_to = 'B'");
at('A', 'sync');
is($code, 0, 'the true key seals');
replayed();
is(at('B', 'sync'), '0 ', 'and B installs');
is(installed_keys('B'), installed_keys('A'), 'what A has');
like(transport_events($node{A}), qr/^refused site A to site B: number 3: the set is sealed for site "C", not "B"$/m, 'what was refused is noted');

# What B has kept is damaged.
write_private("$tool_dir/keys_B/site-A.json", '{');
at('B', 'sync');
is($code, 4, 'a file of B that is damaged');
like($err, qr/file ".*site-A.json" is damaged\n.*old certificates could be passed off as new ones/s, 'is told');

# No key is anywhere but in the stores and key directories.
sub secrets_of
{
	my @files = @_;
	my @found;

	foreach my $file (@files)
	{
		next if $file !~ /key.pem$|transport.*pem$|\.key$/;
		my ($pem) = slurp_file($file) =~ /-----BEGIN[^-]*PRIVATE KEY-----\n(.*?)-----END/s or next;
		my $key = decode_base64($pem);

		# A window of the middle, which is in one of the primes.
		push @found, substr($key, length($key) / 2, 24), substr($pem =~ s/\n//gr, length($pem) / 2, 24);
	}
	return @found;
}

my @secrets = secrets_of(glob("$tool_dir/store_A/*"), glob("$tool_dir/store_B/set.*/*"), glob("$tool_dir/keys_*/*"), $recovery);
cmp_ok(scalar @secrets, '>=', 20, 'there are secrets to look for');
my $all = join '', map { slurp_file($_->logfile) } values %node;
cmp_ok(length $all, '>', 100_000, 'the logs say a lot');
like($all, qr/add_sealed_set/, 'the sets too');
foreach my $file (glob("$tool_dir/journal_*/*"), glob("$tool_dir/*.log"), glob("$tool_dir/*.conf"))
{
	$all .= slurp_file($file) if -f $file;
}
$all .= $node{A}->safe_psql('qsr', "SELECT encode(sealed, 'escape') FROM qsrepl.sealed_set");
$all .= $node{A}->safe_psql('qsr', 'SELECT e FROM qsrepl.event e');
my $raw = join '', map { pack 'H*', $_ } $all =~ /\\x([0-9a-f]{100,})/g;
is((grep { index($all, $_) >= 0 || index($raw, $_) >= 0 || index($all, unpack('H*', $_)) >= 0 } @secrets), 0, 'no secret is among it');

# Nor in the databases' files.
$_->stop foreach values %node;
my $files = 0;
my $leaks = 0;
foreach my $node (values %node)
{
	foreach my $file (split /\n/, `find @{[ $node->data_dir ]} -type f -size -20M`)
	{
		my $content = slurp_file($file);

		$files++;
		$leaks += grep { index($content, $_) >= 0 } @secrets;
	}
}
is($leaks, 0, "none in $files files of the servers either");
done_testing();
