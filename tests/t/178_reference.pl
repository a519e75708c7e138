# The reference has each setting, function, table, view, command, option and
# exit code, with its arguments and defaults, and nothing that is not there.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPages;
use QsreplTest;
use QsreplTool;
use Test::More;

my $page = slurp_file("$tree/docs/reference.md");

# The table below a line that begins so: rows of cells.
sub rows_below
{
	my ($head) = @_;
	my ($table) = $page =~ /^\Q$head\E[^\n]*\n\|[-| ]+\n((?:\|[^\n]*\n)+)/m or die "no table: $head";

	return map { [ map { s/^\s+|\s+$//gr } split /(?<!\\)\|/, s/^\|//r ] } split /\n/, $table;
}

sub same
{
	my ($described, $there, $name) = @_;

	return is(join("\n", sort @$described), join("\n", sort @$there), $name);
}

my $node = make_site('A');
create_db('ref', $node);

sub query
{
	return split /\n/, $node->safe_psql('ref', $_[0]);
}

# ---- settings ----
# A library's settings are known in the sessions that have it.
my @settings = query(<<'SQL');
SELECT name || ' | ' || CASE
		WHEN unit = 'ms' THEN boot_val::int / 1000 || ' s'
		WHEN coalesce(boot_val, '') = '' THEN 'empty'
		ELSE boot_val END
	|| ' | ' || CASE context WHEN 'postmaster' THEN 'server start' WHEN 'sighup' THEN 'reload'
		WHEN 'superuser' THEN 'superusers' WHEN 'user' THEN 'anybody' ELSE context END
FROM pg_settings WHERE name LIKE 'qsrepl.%'
SQL
cmp_ok(scalar @settings, '>', 6, 'settings are there');
same([ map { join ' | ', $_->[0] =~ s/`//gr, $_->[1] =~ s/`//gr, $_->[2] } rows_below('| setting |') ],
	\@settings, 'settings, their defaults and who sets them');

# ---- functions ----
my @functions = query(<<'SQL');
SELECT proname || '(' || coalesce((
	SELECT string_agg(CASE WHEN provariadic <> 0 AND i = pronargs THEN 'VARIADIC ' ELSE '' END || proargnames[i]
		|| coalesce(' DEFAULT ' || regexp_replace(pg_get_function_arg_default(p.oid, i), '::[a-z]+', ''), ''), ', ' ORDER BY i)
	FROM generate_series(1, pronargs) AS i), '') || ')'
FROM pg_proc p WHERE pronamespace = 'qsrepl'::regnamespace AND proname !~ '^_'
SQL
cmp_ok(scalar @functions, '>', 18, 'functions are there');
same([ map { $_->[0] =~ /`([^`]+\))`/g } rows_below('| function |') ], \@functions, 'functions, their arguments and defaults');

# ---- tables and views ----
my %columns = map { split /\|/, $_, 2 } query(<<'SQL');
SELECT relname, string_agg(attname, ', ' ORDER BY attnum) FROM pg_class c JOIN pg_attribute ON attrelid = c.oid
WHERE relnamespace = 'qsrepl'::regnamespace AND relkind IN ('r', 'v') AND relname !~ '^_' AND attnum > 0 AND NOT attisdropped
GROUP BY relname
SQL
my %described;
foreach my $row (rows_below('| table or view |'))
{
	$described{ s/\(.*//r } = $row foreach $row->[0] =~ /`([^`]+)`/g;
}
same([ keys %described ], [ keys %columns ], 'tables and views');
foreach my $name (sort keys %described)
{
	next if $described{$name}[0] !~ /`\Q$name\E\(([^)]*)\)`/;
	is($1, $columns{$name}, "the columns of $name");
}
foreach my $view ('status', 'stat_rules')
{
	is(join(' ', grep { $described{$view}[1] !~ /\b\Q$_\E\b/ } split /, /, $columns{$view}),
		$view eq 'status' ? '' : 'relation column form', "each column of the view $view is told");
}

# What any page calls exists.
my %there = map { s/\(.*//r => 1 } @functions;
my @unknown;
foreach my $name (pages())
{
	push @unknown, map { "$name: qsrepl.$_()" } grep { !$there{$_} && !/^_/ } slurp_file("$tree/$name") =~ /\bqsrepl\.(\w+)\(/g;
	push @unknown, map { "$name: $_" } grep { my $s = $_; !grep { /^\Q$s\E / } @settings }
	  slurp_file("$tree/$name") =~ /\b(qsrepl\.(?:peer_|local|raw)\w*)\b(?!\()/g;
}
is(join("\n", @unknown), '', 'functions and settings that pages name exist');

# ---- commands and options ----
my $manual = slurp_file("$tree/docs/qsrepl.1");
is((qsrepl('docs', 'man'))[1], $manual, 'the manual page is current');
is((qsrepl('docs', 'configuration'))[1], slurp_file("$tree/docs/configuration.md"), 'and the page about the configuration');
my (%options, @commands);
my ($top) = (qsrepl('--help'))[1];
my ($list) = $top =~ /^Commands:\n(.*?)\n\n/ms;

foreach my $word ($list =~ /^  (\S+)/mg)
{
	my $help = (qsrepl($word, '--help'))[1];
	my @here = $help =~ /^Commands:\n(.*?)(?:\n\n|\z)/ms ? map { "$word $_" } $1 =~ /^  (\S+)/mg : ();

	# A command that others begin with.
	push @here, $word if !@here || $help =~ /^Usage:\n  qsrepl \Q$word\E(?! COMMAND)/m;
	push @commands, @here;
	foreach my $command (@here, $word)
	{
		$options{$_} = 1 foreach (qsrepl((split / /, $command), '--help'))[1] =~ /--([a-z][a-z-]*)/g;
	}
}
push @commands, 'drill end', 'drill status';
my %seen;
@commands = grep { !$seen{$_}++ } @commands;
cmp_ok(scalar @commands, '>', 60, scalar(@commands) . ' commands');
my %told;
foreach my $row (rows_below('| command |'))
{
	my $first;

	foreach my $call ($row->[0] =~ /`([^`]+)`/g)
	{
		my @words = grep { /^[a-z-]+$/ } split ' ', $call =~ s/^qsrepl //r =~ s/ (--|\[|[A-Z]).*//r;

		# "cert list", "verify"; a command that is one word of its own
		if ($call !~ /^qsrepl / && @words == 1 && defined $first && $first =~ / /) { unshift @words, $first =~ s/ .*//r }
		next if !@words || $words[0] =~ /^-/ || $call =~ /^(--|\[)/;
		$first = "@words" if $call =~ /^qsrepl /;
		$told{"@words"} = 1;
	}
}
delete $told{''};
same([ sort keys %told ], \@commands, 'commands');

# Each of them is in a block that 177 and 189 run, but for what has a test of its own.
my %elsewhere = map { $_ => 1 } ('init', 'completion bash', 'docs man', 'docs configuration', 'do');
my %run;
foreach my $block (grep { $_->{language} eq 'sh' && ($_->{directive}{kind} // '') eq 'run' } map { blocks($_) } pages())
{
	@run{ $1, defined $2 ? "$1 $2" : $1 } = (1, 1) while $block->{text} =~ /(?:^|[\s|&;])qsrepl ([a-z-]+)(?: ([a-z-]+))?/g;
}
is(join(', ', grep { !$run{$_} && !$elsewhere{$_} } sort @commands), '', 'pages run each command');
# It stands alone; qsrepl-scm is a program of its own.
$options{version} = 1;
my @wrong;
foreach my $name (pages())
{
	my $text = slurp_file("$tree/$name") =~ s/^(\s*)```.*?^\s*```$//gmsr;

	$text = '' if $name eq 'docs/scm.md';
	push @wrong, map { "$name: $_" } grep { !$options{ s/^--//r } } $text =~ /`(--[a-z][a-z-]+)[`= ]/g;
}
my %others = map { $_ => 1 } qw(--checksum --roles-only --format --schema-only --no-privileges --host --credentials --delete);
is(join("\n", grep { my ($o) = /(--\S+)/; !$others{$o} } @wrong), '', 'options that pages name exist');

# ---- exit codes ----
my ($codes) = $manual =~ /^\.SH EXIT STATUS\n(.*?)^\.SH/ms;
my %meaning = $codes =~ /^\.TP\n\.?B?R? ?\\?f?B?(\d)\S*\n([^\n]+)/mg;
is(join(' ', map { $_->[0] } rows_below('| exit code | |')), join(' ', sort keys %meaning), 'exit codes');
foreach my $row (rows_below('| exit code | |'))
{
	is($row->[1], ($meaning{ $row->[0] } // '') =~ s/\\(.)/$1 eq '&' ? '' : $1/ger, "exit code $row->[0], as the manual has it");
}
like($meaning{6} // '', qr/a run's journal is damaged/, 'exit code 6 tells of a damaged journal');
my @bad;
foreach my $name (pages())
{
	push @bad, map { "$name: $_" } grep { !defined $meaning{$_} } slurp_file("$tree/$name") =~ /\b[Ee]xit codes? (\d+)\b(?! and above)/g;
}
is(join("\n", grep { !/^docs\/(windows|share)/ } @bad), '', 'pages name no other one');

$node->stop;
done_testing();
