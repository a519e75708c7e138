# The command line: options, environment, help, completion, manual, colour.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use File::Spec;
use Test::More;
use IPC::Run qw(run);

my $qsrepl = File::Spec->rel2abs($ENV{QSREPL} || 'build/qsrepl');
my $dir = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir());

delete @ENV{ grep { /^QSREPL_/ } keys %ENV };

sub qsrepl
{
	my @words = @_;
	my ($out, $err);

	run [ $qsrepl, @words ], '<', \'', '>', \$out, '2>', \$err;
	return ($? >> 8, $out, $err);
}

# It is a mistake in the command line, told in these words.
sub mistake
{
	my ($name, $pattern, @words) = @_;
	my ($code, $out, $err) = qsrepl(@words);

	is($code, 2, $name);
	like($err, $pattern, "$name: its words");
	is($out, '', "$name: nothing on standard output");
	return;
}

my $file = "$dir/q.conf";
my ($code, $out, $err) = qsrepl('init', '--config', $file, '--site', 'A');
is($code, 0, 'a file for what follows');

# Help, at every place where one asks for it.
my ($c1, $top) = qsrepl('--help');
for my $words ([ '-h' ], [ 'help' ], [ '--config', 'x', '--help' ])
{
	($code, $out) = qsrepl(@$words);
	is("$code$out", "0$top", "@$words is --help");
}
for my $words ([ 'config' ], [ 'config', 'check' ], [ 'init' ])
{
	($code, $out) = qsrepl('help', @$words);
	is("$code$out", join('', (qsrepl(@$words, '--help'))[ 0, 1 ]), "help @$words");
}
# A command that others begin with; what only the program starts is not shown.
foreach ([ 'drill' => qr/^qsrepl drill: try a takeover/ ], [ 'drill end' => qr/^qsrepl drill end: remove/ ])
{
	my ($words, $expected) = @$_;

	foreach my $call ([ 'help', split / /, $words ], [ (split / /, $words), '--help' ])
	{
		($code, $out) = qsrepl(@$call);
		is($code, 0, "@$call");
		like($out, $expected, "... is the command's");
	}
}
mistake('what is no command behind it', qr/argument "ned" is more than "qsrepl drill" takes/, 'drill', 'ned');
($code, $out) = qsrepl('help');
unlike($out, qr/^ *drill keep\b/m, 'the keeper is not in the help');
mistake('help for nothing', qr/meant "qsrepl config show"/, 'help', 'config', 'shwo');
mistake('help for no group', qr/meant "qsrepl rules"/, 'help', 'rulez');
my %commands;
my $all = $top;
my @groups = $top =~ /^  (config|rules|completion|docs) /mg;
is(scalar @groups, 4, 'all groups');
for my $group (@groups)
{
	($code, $out) = qsrepl($group, '--help');
	is($code, 0, "$group --help");
	$out =~ s/.*^Commands:\n//ms;
	$commands{"$group $1"} = 1 while $out =~ /^  (\w+) /mg;
}
$commands{$_} = 1 foreach 'init', 'status', 'is-active', 'check';
is(scalar keys %commands, 14, 'all commands');
for my $command (sort keys %commands)
{
	my @words = split / /, $command;

	($code, $out, $err) = qsrepl(@words, '--frob', '--help');
	is("$code$err", '0', "$command --help");
	like($out, qr/^Usage:\n  qsrepl $command\b.*^  --help +show/ms,
		"$command: usage and options");
	is((grep { length > 79 } split /\n/, $out), 0, "$command: narrow enough");
	mistake("$command --frob", qr/option "--frob" is not recognized by/,
		@words, '--frob');
}

# What prints has --json; but for text that is one by nature, and for acts.
my %plain = map { $_ => 1 } 'rules rewrite', 'completion bash', 'docs man', 'docs configuration', 'do', 'drill end',
  'cert export', 'cert import', 'cert issue', 'cert rollback', 'cert rotate', 'cert trust';
