# The configuration: what is refused and where, init, show, files.
use strict;
use warnings;
use File::Spec;
use PostgreSQL::Test::Utils;
use Test::More;
use IPC::Run qw(run start pump finish timeout);
use JSON::PP ();

my $qsrepl = File::Spec->rel2abs($ENV{QSREPL} || 'build/qsrepl');
my $dir = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir());
my $conf = "$dir/qsrepl.conf";

delete @ENV{ grep { /^QSREPL_/ } keys %ENV };

sub qsrepl
{
	my @words = @_;
	my ($out, $err);

	run [ $qsrepl, @words ], '<', \'', '>', \$out, '2>', \$err;
	return ($? >> 8, $out, $err);
}

sub file
{
	my ($name, $text, $mode) = @_;

	unlink $name;
	open my $handle, '>:raw', $name or die "$name: $!";
	print $handle $text;
	close $handle;
	chmod $mode || 0600, $name;
	return;
}

my $good = <<'EOF';
[qsrepl]
site = A

[site A]
host = db-a
data_directory = /srv/a
settings_file = /etc/qsrepl/a.conf

[site B]
host = db-b
port = 5432
data_directory = D:\PostgreSQL\data
settings_file = D:\PostgreSQL\qsrepl.conf

[mapping share]
kind = path
A = \\CN\QlikShare
alias.A = \\cn.example.com\QlikShare
B = \\FS-B\Qlik$
EOF
my $lines = () = $good =~ /\n/g;

