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

done_testing();
