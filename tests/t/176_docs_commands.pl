# Every call of qsrepl in the pages is one that the program takes; every block
# that holds commands says how it is run, or why not; sections and keys in
# examples of the configuration are there. What is run: 177_docs_run.pl.
use strict;
use warnings FATAL => 'all';

use File::Spec;
use IPC::Run ();
use PostgreSQL::Test::Utils;
use QsreplPages;
use QsreplTool;
use Test::More;
use Text::ParseWords qw(shellwords);

my $parser = File::Spec->rel2abs('build/parse_lab');

# Words in capitals that cannot stand for any value.
my %example = (ACT => 'state', FORM => 'text', SECONDS => '60', COUNT => '1', N => '1', DURATION => '1min', BOUND => '1MB');

# What begins with the program's name and is no call of it.
my %no_call = ('peer' => 'a background worker', 'service work' => 'internal', 'snapshot receive' => 'internal');

# What the parser says to calls, each a list of words.
sub parsed
{
	my $input = join '', map { join("\t", @$_) . "\n" } @_;
	my $output;

	IPC::Run::run([$parser], '<', \$input, '>', \$output) or die $?;
	return split /^--\n/m, $output;
}

sub words_of
{
	my ($call) = @_;

	$call =~ s/\\\n/ /g;
	$call =~ s/^\s+|\s+$//g;
	$call =~ s/\s+#.*//s;
	return map { $example{$_} // $_ } shellwords($call =~ s/<<.*//sr);
}

# A complaint, or nothing.
sub complaint
{
	my ($call, $said) = @_;

	return '' if $said =~ /^ok /;
	return '' if !$call->{whole} && $said =~ /"qsrepl [^"]*" needs |needs a value/;
	return "$call->{page}:$call->{line}: qsrepl $call->{call}: $said";
}

# It must be able to fail.
my @said = parsed([ 'switchover', '--too', 'B' ], [ 'frobnicate' ], [ 'check' ], [ 'share' ], [ 'share', 'snyc' ], [ 'cert', 'export', 'x', '--format', 'zip' ]);
like($said[0], qr/"--too" is not recognized/, 'an option that does not exist');
like($said[1], qr/"qsrepl frobnicate" is not recognized/, 'a command that does not exist');
is($said[2], "ok check\n", 'a call');
is(complaint({ whole => 0 }, $said[3]), '', 'the beginning of a call within the text');
isnt(complaint({ whole => 1, page => '', line => 0, call => '' }, $said[3]), '', '... but not in a block');
isnt(complaint({ whole => 0, page => '', line => 0, call => '' }, $said[4]), '', 'a word of a group that does not exist');
like($said[5], qr/value "zip"/, 'a value that is not one');

my $total = 0;
foreach my $page (pages())
{
	my @calls = grep { $_->{call} !~ /^\S+\.\S/ } inline_calls($page);

	@calls = grep { my $call = $_; !grep { $call->{call} =~ /^\Q$_\E\b/ } keys %no_call } @calls;
	$total += @calls;
	@said = @calls ? parsed(map { [ words_of($_->{call}) ] } @calls) : ();
	my @wrong = grep { $_ ne '' } map { complaint($calls[$_], $said[$_]) } 0 .. $#calls;
	is(join("\n", @wrong), '', scalar(@calls) . " calls in $page");
}
cmp_ok($total, '>', 150, "$total calls in all");

# ---- blocks ----
my (@silent, @left_out, @broken, @keys);
my %scenes = map { $_ => 1 } qw(clean servers pair lost taken then);
my %targets;
foreach my $makefile (map { "$tree/$_" } 'Makefile', 'tests/tests.mk', 'tests/unit.mk', 'bench/bench.mk')
{
	$targets{$_} = 1 foreach map { split ' ' } slurp_file($makefile) =~ /^([a-z][\w -]*):(?!=)/mg;
}

# Commands that are run as they stand can be read by a shell.
sub shell_reads
{
	my ($text) = @_;
	my $err;

	IPC::Run::run([ 'sh', '-n' ], '<', \$text, '2>', \$err);
	return $err =~ s/\n.*//sr;
}

