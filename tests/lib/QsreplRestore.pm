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
use QsreplTest;
use QsreplTool;
use QsreplTransport;
use Test::More;

our @EXPORT = qw(make_folder hand_snapshot hand_seal legacy_snapshot
  rows_hash tree database_list restore_state make_world dirty_world
  world_state is_restored same_lines restore_words count_writes abort_rounds
  resume_rounds);

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
folders => [] , leave_out => [] }, certificates => folder, head => {})

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
	if (my $folder = $opt{certificates})
	{
		make_path("$directory/certificates");
		foreach my $name ('root', 'server', 'client')
		{
			run_or_die('openssl', 'pkcs12', '-export', '-in', "$folder/$name.pem", '-inkey', "$folder/${name}_key.pem",
				'-out', "$directory/certificates/$name.pfx", '-passout', 'pass:QlikSense');
		}
		push @parts, { kind => 'certificates', name => '', path => 'certificates' };
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
	put_manifest($directory, $manifest);
	return;
}

=pod

=item hand_seal($directory)

Write the manifest anew, when files were changed.

=cut

sub hand_seal
{
	my ($directory) = @_;
	my ($head) = slurp_file("$directory/manifest.json") =~ /^(.*),\n"files": /s;

	seal_manifest($directory, "$head}");
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

=pod

=item make_world(%options)

Site A with all that a restore changes: databases "qsr" and "more", a share,
certificates, and the services of a node; its snapshot in $world{snapshot},
which has other rows, files and certificates than the site has then. Options:
standby => 1 for a site B that follows; role => name for a role that the
snapshot has, and the site has not; node => lines of the central node, and other
lines of the configuration as for conf_file().

=cut

# A node's services, by a command of one's own.
sub service_program
{
	my ($name, $folder) = @_;

	make_path($folder);
	foreach my $service ('QlikSenseServiceDispatcher', 'QlikSenseRepositoryService')
	{
		write_file("$folder/$service.state", 'running');
		write_file("$folder/$service.start", 'auto');
	}
	write_file($name, <<"SH");
#!/bin/sh
cd $folder || exit 1
line() {
	printf '{"service": "%s", "display": "%s", "state": "%s", "start": "%s"}\\n' "\$1" "\$1" "\$(cat \$1.state)" "\$(cat \$1.start)"
}
case \$1 in
list) for f in *.state; do line "\${f%.state}"; done ;;
query) line "\$2" ;;
stop) [ ! -e stuck ] || { echo "it is stuck" >&2; exit 3; }; printf stopped >"\$2.state" ;;
start) [ ! -e broken ] || { echo "it does not start" >&2; exit 3; }; printf running >"\$2.state" ;;
config) printf %s "\$3" >"\$2.start" ;;
rights) echo '{"stop": true, "start": true, "config": true}' ;;
run) shift; "\$@" ;;
esac
SH
	chmod 0755, $name;
	return $name;
}

sub services_now
{
	my ($world) = @_;

	return join ' ', map { my ($name) = m{([^/]*)$}; "$name=" . slurp_file($_) } sort glob "$world->{services}/*.st*";
}

my @content = ('Apps/one.qvf', 'Apps/two.qvf', 'Apps/deep/er/three.qvf', 'StaticContent/a b.png');

