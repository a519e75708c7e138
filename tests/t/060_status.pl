# status and is-active on a real pair.
use strict;
use warnings FATAL => 'all';

use IO::Socket::INET;
use IPC::Run qw(start pump finish timeout);
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;
use Time::HiRes qw(time);

my ($site_a, $site_b, $conf) = make_pair();

sub status
{
	my ($code, $out, $err) = qsrepl('status', '--config', $conf, @_);

	return ($code, $out, $err);
}

sub json_status
{
	my ($code, $out, $err) = status('--json');

	return ($code, JSON::PP::decode_json($out), $err);
}

sub active_is
{
	my ($site, $word, $expected, $name) = @_;
	my ($code, $out, $err) = qsrepl('is-active', $site, '--config', $conf);

	is($out, "$word\n", $name);
	is($code, $expected, "... by exit code");
	return $err;
}

# A healthy pair
my $fastest = 60;
my ($code, $out, $err);
foreach (1 .. 5)
{
	my $begin = time;

	($code, $out, $err) = status();
	my $took = time - $begin;
	$fastest = $took if $took < $fastest;
}
is($code, 0, 'status of a healthy pair');
is($err, '', '... without errors');
cmp_ok($fastest, '<', 0.3, 'in less than 0.3 s');
note sprintf('status took %.3f s', $fastest);
note $out;
like($out, qr/^Site A, 127\.0\.0\.1:\d+: primary, timeline 1, peer: /m, 'site A');
like($out, qr/^Site B, 127\.0\.0\.1:\d+: standby, timeline 1, /m, 'site B');
like($out, qr/^  qsr +local +\d+ .* yes +0$/m, 'a database at A');
like($out, qr/^  more +foreign .* no +0$/m, 'a database at B');
like($out, qr/^Last events\n  \d{4}-\d\d-\d\dT[\d:]+Z  (?:qsr|more): /m, 'events');
unlike($out, qr/FENCED|WRONG SITE|NOT REACHABLE/, 'and nothing is wrong');

($code, my $json) = json_status();
is($code, 0, '--json');
is(join(' ', map { $_->{name} } @{ $json->{sites} }), 'A B', 'both sites');
is(JSON::PP->new->canonical->encode([
		map { $_->{databases}[0]{role}, $_->{databases}[1]{state} } @{ $json->{sites} } ]),
	'["primary","local","standby","foreign"]', 'roles and states');
ok($json->{sites}[0]{reachable}, 'reachable');
is_deeply($json->{sites}[0]{databases}[0]{residue}, [], 'residue is a list');
cmp_ok(scalar @{ $json->{sites}[0]{databases}[0]{events} }, '>', 0, 'events');
is((status('--format', 'json'))[1] =~ /"sites"/, 1, '--format json');

($code, $out) = status('--format', 'prometheus');
is($code, 0, '--format prometheus');
my @odd = grep {
	!/^# (?:HELP|TYPE) qsrepl_[a-z_]+ .+$/
	  && !/^qsrepl_[a-z_]+\{site="[AB]"(?:,database="(?:qsr|more)")?\} -?[0-9.e+-]+$/
} split /\n/, $out;
is("@odd", '', 'every line is of the format');
like($out, qr/^qsrepl_up\{site="B"\} 1$/m, 'a site');
like($out, qr/^qsrepl_primary\{site="A",database="qsr"\} 1$/m, 'a role');
like($out, qr/^qsrepl_localized\{site="B",database="more"\} 0$/m, 'a state');
my %seen;
$seen{$_}++ foreach $out =~ /^# TYPE (\S+)/mg;
is(join(' ', grep { $seen{$_} > 1 } keys %seen), '', 'a metric stands once');

($code, $out, $err) = status('--format', 'xml');
is($code, 2, 'another format is refused');

# Watching
my ($seen, $said) = ('', '');
my $watch = start([ File::Spec->rel2abs($ENV{QSREPL} || 'build/qsrepl'), 'status', '--watch', '--config', $conf ],
	'<', \'', '>', \$seen, '2>', \$said, timeout(60));
pump $watch until $seen =~ /^Site A.*^Site A/ms;
$watch->signal('INT');
finish $watch;
is($watch->result(0), 0, '--watch shows it again until Ctrl-C');
is($said, '', '... without errors');
unlike($seen, qr/\033/, '... without control sequences where it is no terminal');

