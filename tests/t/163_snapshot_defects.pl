# The eleven defects of the Snapshots tool, each shown not to be ours: a snapshot
# of site A with its services up, restored at site B, which has its own values,
# two nodes with running services, and other certificates.
use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path);
use JSON::PP ();
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplNodes;
use QsreplRestore;
use QsreplServices;
use QsreplTest;
use QsreplTool;
use QsreplTransport;
use QsreplWhole ();
use QsreplWindows;
use Test::More;
use Time::HiRes qw(usleep);

my $up = $QsreplWhole::up;
my %node = (A => bare_server('site_a'), B => bare_server('site_b'));
my $nodes = start_nodes(n => 2, net => '127.0.47', first => 21);
my @databases = ('QSR', 'SenseServices', 'QSMQ', 'QLogs');
my %root = map { $_ => "$tool_dir/share_$_" } 'A', 'B';
my %snapshots = map { $_ => "$tool_dir/snapshots_$_" } 'A', 'B';
my ($real) = `pg_config --bindir` =~ /(.*)/;
my $password = write_private("$tool_dir/pfx_password", "other than Snapshots\n");
my ($code, $out, $err);

# Programs of PostgreSQL that note how they were called, in a folder that sorts
# before one of a newer version, which would fail.
my ($bin, $newer) = ("$tool_dir/PostgreSQL/12.5/bin", "$tool_dir/PostgreSQL/99/bin");
make_path($bin, $newer, values %root, values %snapshots);
foreach my $program (map { s{.*/}{}r } glob "$real/*")
{
	write_private("$bin/$program", "#!/bin/sh\n{ echo \"$program \$*\"; cat /proc/\$\$/cmdline /proc/\$\$/environ /proc/\$PPID/cmdline /proc/\$PPID/environ | tr '\\0' '\\n'; } >>$tool_dir/calls\nexec $real/$program \"\$@\"\n");
	write_private("$newer/$program", "#!/bin/sh\nexit 9\n");
	chmod 0700, "$bin/$program", "$newer/$program";
}

# A path with an apostrophe, and what would end a statement.
my $mappings = <<'CONF';
[mapping share]
kind = path
A = \\CN\QlikShare
B = \\BCN\Qlik's '; DROP TABLE Apps; --
alias.A = \\cn.sitea.corp.local\QlikShare
[mapping cn]
kind = host
A = CN
B = BCN
[mapping cn1]
kind = host
A = CN1
B = CN2
CONF

