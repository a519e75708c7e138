#
# QsreplVerify.pm
#		Shares of a pair of sites: directories with content, and the rows of
#		Qlik Sense's tables that name it.
#
package QsreplVerify;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use JSON::PP ();
use QsreplTool;

our @EXPORT = qw(app_id share_tables share_rows share_fill
  share_section share_caught_up verify_json mirror_copy);

=pod

=item app_id($number)

The ID of an app, as Qlik Sense writes it.

=cut

sub app_id
{
	return sprintf '%08x-1111-4222-8333-0123456789ab', $_[0];
}

=pod

=item share_tables($node, $database)

Qlik Sense's tables of files, with rules, and the cluster's folders below
\\CN\QlikShare.

=cut

sub share_tables
{
	my ($node, $db) = @_;

	$node->safe_psql($db, <<'SQL');
CREATE TABLE "Apps" ("ID" uuid PRIMARY KEY, "Name" text, "ModifiedDate" timestamp, "Deleted" boolean NOT NULL DEFAULT false);
CREATE TABLE "StaticContentReferences" ("ID" uuid PRIMARY KEY, "DataLocation" text, "LogicalPath" text, "ExternalPath" text, "ServeOptions" text);
CREATE TABLE "DataConnections" ("ID" uuid PRIMARY KEY, "Name" text NOT NULL, "ConnectionString" text NOT NULL, "Type" text, "Deleted" boolean NOT NULL DEFAULT false);
CREATE TABLE "ServiceClusterSettingsSharedPersistenceProperties" ("ID" uuid PRIMARY KEY, "RootFolder" text, "AppFolder" text, "StaticContentRootFolder" text, "ArchivedLogsRootFolder" text);
SELECT qsrepl.load_profile();
INSERT INTO "ServiceClusterSettingsSharedPersistenceProperties" VALUES
	(gen_random_uuid(), '\\CN\QlikShare', '\\CN\QlikShare\Apps', '\\CN\QlikShare\StaticContent', '\\CN\QlikShare\ArchivedLogs');
SQL
	return;
}

=pod

=item share_caught_up(\%nodes)

Wait until B has all rows of A.

=cut

sub share_caught_up
{
	my ($nodes) = @_;
	my $lsn = $nodes->{A}->lsn('insert');

	$nodes->{B}->poll_query_until('postgres', "SELECT pg_last_wal_replay_lsn() >= '$lsn'") or die 'B does not catch up';
	return;
}

=pod

=item share_rows($node, $database, $apps, $references)

Rows of that many apps, and pieces of static content.

=cut

sub share_rows
{
	my ($node, $db, $apps, $references) = @_;

	$node->safe_psql($db, <<"SQL");
INSERT INTO "Apps" SELECT (lpad(to_hex(i), 8, '0') || '-1111-4222-8333-0123456789ab')::uuid, 'App ' || i, '2020-01-01' FROM generate_series(1, $apps) i;
INSERT INTO "StaticContentReferences" SELECT gen_random_uuid(), 'Content\\Default\\' || i || '.png', '/content/default/' || i || '.png' FROM generate_series(1, $references) i;
SQL
	return;
}

=pod

=item share_fill($root, $apps, $references)

The files of share_rows().

=cut

sub share_fill
{
	my ($root, $apps, $references) = @_;

	write_file("$root/Apps/" . app_id($_), "app $_", 1_700_000_000 + $_) foreach 1 .. $apps;
	write_file("$root/StaticContent/Content/Default/$_.png", "picture $_", 1_700_000_000 + $_) foreach 1 .. $references;
	return;
}

=pod

=item mirror_copy($from, $to)

Make a directory the same as another, times included.

=cut

sub mirror_copy
{
	my ($from, $to) = @_;

	system('rsync', '-rt', '--delete', '--exclude=/.qsrepl*', "$from/", "$to/") == 0 or die "rsync: $?";
	return;
}

=pod

=item share_section($root_a, $root_b, further lines)

The section "[share content]".

=cut

sub share_section
{
	my ($a, $b, @lines) = @_;

	return "[share content]\nA = $a\nB = $b\nmapping = share\nmirror = Apps StaticContent\n" . join '', map { "$_\n" } @lines;
}

=pod

=item verify_json($conf, words)

"qsrepl share verify --json": exit code, the first share, standard error.

=cut

sub verify_json
{
	my ($conf, @words) = @_;
	my ($code, $out, $err) = qsrepl('share', 'verify', '--config', $conf, '--json', @words);
	my $document = $out ne '' ? JSON::PP::decode_json($out) : {};

	return ($code, $document->{shares}[0], $err);
}

1;