SKIP:
{
	skip 'no IO::Pty', 2 unless eval { require IO::Pty; 1 };
	$seen = '';
	$watch = start([ File::Spec->rel2abs($ENV{QSREPL} || 'build/qsrepl'), 'status', '--watch', '--config', $conf ],
		'>pty>', \$seen, timeout(60));
	pump $watch until $seen =~ /^\033\[2J\033\[HSite A.*\033\[HSite A.*\033\[J/s;
	$watch->signal('INT');
	finish $watch;
	is($watch->result(0), 0, 'on a terminal too');
	like($seen, qr/\033\[K\r?\n/, '... in place');
}

# Probes
active_is('A', 'active', 0, 'A is active');
active_is('B', 'standby', 1, 'B is not');
($code, $out) = qsrepl('is-active', 'A', '--quiet', '--config', $conf);
is("$code$out", '0', '--quiet');
($code, $out) = qsrepl('is-active', 'B', '--json', '--config', $conf);
is($code, 1, '--json');
is_deeply(JSON::PP::decode_json($out),
	{ site => 'B', answer => 'standby', active => JSON::PP::false }, '... tells it');
($code, $out, $err) = qsrepl('is-active', 'C', '--config', $conf);
is($code, 2, 'a site that is not configured');
like($err, qr/site "C" does not exist/, '... is named');
($code, $out, $err) = qsrepl('is-active', 'A', '--database', 'more', '--config', $conf);
is($code, 0, 'another database');
($code, $out, $err) = qsrepl('is-active', 'A', '--database', 'postgres', '--config', $conf);
is("$code $out", "1 unknown\n", 'one without the extension');
like($err, qr/error: site "A": .*qsrepl\.status/, '... with the error');

# Fenced
$site_a->safe_psql('qsr', q(SELECT qsrepl.fence('a "test"')));
active_is('A', 'fenced', 1, 'a fenced server');
($code, $out) = status();
like($out, qr/^  FENCED: a "test"$/m, 'status says so');
($code, $json) = json_status();
is($json->{sites}[0]{databases}[0]{fence_reason}, 'a "test"', '... and why');
like((status('--format', 'prometheus'))[1], qr/^qsrepl_fenced\{site="A",database="qsr"\} 1$/m,
	'... as a metric');
$site_a->safe_psql('qsr', 'SELECT qsrepl.unfence()');

# A database that is missing
{
	my $other = write_conf($site_a, $site_b);
	my $text = slurp_file($other);

	$text =~ s/^databases = .*/databases = none qsr postgres/m;
	unlink $other;
	append_to_file($other, $text);
	chmod 0600, $other;
	($code, $out) = qsrepl('status', '--config', $other);
	is($code, 7, 'a database that is missing');
	like($out, qr/^  none +error: .*does not exist/m, '... is told');
	like($out, qr/^  qsr +local/m, '... and the others are shown');
}

# The standby is down, the primary is down
$site_b->stop;
($code, $out, $err) = status();
is($code, 7, 'a site that is down');
like($out, qr/^Site B, .*: NOT REACHABLE\n  site "B": /m, '... with the error');
like($out, qr/^Site A, .*: primary/m, '... and the other one');
active_is('B', 'unreachable', 7, 'is-active');
like((status('--format', 'prometheus'))[1], qr/^qsrepl_up\{site="B"\} 0$/m, '... as a metric');
($code, $json) = json_status();
ok(!$json->{sites}[1]{reachable}, '... in JSON');
like($json->{sites}[1]{error}, qr/^site "B": /, '... with the error');

# One that takes connections and says nothing
my $silent = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1', LocalPort => $site_b->port,
	ReuseAddr => 1)
  or die "could not listen: $!";
my $begin = time;
($code, $out) = status();
cmp_ok(time - $begin, '<', 2.5, 'a silent site holds status for connect_timeout at most');
is($code, 7, '... and is not reachable');
$begin = time;
active_is('B', 'unreachable', 7, 'a silent site is not active');
cmp_ok(time - $begin, '<', 2.5, '... at once');
close $silent;

# B takes over
$site_b->start;
$site_a->stop;
promote($site_b);
ok(localized($site_b, $_), "$_ is localized") foreach 'qsr', 'more';
active_is('B', 'active', 0, 'the promoted site is active');
active_is('A', 'unreachable', 7, 'the former one is silent');
($code, $out) = status();
like($out, qr/^Site B, .*: primary, timeline 2/m, 'status shows it');
like($out, qr/localized/, 'with the event');
$site_b->append_conf('postgresql.conf', "qsrepl.local_site = 'A'\n");
$site_b->restart;
active_is('B', 'wrong-site', 1, 'a server that takes itself for the other site');
like((status())[1], qr/^  WRONG SITE: qsrepl\.local_site is "A"$/m, 'status says so');
$site_b->stop;
done_testing();