my %listed;
for my $word ('', $top =~ /^  (\w+)  /mg)
{
	my $help = (qsrepl($word ne '' ? $word : (), '--help'))[1];

	next unless $help =~ s/.*^Commands:\n//ms;
	$help =~ s/^Options.*//ms;
	$listed{ $word eq '' ? $1 : "$word $1" } = 1 while $help =~ /^  (\w[\w-]*(?: \w+)?)  /mg;
}
delete $listed{$_} foreach 'config', 'setup', 'maintenance', 'rules', 'cert', 'service', 'dns', 'hosts', 'share', 'snapshot', 'completion', 'docs';
cmp_ok(scalar keys %listed, '>', 20, 'all commands of all groups');
for my $command (sort grep { !$plain{$_} } keys %listed)
{
	($code, $out) = qsrepl(split(/ /, $command), '--help');
	like($out, qr/^  --json /m, "$command has --json");
}

# Mistakes, and what was meant.
mistake('no command', qr/no command was given/);
mistake('a word is missing', qr/"qsrepl config" needs a command/, 'config');
mistake('command', qr/hint: Perhaps you meant "qsrepl rules"/, 'rule', 'test');
mistake('verb', qr/hint: Perhaps you meant "qsrepl config check"/,
	'config', 'chekc');
mistake('far away', qr/hint: Try --help for the list/, 'frobnicate');
mistake('option', qr/"--jsno" is not recognized.*\n.*meant "--json"/,
	'config', 'check', '--jsno=1');
mistake('global option', qr/"--confg" is not recognized\n.*meant "--config"/,
	'--confg', 'x', 'config', 'check');
mistake('one dash', qr/"-config" is not recognized.*\n.*meant "--config"/,
	'config', 'check', '-config', 'x');
mistake('no value', qr/option "--config" needs a value/,
	'config', 'check', '--config');
mistake('a value too many', qr/option "--json" takes no value/,
	'config', 'check', '--json=yes');
mistake('twice', qr/option "--config" is given twice/,
	'--config', 'x', 'config', 'check', '--config=y');
mistake('not taken', qr/"--dry-run" is not taken by "qsrepl config check"/,
	'--dry-run', 'config', 'check');
mistake('not this value', qr/value "x" of option "--mode".*\n.*physical and log/,
	'init', '--mode', 'x');
mistake('an argument too many', qr/argument "x" is more than/,
	'config', 'check', 'x');
mistake('no argument', qr/"qsrepl rules test" needs an argument: FILE/,
	'rules', 'test');
mistake('required', qr/needs option "--mappings FILE"/, 'rules', 'rewrite');
mistake('behind the end of options', qr/argument "--json" is more than/,
	'config', 'check', '--', '--json');
mistake('a very long word', qr/is not recognized/, 'x' x 5000);
mistake('a very long option', qr/is not recognized/, 'init', '--' . 'x' x 5000);

# Where options may stand.
for my $words (
	[ 'config', 'show', '--config', $file ], [ 'config', 'show', "--config=$file" ],
	[ '--config', $file, 'config', 'show' ],
	[ "--config=$file", '--json', 'config', 'show' ])
{
	($code, $out, $err) = qsrepl(@$words);
	is($code, 3, "@$words: the file is not complete");
	like($err, qr/\Q$file\E:\d+: key "host" is missing/, '... and is the one');
}
open my $handle, '>', "$dir/--json" or die;
print $handle "mapping\tm\thost\tA\tcn1\tB\tcn2\ncase\tc\thost\tB\tcn1\tcn2\n";
close $handle;
{
	run [ 'sh', '-c', 'cd "$1" && exec "$2" rules test -- --json', 'sh', $dir,
		$qsrepl ], '>', \$out, '2>', \$err;
	is($out . $err, "1 passed, 0 failed\n", 'a file named like an option');
}

