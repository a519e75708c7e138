# Both shares against each other, and the rows of each site against its files.
use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path remove_tree);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplVerify;
use QsreplTest;
use Test::More;

my ($code, $out, $err, $share);
my %root = map { $_ => "$tool_dir/share_$_" } qw(A B);
my %nodes = make_tool_pair(sections => share_section(@root{qw(A B)}));

# As make_tool_pair() has written them, but for what a test gives.
sub share_conf
{
	my ($site, @lines) = @_;

	return conf_file($site, \%nodes, sections => share_section(@root{qw(A B)}, @lines), file => "$tool_dir/verify.conf");
}

sub verify
{
	($code, $share, $err) = verify_json(@_);
	return;
}

sub caught_up
{
	share_caught_up(\%nodes);
	return;
}

share_tables($nodes{A}, 'qsr');
share_rows($nodes{A}, 'qsr', 20, 10);
caught_up();
share_fill($root{A}, 20, 10);
make_path($root{B});
mirror_copy(@root{qw(A B)});
my $conf = share_conf('A');

# Nothing differs. B's rows are those of the reader: at B the folders have B's
# names, and below that root they are looked for.
($code, $out, $err) = qsrepl('share', 'verify', '--config', $conf);
is("$code $err", '0 ', 'the same') or diag $out;
like($out, qr/^share content: A is the active site, B is compared with it$/m, 'direction');
like($out, qr{^  B: 30 files, .* at \Q$root{B}\E$}m, 'files');
like($out, qr/^  A, apps: 20 rows, 20 with their file, 0 without$/m, 'apps');
like($out, qr/^  B, apps: 20 rows, 20 with their file, 0 without$/m, 'apps at B');
like($out, qr/^  B, static content: 10 rows, 10 with their file, 0 without$/m, 'static content at B');
like($out, qr/^  no differences \(in /m, 'answer');
verify(share_conf('B'));
is($code, 0, 'from the other machine') or diag $err;
is($share->{active}, 'A', 'the active site');
ok(!$share->{differs}, 'does not differ');
is($share->{newest_difference_ms}, undef, 'no age');

# A file without a row does no harm, but what is at one side only differs.
write_file("$_/Apps/leftover", 'x', 1_600_000_000) foreach values %root;
verify($conf);
is($code, 0, 'a file without a row');
is($share->{sites}[0]{apps}{without_row}, 1, 'is told');
is_deeply($share->{sites}[0]{apps}{without_row_examples}, ['Apps/leftover'], 'with its name');

# Every kind of difference.
my $now = time;
write_file("$root{A}/Apps/" . app_id(1), 'another app 1', $now - 100);
write_file("$root{A}/StaticContent/new.png", 'new', $now - 50);
write_file("$root{B}/StaticContent/gone.png", 'gone', $now - 10);
write_file("$root{B}/Apps/" . app_id(2), 'app 2 of B', $now);
unlink "$root{A}/Apps/leftover";
make_path("$root{A}/Apps/leftover");
verify($conf);
is("$code $err", '1 ', 'differences');
ok($share->{differs}, 'told');
is_deeply([ @{ $share->{counts} }{ 'new', 'changed', 'newer at the target', 'gone', 'kind' } ], [ 1, 1, 1, 1, 1 ], 'of each kind');
ok($share->{newest_difference_ms} < $share->{oldest_difference_ms}, 'ages');
cmp_ok($share->{oldest_difference_ms}, '>=', 100_000, 'the oldest');
is(scalar @{ $share->{differences} }, 5, 'all are named');
($code, $out) = qsrepl('share', 'verify', '--config', $conf, '--limit', '1');
is($code, 1, 'as text');
like($out, qr/^  new +1  only at A$/m, 'new');
like($out, qr/^  gone +1  only at B$/m, 'gone');
like($out, qr/^  kind +1  a file at one site, a folder at the other$/m, 'kind');
is(scalar(() = $out =~ /^      \w+ +(?:Apps|StaticContent)/mg), 1, 'one is named') or diag $out;
like($out, qr/^  the newest difference is .* old, the oldest .*$/m, 'ages');
like($out, qr/^  the sites differ \(in /m, 'answer');
remove_tree("$root{A}/Apps/leftover");
mirror_copy(@root{qw(B A)});

# Rows whose files are not there, are empty, or are elsewhere.
$nodes{A}->safe_psql('qsr', <<'SQL');
INSERT INTO "Apps" VALUES ('f0000000-1111-4222-8333-0123456789ab', 'Lost');
INSERT INTO "Apps" VALUES ('f1000000-1111-4222-8333-0123456789ab', 'Soon gone', now(), true);
INSERT INTO "StaticContentReferences" VALUES (gen_random_uuid(), '\\CN\QlikShare\StaticContent\Content\Default\1.png');
INSERT INTO "StaticContentReferences" VALUES (gen_random_uuid(), 'C:\ProgramData\Qlik\x.png');
SQL
caught_up();
write_file("$_/Apps/" . app_id(3), '', 1_600_000_000) foreach values %root;
verify($conf);
is("$code $err", '1 ', 'rows without files');
foreach my $side (@{ $share->{sites} })
{
	is_deeply([ @{ $side->{apps} }{qw(rows found missing)} ], [ 21, 19, 2 ], "apps of $side->{site}");
	is_deeply([ sort map { "$_->{what} $_->{empty}" } @{ $side->{apps}{missing_examples} } ], [ 'App 3 1', 'Lost 0' ], 'named');
	is_deeply([ @{ $side->{static_content} }{qw(rows found missing elsewhere)} ], [ 12, 11, 0, 1 ], 'static content');
}
($code, $out) = qsrepl('share', 'verify', '--config', $conf);
like($out, qr{^      no file    Apps/f0000000-1111-4222-8333-0123456789ab \(Lost\)$}m, 'no file');
like($out, qr{^      empty      Apps/\Q@{[ app_id(3) ]}\E \(App 3\)$}m, 'empty');
like($out, qr/^  rows lack their files \(in /m, 'answer');
write_file("$_/Apps/" . app_id(3), 'app 3', 1_600_000_000) foreach values %root;
$nodes{A}->safe_psql('qsr', q{DELETE FROM "Apps" WHERE "Name" = 'Lost'});

# What is not in the database is left out, and told.
$nodes{A}->safe_psql('qsr', 'DROP TABLE "StaticContentReferences"; ALTER TABLE "Apps" DROP "ModifiedDate"');
caught_up();
verify($conf);
is("$code $err", '0 ', 'without a table and a column');
is_deeply($share->{sites}[1]{skipped}, ['table "StaticContentReferences"'], 'is told');
is($share->{sites}[1]{static_content}{left_out}, 'the databases have no table of static content', 'and left out');
$nodes{A}->safe_psql('qsr', 'ALTER TABLE "Apps" RENAME "ID" TO "Key"');
caught_up();
verify($conf);
is($code, 0, 'without the column of IDs');
is_deeply([ sort @{ $share->{sites}[1]{skipped} } ], [ 'table "Apps", column "ID"', 'table "StaticContentReferences"' ], 'is told');
($code, $out) = qsrepl('share', 'verify', '--config', $conf);
like($out, qr/^  B: table "Apps", column "ID" is not there, and was left out$/m, 'as text');
like($out, qr/^  A, apps: not looked at: the databases have no table of apps$/m, 'apps');
$nodes{A}->safe_psql('qsr', 'ALTER TABLE "Apps" RENAME "Key" TO "ID"');

# Folders that are elsewhere.
$nodes{A}->safe_psql('qsr', q{UPDATE "ServiceClusterSettingsSharedPersistenceProperties" SET "AppFolder" = '\\\\CN\\Other\\Apps'});
caught_up();
verify($conf);
is($code, 0, 'apps on another share');
is($share->{sites}[0]{apps}{left_out}, 'folder "\\\\CN\\Other\\Apps" is not on this share', 'are told');
$nodes{A}->safe_psql('qsr', q{UPDATE "ServiceClusterSettingsSharedPersistenceProperties" SET "AppFolder" = '\\\\CN\\QlikShare\\Elsewhere'});
verify($conf);
is($share->{sites}[0]{apps}{left_out}, 'folder "Elsewhere" is not replicated', 'as is a folder that is not');
$nodes{A}->safe_psql('qsr', q{UPDATE "ServiceClusterSettingsSharedPersistenceProperties" SET "AppFolder" = '\\\\CN\\QlikShare\\Apps'});
caught_up();

# Content that differs though size and time do not; times that do though the
# content does not; names that are hard to read.
my @names = ("a b", "q'uote\"", "new\nline", "\xC3\xA4", '-dash', 'x' x 250);
write_file("$_/Apps/$names[0]", 'same', 1_600_000_000) foreach values %root;
foreach my $name (@names)
{
	write_file("$root{A}/StaticContent/$name", 'content A', 1_600_000_000);
	write_file("$root{B}/StaticContent/$name", 'content B', 1_600_000_000);
}
write_file("$root{A}/Apps/" . app_id(4), 'app 4', 1_600_000_000);
verify($conf);
is($code, 1, 'a time alone is a difference');
is($share->{counts}{'newer at the target'}, 1, 'by its time');
verify($conf, '--hash');
is("$code $err", '1 ', 'by content');
is_deeply([ @{ $share->{content} }{qw(unequal other_time_alone unreadable)} ], [ scalar @names, 1, 0 ], 'what differs');
is(scalar(grep { $_->{kind} eq 'content' } @{ $share->{differences} }), @names, 'is named');
mirror_copy(@root{qw(B A)});
system('rsync', '-rt', '--checksum', "$root{B}/", "$root{A}/") == 0 or die 'rsync';
write_file("$root{A}/Apps/" . app_id(4), 'app 4', 1_600_000_000);
verify($conf, '--hash');
is("$code $err", '0 ', 'another time, the same content: no difference');
is($share->{content}{other_time_alone}, 1, 'told');
($code, $out) = qsrepl('share', 'verify', '--config', $conf, '--hash');
like($out, qr/^  content: \d+ files \(.*\) compared: 0 with other content, 1 with another time alone, 0 could not be read$/m, 'as text');
chmod 0, "$root{B}/Apps/" . app_id(5);
verify($conf, '--hash');
is($code, 7, 'a file that cannot be read');
is($share->{content}{unreadable}, 1, 'is told');
is($share->{differs}, undef, 'and nobody knows');
is_deeply([ map { $_->{path} } grep { $_->{kind} eq 'unreadable' } @{ $share->{differences} } ], [ 'Apps/' . app_id(5) ], 'by its name');
chmod 0644, "$root{B}/Apps/" . app_id(5);
mirror_copy(@root{qw(B A)});

# Links are not followed, and no difference.
symlink '/etc', "$root{A}/StaticContent/link" or die $!;
verify($conf, '--hash');
is($code, 0, 'a link') or diag explain $share;
is($share->{counts}{skipped}, 1, 'is told');
unlink "$root{A}/StaticContent/link";

# A site that is silent, a root that is not there.
rename $root{B}, "$root{B}.away" or die $!;
verify($conf);
is($code, 7, 'no root');
like($share->{sites}[1]{problem}, qr/\Q$root{B}\E/, 'is told');
is($share->{counts}, undef, 'nothing was compared');
ok($share->{sites}[0]{apps}{found} > 0, 'but rows of the other site');
($code, $out) = qsrepl('share', 'verify', '--config', $conf);
like($out, qr/^  B: could not be listed: .*\Q$root{B}\E/m, 'as text');
like($out, qr/^  not everything could be looked at \(in /m, 'answer');
rename "$root{B}.away", $root{B} or die $!;
$nodes{B}->stop;
verify($conf);
is($code, 7, 'a silent site');
is($share->{active}, undef, 'no direction');
ok(defined $share->{direction_problem}, 'why');
ok(defined $share->{sites}[1]{database_problem}, 'no rows');
is($share->{counts}{new}, 0, 'files were compared');
($code, $out) = qsrepl('share', 'verify', '--config', $conf);
like($out, qr/^share content: which site is active is not known: /m, 'as text');
like($out, qr/^  B: the database could not be asked: /m, 'the database');
write_file("$root{A}/Apps/" . app_id(6), 'another app 6');
verify($conf);
is($code, 1, 'what differs is told all the same');

# What is asked for wrongly.
is_deeply([ qsrepl('share', 'verify', '--config', $conf, '--share', 'nobody') ], [ 2, '', "qsrepl: error: share \"nobody\" is not defined\nqsrepl: hint: The shares are the [share ...] sections of the configuration.\n" ], 'no such share');
is_deeply([ qsrepl('share', 'verify', '--config', $conf, '--limit', '-1') ], [ 2, '', "qsrepl: error: --limit takes a number from 0 to 10000000, not \"-1\"\n" ], 'limit');
my $without = conf_file('A', \%nodes, file => "$tool_dir/without.conf");
is_deeply([ qsrepl('share', 'verify', '--config', $without) ], [ 6, '', "qsrepl: error: no share is configured\nqsrepl: hint: Add a section [share NAME] to the configuration file.\n" ], 'no share');

done_testing();
