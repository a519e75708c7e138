# What libpq, a server that refuses, and libcrypto say: the message, the library's
# text, and what to do about it.
use strict;
use warnings FATAL => 'all';

use IO::Socket::INET;
use IPC::Run qw(run start finish);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTool;
use Test::More;

my $lab = $ENV{PG_LAB} || 'build/pg_lab';
my $dir = PostgreSQL::Test::Utils::tempdir();
my $node = PostgreSQL::Test::Cluster->new('errors');
my $me = getpwuid $<;

sub run_ok
{
	my @words = @_;
	my $out;

	run [@words], '<', \'', '>', \$out, '2>&1' or die "@words: $out";
	return;
}

# Two authorities, and a server's certificate of the first.
foreach my $ca ('ca', 'other')
{
	run_ok('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30',
		'-subj', "/CN=$ca", '-keyout', "$dir/$ca.key", '-out', "$dir/$ca.crt");
}
run_ok('openssl', 'req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=server.test',
	'-keyout', "$dir/server.key", '-out', "$dir/server.csr");
my %validity = (good => [ '-days', 30 ], expired => [ '-days', '-1' ]);
foreach my $name (sort keys %validity)
{
	run_ok('openssl', 'x509', '-req', '-in', "$dir/server.csr", '-CA', "$dir/ca.crt", '-CAkey', "$dir/ca.key",
		'-set_serial', '1', @{ $validity{$name} }, '-out', "$dir/$name.crt");
}
chmod 0600, glob "$dir/*.key";

$node->init;
my $port = $node->port;
$node->append_conf('postgresql.conf', <<CONF);
listen_addresses = '127.0.0.1'
max_connections = 5
superuser_reserved_connections = 1
max_wal_senders = 0
wal_level = minimal
ssl = on
ssl_cert_file = '$dir/good.crt'
ssl_key_file = '$dir/server.key'
lc_messages = 'C'
CONF
unlink $node->data_dir . '/pg_hba.conf';
$node->append_conf('pg_hba.conf', <<'HBA');
local all all trust
host all barred 127.0.0.1/32 reject
hostssl all secure 127.0.0.1/32 trust
host all pw 127.0.0.1/32 scram-sha-256
host all trusted,one,nobody 127.0.0.1/32 trust
hostnossl all trusted 127.0.0.1/32 trust
HBA
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE ROLE barred LOGIN;
CREATE ROLE secure LOGIN SUPERUSER;
CREATE ROLE pw LOGIN PASSWORD 'right';
CREATE ROLE trusted LOGIN;
CREATE ROLE one LOGIN CONNECTION LIMIT 0;
CREATE ROLE nobody;
SQL

sub lab
{
	my ($milliseconds, @words) = @_;
	my ($out, $err);

	run [ $lab, $milliseconds, $milliseconds, @words ], '<', \'', '>', \$out,
	  '2>', \$err;
	is($err, '', 'nothing on standard error');
	return $out;
}

# $conninfo, what the library says, what the hint says
sub refused
{
	my ($name, $conninfo, $text, $hint, @words) = @_;
	my $out = lab(20000, $conninfo, @words ? @words : 'site');

	like($out, qr/^error\nmessage: site "B": .+\n/, "$name: a message");
	like($out, $text, "$name: in the library's words");
	like($out, qr/^hint: .*$hint/m, "$name: what to do");
	return;
}

my $at = "host=127.0.0.1 port=$port dbname=postgres";
my $free = PostgreSQL::Test::Cluster::get_free_port();

refused('refused', "host=127.0.0.1 port=$free", qr/Connection refused/, qr/whether the server runs.*listen_addresses.*firewall/);
refused('no socket', "host=$dir port=$port", qr/No such file or directory/, qr/directory of its socket/);
refused('no such host', "host=no-such-host.invalid port=$port", qr/could not translate host name/, qr/by DNS, or in the hosts file/);
refused('no such database', "$at user=trusted dbname=nowhere", qr/database "nowhere" does not exist/, qr/dbname, and "databases"/);
refused('no such role', "host=" . $node->host . " port=$port dbname=postgres user=nobody_at_all", qr/role "nobody_at_all" does not exist/, qr/create the role/);
refused('no login', "$at user=nobody", qr/is not permitted to log in/, qr/ALTER ROLE \.\.\. LOGIN/);
refused('no line of pg_hba.conf', "$at user=$me sslmode=disable", qr/no pg_hba\.conf entry/, qr/pg_reload_conf/);
refused('pg_hba.conf refuses', "$at user=barred sslmode=disable", qr/pg_hba\.conf rejects/, qr/put one that allows it before/);
refused('SSL is required', "$at user=secure sslmode=disable", qr/no pg_hba\.conf entry.*no encryption/, qr/kind of encryption/);
refused('a limit of the role', "$at user=one", qr/too many connections for role "one"/, qr/CONNECTION LIMIT/);
foreach my $try ([ 'wrong', qr/password authentication failed/, qr/password file \(passfile\): in the line/ ],
	[ '', qr/no password supplied/, qr/Write a line for this host/ ])
{
	my ($password, $text, $hint) = @$try;

	open my $file, '>', "$dir/pgpass" or die;
	print $file "*:*:*:pw:$password\n" if $password ne '';
	print $file "*:*:*:somebody:x\n";
	close $file;
	chmod 0600, "$dir/pgpass";
	refused("password \"$password\"", "$at user=pw passfile=$dir/pgpass", $text, $hint);
}