sub make_world
{
	my (%opt) = @_;
	my $dir = $tool_dir;
	my %world = (
		share => "$dir/share_A",
		snapshot => "$dir/snapshots/one",
		services => "$dir/services",
		store => "$dir/store_A",
		databases => [ 'qsr', 'more' ]);
	my %node = (A => bare_server('site_a'), B => bare_server('site_b'));
	my $program = service_program("$dir/service_program", $world{services});

	mkdir "$dir/snapshots";
	make_path("$dir/share_B");
	make_certificates("$dir/certificates_$_") foreach 'old', 'new';
	mkdir $world{store}, 0700;
	foreach my $site ('A', 'B')
	{
		$world{conf}{$site} = conf_file(
			$site, \%node,
			mappings => $qlik_mappings,
			A => "certificates = directory\ncertificate_directory = $world{store}\n" . ($opt{A} // ''),
			B => $opt{B} // '',
			main => "databases = qsr more\n" . ($opt{main} // ''),
			sections => <<"CONF" . ($opt{sections} // ''));
[share content]
A = $world{share}
B = $dir/share_B
mapping = share
mirror = Apps StaticContent
max_change = 90
[node CN]
site = A
address = 127.0.46.1
roles = central
service_control = exec
service_command = $program
@{[ $opt{node} // '' ]}
[services]
state_url = off
about_url = off
alive_url = off
CONF
	}
	my ($code, $out, $err) = qsrepl('cert', 'import', "$dir/certificates_new", '--site', 'A', '--yes', '--config', $world{conf}{A});
	die "$out$err" if $code != 0;
	$world{node} = \%node;
	$_->append_conf('postgresql.conf', "max_prepared_transactions = 2\n") foreach values %node;
	$node{A}->start;
	$node{A}->safe_psql('postgres', 'CREATE ROLE qliksenserepository LOGIN');
	foreach my $db (@{ $world{databases} })
	{
		$node{A}->safe_psql('postgres', "CREATE DATABASE $db OWNER qliksenserepository");
		$node{A}->safe_psql($db, <<'SQL');
CREATE TABLE ledger (id int PRIMARY KEY, path text);
INSERT INTO ledger SELECT i, '\\CN\QlikShare\Apps\' || i FROM generate_series(1, 50) i;
SQL
	}
	($code, $out, $err) = qsrepl('setup', 'primary', '--yes', '--site', 'A', '--config', $world{conf}{A});
	die "$out$err" if $code != 0;
	$node{A}->_update_pid(1);
	foreach my $db (@{ $world{databases} })
	{
		add_rules($node{A}, $db, [ 'ledger', 'path', 'path' ]);
		$node{A}->safe_psql($db, 'SELECT qsrepl.localize()');
	}
	$node{A}->safe_psql('qsr', "CREATE ROLE $opt{role}; GRANT SELECT ON ledger TO $opt{role}") if $opt{role};
	make_folder($world{share}, { map { $_ => "$_ in the snapshot" } @content }, 1_700_000_000);
	hand_snapshot($node{A}, $world{snapshot}, databases => $world{databases}, certificates => "$dir/certificates_old",
		share => { name => 'content', path => $world{share}, folders => [ 'Apps', 'StaticContent' ] });
	$node{A}->safe_psql('qsr', "REVOKE SELECT ON ledger FROM $opt{role}; DROP ROLE $opt{role}") if $opt{role};
	if ($opt{standby})
	{
		($code, $out, $err) = qsrepl('setup', 'standby', '--yes', '--site', 'B', '--discard-site', 'B', '--config', $world{conf}{B});
		die "$out$err" if $code != 0;
		$node{B}->_update_pid(1);
	}
	return \%world;
}

=pod

=item dirty_world($world)

Make the site differ from its snapshot in everything.

=cut

my $dirt = 0;

sub dirty_world
{
	my ($world) = @_;

	$dirt++;
	if ($dirt > 1)
	{
		my ($code, $out, $err) = qsrepl('cert', 'import', "$tool_dir/certificates_new", '--site', 'A', '--yes', '--config', $world->{conf}{A});
		die "$out$err" if $code != 0;
	}
	$world->{node}{A}->safe_psql($_, <<"SQL") foreach @{ $world->{databases} };
DROP TABLE IF EXISTS extra;
CREATE TABLE extra (x int);
DELETE FROM ledger WHERE id % 7 = 0;
INSERT INTO ledger VALUES (1000 + $dirt, 'changed');
SQL
	write_file("$world->{share}/Apps/one.qvf", "changed $dirt", 1_600_000_000 + $dirt);
	unlink "$world->{share}/Apps/deep/er/three.qvf";
	rmdir "$world->{share}/Apps/deep/er";
	write_file("$world->{share}/Apps/new/folder/only here.qvf", "new $dirt", 1_650_000_000);
	write_file("$world->{share}/Other/not known", 'kept', 1_650_000_000);
	utime 1_660_000_000, 1_660_000_000, "$world->{share}/Apps", "$world->{share}/Apps/new/folder";
	return;
}

sub certificates_now
{
	my ($world) = @_;
	my ($code, $out, $err) = qsrepl('cert', 'list', '--json', '--site', 'A', '--config', $world->{conf}{A});

	return "$code $out$err";
}

# All that must be as it was after an abort.
sub world_state
{
	my ($world) = @_;
	my @share = grep { !m{^/\.qsrepl-trash/\d{8}T\d{6}\.\d{3}Z} && $_ !~ m{^/\.qsrepl-trash folder} } split /\n/, tree($world->{share});

	return join "\n", database_list($world->{node}{A}),
	  (map { rows_hash($world->{node}{A}, $_) } @{ $world->{databases} }),
	  @share, certificates_now($world), services_now($world);
}

=pod

=item same_lines($got, $wanted, $name)

Whether two texts are the same; else the lines that differ are told.

=cut

sub same_lines
{
	my ($got, $wanted, $name) = @_;
	my %got = map { $_ => 1 } split /\n/, $got;
	my %wanted = map { $_ => 1 } split /\n/, $wanted;

	return ok($got eq $wanted, $name)
	  || diag(join "\n", (map { "+ $_" } grep { !$wanted{$_} } sort keys %got), (map { "- $_" } grep { !$got{$_} } sort keys %wanted))
	  && 0;
}

=pod

=item is_restored($world, $name)

Whether the site has what is in the snapshot.

=cut

sub described
{
	my ($path) = @_;
	my @stat = stat $path or return 'gone';

	return -d _ ? 'folder' : slurp_file($path) . " $stat[9]";
}

sub is_restored
{
	my ($world, $name) = @_;
	my $node = $world->{node}{A};
	my @found;

	foreach my $db (@{ $world->{databases} })
	{
		push @found, $node->safe_psql($db, q(SELECT count(*), max(id), to_regclass('extra'), qsrepl._state_word() FROM ledger));
	}
	push @found, $node->safe_psql('postgres', q(SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE NOT datistemplate));
	push @found, map { "$_: " . (described("$world->{share}/$_")) } @content,
	  'Apps/new/folder/only here.qvf', 'Apps/new', 'Other/not known';
	push @found, services_now($world);
	my ($code, $out) = qsrepl('cert', 'compare', '--folder', "$tool_dir/certificates_old", '--site', 'A', '--config', $world->{conf}{A});
	push @found, "certificates: $code";
	return same_lines(
		join("\n", @found),
		join("\n", ('50|50||local') x 2, 'more postgres qsr', (map { "$_: $_ in the snapshot 1700000000" } @content),
			'Apps/new/folder/only here.qvf: gone', 'Apps/new: gone', 'Other/not known: kept 1650000000',
			'QlikSenseRepositoryService.start=auto QlikSenseRepositoryService.state=running '
			  . 'QlikSenseServiceDispatcher.start=auto QlikSenseServiceDispatcher.state=running', 'certificates: 0'),
		$name);
}

=pod

=item restore_words($world)

The words of a restore of the snapshot that asks nothing.

=cut

sub restore_words
{
	my ($world) = @_;

	return ('snapshot', 'restore', $world->{snapshot}, '--yes', '--force', '--replace-active', 'A', '--config', $world->{conf}{A});
}

=pod

=item count_writes($world)

How often a restore that comes to its end makes its journal and other files
durable.

=cut

sub count_writes
{
	my ($world) = @_;
	my ($killed, $code, $out, $err) = qsrepl_killed({ KILL_COUNT => "$tool_dir/count" }, restore_words($world));

	is("$killed $code", ' 0', 'restored') or diag("$out$err");
	is_restored($world, 'all of it');
	chomp(my $writes = slurp_file("$tool_dir/count"));
	cmp_ok($writes, '>', 30, "it writes $writes times");
	return $writes;
}

sub killed_or_fail
{
	my ($world, $n) = @_;
	my ($killed, $code, $out, $err) = qsrepl_killed({ KILL_AFTER => $n }, restore_words($world));

	ok($killed, "killed behind write $n") or diag("$code $out$err");
	return $killed;
}

=pod

=item abort_rounds($world, @numbers)

Kill a restore behind each of these writes, and undo it: the site is as it was.
Past the point of no return it is gone on with. Returns how many were undone.

=cut

sub abort_rounds
{
	my ($world, @numbers) = @_;
	my ($undone, $before) = (0);

	foreach my $n (@numbers)
	{
		my $name = "killed behind write $n";

		if (!defined $before)
		{
			dirty_world($world);
			$before = world_state($world);
		}
		killed_or_fail($world, $n) or last;
		my ($code, $out, $err) = qsrepl('abort', '--config', $world->{conf}{A});
		if ($code == 6 && $err =~ /cannot be aborted any more/)
		{
			($code, $out, $err) = qsrepl('resume', '--config', $world->{conf}{A});
			is("$code $err", '0 ', "$name: past no return, gone on with");
			is_restored($world, "$name: restored");
			undef $before;
			next;
		}
		# Killed before anything was written: there is nothing to undo.
		$code = 0, $err = '' if $code == 6 && $err =~ /there is no run/;
		is("$code $err", '0 ', "$name: undone") or diag($out);
		same_lines(world_state($world), $before, "$name: as it was") or last;
		$undone++;
	}
	return $undone;
}

=pod

=item resume_rounds($world, @numbers)

The same, but each is gone on with, and everything is restored.

=cut

sub resume_rounds
{
	my ($world, @numbers) = @_;

	foreach my $n (@numbers)
	{
		my $name = "killed behind write $n";

		dirty_world($world);
		killed_or_fail($world, $n) or last;
		my ($code, $out, $err) = qsrepl('resume', '--config', $world->{conf}{A});
		if ($code == 6 && $err =~ /there is no run/ && $n < 5)
		{
			pass("$name: nothing had begun");
			next;
		}
		$code = 0, $err = '' if $code == 6 && $err =~ /there is no run/;
		is("$code $err", '0 ', "$name: gone on with") or diag($out);
		is_restored($world, "$name: restored") or last;
	}
	return;
}

1;
