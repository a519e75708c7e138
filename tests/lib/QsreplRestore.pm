#
# QsreplRestore.pm
#		Snapshots made by hand, what a site has as texts to compare, and restores
#		of them.
#
package QsreplRestore;

use strict;
use warnings FATAL => 'all';

use Cwd ();
use Digest::SHA ();
use Exporter 'import';
use File::Find ();
use File::Path qw(make_path remove_tree);
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTool;
use Test::More;

our @EXPORT = qw(write_file make_folder hand_snapshot legacy_snapshot
  rows_hash site_rows tree database_list restore_state);

=pod

=item write_file($path, $content, $time)

A file with the directories above it; its time is in seconds since 1970.

=cut

sub write_file
{
	my ($path, $content, $time) = @_;
	my ($above) = $path =~ m{(.*)/};

	make_path($above);
	open my $handle, '>:raw', $path or die "$path: $!";
	print $handle $content;
	close $handle;
	utime $time, $time, $path if defined $time;
	return $path;
}

=pod

=item make_folder($root, \%files, $time)

Files of a share: path => content, all of one time.

=cut

sub make_folder
{
	my ($root, $files, $time) = @_;

	make_path($root);
	write_file("$root/$_", $files->{$_}, $time) foreach sort keys %$files;
	return $root;
}

sub run_or_die
{
	my (@words) = @_;
	my ($out, $err);

	IPC::Run::run(\@words, '<', \'', '>', \$out, '2>', \$err)
	  or die "@words: $err";
	return $out;
}

# A file as a line of the manifest.
sub file_line
{
	my ($directory, $path) = @_;
	my @stat = Time::HiRes::stat("$directory/$path");
	my $sha = Digest::SHA->new(256)->addfile("$directory/$path", 'b')->hexdigest;

	return sprintf '{"path": "%s", "size": %d, "modified": %d000000000, "sha256": "%s"}',
	  $path, $stat[7], int $stat[9], $sha;
}

sub files_below
{
	my ($directory) = @_;
	my @files;

	File::Find::find(
		{
			no_chdir => 1,
			wanted => sub {
				push @files, substr $_, 1 + length $directory if -f $_ && !m{/manifest\.json};
			}
		},
		$directory);
	return sort @files;
}

=pod

=item hand_snapshot($node, $directory, databases => [], share => { name, path,
folders => [] , leave_out => [] }, head => {})

A snapshot of databases of a node and of folders of a share, with a manifest as
"snapshot create" writes it. Returns the directory.

=cut