# The errors in a text: {line => [message, ...]}, 0 for the file as a whole.
sub problems
{
	my ($text) = @_;
	my %found;

	file($conf, $text);
	my ($code, $out, $err) = qsrepl('config', 'check', '--json', '--config', $conf);
	my $document = JSON::PP->new->utf8->decode($out);

	for my $p (@{ $document->{problems} })
	{
		push @{ $found{ $p->{line} // 0 } },
		  "$p->{severity}: $p->{message} $p->{detail} $p->{hint}";
	}
	is($err, '', 'nothing on standard error') if $err ne '';
	is($code, $document->{errors} > 0 ? 3 : 0, 'exit code') if $code > 3
	  || ($code == 3) != ($document->{errors} > 0);
	return \%found;
}

# A text with these lines behind [qsrepl]'s, or with a change, has exactly one
# problem, in this line, in these words.
sub refused
{
	my ($name, $text, $line, $pattern) = @_;
	my $found = problems($text);
	my @all = map { map { $_ } @{ $found->{$_} } } sort keys %$found;

	is(scalar @all, 1, "$name: one problem") or diag(explain($found));
	like($found->{$line}[0] // '', $pattern, "$name: its line and words");
	return;
}

sub with_main { my ($line) = @_; return $good =~ s/^site = A\n/site = A\n$line\n/mr; }
sub with_site { my ($line) = @_; return $good =~ s/^port = 5432\n/port = 5432\n$line\n/mr; }
sub with_end { my ($text) = @_; return "$good$text"; }

sub change
{
	my ($from, $to) = @_;

	die "nothing to change: $from" if index($good, $from) < 0;
	return substr($good, 0, index($good, $from)) . $to
	  . substr($good, index($good, $from) + length $from);
}

my ($code, $out, $err);

# What is good.
file($conf, $good);
($code, $out, $err) = qsrepl('config', 'check', '--config', $conf);
is("$code $err", '0 ', 'a good file');
is($out, "$conf: 0 errors, 0 warnings\n", 'is told so');
for my $same (
	[ 'a byte order mark', "\xEF\xBB\xBF$good" ],
	[ 'CRLF', $good =~ s/\n/\r\n/gr ],
	[ 'no last line feed', substr($good, 0, -1) ],
	[ 'indented keys', $good =~ s/^(\w+ = )/    $1/mgr ],
	[ 'tabs, no blanks', $good =~ s/ = /\t=\t/gr ],
	[ 'colons', $good =~ s/ = /: /gr ],
	[ 'comments', "; x\n# [nonsense]\n$good# end" ],
	[ 'UTF-8', with_site("description = Z\xC3\xBCrich") ],
	[ 'a semicolon', with_site('description = a;b; c') ],
	[ 'an equals sign', with_site('description = a=b:c') ],
	[ 'pg_ctlcluster', with_site("server_control = pg_ctlcluster\nserver_name = 15/main") ],
	[ 'a command', with_site("server_control = command\nstart_command = \"/x y/z\" start\nstop_command = z") ],
	[ 'a URI-like description', with_site('description = http://x') ],
	[ 'conninfo', with_site("conninfo = sslmode=verify-full options='-c x=y' application_name = q\\'r") ],
	[ 'a hook', with_end("[hook x]\nwhen = after\nphase = promote\nsite = B\ncommand = /bin/true\ntimeout = 5 s\n") ])
{
	my ($name, $text) = @$same;

	is_deeply(problems($text), {}, "$name: nothing is wrong");
}

# Values come whole through inih's buffer, whatever their length.
for my $len (1, 100 .. 104, 170 .. 215, 370 .. 420, 1000, 4000)
{
	my $text = substr(join('', map { "w$_ ; x" =~ s/ ; / $_/r } 1 .. 2000), 0, $len - 1) . 'z';

	file($conf, with_site("description = $text"));
	($code, $out, $err) = qsrepl('config', 'show', '--json', '--config', $conf);
	my ($got) = grep { $_->{section} eq 'site B' && $_->{key} eq 'description' }
	  @{ JSON::PP->new->utf8->decode($out)->{settings} };
	if ($got->{value} ne $text)
	{
		is($got->{value}, $text, "a value of $len bytes");
	}
}
pass('long values come whole');
is_deeply(problems(with_site('description = ' . "\xC3\xBC" x 4000)), {}, 'also of UTF-8');
refused('a very long line', with_site('description = ' . 'x' x 9000), 12,
	qr/^error: line is longer than 8192 bytes/);
refused('nowhere to cut', with_site('description = x' . ';' x 500), 12,
	qr/^error: line is too long/);
refused('a long key', with_site('x' x 500 . ' = 1'), 12, qr/^error: line is too long/);
refused('a long unknown key', with_site('x' x 150 . ' = 1'), 12,
	qr/^error: key "x{77}\.\.\." is not recognized/);

# Bytes.
refused('Latin-1', with_site("description = Z\xFCrich"), 12,
	qr/^error: line is not UTF-8 .*Save the file as UTF-8/);
refused('a NUL', with_site("description = a\0b"), 12, qr/NUL byte/);
refused('a control character', with_site("description = a\033[1mb"), 12,
	qr/control character/);
like(problems("\xFF\xFE" . join('', map { "$_\0" } split //, $good))->{0}[0],
	qr/^error: file is UTF-16/, 'UTF-16');
like(problems($good =~ s/\n/\r/gr)->{1}[0], qr/control character/, 'CR alone');
like(problems('')->{0}[0], qr/key "site" is missing/, 'an empty file');
like(problems("\x7FELF\0\1" x 1000)->{1}[0], qr/NUL|control/, 'a binary');

# Lines.
refused('no equals sign', with_site('description'), 12, qr/^error: line is not recognized/);
refused('no key', with_site('= x'), 12, qr/^error: key "" is not recognized/);
refused('a comment behind a value', with_site('description = x ; y'), 12,
	qr/^error: value could be cut at its semicolon/);
refused('a section without end', with_end("[hook x\nfoo = bar\n"), $lines + 1,
	qr/^error: section has no end/);
refused('something behind a section', with_end("[hook x] # y\n"), $lines + 1,
	qr/^error: section has no end/);
refused('no section word', with_end("[ ]\n"), $lines + 1, qr/^error: section has no name/);
refused('a key before the first section', "x = y\nz = 1\n$good", 1,
	qr/^error: key stands before the first section/);
refused('a section of no kind', with_end("[sites C]\n"), $lines + 1,
	qr/^error: section "\[sites\]" is not.*meant "\[site C\]"/);
refused('a section without a name', with_end("[hook]\n"), $lines + 1, qr/needs a name/);
like(problems("[qsrepl x]\n")->{1}[0], qr/takes no name/, 'a name too many');
refused('a section twice', with_end("[site B]\nhost = x\n"), $lines + 1,
	qr/"\[site B\]" is given twice The first one is in line 9\./);
refused('a key twice', with_site('host = db-c'), 12,
	qr/^error: key "host" is given twice The first one is in line 10/);
refused('an unrecognized key', with_site('hsot = x'), 12,
	qr/key "hsot" is not recognized in section "\[site B\]".*meant "host"/);
refused('case', with_main('Mode = logical'), 3, qr/meant "mode"/);
refused('an empty value', with_main('mode ='), 3, qr/key "mode" has no value/);

# Values, by type.
for my $case (
	[ 'mode = pysical', qr/"mode": "pysical" The values are: physical logical\. Perhaps you meant "physical"/ ],
	[ 'mode = 1', qr/The values are/ ],
	[ 'mode = "physical"', qr/The values are/ ],
	[ 'drain_timeout = 5', qr/has no unit/ ],
	[ 'drain_timeout = 5 minutes', qr/unit is not recognized/ ],
	[ 'drain_timeout = -5s', qr/is not a duration/ ],
	[ 'drain_timeout = 2d', qr/out of range.*from 0 to 1d/ ],
	[ 'drain_timeout = 999999999999999999999s', qr/out of range/ ],
	[ 'drain_timeout = 9223372036854775807d', qr/out of range/ ],
	[ 'connect_timeout = 0', qr/out of range.*from 1s to 5min/ ],
	[ 'copy_qsmq = maybe', qr/on off/ ],
	[ 'databases = QSR, Licenses', qr/without commas/ ],
	[ 'databases = QSR Licenses QSR', qr/given twice/ ],
	[ 'databases = ' . 'Q' x 64, qr/longer than 63/ ],
	[ 'profile = a b', qr/holds a blank/ ],
	[ 'profile = "x"', qr/quotation marks/ ],
	[ 'profile = ' . 'x' x 64, qr/longer than 63/ ],
	[ 'replication_name = Q-1', qr/lower-case/ ],
	[ 'replication_name = ' . 'x' x 41, qr/longer than 40/ ],
	[ 'journal_directory = var', qr/relative path/ ],
	[ 'journal_directory = /var/../x', qr/"\.\."/ ],
	[ 'journal_directory = "/var"', qr/quotation marks/ ],
	[ 'peer_unreachable = fnece', qr/meant "fence"/ ])
{
	refused($case->[0], with_main($case->[0]), 3, qr/^error: .*$case->[1]/);
}
for my $case (
	[ 'port', '0', qr/out of range.*from 1 to 65535/ ], [ 'port', '65536', qr/out of range/ ],
	[ 'port', '5432x', qr/not a whole number/ ], [ 'port', '+5', qr/not a whole number/ ],
	[ 'port', '99999999999999999999', qr/out of range/ ],
	[ 'host', 'a b', qr/more than one host/ ], [ 'host', 'a,b', qr/more than one host/ ],
	[ 'host', 'postgresql://x', qr/is no host/ ], [ 'host', "'x'", qr/quotation/ ],
	[ 'data_directory', 'data', qr/relative path/ ],
	[ 'data_directory', 'C:data', qr/relative path/ ])
{
	my ($key, $value, $pattern) = @$case;
	my $line = { host => 10, port => 11, data_directory => 12 }->{$key};

	refused("$key = $value", $good =~ s/^(\[site B\].*?^$key = ).*?$/$1$value/msr, $line,
		qr/^error: .*$pattern/);
}
for my $case (
	[ 'start_command = "x', qr/double quote has no end/ ],
	[ 'start_command = "" x', qr/names no program/ ],
	[ 'conninfo = postgresql://u:geheim@h/d', qr/It is a URI/ ],
	[ 'conninfo = sslmode', qr/not a list of keyword=value/ ],
	[ "conninfo = options='x", qr/not a list of keyword=value/ ],
	[ 'conninfo = = x', qr/not a list/ ],
	[ 'conninfo = host=x', qr/parameter "host" in key "conninfo" has a key of its own/ ],
	[ 'conninfo = sslmode=prefer password=geheim', qr/"password" looks like a secret/ ],
	[ "conninfo = sslpassword = 'geheim x'", qr/"sslpassword" looks like a secret/ ],
	[ 'password = geheim', qr/"password" looks like a secret.*\.pgpass.*passfile/ ],
	[ 'QlikPwd = geheim', qr/looks like a secret/ ])
{
	my $found = problems(with_site($case->[0]));

	like($found->{12}[0], $case->[1], $case->[0]);
	is(scalar(keys %$found), 1, '... is the one mistake');
	unlike(join('', @{ $found->{12} }), qr/geheim/, '... and the secret is not shown');
}
refused('a secret in a mapping', with_end("password = x\n"), $lines + 1, qr/secret/);

# Sites.
refused('a site that is not there', change('site = A', 'site = a'), 2,
	qr/site "a" is not defined .*meant "A"/);
refused('the same server', $good =~ s/db-b/DB-A./r =~ s/5432/4432/r, 9,
	qr/sites "A" and "B" name the same server It is port 4432/);
refused('the same server, by other names',
	$good =~ s/db-b/127.0.0.1/r =~ s/5432/4432/r =~ s/db-a/localhost/r, 9, qr/same server/);
refused('the same data directory', $good =~ s/db-b/db-a/r =~ s{= D:\\PostgreSQL\\data}{= //srv/./a/}r, 9,
	qr/same data directory on the same host/);
refused('the same settings file', $good =~ s/db-b/db-a/r =~ s{= D:\\PostgreSQL\\qsrepl.conf}{= /etc/qsrepl/a.conf}r, 9,
	qr/same settings file on the same host/);
refused('settings inside', change('/etc/qsrepl/a.conf', '/srv/a/qsrepl.conf'), 7,
	qr/key "settings_file" names a place inside the data directory of site "A"/);
refused('settings inside, in Windows', change('D:\PostgreSQL\qsrepl.conf', 'd:/postgresql//DATA/x'), 13,
	qr/inside the data directory of site "B"/);
is_deeply(problems(change('/etc/qsrepl/a.conf', '/srv/ab/qsrepl.conf')), {}, 'beside is fine');
refused('the journal inside', with_main('journal_directory = /srv/a/journal'), 3,
	qr/"journal_directory" names a place inside/);
refused('aside inside', with_site('aside_directory = D:\PostgreSQL\data\old'), 12,
	qr/"aside_directory" names a place inside/);
refused('the drill inside', with_site('drill_directory = D:\PostgreSQL\data'), 12,
	qr/"drill_directory" names a place inside/);
refused('the drill\'s port', with_site('drill_port = 5432'), 12, qr/ports of server and drill/);
refused('a required key', change("host = db-a\n", ''), 4,
	qr/key "host" is missing from section "\[site A\]" .*For example: host = /);
refused('a service without its name', with_site('server_control = systemctl'), 12,
	qr/key "server_name" is missing.*since server_control is "systemctl"/);
refused('a cluster without its version', with_site("server_control = pg_ctlcluster\nserver_name = main"), 13,
	qr/invalid value for key "server_name": "main".*15\/main/);
refused('a name for nothing', with_site('server_name = 15/main'), 12,
	qr/^warning: key "server_name" has no effect/);
refused('a key of the other mode', with_main('copy_qsmq = on'), 3,
	qr/^warning: key "copy_qsmq" has no effect/);
like(problems("[qsrepl]\nsite = A\n")->{0}[0], qr/fewer than two sites/, 'no sites');
like(problems($good =~ s/\[site B\]/[site kind]/r)->{9}[0], qr/cannot be named "kind"/,
	'a name that is a key');
like(problems($good =~ s/\[site B\]/[site B C]/r)->{9}[0], qr/invalid name of a section/,
	'a name with a blank');

# Hooks.
refused('a hook at no site',
	with_end("[hook x]\nwhen = after\nphase = stop\nsite = C\ncommand = x\n"), $lines + 4,
	qr/site "C" is not defined/);
refused('a hook\'s phase',
	with_end("[hook x]\nwhen = after\nphase = prmote\ncommand = x\n"), $lines + 3,
	qr/meant "promote"/);

# Mappings: the engine's own words.
refused('a site in a mapping', with_end("C = x\n"), $lines + 1,
	qr/key "C" in section "\[mapping share\]" names no site/);
refused('an alias of no site', with_end("alais.A = x\n"), $lines + 1, qr/meant "alias\.A"/);
refused('a kind', change('kind = path', 'kind = pth'), 16, qr/meant "path"/);
refused('a value twice', with_end("B = \\\\X\\Y\n"), $lines + 1, qr/^error: /);
refused('no path', with_end("alias.B = nonsense\n"), $lines + 1, qr/^error: /);
refused('no host', with_end("[mapping h]\nkind = host\nA = localhost\nB = b\n"), $lines + 3,
	qr/^error: /);
my $found = problems(with_end(
	"[mapping one]\nkind = path\nA = \\\\cn\\qlikshare\nB = \\\\x\\y\n"
	  . "[mapping two]\nkind = host\nA = h1\nB = h2\n"
	  . "[mapping three]\nkind = host\nA = h1\nB = h3\n"));
like($found->{ $lines + 1 }[0], qr/"share" and "one"/, 'each conflict is told');
like($found->{ $lines + 9 }[0], qr/"two" and "three"/, '... with its line');
refused('a needless mapping', with_end("[mapping h]\nkind = host\nA = x1\nB = x1\n"), $lines + 1,
	qr/^warning: mapping "h" has the same value at all sites/);
refused('a value that is not there', with_end("[mapping h]\nkind = host\nA = x1\n"), $lines + 1,
	qr/^warning: mapping "h" has no value at site "B"/);
refused('a long name', with_end('[mapping ' . 'x' x 64 . "]
kind = host
A = x1
"),
	$lines + 1, qr/invalid name of a section/);

# All at once, in the order of the lines.
file($conf, <<'EOF');
[qsrepl]
site = C
mode = phys
foo = bar
[site A]
host = x
port = 99999
data_directory = data
nonsense
password = x
[site B]
host = x
data_directory = /d
settings_file = /d/x.conf
[mapping m]
kind = host
A = localhost
EOF
($code, $out, $err) = qsrepl('config', 'check', '--config', $conf);
is($code, 3, 'every kind of mistake');
is(join(' ', $err =~ /\Q$conf\E:(\d+):/g), '2 3 4 5 7 8 9 10 14 15 17',
	'each is told with its line, in their order');
like($out, qr/^\Q$conf\E: 10 errors, 1 warnings$/, 'and they are counted');
($code, $out, $err) = qsrepl('config', 'show', '--config', $conf);
is("$code $out", '3 ', 'show refuses it');

# Files.
($code, $out, $err) = qsrepl('config', 'check', '--config', "$dir/none.conf");
is($code, 4, 'no such file');
like($err, qr/none\.conf".*\n.*hint: "qsrepl init" writes one/, '... and how to get one');
($code, $out, $err) = qsrepl('config', 'check', '--config', $dir);
is($code, 4, 'a directory');
like($err, qr/is a directory/, '... is told');
file($conf, $good . "# x\n" x 300000);
($code, $out, $err) = qsrepl('config', 'check', '--config', $conf);
is($code, 4, 'a huge file');
SKIP:
{
	skip 'root reads everything', 1 if $> == 0;
	file($conf, $good, 0200);
	($code, $out, $err) = qsrepl('config', 'check', '--config', $conf);
	is($code, 4, 'an unreadable file');
}
file($conf, $good, 0666);
($code, $out, $err) = qsrepl('config', 'check', '--config', $conf);
is($code, 3, 'a file that others may write');
like($err, qr/is not trusted\n.*programs that are run/, '... since it names programs');
file("$dir/pass", "*:*:*:*:x\n", 0644);
my $text = with_main("passfile = $dir/pass");
file($conf, $text);
($code, $out, $err) = qsrepl('config', 'check', '--config', $conf);
is($code, 3, 'a password file that others may read');
like($err, qr/:3: file ".*pass" is not private\n.*\n.*0600/, '... is refused');
chmod 0600, "$dir/pass";
($code, $out, $err) = qsrepl('config', 'check', '--config', $conf);
is("$code$err", '0', '... until it is private');
unlink "$dir/pass";
($code, $out, $err) = qsrepl('config', 'check', '--config', $conf);
is($code, 0, '... and where it is missing');
like($err, qr/warning: .*:3: file ".*pass" with passwords is not there/, '... that is a warning');
mkdir "$dir/pass";
($code, $out, $err) = qsrepl('config', 'check', '--config', $conf);
like($err, qr/is not a plain file/, '... or no file');
file("$dir/pass2", 'x', 0640);
file($conf, with_site("conninfo = passfile='$dir/pass2'"));
($code, $out, $err) = qsrepl('config', 'check', '--config', $conf);
like($err, qr/:12: file ".*pass2" is not private/, 'the one in conninfo too');

# show
file($conf, $good);
{
	local $ENV{QSREPL_SITE} = 'B';

	($code, $out, $err) = qsrepl('config', 'show', '--config', $conf);
	is("$code$err", '0', 'show');
	like($out, qr/^# environment variable QSREPL_SITE\nsite = B\n/m, 'the environment');
	like($out, qr/^# default\nmode = physical\n/m, 'a default');
	like($out, qr/^# line 5\nhost = db-a\n/m, 'a line');
	like($out, qr/^# not set: passfile\n/m, 'nothing');
	like($out, qr/^\[mapping share\]\n.*^# line 18\nalias\.A = \\\\cn\.example\.com\\QlikShare\n/ms,
		'a mapping');
	file("$dir/again.conf", $out);
	($code, $out, $err) = qsrepl('config', 'check', '--config', "$dir/again.conf");
	is("$code$err", '0', 'what show prints is a configuration');
}
{
	local $ENV{QSREPL_SITE} = "Z\033[1m";

	($code, $out, $err) = qsrepl('config', 'check', '--config', $conf);
	is($code, 3, 'a wrong variable');
	like($err, qr/site "Z\?\[1m" is not defined\n.*QSREPL_SITE names it/, '... is told');
}
($code, $out) = qsrepl('config', 'show', '--json', '--config', $conf);
my %shown = map { ("$_->{section}.$_->{key}" => $_) }
  @{ JSON::PP->new->utf8->decode($out)->{settings} };
is_deeply($shown{'site B.port'},
	{ section => 'site B', key => 'port', value => '5432', source => 'file', line => 11,
		variable => undef }, 'show --json');

# init
my $new = "$dir/new.conf";
($code, $out, $err) = qsrepl('init', '--config', $new, '--site', 'B', '--dry-run');
is("$code$err", '0', 'init --dry-run');
ok(!-e $new, '... writes nothing');
my $dry = $out;
($code, $out, $err) = qsrepl('init', '--config', $new, '--site', 'B');
is("$code$err", '0', 'init');
is(slurp_file($new), $dry, '... writes what was shown');
is((stat $new)[2] & 07777, 0600, '... for its owner only');
like($out, qr/filled in: 6$/, '... and tells what is left');
($code, $out, $err) = qsrepl('config', 'check', '--config', $new);
is(() = $err =~ /is missing from section/g, 6, '... as does check');
is(() = $err =~ /error: /g, 6, '... which finds nothing else');
($code, $out, $err) = qsrepl('init', '--config', $new, '--site', 'A');
is($code, 6, 'it does not overwrite');
like($err, qr/file ".*new\.conf" exists\n.*hint: --yes overwrites it/, '... unasked');
is(slurp_file($new), $dry, '... and leaves the file alone');
($code, $out, $err) = qsrepl('init', '--config', $new, '--yes', '--mode=logical',
	'--site', 'zrh', '--sites', 'zrh gva',
	'--set', 'site zrh:host=db-z', '--set', 'site gva:host=db-g',
	(map { ('--set', "site $_:data_directory=/srv/$_", '--set', "site $_:settings_file=/etc/$_.conf") }
		qw(zrh gva)),
	'--set', 'mapping share:kind=path', '--set', 'mapping share:zrh=\\\\CN\\Q',
	'--set', 'mapping share:gva=\\\\FS\\Q$', '--set', 'site zrh:conninfo=sslmode=prefer', '--set', 'qsrepl:drain_timeout=1h');
is("$code$err", '0', 'init with all values');
like($out, qr/filled in: 0$/, '... leaves none');
($code, $out, $err) = qsrepl('config', 'check', '--config', $new);
is("$code$err", '0', '... and is good');
($code, $out, $err) = qsrepl('config', 'show', '--config', $new);
like($out, qr/^drain_timeout = 1h\n.*^conninfo = sslmode=prefer\n.*^zrh = \\\\CN\\Q\n.*^gva = \\\\FS\\Q\$\n/ms, '... with them');
is(join(' ', glob "$dir/new.conf*"), $new, 'no temporary file is left');
my @kept = stat $new;
for my $case (
	[ 'a wrong value', qr/invalid value for key "port"/, '--set', 'site A:port=x' ],
	[ 'a wrong key', qr/key "prot" is not recognized/, '--set', 'site A:prot=1' ],
	[ 'a wrong section', qr/section "\[sit\]" is not recognized/, '--set', 'sit A:port=1' ],
	[ 'a secret', qr/looks like a secret/, '--set', 'site A:password=x' ],
	[ 'a line feed', qr/of option "--set" is not recognized/, '--set', "site A:host=x\nport=1" ],
	[ 'no value', qr/Write SECTION:KEY=VALUE/, '--set', 'site A' ],
	[ 'another site', qr/site "C" is not among the sites "A B"/, '--site', 'C' ],
	[ 'one site', qr/fewer than two sites/, '--sites', 'A' ],
	[ 'a site\'s name', qr/invalid name/, '--sites', 'A B.C' ])
{
	my ($name, $pattern, @words) = @$case;

	($code, $out, $err) = qsrepl('init', '--config', $new, '--yes', @words);
	is($code, 2, "init: $name");
	like($err, $pattern, '... is told');
	is_deeply([ (stat $new)[ 1, 7, 9 ] ], [ @kept[ 1, 7, 9 ] ], '... and nothing written');
}
($code, $out, $err) = qsrepl('init', '--config', $dir, '--yes');
is($code, 4, 'init over a directory');
($code, $out, $err) = qsrepl('init', '--config', "$dir/none/x.conf");
is($code, 4, 'init into no directory');
($code, $out, $err) = qsrepl('init', '--json', '--config', "$dir/json.conf");
is_deeply(JSON::PP->new->utf8->decode($out),
	{ file => "$dir/json.conf", written => JSON::PP::true(), missing => 7,
		content => slurp_file("$dir/json.conf") }, 'init --json');

# init at a terminal
SKIP:
{
	skip 'no IO::Pty', 8 unless eval { require IO::Pty; 1 };

	# Answer each question by the first pattern that matches it.
	my $dialog = sub {
		my ($answers, @words) = @_;
		my ($in, $said, $done) = ('', '', 0);
		my ($stdout, $stderr) = ('', '');
		my $h = start([ $qsrepl, 'init', @words ], '<pty<', \$in, '>', \$stdout,
			'2>', \$stderr, timeout(60));

		while ($h->pumpable)
		{
			my $question = substr $stderr, $done;
			# Not the beginning of an error, which ends alike.
			if ($question =~ /^(?:\[\w+(?: \w)?\] |Overwrite )[^\n]*: \z/m)
			{
				my ($answer) = map { $_->[1] } grep { $question =~ $_->[0] } @$answers;
				$done = length $stderr;
				$in .= ref $answer eq 'ARRAY' ? shift(@$answer) . "\n" : ($answer // '') . "\n";
			}
			$h->pump;
		}
		$h->finish;
		return ($h->result || 0, $stdout, $stderr);
	};
	my @answers = (
		[ qr/\[qsrepl\] site: $/, [ 'C', 'A' ] ], [ qr/\[site A\] host: $/, ' db-a ' ],
		[ qr/\[site A\] port \[4432\]: $/, [ 'x', '70000', '5433' ] ],
		[ qr/data_directory: $/, '/srv/data' ],
		[ qr/\[site A\] settings_file: $/, [ '/srv/data/q.conf', '/etc/q.conf' ] ],
		[ qr/settings_file: $/, '/etc/q.conf' ],
		[ qr/\[site B\] host: $/, 'db-b' ], [ qr/Overwrite/, 'y' ]);

	($code, $out, $err) = $dialog->(\@answers, '--config', "$dir/asked.conf");
	is($code, 0, 'questions and answers');
	like($err, qr/site "C" is not defined.*is not a whole number.*It is out of range.*inside the data/s,
		'wrong answers are asked again');
	($code, $out) = qsrepl('config', 'show', '--config', "$dir/asked.conf");
	like($out, qr/^site = A\n.*^host = db-a\n.*^port = 5433\n.*^host = db-b\n# default\nport = 4432/ms,
		'they are in the file');
	my $asked = slurp_file("$dir/asked.conf");
	($code, $out, $err) = $dialog->(\@answers, '--config', "$dir/asked.conf");
	is($code, 6, 'only "yes" overwrites');
	is(slurp_file("$dir/asked.conf"), $asked, '... and "y" does not');
	$answers[-1][1] = 'yes';
	$answers[$_][1] = { 0 => 'A', 2 => '1234', 4 => '/etc/q.conf' }->{$_} for 0, 2, 4;
	($code, $out, $err) = $dialog->(\@answers, '--config', "$dir/asked.conf");
	is($code, 0, 'yes');
	like(slurp_file("$dir/asked.conf"), qr/^port = 1234$/m, '... does');
	($code, $out, $err) = $dialog->([ [ qr/./, "\cD" ] ], '--config', "$dir/asked2.conf");
	is($code . (-e "$dir/asked2.conf" ? 1 : 0), '60', 'the end of the input stops it');
}

done_testing();