sub conf
{
	my ($site, %opt) = @_;

	return conf_file(
		$site, \%node,
		main => "databases = @databases\n" . ($opt{main} // ''),
		mappings => $mappings,
		(map { $_ => "snapshot_directory = $snapshots{$_}\n" . ($opt{store} // "certificates = directory\ncertificate_directory = $tool_dir/store_$_\n") } 'A', 'B'),
		sections => node_sections($nodes, site => 'B', names => [ 'CN-B', 'P1-B' ], lines => { 'CN-B' => "alias = CN\n", 'P1-B' => "alias = P1\n" })
		  . "[services]\nanswer_timeout = 5s\nstop_timeout = 5s\nstart_timeout = 5s\nstate_url = off\nabout_url = off\nalive_url = off\n"
		  . "[share qlik]\nA = $root{A}\nB = $root{B}\nmapping = share\n"
		  . ($opt{node} // '')
		  . ($opt{snapshot} // "[snapshot]\nplain_pfx = on\n") . "[certificates]\nkey_directory = $tool_dir/keys_$site\n" . ($opt{certificates} // "password_file = $password\n"),
		change => [ ("bin_directory = \Q$real\E\n" => "bin_directory = $bin\n") x 2, @{ $opt{change} // [] } ],
		file => $opt{file});
}

sub calls
{
	my $text = -e "$tool_dir/calls" ? slurp_file("$tool_dir/calls") : '';

	unlink "$tool_dir/calls";
	return $text;
}

sub at
{
	my ($site, @words) = @_;

	return ($code, $out, $err) = qsrepl(@words, '--config', "$tool_dir/qsrepl_$site.conf");
}

sub value
{
	my ($site, $sql) = @_;

	return $node{$site}->safe_psql('QSR', $sql);
}

# Site A as Qlik Sense has it, site B with something of its own.
$node{$_}->start foreach 'A', 'B';
$node{$_}->safe_psql('postgres', 'CREATE ROLE qliksenserepository LOGIN') foreach 'A', 'B';
$node{A}->safe_psql('postgres', qq(CREATE DATABASE "$_" OWNER qliksenserepository)) foreach @databases;
$node{B}->safe_psql('postgres', 'CREATE DATABASE "QSR"');
load_fixture($node{A}, 'QSR', 'qsr');
load_fixture($node{A}, 'SenseServices', 'sense_services');
$node{A}->safe_psql('QLogs', q(CREATE TABLE log_entries (id int PRIMARY KEY, payload text); INSERT INTO log_entries VALUES (8, 'logged')));
$node{A}->safe_psql('QSMQ', 'CREATE TABLE queue (id int PRIMARY KEY); INSERT INTO queue VALUES (7)');
value('A', q(INSERT INTO "ServiceClusters" ("ID", "Name") VALUES ('00000000-0000-0000-0000-000000000002', 'other')));
value('A', q(INSERT INTO "ServiceClusterSettings" ("ID") VALUES ('00000000-0000-0000-0000-000000000002')));
value('A', q(INSERT INTO "ServiceClusterSettingsSharedPersistenceProperties" ("ID", "RootFolder", "DatabaseHost") VALUES ('00000000-0000-0000-0000-000000000002', '\\\\OTHER\QlikShare', 'OTHER')));
# No certificate of that name is in the set.
value('A', 'UPDATE "ServiceClusterSettingsEncryptions" SET "EncryptionKeyThumbprint" = NULL');
value('B', 'CREATE TABLE precious (id int PRIMARY KEY); INSERT INTO precious VALUES (1)');
make_certificates("$tool_dir/store_$_", 'P1') foreach 'A', 'B';
conf($_) foreach 'A', 'B';
foreach my $site ('A', 'B')
{
	at($site, 'setup', 'primary', '--yes', '--site', $site);
	is($code, 0, "site $site is set up") or diag("$out$err");
	$node{$site}->_update_pid(1);
}
add_sense_services_rules($node{A}, 'SenseServices');
$node{A}->safe_psql($_, 'SELECT qsrepl.localize()') foreach @databases;
write_file("$root{A}/Apps/" . ($_ =~ s/\s//gr), "app $_", 1_500_000_000) foreach split /\n/, value('A', 'SELECT "ID" FROM "Apps"');
write_file("$root{B}/Apps/only B", 'B');

# 7: PFX files under a password that everybody knows; a password in a script.
conf('A', certificates => '');
at('A', 'snapshot', 'create');
isnt($code, 0, '7: no PFX files without a password of one\'s own');
like($err, qr/PFX files need a password/, 'which is told');

# From here on site A's server wants one, of a role of its own.
my $secret = 'only in the passfile';
$node{A}->safe_psql('postgres', "SET password_encryption = 'scram-sha-256'; CREATE ROLE keeper LOGIN SUPERUSER PASSWORD '$secret'");
my $hba = $node{A}->data_dir . '/pg_hba.conf';
my $entries = slurp_file($hba);
unlink $hba;
append_to_file($hba, "host all keeper 127.0.0.1/32 scram-sha-256\n$entries");
$node{A}->reload;
my @login = (main => "passfile = " . write_private("$tool_dir/pgpass", "127.0.0.1:*:*:keeper:$secret\n") . "\n", change => [ qr/^user = .*$/m => 'user = keeper' ]);
conf('A', change => $login[3]);
at('A', 'snapshot', 'create');
isnt($code, 0, '7: no login without the password');
like($err, qr/no password supplied/, 'which is told') or diag($err);
conf('A', @login);
calls();

# 10: services stay up while it is made, and files and rows are still of one piece:
# an app's file is there before its row, and the rows are taken first.
my $writer = fork;
if ($writer == 0)
{
	open STDERR, '>', '/dev/null';
	for (my $n = 1; !-e "$tool_dir/stop_writer"; $n++)
	{
		my $id = sprintf '77777777-0000-0000-0000-%012d', $n;

		write_file("$root{A}/Apps/$id", "app $id");
		value('A', "INSERT INTO \"Apps\" (\"ID\", \"Name\", \"Deleted\") VALUES ('$id', 'new', false)");
	}
	POSIX::_exit(0);
}
usleep(10_000) while !glob "$root{A}/Apps/77777777*";
my $hours = POSIX::strftime('%Y%m%dT%H', gmtime);
{
	local %ENV = (%ENV, TZ => 'Asia/Tokyo', LC_ALL => 'C');

	at('A', 'snapshot', 'create');
}
$hours .= POSIX::strftime('|%Y%m%dT%H', gmtime);
append_to_file("$tool_dir/stop_writer", '');
waitpid $writer, 0;
is($code, 0, 'a snapshot with services up') or diag("$out$err");
my ($made) = glob "$snapshots{A}/*";
my @new_apps = glob "$root{A}/Apps/77777777*";
note(scalar(@new_apps) . ' apps were made meanwhile');

# 8: the newest of the versions that are there; dates by a program that is gone.
my $called = calls();
like($called, qr/^pg_dump --format=directory/m, '8: programs are those of bin_directory');
like($made, qr{/A-(?:$hours)\d{4}Z$}, 'the name has the time in UTC, whatever the time zone');
is(JSON::PP::decode_json(slurp_file("$made/manifest.json"))->{databases}[0]{server_version}, value('A', 'SHOW server_version_num'), 'the server\'s version is asked, and kept');

# 7, once more.
like($called, qr/^(?:PGUSER=|.*user=)'?keeper/m, '7: programs log in as the role that has a password') or diag($called);
unlike($called, qr/PGPASSWORD/, 'none is in the environment of a program, or of the tool');
unlike($called, qr/\Q$secret\E|other than Snapshots/, 'nor on a command line');
is(system('grep', '-rqF', $secret, $made), 256, 'nor in the snapshot');
conf('A');
foreach my $file ('root.pfx', 'CN/server.pfx', 'client.pfx')
{
	my %opens = map { $_ => system("openssl pkcs12 -legacy -in '$made/certificates/$file' -nodes -passin 'pass:$_' >/dev/null 2>&1") == 0 || system("openssl pkcs12 -in '$made/certificates/$file' -nodes -passin 'pass:$_' >/dev/null 2>&1") == 0 } 'QlikSense', 'other than Snapshots';

	is_deeply(\%opens, { 'QlikSense' => '', 'other than Snapshots' => 1 }, "$file has one's own");
}

# 4: databases that are left out.
is_deeply([ sort map { s{.*/}{}r } glob "$made/databases/*" ], [ sort @databases, 'roles.sql' ], '4: all databases are in it');

# 9: several certificates of a kind in Windows' stores, of which the last one wins.
my $windows = start_windows_ssh(addresses => ['127.0.47.23']) or die 'no sshd';
sub store
{
	my ($set, $role) = @_;
	my ($thumbprint) = `openssl x509 -in $set/$role.pem -noout -fingerprint -sha1` =~ /=(.*)/;

	write_file("$windows->{dir}/stores/127.0.47.23/$role/" . ($thumbprint =~ tr/://dr) . '.pem', slurp_file("$set/$role.pem") . slurp_file("$set/${role}_key.pem"));
	return;
}
make_certificates("$tool_dir/store_other");
store("$tool_dir/store_A", $_) foreach 'root', 'server', 'client';
my %windows = (store => "certificates = windows\n", node => "[node CN-A]\nsite = A\nalias = CN\naddress = 127.0.47.23\nroles = central repository\nssh_command = " . join(' ', $windows->words('127.0.47.23')) . "\n");
conf('A', %windows);
at('A', 'snapshot', 'create', '--plain-pfx', 'windows');
is($code, 0, '9: a set of Windows\' stores') or diag("$out$err");
store("$tool_dir/store_other", 'server');
at('A', 'snapshot', 'create', '--plain-pfx', 'windows');
isnt($code, 0, 'with two server certificates, no PFX files are made');
like($err, qr/site "A" has more than one server certificate of node CN: which of them counts cannot be told/, 'which is told');
recovery_key('recovery');
conf('A', %windows, snapshot => '', certificates => "recovery_certificate = $tool_dir/recovery.key.crt\n");
at('A', 'cert', 'keys');
at('A', 'snapshot', 'create', 'windows');
is($code, 0, 'sealed, all are in it') or diag("$out$err");
like($out . $err, qr/certificate is there more than once; all are in the snapshot/, 'which is told, too');
$windows->stop;
conf('A');

# 6: what is there is dropped before it is known that the dump can be restored.
sub untouched
{
	my ($name) = @_;

	is(value('B', 'SELECT count(*) FROM precious'), '1', "$name: the rows of site B are there");
	is($node{B}->safe_psql('postgres', q(SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE NOT datistemplate)), 'QSR postgres', 'its databases are as they were');
	is(slurp_file("$root{B}/Apps/only B"), 'B', 'so are its files');
	is_deeply([ map { states($nodes, $_) } 1, 2 ], [ $up, $up ], 'and its services');
	return;
}

sub restore
{
	return at('B', 'snapshot', 'restore', @_, '--yes', '--replace-active', 'B', '--accept-change', 1);
}

system("cp -a '$made' '$snapshots{B}/damaged'; chmod -R u+w '$snapshots{B}/damaged'");
my ($dump) = glob "$snapshots{B}/damaged/databases/QSR/*.dat.gz";
my $bytes = slurp_file($dump);
substr($bytes, length($bytes) / 2, 1) ^= "\x01";
write_file($dump, $bytes);
restore('damaged');
isnt($code, 0, '6: a dump that is damaged is refused');
like($err, qr/is not what it was when it was made/, 'before anything else') or diag($err);
untouched('refused');
write_private("$bin/pg_restore", "#!/bin/sh\n$real/pg_restore \"\$@\"\ncase \"\$*\" in *--list*) ;; *) echo 'pg_restore: error: could not be restored' >&2; exit 1 ;; esac\n");
chmod 0700, "$bin/pg_restore";
restore($made);
isnt($code, 0, 'a pg_restore that fails at its end');
like($err, qr/failed with exit code 1\n.*could not be restored\n.*Everything is as it was before/s, 'is undone') or diag($err);
untouched('undone');
write_private("$bin/pg_restore", "#!/bin/sh\nexec $real/pg_restore \"\$@\"\n");
chmod 0700, "$bin/pg_restore";

# Restored at the other site.
$nodes->change(1, sub { $_[0]{services}{QlikLoggingService} = { state => 4, start => 'auto' } });
$nodes->forget;
restore($made);
is($code, 0, 'restored at site B') or diag("$out$err");

# 1 to 3: which values are rewritten, and how.
my $root = q(\\\\BCN\Qlik's '; DROP TABLE Apps; --);
is(value('B', 'SELECT string_agg("RootFolder", \' \' ORDER BY "RootFolder") FROM "ServiceClusterSettingsSharedPersistenceProperties"'), "$root \\\\OTHER\\QlikShare", '1, 2: the share\'s path is site B\'s, with whatever is in it; other rows are left alone');
is(value('B', 'SELECT "AppFolder" FROM "ServiceClusterSettingsSharedPersistenceProperties" WHERE "AppFolder" IS NOT NULL'), "$root\\Apps", 'its folders, too');
cmp_ok(value('B', 'SELECT count(*) FROM "Apps"'), '>', 10, '2: nothing in a path is a statement');
is(value('B', 'SELECT "DatabaseHost" FROM "ServiceClusterSettingsSharedPersistenceProperties" WHERE "DatabaseHost" <> \'OTHER\''), 'CN2', '3: the database\'s host');
is(lc value('B', 'SELECT "HostName" FROM "LocalConfigs"'), 'bcn', 'the local configuration');
is(value('B', 'SELECT "HostName" FROM "ServerNodeConfigurations" WHERE "IsCentral"'), 'BCN', 'the central node');
sub column_of
{
	my ($site, $table, $column) = @_;

	return { map { split /\|/, $_, 2 } split /\n/, value($site, qq(SELECT "ID", "$column" FROM "$table" WHERE "$column" <> '')) };
}

# All rows that are site B's now, and nothing else of them.
my %own = (
	'VirtualProxyConfigs.WebsocketCrossOriginWhiteListString' => [ 'BCN p1 p2', 'CN2', 'CN2:443, CN1.SITEA.CORP.LOCAL:443', 'qliksense.company.com,CN2,cn1.sitea.corp.local', 'qliksense.company.com;CN2' ],
	'EngineServiceSettings.DocumentDirectory' => ["$root\\Apps"],
	'UserDirectorySettings.Value' => [
		"(|(userCertificate=)(homeDirectory=$root\\Home))", "Driver={Microsoft Access Text Driver (*.txt, *.csv)};Extensions=asc,csv,tab,txt;Dbq=$root\\udc", 'LDAP://CN2:636', "$root\\Certs\\ldap.cer" ]);
foreach my $name (sort keys %own)
{
	my ($table, $column) = split /\./, $name;
	my ($is, $was) = map { column_of($_, $table, $column) } 'B', 'A';

	is_deeply([ sort map { $is->{$_} =~ s/(?<=userCertificate=)[^)]*//r } grep { $is->{$_} ne $was->{$_} } keys %$is ], [ sort @{ $own{$name} } ], "$name has site B's values");
}
foreach my $column ([ 'DataConnections', 'ConnectionString' ], [ 'EngineServiceSettings', 'DocumentDirectory' ], [ 'UserDirectorySettings', 'Value' ])
{
	is(value('B', sprintf q(SELECT "%2$s" FROM "%1$s" WHERE "%2$s" ~* '(?<!\\\\)\\\\\\\\cn\\\\qlikshare(?![a-z0-9_$-])'), @$column), '', "$column->[0] has no path of site A");
}
no_leaks($node{B}, $_, "no value of site A is stored in $_") foreach 'QSR', 'SenseServices';
cmp_ok(value('B', q(SELECT count(*) FROM "DataConnections" WHERE strpos("ConnectionString", '\\\\BCN\\Qlik''s ') > 0)), '>', 0, 'data connections have site B\'s');

# 4, 5: all databases; services of all nodes, that of logging, too.
is($node{B}->safe_psql('QLogs', 'SELECT id, payload FROM log_entries'), '8|logged', '4: the database of logs is restored');
is($node{B}->safe_psql('QSMQ', 'SELECT id FROM queue'), '7', '4: the queue\'s database is restored');
my %stopped;
$stopped{ $_->{node} }{ $_->{service} } = 1 foreach grep { $_->{operation} eq 'stop' && $_->{code} == 0 } $nodes->operations;
ok($stopped{ $nodes->address(1) }{QlikLoggingService}, 'the logging service was stopped');
foreach my $number (1, 2)
{
	is_deeply([ grep { !$stopped{ $nodes->address($number) }{"QlikSense$_"} } qw(ServiceDispatcher RepositoryService ProxyService EngineService SchedulerService PrintingService) ], [], "5: all services of node $number were stopped");
	is(states($nodes, $number), $up, 'and run again');
}

# 10: rows and files.
my @rows = split /\n/, value('B', 'SELECT "ID" FROM "Apps"');
is_deeply([ grep { !-e "$root{B}/Apps/$_" } @rows ], [], '10: each app of the database has its file');
cmp_ok(scalar(grep { /^77777777/ } @rows), '>', 0, 'also of those that were made just before');

# 11: a restore by its name without a snapshot of what it replaces.
my ($safety) = $out =~ /What was there is in the snapshot "(.*?)"/;
like(`$real/pg_restore --list '$safety/databases/QSR'`, qr/TABLE DATA public precious/, '11: what was there is in a snapshot, its rows');
is(slurp_file("$safety/share/qlik/Apps/only B"), 'B', 'and its files');
at('B', 'snapshot', 'verify', $safety);
is($code, 0, 'which is whole') or diag("$out$err");

$_->stop foreach values %node;
done_testing();