sub hand_snapshot
{
	my ($node, $directory, %opt) = @_;
	my @databases;

	remove_tree($directory);
	make_path("$directory/databases");
	foreach my $name (@{ $opt{databases} // [] })
	{
		run_or_die('pg_dump', '-Fd', '-j', '2', '-f', "$directory/databases/$name", '-d', $node->connstr($name));
		push @databases, JSON::PP::decode_json($node->safe_psql('postgres', <<"SQL"));
SELECT json_build_object('name', datname, 'dump', 'databases/' || datname, 'owner', pg_get_userbyid(datdba),
	'encoding', pg_encoding_to_char(encoding), 'collate', datcollate, 'ctype', datctype, 'provider', 'libc',
	'acl', datacl::text, 'connections', datconnlimit, 'timeline', 1, 'time_ms', 1, 'time', '',
	'server_version', current_setting('server_version_num')::int, 'epoch', 0, 'recovery', false,
	'settings', (SELECT coalesce(json_agg(json_strip_nulls(json_build_object('role', (SELECT rolname FROM pg_roles r WHERE r.oid = s.setrole),
		'name', split_part(c, '=', 1), 'value', substr(c, strpos(c, '=') + 1)))), '[]')
		FROM pg_db_role_setting s, unnest(s.setconfig) c WHERE s.setdatabase = d.oid),
	'tables', '[]'::json)
FROM pg_database d WHERE datname = '$name'
SQL
		delete $databases[-1]{acl} if !defined $databases[-1]{acl};
	}
	run_or_die('pg_dumpall', '--roles-only', '--no-role-passwords', '-f', "$directory/databases/roles.sql",
		'-d', $node->connstr('postgres'))
	  if @databases;
	my @parts = map { { kind => 'database', name => $_->{name}, path => $_->{dump} } } @databases;
	my @shares;
	if (my $share = $opt{share})
	{
		make_path("$directory/share/$share->{name}");
		run_or_die('cp', '-a', "$share->{path}/$_", "$directory/share/$share->{name}/")
		  foreach @{ $share->{folders} };
		push @shares, {
			name => $share->{name},
			path => $share->{path},
			folders => [ map { { name => $_, mirror => JSON::PP::true } } @{ $share->{folders} } ],
			leave_out => $share->{leave_out} // []
		};
		push @parts, { kind => 'share', name => $share->{name}, path => "share/$share->{name}" };
	}
	$_ = { %$_, begun_ms => 1, ended_ms => 1, files => 1, bytes => 1 } foreach @parts;
	my $head = JSON::PP->new->canonical->encode(
		{
			version => 1, name => 'hand', kind => 'fixed', site => 'A', made_by => 'a test', mode => 'physical', role => 'active',
			epoch => 0, begun_ms => 1, ended_ms => 2, begun => '', ended => '', databases => \@databases, shares => \@shares,
			values => [], parts => \@parts, notes => [], directories => [], %{ $opt{head} // {} }
		});
	seal_manifest($directory, $head);
	return $directory;
}

sub seal_manifest
{
	my ($directory, $head) = @_;

	$head =~ s/\}$/,/;
	my $manifest = "$head\n\"files\": [\n" . join(",\n", map { file_line($directory, $_) } files_below($directory)) . "\n]}\n";
	write_file("$directory/manifest.json", $manifest);
	write_file("$directory/manifest.json.sha256", Digest::SHA::sha256_hex($manifest) . "  manifest.json\n");
	return;
}

=pod

=item legacy_snapshot($node, $directory, databases => [], root => UNC path,
share => path, folders => [])

A folder as the Snapshots tool makes it.

=cut

sub legacy_snapshot
{
	my ($node, $directory, %opt) = @_;

	remove_tree($directory);
	make_path($directory);
	foreach my $name (@{ $opt{databases} })
	{
		run_or_die('pg_dump', '-Ft', '-f', "$directory/${name}_backup.tar", '-d', $node->connstr($name));
	}
	write_file("$directory/Settings.cmd", join '', map { "SET $_->[0]=$_->[1]\r\n" } [ RootFolder => $opt{root} ],
		[ Apps => "$opt{root}\\Apps" ], [ StaticContent => "$opt{root}\\StaticContent" ]);
	run_or_die('cp', '-a', "$opt{share}/$_", "$directory/") foreach @{ $opt{folders} // [] };
	return $directory;
}

=pod

=item rows_hash($node, $database)

A dump of the database, as a hash.

=cut

sub rows_hash
{
	my ($node, $database) = @_;

	# pg_dump puts a random word into the file against psql's commands.
	return Digest::SHA::sha256_hex(
		run_or_die('pg_dump', '-Fp', '-d', $node->connstr($database)) =~ s/^\\(?:un)?restrict .*$//mgr);
}

=pod

=item database_list($node)

All databases with their object identifiers, owners and rights, a line each.

=cut

sub database_list
{
	my ($node) = @_;

	return $node->safe_psql('postgres', <<'SQL');
SELECT d.datname, d.oid, pg_get_userbyid(d.datdba), d.datacl, d.datallowconn, d.datconnlimit, s.setconfig,
	shobj_description(d.oid, 'pg_database')
FROM pg_database d LEFT JOIN pg_db_role_setting s ON s.setdatabase = d.oid AND s.setrole = 0 ORDER BY 1
SQL
}

=pod

=item tree($root)

All that is below a directory: names, times, contents and links, a line each.

=cut

sub tree
{
	my ($root) = @_;
	my @lines;

	File::Find::find(
		{
			no_chdir => 1,
			wanted => sub {
				my $path = substr $_, length $root;
				my @stat = Time::HiRes::lstat($_);

				return if $path eq '' ;
				push @lines, join ' ', $path, -l _ ? 'link ' . readlink $_ : -d _ ? 'folder' : Digest::SHA->new(256)->addfile($_, 'b')->hexdigest,
				  sprintf('%.3f %o %d', $stat[9], $stat[2], $stat[4]);
			}
		},
		$root);
	return join "\n", sort @lines;
}

=pod

=item restore_state($node, \@databases, @roots)

What a restore must leave as it was: databases with their rows, and shares.

=cut

sub restore_state
{
	my ($node, $databases, @roots) = @_;

	return join "\n", database_list($node), (map { rows_hash($node, $_) } @$databases), (map { tree($_) } @roots);
}

1;
