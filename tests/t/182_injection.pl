# Names and values that would be commands where somebody forgets to quote: by
# the extension's functions, the configuration and the command line. They are
# refused, or come back as they were given; nothing of them is run.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
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

# The configuration: names of databases, sites, mappings, roles.
my @words = (grep { !/[\n\t\x01]/ && /\S/ } @nasty)[ 0 .. 10 ];
my @shell = @nasty[ 0, 1, 3, 10, 13, 14, 17, 18 ];
my %nodes = (A => bare_server('first'), B => bare_server('second'));
my $long = "db'\"; $drop";
$nodes{A}->start;
$nodes{A}->safe_psql('postgres', 'CREATE TABLE public.canary AS SELECT 1; CREATE DATABASE qsr; CREATE DATABASE more');
my $number = 0;
foreach my $key (
	'replication_name', 'replication_role', 'qlik_role', 'site', 'databases', 'passfile', 'journal_directory', 'mode',
	'site:host', 'site:user', 'site:port', 'site:settings_file', 'site:data_directory', 'site:service', 'mapping:A', 'mapping:B',
	'mapping:kind')
{
	foreach my $word (@words)
	{
		my ($section, $name) = $key =~ /^(?:(\w+):)?(\w+)$/;
		my $file = conf_file('A', \%nodes, file => "$tool_dir/nasty.conf");
		my $text = slurp_file($file);
		my $line = "$name = $word\n";

		if (!defined $section)
		{
			$text =~ s/^$name = .*\n//m;
			$text =~ s/^\[qsrepl\]\n/[qsrepl]\n$line/m;
		}
		else
		{
			my ($title) = $text =~ /^(\[$section [^\]]*\])\n/m or die;
			$text =~ s/^(\Q$title\E\n(?:[^\[\n].*\n)*?)$name = .*\n/$1/m;
			$text =~ s/^\Q$title\E\n/$title\n$line/m;
		}
		write_private($file, $text);
		my ($status) = qsrepl('config', 'check', '--config', $file);
		$number++ if $status == 0 || $status == 3;
		fail("config check of $key = $word ends with $status") if $status != 0 && $status != 3;
		# What is taken is used, where that is quick.
		next if $status != 0 || $word ne $words[0];
		qsrepl('setup', 'primary', '--site', 'A', '--dry-run', '--config', $file);
	}
}
cmp_ok($number, '>', 150, "config check judged $number values");
unharmed($nodes{A}, 'postgres', 'the configuration runs none of it');

# A pair of such names is set up for good.
my %names = (database => q(q;$$r), mapping => q(m'"$$;--));
$nodes{A}->safe_psql('postgres', 'CREATE DATABASE ' . identifier($names{database}));
my $conf = conf_file('A', \%nodes, main => "databases = qsr more $names{database}\n",
	mappings => "[mapping $names{mapping}]\nkind = value\nA = it's \"A\" \$\$ \\\\; $drop\nB = 'B' \$1 \\ %s\n");
($code, $out, $err) = qsrepl('setup', 'primary', '--site', 'A', '--config', $conf);
is($code, 0, 'a pair of such names is set up') or diag($err);
$nodes{A}->_update_pid(1);
query_is($nodes{A}, 'qsr', q(SELECT site, value FROM qsrepl.mapping_value ORDER BY 1),
	"A|it's \"A\" \$\$ \\\\; $drop\nB|'B' \$1 \\ %s", 'values of the configuration come as they are');
unharmed($nodes{A}, 'postgres', 'setup runs none of it');

# The command line
$conf = conf_file('A', \%nodes);
foreach my $words (
	[ 'rules', 'leaks', '--database' ], [ 'rules', 'leaks', '--table' ], [ 'rules', 'preview', '--table' ], [ 'compare', '--table' ],
	[ 'compare', '--database' ], [ 'setup', 'primary', '--dry-run', '--site' ], [ 'is-active' ], [ 'snapshot', 'create', '--name' ],
	[ 'share', 'verify', '--share' ], [ 'check', '--site' ], [ 'dns', 'switch' ], [ 'service', 'status', '--node' ])
{
	my @odd;

	foreach my $word (@shell)
	{
		my ($status, undef, $said) = qsrepl(@$words, $word, '--config', $conf);

		push @odd, "$word: $status" if $status > 125;
	}
	is_deeply(\@odd, [], "qsrepl @$words ends in an orderly way");
	unharmed($nodes{A}, 'postgres', "qsrepl @$words runs none of it");
}
is_deeply([ grep { -e "$_/pwned" } '.', '..', '../..', $tool_dir, "$tool_dir/..", $nodes{A}->data_dir ],
	[], 'and no shell did');
unharmed($nodes{A}, 'postgres', 'nothing of all that was run');

$nodes{A}->stop('fast');
done_testing();
