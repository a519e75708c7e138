# The qsrepl command: words, options, files, exit codes.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use Test::More;
use IPC::Run qw(run);

my $qsrepl = $ENV{QSREPL} || 'build/qsrepl';
my $cases = 'tests/cases/rewrite.tsv';
my $dir = PostgreSQL::Test::Utils::tempdir();

sub qsrepl
{
	my ($input, @words) = @_;
	my ($out, $err);

	run [ $qsrepl, @words ], '<', \$input, '>', \$out, '2>', \$err;
	return ($? >> 8, $out, $err);
}

sub file
{
	my ($name, $text) = @_;

	open my $handle, '>:raw', "$dir/$name" or die;
	print $handle $text;
	close $handle;
	return "$dir/$name";
}

my ($code, $out, $err) = qsrepl('', '--help');
is($code, 0, '--help');
like($out, qr/^Commands:.*^  rules /ms, 'it lists the commands');
($code, $out) = qsrepl('', '--version');
like($out, qr/^qsrepl \d+\.\d+\.\d+$/, '--version');
($code, $out, $err) = qsrepl('');
is($code, 2, 'no command');
like($err, qr/^qsrepl: error: no command was given\nqsrepl: hint: /, 'its error');
($code, $out, $err) = qsrepl('', 'frobnicate');
is($code, 2, 'unrecognized command');
like($err, qr/command "qsrepl frobnicate" is not recognized/, 'its error');
($code, $out, $err) = qsrepl('', 'rules');
is($code, 2, 'a word is missing');
($code, $out, $err) = qsrepl('', 'rules', 'nonsense');
is($code, 2, 'unrecognized verb');
for my $verb (qw(test rewrite))
{
	($code, $out) = qsrepl('', 'rules', $verb, '--help');
	is($code, 0, "rules $verb --help");
	like($out, qr/^Usage:\n  qsrepl rules $verb /m, 'it shows the usage');
}

($code, $out) = qsrepl('', 'rules', 'test', $cases);
is($code, 0, 'the worked cases pass');
like($out, qr/^\d\d\d passed, 0 failed$/, 'and are counted');

my $head = "mapping\tshare\tpath\tA\t\\\\CN\\QlikShare\tB\t\\\\FS-B\\Qlik\$\n";
my $wrong = file('wrong.tsv', $head
	  . "case\tx1\tpath\tB\t\\\\CN\\QlikShare\t\\\\FS-B\\Qlik\$\n"
	  . "case\tx2\tpath\tB\t\\\\CN\\QlikShare\t\\\\ELSE\n");
($code, $out) = qsrepl('', 'rules', 'test', $wrong);
is($code, 1, 'a failing case');
is( $out,
	"case x2 (line 3), form path at site B\n"
	  . "  input:    \\\\CN\\QlikShare\n  expected: \\\\ELSE\n"
	  . "  got:      \\\\FS-B\\Qlik\$\n1 passed, 1 failed\n",
	'is shown');

($code, $out, $err) = qsrepl('', 'rules', 'test', "$dir/none.tsv");
is($code, 4, 'no such file');
like($err, qr/could not open file ".*none\.tsv"/, 'its error');
($code, $out, $err) = qsrepl('', 'rules', 'test', file('empty.tsv', $head));
is($code, 3, 'a file without cases');

my $bad = file('bad.tsv',
	"nonsense\nmapping\tx\tpath\tA\nmapping\tx\tship\tA\t\\\\a\\b\n"
	  . "mapping\ty\thost\tA\tlocalhost\ncase\tc\tform\tB\ta\tb\ncase\tc\n");
($code, $out, $err) = qsrepl('', 'rules', 'test', $bad);
is($code, 3, 'a file with mistakes');
for my $line (1 .. 6)
{
	like($err, qr/bad\.tsv:$line: /, "the mistake in line $line is told");
}
($code, $out, $err) = qsrepl('', 'rules', 'test',
	file('clash.tsv', $head . "mapping\tother\tpath\tB\t\\\\cn\\qlikshare\n"));
is($code, 3, 'mappings that contradict each other');
like($err, qr/mappings "share" and "other" have the same value/, 'by name');

my @rewrite = ('rules', 'rewrite', '--mappings', file('m.tsv', $head));
($code, $out) = qsrepl("see \\\\CN\\QlikShare.\nnothing\n\n", @rewrite, '--site', 'B');
is($code, 0, 'rules rewrite');
is($out, "see \\\\FS-B\\Qlik\$.\nnothing\n\n", 'filters lines as text');
($code, $out) = qsrepl('\\\\CN\\QlikShare.', @rewrite, '--site=B', '--form=path');
is($out, '\\\\CN\\QlikShare.', 'form path; no line feed is added');
($code, $out) = qsrepl("a\0\\\\CN\\QlikShare\r\n", @rewrite, '--site', 'B');
is($out, "a\0\\\\FS-B\\Qlik\$\r\n", 'any bytes go through');
($code, $out, $err) = qsrepl('', @rewrite, '--site', 'Z');
is($code, 3, 'a site without values');
($code, $out, $err) = qsrepl('', @rewrite, '--site', 'B', '--form', 'ship');
is($code, 2, 'unrecognized form');
like($err, qr/value "ship" of option "--form" is not recognized\n.*hint: The values are path, host, text and value\.$/m, 'its error');
($code, $out, $err) = qsrepl('', @rewrite);
is($code, 2, 'no site');
($code, $out, $err) = qsrepl('', @rewrite, '--site');
like($err, qr/option "--site" needs a value/, 'an option without its value');
($code, $out, $err) = qsrepl('', @rewrite, '--site', 'B', '--frob');
like($err, qr/option "--frob" is not recognized/, 'unrecognized option');

done_testing();