# The environment.
{
	local $ENV{QSREPL_CONFIG} = "$dir/none.conf";

	($code, $out, $err) = qsrepl('config', 'check');
	is($code, 4, 'QSREPL_CONFIG');
	like($err, qr/none\.conf/, '... is read');
	($code, $out, $err) = qsrepl('config', 'check', '--config', $file);
	is($code, 3, '... but an option comes first');
}
for my $yes (qw(1 yes on true))
{
	local $ENV{QSREPL_JSON} = $yes;

	($code, $out) = qsrepl('config', 'check', '--config', $file);
	like($out, qr/^\{.*\}$/s, "QSREPL_JSON=$yes");
}
for my $no (qw(0 no off false), '')
{
	local $ENV{QSREPL_JSON} = $no;

	($code, $out) = qsrepl('config', 'check', '--config', $file);
	like($out, qr/ errors, /, "QSREPL_JSON=$no");
}
{
	local $ENV{QSREPL_JSON} = 'perhaps';

	mistake('QSREPL_JSON=perhaps',
		qr/value "perhaps" of environment variable "QSREPL_JSON"/,
		'config', 'check', '--config', $file);
	($code, $out) = qsrepl('docs', 'man');
	is($code, 0, '... which does not concern other commands');
}
($code, $out, $err) = qsrepl('config', 'check', '--config', $file, '--verbose');
like($err, qr/^qsrepl: info: reading configuration file/, '--verbose');

# Standard output that cannot be written.
for my $words ([ '--help' ], [ 'docs', 'man' ], [ 'config', 'check', '--config', $file, '--json' ])
{
	run [ $qsrepl, @$words ], '<', \'', '>', '/dev/full', '2>', \$err;
	is($? >> 8, 4, "@$words, the disk being full");
	like($err, qr/^qsrepl: error: could not write to standard output: /m, '... is told');
}

