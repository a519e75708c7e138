# Apply as a role without superuser rights: it needs none for rewriting.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $site_a = make_site('A');
my $site_b = make_site('B');
my $db = 'roles';

create_db($db, $site_a, $site_b);
foreach my $node ($site_a, $site_b)
{
	$node->safe_psql($db, <<'SQL');
CREATE ROLE app LOGIN;
CREATE ROLE replicator LOGIN;
CREATE TABLE t (id int PRIMARY KEY, p text, v varchar(20), u text, n int);
ALTER TABLE t OWNER TO app;
SQL
}
define_mappings($site_b, $db);
add_rules(
	$site_b, $db,
	[ 't', 'p', 'path' ],
	[ 't', 'v', 'text' ],
	[ 't', 'u', 'path' ]);
$site_b->safe_psql($db, <<'SQL');
ALTER TABLE t ADD UNIQUE (u);
SELECT qsrepl.enable();
GRANT SELECT, INSERT, UPDATE, DELETE ON t TO replicator;
SQL
my $name = subscribe($site_a, $site_b, $db);

# From 16 on, apply becomes the owner of the table unless told not to, and asks
# a subscription's owner for a password.
my $becomes_owner =
  $site_b->safe_psql($db, 'SHOW server_version_num') >= 160000;
my $as_himself = $becomes_owner
  ? "ALTER SUBSCRIPTION $name SET (run_as_owner = true, password_required = false);"
  : '';

# The owner of a subscription has to be a superuser when he becomes it.
$site_b->safe_psql($db, "ALTER SUBSCRIPTION $name DISABLE");
$site_b->poll_query_until($db,
	"SELECT count(pid) = 0 FROM pg_stat_subscription WHERE subname = '$name'")
  or die 'apply does not end';
$site_b->safe_psql($db, <<SQL);
ALTER ROLE replicator SUPERUSER;
ALTER SUBSCRIPTION $name OWNER TO replicator;
$as_himself
ALTER ROLE replicator NOSUPERUSER;
ALTER SUBSCRIPTION $name ENABLE;
SQL
my $offset = -s $site_b->logfile;
$site_a->safe_psql($db, <<'SQL');
INSERT INTO t VALUES (1, '\\CN\QlikShare\1', 'on CN1:80', '\\CN\QlikShare\u', 0),
	(2, '\\CN\QlikShare\2', 'cn1.sitea.corp.local', NULL, 0), (3, '\\CN\QlikShare\3', 'x', '\\CN\QlikShare\w', 0);
UPDATE t SET n = 1;
DELETE FROM t WHERE id = 2;
SQL
is(caught_up_or_error($site_a, $site_b, $name, $offset),
	undef, 'apply without superuser rights');
tables_equal_rewritten($site_a, $site_b, $db, 'it rewrites');
query_is(
	$site_b,
	$db,
	q(SELECT relation, seen > 0, rewritten > 0 FROM qsrepl.stat_rules WHERE "column" = 'p'),
	'public.t|t|t',
	'and counts');

# The owner of the table needs no rights but his own either.
$site_b->safe_psql($db, <<SQL) if $becomes_owner;
GRANT app TO replicator WITH INHERIT FALSE;
ALTER SUBSCRIPTION $name SET (run_as_owner = false);
SQL

# A mapping that is changed meanwhile reaches it.
$site_b->safe_psql($db, <<'SQL');
SET client_min_messages = error;
BEGIN;
SELECT qsrepl.set_mapping('share', 'path', 'B', '\\moved\Qlik');
SELECT qsrepl.localize();
COMMIT;
SQL
$site_a->safe_psql($db, q(INSERT INTO t VALUES (4, '\\\\CN\\QlikShare\\4')));
is(caught_up_or_error($site_a, $site_b, $name, $offset),
	undef, 'a mapping changed');
query_is($site_b, $db, 'SELECT p FROM t WHERE id = 4',
	'\\\\moved\\Qlik\\4', 'and used');

# Everybody may look, not everybody may define.
foreach my $call (
	'set_site(\'X\')',
	"set_mapping('m', 'path', 'A', '\\\\x\\y')",
	"add_rule('t', 'p', 'path')",
	"drop_rule('t', 'p')",
	"add_alias('share', 'A', '\\\\x\\y')",
	"drop_mapping('share')",
	'localize()',
	'enable()',
	'disable()')
{
	my ($result, $stdout, $stderr) = $site_b->psql(
		$db,
		"SELECT qsrepl.$call",
		extra_params => [ '-U', 'app' ]);
	like(
		$stderr,
		qr/permission denied for function/,
		"the owner of a table may not call $call");
}
foreach my $query (
	'SELECT count(*) FROM qsrepl.leaks()',
	'SELECT count(*) FROM qsrepl.preview()')
{
	is($site_b->safe_psql($db, $query, extra_params => [ '-U', 'app' ]),
		'0', "but $query");
}
$site_b->safe_psql(
	$db,
	'SELECT * FROM qsrepl.status, qsrepl.stat_rules, qsrepl.check()',
	extra_params => [ '-U', 'app' ]);
my ($result, $stdout, $stderr) = $site_b->psql(
	$db,
	'SELECT * FROM qsrepl.leaks()',
	extra_params => [ '-U', 'replicator' ]);
is($result, 0, 'who may read the table sees its leaks');
$site_b->safe_psql($db, 'REVOKE ALL ON t FROM replicator');
($result, $stdout, $stderr) = $site_b->psql(
	$db,
	'SELECT * FROM qsrepl.leaks()',
	extra_params => [ '-U', 'replicator' ]);
like($stderr, qr/permission denied for table t/, 'who may not does not');

$site_b->stop('fast');
$site_a->stop('fast');
done_testing();
