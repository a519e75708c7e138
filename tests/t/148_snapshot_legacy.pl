# Folders that Snapshots.cmd has made: verified as far as they can be.
use strict;
use warnings FATAL => 'all';

use File::Path qw(remove_tree);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplStore;
use QsreplTest;
use QsreplTool;
use Test::More;

my %store = make_store(databases => [ 'qsr', 'more' ]);
my $conf = $store{conf}{A};
my $old = "$store{snapshots}{A}/old";
my ($code, $out, $err, $found);

# As that tool does it.
mkdir $old, 0700;
foreach my $db ('qsr', 'more')
{
	$store{A}->safe_psql($db, 'DROP EXTENSION qsrepl CASCADE');
	$store{A}->command_ok([ 'pg_dump', '-Ft', '-f', "$old/${db}_backup.tar", $db ], "a dump of $db");
}
put_file("$old/Settings.cmd", "SET Apps=\\\\CN\\QlikShare\\Apps\r\nSET StaticContent=\\\\CN\\QlikShare\\StaticContent \r\nSET RootFolder=\\\\CN\\QlikShare\r\n");
put_file("$old/Host.cfg", 'Q04=');
put_file("$old/Apps/app1.qvf", 'app');
put_file("$old/StaticContent/x.png", 'picture');
put_file("$old/PostGreConf/postgresql.conf", 'port = 4432');
make_certificate("$tool_dir/root", 'rsa:2048');
openssl('pkcs12', '-export', '-in', "$tool_dir/root.crt", '-inkey', "$tool_dir/root.key", '-passout', 'pass:QlikSense', '-out', "$old/root.pfx");
openssl('pkcs12', '-export', '-in', "$tool_dir/root.crt", '-inkey', "$tool_dir/root.key", '-passout', 'pass:other', '-out', "$old/server.pfx");

($code, $found) = findings($conf, 'old');
is($code, 0, 'such a folder is whole') or diag(join "\n", @{ $found->{wrong} });
like(join("\n", @{ $found->{warning} }), qr/"root\.pfx" has its keys under a password that everybody knows/, 'its own password is told');
like(join("\n", @{ $found->{warning} }), qr/"server\.pfx" cannot be opened/, 'and one that is not known');
like(join("\n", @{ $found->{info} }), qr/its central node is "CN"/, 'Host.cfg is read');
is($found->{document}{files}, 9, 'all files were read');
write_private("$tool_dir/word", "other\n");
($code, $found) = findings(store_conf('A', file => "$tool_dir/word.conf", sections => "[certificates]\npassword_file = $tool_dir/word\n"), $old);
like(join("\n", @{ $found->{info} }), qr/"server\.pfx" can be opened with the configured password/, 'unless it is configured');

($code, $found) = findings($conf, 'old', '--deep');
is($code, 0, 'it is restored for trial') or diag(join "\n", @{ $found->{wrong} });
like(join("\n", @{ $found->{info} }), qr/database "qsr" was restored for trial: it has 500 rows in \d tables?; how many it had was not recorded/, 'its rows are counted');
like(join("\n", @{ $found->{info} }), qr/database "qsr" was not rewritten for this site: its dump has no extension qsrepl/, 'not more');

# A dump that is cut, a link, a file that cannot be read.
{
	my $whole = do { open my $handle, '<:raw', "$old/qsr_backup.tar"; local $/; <$handle> };

	put_file("$old/qsr_backup.tar", substr $whole, 0, length($whole) / 2);
	($code, $found) = findings($conf, 'old');
	is($code, 1, 'half a dump');
	like(join("\n", @{ $found->{wrong} }), qr/the dump of database "qsr" is cut/, 'is found, though pg_restore takes it');
	put_file("$old/qsr_backup.tar", 'x' x 512 . substr $whole, 512);
	($code, $found) = findings($conf, 'old');
	like(join("\n", @{ $found->{wrong} }), qr/the dump of database "qsr" cannot be restored: /, 'one that is no dump is found by pg_restore');
	put_file("$old/qsr_backup.tar", substr $whole, 0, -512);
	($code, $found) = findings($conf, 'old');
	is("$code @{ $found->{wrong} }", '1 the dump of database "qsr" is cut: its end is missing', 'so is one whose last block alone is missing');
	put_file("$old/qsr_backup.tar", $whole);
}
symlink '/etc/passwd', "$old/Apps/link.qvf";
($code, $found) = findings($conf, 'old');
is($code, 0, 'a link');
like(join("\n", @{ $found->{info} }), qr/link Apps\/link\.qvf: it was left out/, 'is left out');
unlink "$old/Apps/link.qvf";
chmod 0, "$old/Apps/app1.qvf";
($code, $found) = findings($conf, 'old');
is("$code @{ $found->{wrong} }", "1 could not open file \"$old/Apps/app1.qvf\": Permission denied", 'a file that cannot be read is told');
chmod 0600, "$old/Apps/app1.qvf";

# The oldest ones have nothing but a dump.
unlink grep { !/qsr_backup/ } glob "$old/*.*";
remove_tree("$old/$_") foreach 'Apps', 'StaticContent', 'PostGreConf';
($code, $found) = findings($conf, 'old');
is($code, 0, 'one dump is enough');
like(join("\n", @{ $found->{info} }), qr/database "more" is not in it/, 'and what is missing is told');
unlink "$old/qsr_backup.tar";
($code, $found) = findings($conf, 'old');
is($code, 1, 'without a dump it is nothing');
like("@{ $found->{wrong} }", qr/is no snapshot/, 'which is told');

done_testing();