# What "qsrepl config check" says of a part of a file: only of what is there.
sub part_is_wrong
{
	my ($text) = @_;
	my $file = write_private("$tool_dir/part.conf", $text);
	my ($code, $out, $err) = qsrepl('config', 'check', '--config', $file);

	return map { s/^.*part\.conf:?//r } grep { /is not recognized|not a |not one of|must be/ } split /\n/, "$out$err";
}

like(join("\n", part_is_wrong("[site A]\nfrob = 1\n")), qr/frob/, 'a key that does not exist');
like(join("\n", part_is_wrong("[frob]\nkey = 1\n")), qr/frob/, 'a section that does not exist');

foreach my $block (map { blocks($_) } pages())
{
	my $place = "$block->{page}:$block->{line}";
	my $language = $block->{language};
	my $directive = $block->{directive} // { kind => '' };

	if ($language =~ /^(sh|sql|powershell|bat)$/)
	{
		if ($directive->{kind} eq 'not run') { push @left_out, "$place ($language): $directive->{what}" }
		elsif ($directive->{kind} ne 'run' || !$scenes{ $directive->{what} // '' }) { push @silent, $place }
		elsif ($language !~ /^(sh|sql)$/) { push @silent, "$place: a block of $language cannot be run" }
	}
	if ($language eq 'sh')
	{
		my $wrong = shell_reads($block->{text});

		push @broken, "$place: $wrong" if $wrong ne '';
		foreach my $command (commands($block->{text}))
		{
			next if $command->{text} !~ /(?:^|\s)make\s+([^&;|]*)/;
			push @broken, map { "$place: make $_: no such target" } grep { !$targets{$_} } grep { !/=/ } shellwords(($1 // '') =~ s/(^|\s)#.*//sr);
		}
	}
	if ($language eq 'ini' && $directive->{kind} ne 'file')
	{
		push @keys, map { "$place: $_" } part_is_wrong($block->{text});
		push @keys, "$place: a comment behind a value would be a part of it: $1" if $block->{text} =~ /^(\w[^=\n]*=[^\n]*[ \t]#.*)$/m;
	}
}
is(join("\n", @silent), '', 'each block of commands says how it is run, or why not');
is(join("\n", @broken), '', 'a shell can read each, and targets of make exist');
is(join("\n", @keys), '', 'examples of the configuration');
diag scalar(@left_out) . " blocks are not run:\n" . join("\n", @left_out) if @left_out;

# ---- units of systemd: what they run, and when, is one truth in all pages ----
my %when = ('each quarter of an hour' => '*:0/15', 'each hour' => 'hourly', 'Sundays at 3:30' => 'Sun *-*-* 03:30', 'each night at 2:30' => '*-*-* 02:30');
my %units = map { m{([^/]+)$} => slurp_file($_) } glob "$tree/packaging/systemd/*";
my (@other_units, %told);

sub unit_is_wrong
{
	my ($unit, $runs, $when) = @_;
	my $service = $units{ $unit =~ s/\.timer$/.service/r } // return 'no such service';
	my ($calendar) = ($units{$unit} // return 'no such unit') =~ /^OnCalendar=(.*)$/m;
	my @called = map { s/^qsrepl //r } $runs =~ /`([^`]+)`/g;
	my @calls = map { s{^/usr/bin/qsrepl }{}r } $service =~ /^ExecStart=(.*)$/mg;

	return "runs @calls" if grep { ($called[$_] // '') ne $calls[$_] } 0 .. $#calls;
	return '' if ($calendar // 'always') eq ($when{$when} // $when);
	return 'when: ' . ($calendar // 'always');
}

isnt(unit_is_wrong('qsrepl-check.timer', '`check --json`', 'each quarter of an hour'), '', 'another command');
isnt(unit_is_wrong('qsrepl-check.timer', '`check`', 'each hour'), '', 'another time');
foreach my $page (pages())
{
	my $text = slurp_file("$tree/$page");

	push @other_units, map { "$page: $_" } grep { !$units{$_} } $text =~ /\b(qsrepl-[a-z-]+\.(?:timer|service))\b/g;
	while ($text =~ /^\| `(qsrepl-[a-z-]+\.(?:timer|service))` \| ([^|]+) \| ([^|]+) \|/mg)
	{
		my $wrong = unit_is_wrong($1, $2, $3);

		$told{$page}{$1} = 1;
		push @other_units, "$page: $1: $wrong" if $wrong ne '';
	}
}
is(join("\n", @other_units), '', 'units are as the pages have them');
is(join(' ', map { scalar keys %{ $told{"docs/$_.md"} } } 'guide', 'packages'), '5 5', 'and all are told');

# ---- scripts at Windows nodes, which cannot be run here ----
my @missing;
foreach my $page (pages())
{
	foreach my $call (slurp_file("$tree/$page") =~ /\b([A-Z]\w+-Qlik\w+\.ps1(?:[^`\n]|\n(?!\n|```))*)/g)
	{
		my ($script) = $call =~ /^(\S+?\.ps1)/;
		my $file = "$tree/tool/powershell/$script";

		if (!-e $file) { push @missing, "$page: $script"; next }
		my $source = slurp_file($file);
		push @missing, map { "$page: $script -$_" } grep { $source !~ /\$$_\b/i && !/^(WhatIf|Confirm|Verbose)$/ }
		  $call =~ /\.ps1[^\n]*(?:\n\s+)?[^\n]*? -([A-Z]\w+)/g;
	}
}
is(join("\n", @missing), '', 'scripts for Windows nodes and their parameters exist');

done_testing();
