# Names and values that would be commands where somebody forgets to quote: by
# the extension's functions. They are refused, or come back as they were given;
# nothing of them is run. 184 and 185 do the same by the configuration and by
# the command line.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $drop = 'DROP TABLE public.canary; CREATE ROLE pwned SUPERUSER;';
my @nasty = (
	"'; $drop --", "\"; $drop --", "\\'; $drop --", "\$\$; $drop \$\$", "');$drop--",
	"\$x\$;$drop\$x\$", "x\n$drop", "%s%n%I%L%1\$s", "a\"b'c\\d\\\\", "' || pg_sleep(60) || '",
	'$(touch pwned)', '`touch pwned`', '| touch pwned', '; touch pwned', '${to}${from}', '--yes', '-', '../../pwned',
	"Z\xc3\xbcrich \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x92\xa5", "x" x 10000, "'" x 64, '"' x 64, "\\" x 64, ' ', "\t", "\x01\x7f");

sub literal
{
	my ($text) = @_;

	return q(') . $text =~ s/'/''/gr . q(');
}

sub identifier
{
	my ($text) = @_;

	return '"' . substr($text, 0, 40) =~ s/"/""/gr . '"';
}

# The functions
my $site = make_site('A');
my $db = 'injected';
create_db($db, $site);

sub unharmed
{
	my ($node, $in, $name) = @_;

	return query_is($node, $in,
		q(SELECT (SELECT count(*) FROM public.canary), (SELECT count(*) FROM pg_roles WHERE rolname = 'pwned')),
		'1|0', $name);
}
$site->safe_psql($db, q(CREATE TABLE public.canary AS SELECT 1; SELECT qsrepl.set_site('A'), qsrepl.set_site('B')));

my @calls = (
	[ 'set_site(name)', 'qsrepl.set_site(%s)', 'SELECT name FROM qsrepl.site' ],
	[ 'set_site(description)', q(qsrepl.set_site('B', %s)), 'SELECT description FROM qsrepl.site' ],
	[ 'set_mapping(name)', q(qsrepl.set_mapping(%s, 'value', 'A', 'v' || md5(%s), 'B', 'w' || md5(%s))), 'SELECT name FROM qsrepl.mapping' ],
	[ 'set_mapping(kind)', q(qsrepl.set_mapping('k', %s, 'A', 'v', 'B', 'w')) ],
	[ 'set_mapping(site)', q(qsrepl.set_mapping('s', 'value', 'A', 'sv', %s, 'sw')), 'SELECT site FROM qsrepl.mapping_value' ],
	[ 'set_mapping(value)', q(qsrepl.set_mapping('v' || md5(%s), 'value', 'A', %s, 'B', 'b' || %s)), 'SELECT value FROM qsrepl.mapping_value' ],
	[ 'set_mapping(path)', q(qsrepl.set_mapping('p' || md5(%s), 'path', 'A', '\\\\h' || md5(%s) || '\\' || %s, 'B', 'C:\\' || %s)) ],
	[ 'set_mapping(host)', q(qsrepl.set_mapping('h' || md5(%s), 'host', 'A', %s, 'B', 'b' || md5(%s))) ],
	[ 'add_alias', q(qsrepl.add_alias('base', 'A', %s)), 'SELECT value FROM qsrepl.mapping_value' ],
	[ 'add_rule(column)', q(qsrepl.add_rule('public.canary', %s, 'text')) ],
	[ 'add_rule(form)', q(qsrepl.add_rule('public.canary', '?column?', %s)) ],
	[ 'drop_rule', 'qsrepl.drop_rule(%s, %s)' ],
	[ 'load_profile', 'qsrepl.load_profile(%s)' ],
	[ 'rewrite', 'qsrepl.rewrite(%s)' ],
	[ 'rewrite(form)', q(qsrepl.rewrite('x', %s)) ],
	[ 'rewrite(site)', q(qsrepl.rewrite('x', 'text', %s)) ],
	[ 'set_transport_key', q(qsrepl.set_transport_key(left(%s, 60), 1, %s)), 'SELECT certificate FROM qsrepl.transport_key' ],
	[ 'add_sealed_set', q(qsrepl.add_sealed_set(left(%s, 60), 'B', 1, '\x00')) ],
	[ 'fence', 'qsrepl.fence(%s)', 'SELECT reason FROM qsrepl._fence_state()' ],
	[ 'drop_mapping', 'qsrepl.drop_mapping(%s)' ]);

$site->safe_psql($db, q(SELECT qsrepl.set_mapping('base', 'value', 'A', 'base-a', 'B', 'base-b')));
foreach my $call (@calls)
{
	my ($name, $format, $kept) = @$call;
	my $done = 0;
	my @lost;
	my $script = <<'SQL';
CREATE FUNCTION pg_temp.try(statement text) RETURNS boolean LANGUAGE plpgsql AS $f$
BEGIN
	EXECUTE statement;
	RETURN true;
EXCEPTION WHEN OTHERS THEN
	RETURN false;
END $f$;
SQL

	foreach my $text (@nasty)
	{
		my $sql = $format =~ s/%s/literal($text)/ger;

		$script .= 'SELECT pg_temp.try(' . literal("SELECT * FROM $sql") . '), '
		  . ($kept ? "(SELECT count(*) > 0 FROM ($kept) AS x (v) WHERE x.v = " . literal($text) . ')' : 'true') . ";\n";
	}
	# A statement does not see what a function in it has written.
	my @first = split /\n/, $site->safe_psql($db, $script);
	my @again = split /\n/, $site->safe_psql($db, join '', map {
			'SELECT ' . ($kept ? "count(*) > 0 FROM ($kept) AS x (v) WHERE x.v = " . literal($_) : 'true') . ";\n" } @nasty);
	foreach my $i (0 .. $#nasty)
	{
		next if $first[$i] !~ /^t/;
		$done++;
		# Of a fence the last reason is kept, of a site the last description.
		next if $name eq 'fence' || $name eq 'set_site(description)';
		push @lost, $nasty[$i] if $again[$i] ne 't';
	}
	is(scalar(@first), scalar(@nasty), "$name: all were tried");
	is_deeply(\@lost, [], "$name keeps what it takes ($done of " . @nasty . ')');
	unharmed($site, $db, "$name runs none of it");
	$site->safe_psql($db, 'SELECT qsrepl.unfence()') if $name eq 'fence';
}

# No text has a NUL: the server refuses it, and so do we by pg_catalog's words.
my ($code, $out, $err) = $site->psql($db, q(SELECT qsrepl.set_site(E'a\\000b')));
like($err, qr/invalid byte sequence|null character not permitted/, 'NULs are refused');

# Tables and columns of such names, with all that makes statements of them.
my @names = grep { length $_ < 200 } @nasty;
foreach my $i (0 .. $#names)
{
	my $table = identifier("$i$names[$i]");
	my $column = identifier($names[$i]);

	$site->safe_psql($db, <<SQL);
CREATE SCHEMA $table;
CREATE TABLE $table.$table ($column text UNIQUE CHECK ($column <> 'never'), ${\identifier("k$names[$i]")} int PRIMARY KEY);
INSERT INTO $table.$table VALUES ('base-b', 1);
SELECT qsrepl.add_rule(${\literal("$table.$table")}, ${\literal(substr $names[$i], 0, 40)}, 'value');
INSERT INTO qsrepl.fixup (name, sql) VALUES (${\literal("fixup $names[$i]")}, 'SELECT 1');
SQL
}
my $n = @names;
query_is($site, $db, 'SELECT count(*) FROM qsrepl.preview()', $n, 'preview() of all of them');
query_is($site, $db, 'SELECT count(*) FROM qsrepl.leaks()', $n, 'leaks() too');
$site->safe_psql($db, 'SELECT * FROM qsrepl.scan(); SELECT * FROM qsrepl.check(); SELECT * FROM qsrepl.status; SELECT * FROM qsrepl.stat_rules');
$site->safe_psql($db, 'SELECT qsrepl.enable()');
query_is($site, $db, 'SELECT qsrepl.localize()', $n, 'localize() changes each');
query_is($site, $db, 'SELECT count(*) FROM qsrepl.leaks()', 0, 'and leaves none');
$site->safe_psql($db, 'SELECT qsrepl.disable()');
unharmed($site, $db, 'and nothing of the names was run');
$site->stop('fast');

done_testing();
