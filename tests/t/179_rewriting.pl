# The examples of docs/rewriting.md, through the extension's function and the
# tool's command; and the pictures and rooms of docs/architecture.md.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPages;
use QsreplTest;
use QsreplTool;
use Test::More;

my $page = slurp_file("$tree/docs/rewriting.md");

# The rows of the table with this head; code without its quotes.
sub rows
{
	my ($head) = @_;
	my ($table) = $page =~ /^\Q$head\E[^\n]*\n\|[-|]+\n((?:\|[^\n]*\n)+)/m or die "no table: $head";

	return map { [ map { s/^\s*`?|`?\s*$//gr } split /\|/, s/^\|//r ] } split /\n/, $table;
}

sub quoted
{
	return join ', ', map { "'" . s/'/''/gr . "'" } @_;
}

my @mappings = rows('| mapping | kind |');
my @examples = rows('| form | what arrives |');
my $node = make_site('B');

cmp_ok(scalar @examples, '>', 15, 'examples');
create_db('examples', $node);
$node->safe_psql('examples', "SELECT qsrepl.set_site('A'), qsrepl.set_site('B')");
$node->safe_psql('examples', join '', map { "SELECT qsrepl.set_mapping(" . quoted(@$_[ 0, 1 ], 'A', $_->[2], 'B', $_->[3]) . ");\n" } @mappings);
my $cases = join '', map { join("\t", 'mapping', @$_[ 0, 1 ], 'A', $_->[2], 'B', $_->[3]) . "\n" } @mappings;
my $number = 0;

foreach my $example (@examples)
{
	my ($form, $value, $expected) = @$example;

	is($node->safe_psql('examples', 'SELECT qsrepl.rewrite(' . quoted($value, $form) . ')'), $expected, "$form: $value");
	is($node->safe_psql('examples', 'SELECT qsrepl.rewrite(' . quoted($expected, $form) . ')'), $expected, '... and once more changes nothing');
	$cases .= join("\t", 'case', 'example' . ++$number, $form, 'B', $value, $expected) . "\n";
}
my $file = write_private("$tool_dir/examples.tsv", $cases);
my ($code, $out, $err) = qsrepl('rules', 'test', $file);
is($code, 0, 'the same by the tool') or diag "$out$err";
write_private($file, $cases . "case\tfalse\tpath\tB\t\\\\CN\\QlikShare\tnothing\n");
is((qsrepl('rules', 'test', $file))[0], 1, 'which can fail');
$node->stop;

# ---- docs/architecture.md ----
$page = slurp_file("$tree/docs/architecture.md");
my %declared = map { $_->[0] =~ s{/$}{}r => [ grep { /^\w+$/ } split ' ', $_->[2] ] } rows('| room | what it is |');
my %apart = map { $_ => 1 } qw(cli cmd platform programs);

# The rooms that a room's files include, but for itself and what all may use.
sub included
{
	my ($room) = @_;
	my %rooms = map { $_ => 1 } map { slurp_file($_) =~ m{^#include "([a-z_]+)/}mg } glob "$tree/tool/$room/*.[ch]";

	return sort grep { !/^(\Q$room\E|base|platform)$/ } keys %rooms;
}

my @rooms = grep { !$apart{$_} } map { m{/(\w+)/$} } glob "$tree/tool/*/";
is(join(' ', sort keys %declared), join(' ', sort @rooms), 'the rooms of the tool');
foreach my $room (@rooms)
{
	is(join(' ', sort @{ $declared{$room} // [] }), join(' ', included($room)), "the arrows of $room/");
}

# None leads back, however far.
my %left = map { $_ => 1 } @rooms;
while (my @free = grep { my $room = $_; !grep { $left{$_} } @{ $declared{$room} } } sort keys %left) { delete @left{@free} }
is(join(' ', sort keys %left), '', 'no arrow leads back');

# The steps of a switchover, in their order, in both modes.
my $macros = join '', map { slurp_file("$tree/tool/cmd/move/$_.h") } 'work', 'share';
my %macro = $macros =~ /#define (MOVE_STEP_\w+)(?:\(\w+\))?\s*\\?\s*\{"(\w+)"/g;
my @pictures = $page =~ /subgraph works(.*?)```/gs;
is(scalar @pictures, 2, 'a picture for each mode');
foreach my $file ('switchover.c', 'logical_switchover.c')
{
	my ($table) = slurp_file("$tree/tool/cmd/move/$file") =~ /steps\[\] = \{(.*?)\n\};/s;
	my @steps = map { /^MOVE/ ? $macro{$_} : $_ } $table =~ /^\t(?:\{"(?=\w)|(?=MOVE))(\w+)/mg;
	my @drawn = map { split /\s*-->\s*/ } map { s/^\s+//r } grep { /-->.*-->/ } split /\n/, shift(@pictures) // '';

	is("@drawn", "@steps", "the steps of $file");
}

# Files that it names are there.
my @named = $page =~ m{`((?:tool|core|tests|sql|docs|extension|scripts|cli|cmd|cert|dns|service|config)/[\w/.*]*)`}g;
my @missing = grep { my $name = $_; !grep { -e } map { glob "$tree/$_$name" } '', 'tool/' } @named;
cmp_ok(scalar @named, '>', 12, 'names of files');
is(join(' ', @missing), '', 'files that it names');

done_testing();
