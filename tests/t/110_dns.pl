# The public alias at real name servers: shown, switched by compare-and-swap,
# and everything that goes wrong with that.
use strict;
use warnings FATAL => 'all';

use IO::Socket::INET;
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplNamed;
use QsreplTool;
use Test::More;
use Time::HiRes qw(time);

my ($code, $out, $err);
my $key = named_key('qsrepl-key');
my ($nsupdate) = grep { -x } map { "$_/nsupdate" } split /:/, $ENV{PATH};

# A configuration without database servers that answer.
sub conf
{
	my (%opt) = @_;
	my $text = "[qsrepl]\nsite = A\nconnect_timeout = 3s\njournal_directory = $tool_dir/journal\n";

	foreach my $site ('A', 'B')
	{
		my $target = $opt{"target_$site"} // 'qs-' . lc($site) . '.company.test';

		$text .= <<"CONF" . ($opt{$site} // '');
[site $site]
host = 127.0.0.1
port = @{[ $site eq 'A' ? 1 : 2 ]}
data_directory = $tool_dir/data_$site
settings_file = $tool_dir/settings_$site
dns_target = $target
CONF
	}
	$text .= "[dns]\nname = qs.company.test\nzone = company.test\nttl = 30s\nwait = 5s\n" . ($opt{dns} // "key_file = $key\n");
	return write_private("$tool_dir/qsrepl.conf", $text);
}

sub dns
{
	($code, $out, $err) = qsrepl('dns', @_, '--config', "$tool_dir/qsrepl.conf");
	return;
}

sub json
{
	return JSON::PP->new->utf8->decode($out);
}

# A program in front of the others on PATH.
sub stand_in
{
	my ($name, $text) = @_;

	mkdir "$tool_dir/bin";
	unlink "$tool_dir/bin/$name";
	append_to_file("$tool_dir/bin/$name", "#!/bin/sh\n$text");
	chmod 0755, "$tool_dir/bin/$name";
	return "$tool_dir/bin:$ENV{PATH}";
}

# A's server is the primary, B's its secondary, which follows.
my $port_b = PostgreSQL::Test::Cluster::get_free_port();
my $b = { name => 'named_b', address => '127.0.0.1', port => $port_b, server => "127.0.0.1#$port_b" };
my $a = start_named('named_a', address => '127.0.0.1', notify => [$b]);
start_named('named_b', address => '127.0.0.1', port => $port_b, of => $a);
conf(A => "dns_servers = $a->{server}\n", B => "dns_servers = $b->{server}\n");

dns('show');
is("$code $err", '0 ', 'show');
like($out, qr/^  \Q$a->{server}\E +qs-a\.company\.test \(site A\), 60 s$/m, 'one server');
like($out, qr/^  \Q$b->{server}\E +qs-a\.company\.test \(site A\), 60 s$/m, 'the other one');
like($out, qr/^  local resolver +could not resolve name "qs\.company\.test": /m, 'the local resolver, which does not know it');
like($out, qr/^Users learn of a change within 60 s\.$/m, 'the time users need');
dns('show', '--json');
is(join(' ', map { "$_->{state} $_->{site} $_->{target} $_->{ttl}" } @{ json()->{servers} }),
	'points A qs-a.company.test 60 points A qs-a.company.test 60', 'as a document');
is(json()->{local}{state}, 'silent', 'and what the local resolver says');

# There and back.
dns('switch', '--to', 'B', '--dry-run');
is("$code $err", '0 ', 'a dry run');
like($out, qr/is to point to qs-b\.company\.test \(site B\)\. Not yet: \Q$a->{server}\E: qs-a/, 'says what would be');
is(record($a, 'qs', 'CNAME'), 'qs-a.company.test', 'and does nothing');
dns('switch', '--to', 'B');
is($code, 6, 'without a word');
like($err, qr/^qsrepl: error: not confirmed\n.*Nothing was changed\. Give --yes/s, 'nothing is done');
is(record($a, 'qs', 'CNAME'), 'qs-a.company.test', 'nothing');
my $began = time;
dns('switch', '--to', 'B', '--yes');
note sprintf('switched in %.0f ms', 1000 * (time - $began));
is("$code $err", '0 ', 'switched: the secondary refuses, the primary takes it, the secondary follows');
like($out, qr/^Alias qs\.company\.test points to site B now; users learn of it within 60 s\.$/m, 'says so, with the old TTL');
is(record($a, 'qs', 'CNAME') . ' ' . record($b, 'qs', 'CNAME'), 'qs-b.company.test qs-b.company.test', 'both');
dns('switch', '--to', 'B', '--yes');
is("$code $err$out", "0 Alias qs.company.test points to site B already.\n", 'again');
dns('switch', '--to', 'B');
is("$code $err$out", "0 Alias qs.company.test points to site B already.\n", 'nobody is asked for that');
dns('switch', '--to', 'B', '--yes', '--json');
is(json()->{changed} ? 1 : 0, 0, 'and as a document');
dns('show', '--json');
is(json()->{servers}[0]{ttl}, 30, 'with the TTL of the configuration');
dns('switch', '--to', 'C', '--yes');
is($code, 2, 'a site that is not there');
like($err, qr/site "C" is not defined/, 'is told');

# A server that neither follows nor takes changes.
stop_named($b);
start_named('named_b', address => '127.0.0.1', port => $port_b, fixed => 1, records => "qs 60 CNAME qs-b\n");
dns('switch', '--to', 'A', '--yes');
is($code, 0, 'back to A, whose own server is all that is required');
like($err, qr/warning: qs\.company\.test: some name servers do not answer anew yet\n.*detail: \Q$b->{server}\E: qs-b\.company\.test \(site B\)/, 'the other one is told');
my ($status) = (qsrepl('status', '--config', "$tool_dir/qsrepl.conf"))[1];
like($status, qr/^Alias qs\.company\.test: .*\n(?:  server .*\n)?  server \Q$b->{server}\E: qs-b\.company\.test \(site B\)$/m, 'and by status');
($status) = (qsrepl('status', '--json', '--config', "$tool_dir/qsrepl.conf"))[1];
is(JSON::PP->new->utf8->decode($status)->{alias}{servers}[1]{site}, 'B', 'as a document');
stop_named($b);
start_named('named_b', address => '127.0.0.1', port => $port_b, fixed => 1);
conf(A => "dns_servers = $a->{server}\n", B => "dns_servers = $b->{server}\n", dns => "wait = 0\nkey_file = $key\n");
(my $text = slurp_file("$tool_dir/qsrepl.conf")) =~ s/wait = 5s\n//;
write_private("$tool_dir/qsrepl.conf", $text);
dns('switch', '--to', 'B', '--yes');
is($code, 8, 'a required server that does not follow');
like($err, qr/required name servers do not answer the target of site "B" for alias "qs\.company\.test"\n.*detail: \Q$b->{server}\E: qs-a.*hint: Server "\Q$a->{server}\E" has taken the change/s, 'is told');
dns('switch', '--to', 'B', '--yes');
is($code, 6, 'again: the server that refuses changes is asked once more');
like($err, qr/required name servers do not answer/, 'and does not follow');
stop_named($b);

# Each site has a server of its own that takes changes.
$b = start_named('named_b', address => '127.0.0.1', port => $port_b);
set_record($a, 'CNAME qs-a.company.test.');
my %two = (A => "dns_servers = $a->{server}\n", B => "dns_servers = $b->{server}\n");
conf(%two);
stop_named($a);
$began = time;
dns('switch', '--to', 'B', '--yes');
is($code, 0, "the lost site's server is down");
cmp_ok(time - $began, '<', 5, 'which costs little time');
like($err, qr/some name servers do not answer anew yet\n.*\Q$a->{server}\E: does not answer/, 'and is told');
is(record($b, 'qs', 'CNAME'), 'qs-b.company.test', "the site's own is changed");
dns('show');
is($code, 7, 'show: a server does not answer');
dns('switch', '--to', 'A', '--yes');
is($code, 6, 'back, without the server that is required');
like($err, qr/required name server "\Q$a->{server}\E" does not answer\n.*Nothing was changed/s, 'is refused');
is(record($b, 'qs', 'CNAME'), 'qs-b.company.test', "before the other one is changed");
$a = start_named('named_a', address => '127.0.0.1', port => $a->{port});

# Compare-and-swap.
set_record($b, 'CNAME maintenance.company.test.');
dns('switch', '--to', 'B', '--yes');
is($code, 6, 'what is no site\'s is not replaced');
like($err, qr/alias "qs\.company\.test" points to something that is no site's\n.*maintenance\.company\.test \(no site's\).*--expect maintenance\.company\.test/s, 'is told');
dns('switch', '--to', 'B', '--yes', '--expect', 'elsewhere.company.test');
is($code, 6, 'another one is expected');
dns('switch', '--to', 'B', '--yes', '--expect', 'Maintenance.company.test.');
is($code, 0, 'unless it is expected');
is(record($b, 'qs', 'CNAME'), 'qs-b.company.test', 'done');
set_record($b, 'CNAME qs-a.company.test.');
{
	my $theirs = write_private("$tool_dir/theirs", "server $b->{address} $b->{port}\nzone company.test.\n"
		  . "update delete qs.company.test.\nupdate add qs.company.test. 60 CNAME other.company.test.\nsend\n");
	local $ENV{PATH} = stand_in('nsupdate', "case \$1 in -V) exec $nsupdate -V;; esac\n$nsupdate -k $key $theirs\nexec $nsupdate \"\$@\"\n");

	dns('switch', '--to', 'B', '--yes');
	is($code, 6, 'somebody was faster');
	like($err, qr/alias "qs\.company\.test" was changed by somebody else\n.*now: other\.company\.test \(no site's\)/s, 'is told');
	is(record($b, 'qs', 'CNAME'), 'other.company.test', 'and his change stays');
}
set_record($b, '');
dns('switch', '--to', 'B', '--yes');
is($code, 6, 'no record');
like($err, qr/alias "qs\.company\.test" does not exist\n.*has no such record.*Create the record once by hand/s, 'is told');
set_record($b, 'A 127.0.0.7');
dns('switch', '--to', 'B', '--yes');
is($code, 6, 'a record of another type');
like($err, qr/has no such record|has a A record/, 'is told');
set_record($b, 'CNAME qs-a.company.test.');

# Keys.
my $strange = named_key('strange-key');
conf(%two, dns => "key_file = $strange\n");
dns('switch', '--to', 'B', '--yes');
is($code, 6, 'a key that the server does not know');
like($err, qr/no name server takes the change of alias "qs\.company\.test"\n.*\Q$b->{server}\E: .*(?:BADKEY|NOTAUTH)/s, 'is told in its words');
conf(%two, dns => '');
dns('switch', '--to', 'B', '--yes');
like("$code $err", qr/^6 .*REFUSED/s, 'no key');
chmod 0644, $key;
conf(%two);
dns('switch', '--to', 'B', '--yes');
like("$code $err", qr/^3 .*\Q$key\E" is not private/s, 'a key that others can read');
unlink "$tool_dir/keep.key";
rename $key, "$tool_dir/keep.key";
dns('switch', '--to', 'B', '--yes');
like("$code $err", qr/^6 .*could not read attributes of file "\Q$key\E"/s, 'a key that is not there');
rename "$tool_dir/keep.key", $key;
chmod 0600, $key;
is(record($b, 'qs', 'CNAME'), 'qs-a.company.test', 'nothing was changed by all that');

# Active Directory's way: reported as failed after it was applied; and failed.
conf(%two, dns => "gssapi = on\n");
{
	local $ENV{PATH} = stand_in('nsupdate', "case \$1 in -V) exec $nsupdate -V;; esac\necho \"\$@\" >$tool_dir/words\n"
		  . "$nsupdate -k $key || exit 3\necho '; TSIG error with server: tsig verify failure' >&2\nexit 1\n");

	dns('switch', '--to', 'B', '--yes');
	is("$code", '0', 'applied, and reported as failed');
	like($out, qr/points to site B now.*\nThe change was applied, although .*nsupdate/, 'is success, with a note');
	is(slurp_file("$tool_dir/words"), "-t 2 -g\n", 'by -g');
}
set_record($a, 'CNAME qs-b.company.test.');
{
	local $ENV{PATH} = stand_in('nsupdate', "case \$1 in -V) exec $nsupdate -V;; esac\necho 'tkey query failed: GSSAPI error' >&2\nexit 1\n");

	dns('switch', '--to', 'A', '--yes');
	is($code, 6, 'no ticket');
	like($err, qr/no name server takes.*tkey query failed: GSSAPI error/s, 'is told in its words');
}
{
	local $ENV{PATH} = stand_in('nsupdate', "exit 127\n");

	dns('switch', '--to', 'A', '--yes');
	like("$code $err", qr/^6 .*"nsupdate" .*hint: Install BIND's programs/s, 'nsupdate is missing');
	stand_in('dig', "exit 127\n");
	dns('switch', '--to', 'A', '--yes');
	like("$code $err", qr/^6 .*"dig" .*hint: Install BIND's programs/s, 'dig is missing');
	unlink "$tool_dir/bin/dig";
}

# A program of one's own.
my $change = write_private("$tool_dir/change", <<"SCRIPT");
#!/bin/sh
echo "\$@" >$tool_dir/words
for server in "$a->{address} $a->{port}" "$b->{address} $b->{port}"; do
printf 'server %s\\nzone company.test.\\nprereq yxrrset %s. %s %s.\\nupdate delete %s. %s\\nupdate add %s. %s %s %s.\\nsend\\n' "\$server" \$1 \$2 \$3 \$1 \$2 \$1 \$5 \$2 \$4 | $nsupdate -k $key
done
SCRIPT
chmod 0700, $change;
set_record($_, 'CNAME qs-a.company.test.') foreach $a, $b;
conf(%two, dns => "provider = exec\ncommand = $change --fast\n");
(my $shift = slurp_file($change)) =~ s/^for/shift\nfor/m;
write_private($change, $shift);
chmod 0700, $change;
dns('switch', '--to', 'B', '--yes');
is("$code $err", '0 ', 'provider exec');
is(slurp_file("$tool_dir/words"), "--fast qs.company.test CNAME qs-a.company.test qs-b.company.test 30\n", 'its words');
is(record($a, 'qs', 'CNAME') . record($b, 'qs', 'CNAME'), 'qs-b.company.test' x 2, 'it has changed both');
write_private($change, "#!/bin/sh\necho 'the portal says no' >&2\nexit 1\n");
chmod 0700, $change;
dns('switch', '--to', 'A', '--yes');
is($code, 6, 'a program that fails');
like($err, qr/no name server takes.*the portal says no/s, 'is told in its words');
is(scalar(() = $err =~ /portal/g), 1, 'and called once');

# One that takes questions and never answers.
my $silent = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1') or die;
conf(A => "dns_servers = $a->{server} 127.0.0.1#" . $silent->sockport . "\n", B => $two{B}, dns => "timeout = 1s\nkey_file = $key\n");
$began = time;
dns('show');
cmp_ok(time - $began, '<', 3, 'a silent server costs its timeout');
is($code, 7, 'and is no success');
like($out, qr/^  127\.0\.0\.1#@{[ $silent->sockport ]} +does not answer$/m, 'which is told');

# The local resolver, with a hosts file of its own.
SKIP:
{
	my @apart = ('unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', "$tool_dir/etc_hosts");

	skip 'no namespaces here', 4 if system('unshare --user --map-root-user --mount true 2>/dev/null') != 0;
	foreach my $case (
		[ "10.9.0.1 qs-a.company.test qs.company.test\n", '', 'qs-a\.company\.test \(site A\)' ],
		[ "10.9.0.1 qs.company.test\n10.9.0.1 qs-b.company.test\n", '', '10\.9\.0\.1 \(site B\)' ],
		[ "10.9.0.1 qs.company.test\n", '', '10\.9\.0\.1 \(no site\'s\)' ],
		[ "10.9.0.2 qs.company.test\n", "type = A\n", '10\.9\.0\.2 \(site B\)' ])
	{
		my ($hosts, $type, $expected) = @$case;

		unlink "$tool_dir/etc_hosts";
		append_to_file("$tool_dir/etc_hosts", $hosts);
		conf(%two, dns => "${type}key_file = $key\n", $type ne '' ? (target_A => '10.9.0.1', target_B => '10.9.0.2') : ());
		IPC::Run::run([ @apart, $qsrepl_program, 'dns', 'show', '--config', "$tool_dir/qsrepl.conf" ], '>', \$out, '2>', \$err);
		like($out, qr/^  local resolver +$expected$/m, 'the local resolver') or diag $err;
	}
}

# An address record; dns_required; servers that answer with errors.
set_record($_, 'A 127.0.0.1') foreach $a, $b;
conf(
	A => "dns_servers = $a->{server}\n",
	B => "dns_servers = $b->{server}\ndns_required = $a->{server} $b->{server}\n",
	target_A => '127.0.0.1',
	target_B => '127.0.0.2',
	dns => "type = A\nkey_file = $key\n");
dns('switch', '--to', 'B', '--yes');
is($code, 8, 'a server of the other site is required, and not reached by replication');
like($err, qr/required name servers do not answer.*\Q$b->{server}\E: 127\.0\.0\.1 \(site A\)/s, 'is told');
dns('switch', '--to', 'B', '--yes');
is("$code $err", '0 ', 'again: it is changed there, too');
is(record($a, 'qs', 'A') . ' ' . record($b, 'qs', 'A'), '127.0.0.2 127.0.0.2', 'both');
set_record($b, '');
set_record($b, 'A 127.0.0.1');
conf(%two, dns => "name = qs.other.test\nkey_file = $key\n");
($text = slurp_file("$tool_dir/qsrepl.conf")) =~ s/name = qs\.company\.test\n//;
write_private("$tool_dir/qsrepl.conf", $text =~ s/zone = company\.test\n//r);
dns('show');
like($out, qr/^  \Q$a->{server}\E +answers REFUSED$/m, 'a server without the zone');

# The configuration.
foreach my $case (
	[ { dns => "provider = exec\n" }, qr/provider "exec" needs key "command"/ ],
	[ { dns => "key_file = $key\ngssapi = on\n" }, qr/keys "key_file" and "gssapi" exclude each other/ ],
	[ { dns => '', A => '' }, qr/site "A" needs key "dns_servers"/ ],
	[ { dns => '', A => "dns_servers = $a->{server} 10.0.0.1#0\n" }, qr/key "dns_servers" of site "A" names no server: "10\.0\.0\.1#0"/ ],
	[ { dns => '', A => "dns_servers = a_b#53x\n" }, qr/names no server/ ],
	[ { dns => '', B => "dns_servers = $b->{server}\ndns_required = 10.9.9.9\n" }, qr/"dns_required" of site "B" names "10\.9\.9\.9", which is in no site's/ ],
	[ { dns => '', target_A => '10.0.0.1' }, qr/invalid value for key "dns_target": "10\.0\.0\.1"\n.*A CNAME record needs a host name/ ],
	[ { dns => "type = A\n" }, qr/An A record needs an IPv4 address/ ],
	[ { dns => '', target_A => 'qs.company.test' }, qr/key "dns_target" of site "A" is the alias itself/ ],
	[ { dns => '', target_A => 'QS-B.company.test.' }, qr/sites "A" and "B" have the same dns_target/ ],
	[ { dns => "ttl = 2d\n" }, qr/key "ttl" is given twice/ ])
{
	conf(%two, %{ $case->[0] });
	dns('show');
	is($code, 3, 'refused');
	like($err, $case->[1], 'is told');
}
foreach my $case ([ "ttl = 30s\n", "ttl = 2d\n", qr/key "ttl": "2d"\n.*out of range/ ], [ "ttl = 30s\n", "ttl = 0\n", qr/key "ttl"/ ],
	[ "wait = 5s\n", "wait = 2h\n", qr/key "wait"/ ], [ "wait = 5s\n", "timeout = 500ms\n", qr/key "timeout"/ ],
	[ "wait = 5s\n", "probe_port = 0\n", qr/key "probe_port"/ ], [ "wait = 5s\n", "probe = udp\n", qr/key "probe"/ ],
	[ "name = qs.company.test\n", "name = -qs\n", qr/key "name" of section "\[dns\]" is not a host name/ ],
	[ "zone = company.test\n", "zone = 10.1.2.3\n", qr/key "zone" of section "\[dns\]" is not a host name/ ],
	[ "name = qs.company.test\n", '', qr/key "name" is missing from section "\[dns\]"/ ])
{
	conf(%two);
	($text = slurp_file("$tool_dir/qsrepl.conf")) =~ s/\Q$case->[0]\E/$case->[1]/ or die;
	write_private("$tool_dir/qsrepl.conf", $text);
	dns('show');
	is($code, 3, 'refused');
	like($err, $case->[2], 'is told');
}
conf(%two);
($text = slurp_file("$tool_dir/qsrepl.conf")) =~ s/\[dns\].*//s;
write_private("$tool_dir/qsrepl.conf", $text);
dns('show');
like("$code $err", qr/^6 .*no public alias is configured\n.*Add a section \[dns\]/s, 'no alias');
done_testing();