# Colour.
sub coloured
{
	my ($out, %environment) = ('');

	%environment = @_;
	delete local $ENV{NO_COLOR};
	local $ENV{TERM} = 'xterm';
	local @ENV{ keys %environment } = values %environment;
	run [ $qsrepl, 'frobnicate' ], '<', \'', '>', \my $nothing, '2>pty>', \$out;
	return $out =~ /\033\[/ ? 1 : 0;
}
SKIP:
{
	skip 'no IO::Pty', 3 unless eval { require IO::Pty; 1 };
	is(coloured(), 1, 'colour on a terminal');
	is(coloured(NO_COLOR => '1'), 0, 'not with NO_COLOR');
	is(coloured(TERM => 'dumb'), 0, 'not on a dumb one');
}
($code, $out, $err) = qsrepl('frobnicate');
unlike($err, qr/\033/, 'no colour elsewhere');

# JSON of the cases.
open $handle, '>', "$dir/cases" or die;
print $handle "mapping\tm\thost\tA\tcn1\tB\tcn2\n"
  . "case\tc\thost\tB\tcn1\t\xFFcn\ncase\td\thost\tB\tcn1\tcn2\n";
close $handle;
($code, $out) = qsrepl('rules', 'test', '--json', "$dir/cases");
is($code, 1, 'rules test --json');
like($out, qr/"passed": 1,\s+"failed": 1,.*"line": 2,.*"expected": "\xEF\xBF\xBDcn"/s,
	'its document; bytes that are no UTF-8 are replaced');

# Completion, in bash itself: words and what they are completed to.
($code, my $script) = qsrepl('completion', 'bash');
is($code, 0, 'completion bash');
my $completion = "$dir/completion";
open $handle, '>', $completion or die;
print $handle $script;
close $handle;
my $driver = '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
  . '_qsrepl; printf "%s\n" "${COMPREPLY[@]}"';

sub completes
{
	my ($words, $expected) = @_;
	my ($got, $errors);

	run [ 'bash', '--norc', '-c', "cd '$dir'; $driver", 'bash', $completion, @$words ],
	  '<', \'', '>', \$got, '2>', \$errors;
	is(join(' ', sort split /\n/, $got) . $errors, $expected, "complete: @$words");
	return;
}
my $first = 'abort cert check compare completion config dns do docs drill failback failover hosts init is-active '
  . 'maintenance rejoin resume rules service setup share snapshot status switchover';
mkdir "$dir/folder";
completes([ 'qsrepl', '' ], $first);
completes([ 'qsrepl', 'co' ], 'compare completion config');
completes([ 'qsrepl', 'config', '' ], 'check show');
completes([ 'qsrepl', 'config', 'c' ], 'check');
completes([ 'qsrepl', 'drill', '' ], 'end status');
completes([ 'qsrepl', 'drill', 'end', '--c' ], '--config');
completes([ 'qsrepl', '--verbose', 'config', 's' ], 'show');
completes([ 'qsrepl', '--config', 'x', 'config', 's' ], 'show');
completes([ 'qsrepl', '--config', '=', 'x', 'config', 's' ], 'show');
completes([ 'qsrepl', 'config', 'check', '--' ],
	'--config --help --json --verbose');
completes([ 'qsrepl', 'config', 'check', '--j' ], '--json');
completes([ 'qsrepl', 'config', 'check', '' ], '');
completes([ 'qsrepl', 'init', '--mode', '' ], 'logical physical');
completes([ 'qsrepl', 'init', '--mode', '=', 'p' ], 'physical');
completes([ 'qsrepl', 'init', '--mode', '=' ], 'logical physical');
completes([ 'qsrepl', 'init', '--site', '' ], '');
completes([ 'qsrepl', 'rules', 'rewrite', '--form', 't' ], 'text');
completes([ 'qsrepl', 'rules', 'rewrite', '--site', 'A', '--form', 'v' ], 'value');
completes([ 'qsrepl', 'rules', 'test', 'fold' ], 'folder');
completes([ 'qsrepl', 'config', 'check', '--config', 'ca' ], 'cases');
completes([ 'qsrepl', '--j' ], '--json');
{
	local $ENV{PATH} = ($qsrepl =~ m{(.*)/})[0] . ":$ENV{PATH}";
	local $ENV{QSREPL_CONFIG} = "$dir/sites.conf";

	qsrepl('init', '--site', 'A', '--sites', 'A Berlin', '--yes',
		map { my $site = $_; map { ('--set', "site $site:$_") } "host=$site", "data_directory=/$site", "settings_file=/etc/$site" } 'A', 'Berlin');
	completes([ 'qsrepl', 'switchover', '--to', '' ], 'A Berlin');
	completes([ 'qsrepl', 'is-active', 'B' ], 'Berlin');
}
completes([ 'qsrepl', 'rejoin', '' ], '');
completes([ 'qsrepl', 'nonsense', '' ], $first);
run [ 'bash', '--norc', '-ic', ". '$completion'; complete -p qsrepl" ], '>', \$out,
  '2>', \$err;
like($out, qr/^complete -F _qsrepl qsrepl/, 'bash knows it');

# What is made from the tables is current.
($code, my $man) = qsrepl('docs', 'man');
is($man, slurp_file('docs/qsrepl.1'), 'docs/qsrepl.1 is current (else: make docs)');
($code, $out) = qsrepl('docs', 'configuration');
is($out, slurp_file('docs/configuration.md'),
	'docs/configuration.md is current (else: make docs)');
for my $command (sort keys %commands)
{
	my $escaped = quotemeta($command =~ s/-/\\-/gr);

	like($man, qr/^\.SS "qsrepl $escaped\b/m, "$command is in the manual");
	like(slurp_file('docs/reference.md'), qr/`(qsrepl )?$command\b/,
		"$command is in the reference");
}
my $reference = slurp_file('docs/reference.md');
while ($man =~ /^\.TP\n(\d+)\n(.*)\n/mg)
{
	like($reference, qr/^\| $1 \| \Q$2\E \|$/m, "exit code $1 is in the reference");
}
SKIP:
{
	skip 'no man', 2 if system('command -v man >/dev/null') != 0;
	local $ENV{MANWIDTH} = 200;
	local $ENV{LC_ALL} = 'C.UTF-8';

	run [ 'man', '--warnings', '-E', 'UTF-8', '-l', 'docs/qsrepl.1' ], '<', \'',
	  '>', \$out, '2>', \$err;
	is($err, '', 'man has no warning');
	like($out, qr/--form FORM.*default: text/s, 'and shows the options');
}

done_testing();