# Certificates
my $tls = "port=$port dbname=postgres user=secure hostaddr=127.0.0.1";
is(lab(20000, "$tls host=server.test sslmode=verify-full sslrootcert=$dir/ca.crt", 'value', 'SELECT 1'), "1\n", 'a good certificate');
refused('an authority that is not known', "$tls host=server.test sslmode=verify-full sslrootcert=$dir/other.crt", qr/certificate verify failed/, qr/the file that sslrootcert names/);
refused('another name', "$tls host=elsewhere.test sslmode=verify-full sslrootcert=$dir/ca.crt", qr/does not match host name/, qr/by a name that is in the server's certificate/);
refused('no file of the authority', "$tls host=server.test sslmode=verify-full sslrootcert=$dir/none.crt", qr/root certificate file .* does not exist/, qr/sslrootcert/);
chmod 0644, "$dir/other.key";
refused('a key that others may read', "$tls host=server.test sslmode=require sslcert=$dir/other.crt sslkey=$dir/other.key", qr/private key file .*(?:group or world|permissions)/s, qr/chmod 0600/);
$node->append_conf('postgresql.conf', "ssl_cert_file = '$dir/expired.crt'\n");
$node->reload;
# Connections that began before the reload have the old one.
foreach (1 .. 100)
{
	last if lab(20000, "$tls host=server.test sslmode=verify-full sslrootcert=$dir/ca.crt", 'site') =~ /verify failed/;
}
refused('expired', "$tls host=server.test sslmode=verify-full sslrootcert=$dir/ca.crt", qr/certificate verify failed/, qr/has expired/);

# No connection is left.
my @held = map {
	my $psql = $node->background_psql('postgres', extra_params => [ '-U', 'trusted' ]);
	$psql;
} 1 .. 4;
refused('too many', "$at user=trusted", qr/remaining connection slots|too many clients/, qr/increase max_connections/);
$_->quit foreach @held;

# Statements
my $super = 'host=' . $node->host . " port=$port dbname=postgres user=$me";
refused('rights', "$at user=trusted", qr/permission denied/, qr/Connect as a superuser/, 'value', 'SELECT pg_read_file(\'x\')');
refused('a standby or a fence', $super, qr/read-only transaction/, qr/qsrepl status/, 'run', q(DO 'BEGIN SET transaction_read_only = on; CREATE TABLE public.x (); END'));
refused('ended by an administrator', $super, qr/terminating connection/, qr/The server, or an administrator/, 'value', 'SELECT pg_terminate_backend(pg_backend_pid())');

# Each code of the table, and one of each class that is known, has its hint.
my %states = (
	'08006' => qr/was lost on its way/, '0A000' => qr/SHOW server_version/, '22012' => qr/A value does not fit/, '22P02' => qr/A value does not fit/,
	'23505' => qr/A row is in the way/, '23503' => qr/A row is in the way/, '25006' => qr/which site is active/, '25P03' => qr/waited for too long/,
	'28000' => qr/pg_hba\.conf lets the user in/, '2BP01' => qr/depends on it/, '3D000' => qr/create the database/, '3F000' => qr/the extension qsrepl is there/,
	'40001' => qr/try again/, '40P01' => qr/try again/, '42501' => qr/as a superuser/, '42P04' => qr/one of that name/, '42P06' => qr/one of that name/,
	'42P07' => qr/one of that name/, '42710' => qr/one of that name/, '42601' => qr/not in this database/, '42P01' => qr/not in this database/,
	'42883' => qr/not in this database/, '53100' => qr/Make room/, '53300' => qr/increase max_connections/, '53200' => qr/how much memory/,
	'54000' => qr/has a limit/, '55006' => qr/pg_replication_slots/, '55P02' => qr/a restart/, '55P03' => qr/pg_locks/, '55000' => qr/"qsrepl check" tells/,
	'57014' => qr/was cancelled/, '57P01' => qr/has ended the session/, '57P03' => qr/does not accept connections/, '58030' => qr/look after its disk/,
	'F0000' => qr/pg_file_settings/, 'P0001' => qr/in its own words/, '38000' => qr/in its own words/, 'XX001' => qr/are damaged/, 'XX002' => qr/REINDEX/,
	(map { $_ => qr/server's log, at 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC, for the line "ERROR:  it is $_":/ } '21000', '44000', 'XX000', 'ZZ999'));
my @codes = sort keys %states;
my @blocks = map { "DO 'BEGIN RAISE EXCEPTION ''it is $_'' USING ERRCODE = ''$_''; END'" } @codes;
my @answers = split /^(?=error$)/m, lab(20000, $super, 'run', @blocks);
is(scalar @answers, scalar @codes, 'all were refused');
foreach my $i (0 .. $#codes)
{
	like($answers[$i] // '', qr/^message: site "B": it is $codes[$i]\n(?:.*\n)*hint: .*$states{$codes[$i]}/m, "hint of $codes[$i]");
}
my ($table) = slurp_file('tool/pg/advice_table.c') =~ /pg_advice_states\[\] = \{(.*)\}/s;
foreach my $of ($table =~ /\{"(\w+)",/g)
{
	ok((grep { index($_, $of) == 0 } @codes), "$of is tried");
}
like(lab(20000, $super, 'value', 'SELECT 1/0'), qr/division by zero\n.*hint: A value does not fit/s, 'of a statement');
like(lab(20000, $super, 'value', 'SELECT 1 FROM nowhere'), qr/hint: What is asked for is not in this database/, 'of a table that is not there');
like(lab(300, $super, 'value', 'SELECT pg_sleep(100)'), qr/did not end within 300 ms\n.*hint: Look what the server is busy with/s, 'a statement that takes too long');

# A server that says nothing, and one that is on its way.
my $silent = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or die;
like(lab(300, 'host=127.0.0.1 port=' . $silent->sockport, 'site'), qr/could not connect within 300 ms\n.*hint: Look whether the server and the network/s, 'a server that does not answer');
foreach my $say ('the database system is starting up', 'the database system is shutting down',
	'the database system is not yet accepting connections', 'the database system is in recovery mode')
{
	my $listen = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or die;
	my $pid = fork;

	if ($pid == 0)
	{
		my $client = $listen->accept;
		my $fields = "SFATAL\0VFATAL\0C57P03\0M$say\0\0";

		sysread $client, my $start, 1000;
		syswrite $client, 'E' . pack('N', 4 + length $fields) . $fields;
		exec 'true';
	}
	refused($say, 'sslmode=disable host=127.0.0.1 port=' . $listen->sockport, qr/$say/,
		$say =~ /shutting/ ? qr/start it again/ : qr/Wait until/);
	waitpid $pid, 0;
}

$node->stop('fast');

# libcrypto without its algorithms, and with bytes that are none of its own.
write_private("$dir/none.cnf", "openssl_conf = init\n[init]\nproviders = all\n[all]\nbase = base\n[base]\nactivate = 1\n");
mkdir "$dir/$_" foreach 'a', 'b';
PostgreSQL::Test::Utils::append_to_file("$dir/$_/file", 'x') foreach 'a', 'b';
run_ok('openssl', 'pkcs12', '-export', '-in', "$dir/ca.crt", '-inkey', "$dir/ca.key", '-passout', 'pass:abc', '-out', "$dir/ca.pfx");
PostgreSQL::Test::Utils::append_to_file("$dir/broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
my $password = write_private("$dir/password", "wrong one\n");

sub crypto_says
{
	my ($name, $text, $hint, @words) = @_;
	my ($code, $out, $err) = qsrepl(@words);

	isnt($code, 0, "$name: fails");
	like($err, $text, "$name: in OpenSSL's words");
	like($err, qr/^qsrepl: hint: .*$hint/m, "$name: what to do");
	return;
}

crypto_says('a damaged file', qr/could not read .* "broken\.pem"\n.*OpenSSL says: (?!nothing)/, qr/whether the file is complete/, 'cert', 'list', '--folder', "$dir/broken.pem");
crypto_says('another password', qr/The password is wrong/, qr/by --password-file/, 'cert', 'list', '--folder', "$dir/ca.pfx", '--password-file', $password);
{
	local $ENV{OPENSSL_CONF} = "$dir/none.cnf";
	my ($out, $err);

	crypto_says('no algorithms', qr/could not read file "ca\.pfx"\n.*OpenSSL says: (?!nothing)/, qr/default provider/, 'cert', 'list', '--folder', "$dir/ca.pfx");
	ok(!run([ 'build/qsrepl', 'share', 'hash', "--source=$dir/a", "--target=$dir/b" ], '<', \"file\0file\0", '>', \$out, '2>', \$err), 'a hash fails');
	like($err, qr/could not hash "file"\n.*OpenSSL says: (?!nothing).*\n.*hint: .*default provider/, 'as is told');
}
done_testing();
