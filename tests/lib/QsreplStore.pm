#
# QsreplStore.pm
#		Sites with shares and directories of snapshots, and what is in them.
#
package QsreplStore;

use strict;
use warnings FATAL => 'all';

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

our @EXPORT = qw(make_store store_conf put_file snapshot_files flip_bit
  findings inode openssl make_certificate run_killed_later);

my $store;

=pod

=item make_store(databases => [ ... ])

Site A with databases that are localized, a share with some files, and
directories for snapshots of A and B; the server of B does not run. Returns a
hash: A and B (nodes), dir, share, snapshots (of A and B), conf (of A and B).

=cut

sub make_store
{
	my (%opt) = @_;
	my $dir = PostgreSQL::Test::Utils::tempdir_short();
	my @databases = @{ $opt{databases} // ['qsr'] };

	$store = {
		A => make_site('A', conf => "listen_addresses = '127.0.0.1'\n"), B => bare_server('site_b'), dir => $dir,
		share => "$dir/share", databases => \@databases,
		snapshots => { A => "$dir/a", B => "$dir/b" } };
	$store->{A}->safe_psql('postgres', 'CREATE ROLE qliksenserepository LOGIN');
	foreach my $db (@databases)
	{
		create_db($db, $store->{A});
		define_mappings($store->{A}, $db);
		$store->{A}->safe_psql($db, <<'SQL');
CREATE TABLE ledger (id int PRIMARY KEY, path text);
INSERT INTO ledger SELECT i, '\\CN\QlikShare\Apps\' || i FROM generate_series(1, 500) i;
SQL
		add_rules($store->{A}, $db, [ 'ledger', 'path', 'path' ]);
		$store->{A}->safe_psql($db, 'SELECT qsrepl.localize()');
	}
	foreach my $i (1 .. 12)
	{
		put_file("$dir/share/Apps/app$i.qvf", "app $i " x (50 * $i));
	}
	put_file("$dir/share/StaticContent/images/a b'c.png", 'picture');
	put_file("$dir/share/CustomData/\x{c3}\x{a4}.csv", 'a;b');
	mkdir "$dir/$_", 0700 foreach 'a', 'b';
	$store->{conf} = { map { $_ => store_conf($_) } 'A', 'B' };
	return %$store;
}

=pod

=item store_conf($site, host => { SITE => address }, A => lines, B => lines,
sections => sections, change => [ ... ], file => name)

The configuration of a site's machine.

=cut

sub store_conf
{
	my ($site, %opt) = @_;
	my $dir = $store->{dir};
	my @change = @{ $opt{change} // [] };

	push @change, qr/(?<=\[site $_\]\nhost = )[\d.]+/ => $opt{host}{$_} foreach sort keys %{ $opt{host} // {} };

	return conf_file(
		$site, { A => $store->{A}, B => $store->{B} },
		main => "databases = @{ $store->{databases} }\n" . ($opt{main} // ''),
		change => \@change,
		A => "snapshot_directory = $dir/a\n" . ($opt{A} // ''),
		B => "snapshot_directory = $dir/b\n" . ($opt{B} // ''),
		sections => <<"CONF" . ($opt{sections} // ''), file => $opt{file});
[share main]
A = $dir/share
B = $dir/share_b
mapping = share
mirror = Apps StaticContent CustomData
CONF
}

=pod

=item put_file($path, $content)

A file, with the folders that it is in.

=cut

sub put_file
{
	my ($path, $content) = @_;

	make_path($path =~ s{/[^/]*$}{}r);
	open my $handle, '>:raw', $path or die "$path: $!";
	print $handle $content;
	close $handle or die "$path: $!";
	return $path;
}

=pod

=item snapshot_files($directory)

Its files, sorted, below it.

=cut

sub snapshot_files
{
	my ($directory) = @_;
	my @files;

	File::Find::find({ no_chdir => 1, wanted => sub { push @files, $File::Find::name if -f && !-l } }, $directory);
	return sort map { substr $_, length($directory) + 1 } @files;
}

=pod

=item flip_bit($path, $bit)

Change a bit of a file, which keeps its time; the same call changes it back.
What is another snapshot's, too, is not changed there.

=cut

sub flip_bit
{
	my ($path, $bit) = @_;
	my ($mode, $time) = (stat $path)[ 2, 9 ];
	my $content = slurp_raw($path);
	my $at = int($bit / 8) % length $content;

	substr($content, $at, 1) ^= chr(1 << $bit % 8);
	unlink $path;
	put_file($path, $content);
	chmod $mode & 07777, $path;
	utime $time, $time, $path;
	return;
}

sub slurp_raw
{
	my ($path) = @_;

	open my $handle, '<:raw', $path or die "$path: $!";
	local $/;
	return scalar <$handle>;
}

=pod

=item findings($conf, words)

What "qsrepl snapshot verify --json" says: exit code, and the texts of a
severity in a hash of arrays.

=cut

sub findings
{
	my ($conf, @words) = @_;
	my ($code, $out, $err) = qsrepl('snapshot', 'verify', '--json', '--config', $conf, @words);
	my %found = (info => [], warning => [], wrong => []);
	my $document = eval { JSON::PP::decode_json($out) };

	die "snapshot verify @words: $code\n$out$err" if !$document;
	push @{ $found{ $_->{severity} } }, $_->{text} foreach @{ $document->{findings} };
	$found{document} = $document;
	return ($code, \%found);
}

=pod

=item inode($path)

=cut

sub inode
{
	my ($path) = @_;

	return (stat $path)[1];
}

=pod

=item openssl(words)

Run openssl; returns what it has printed, or dies.

=cut

sub openssl
{
	my @words = @_;
	my ($out, $err);

	IPC::Run::run([ 'openssl', @words ], '<', \'', '>', \$out, '2>', \$err)
	  or die "openssl @words: $err";
	return $out;
}

=pod

=item make_certificate($name, algorithm, options)

A key and its certificate: $name.key, and $name.crt; $name.pem has both.

=cut

sub make_certificate
{
	my ($name, @algorithm) = @_;

	openssl('req', '-x509', '-newkey', @algorithm, '-nodes', '-subj', '/CN=snapshots', '-days', '10', '-keyout', "$name.key", '-out', "$name.crt");
	write_private("$name.pem", slurp_raw("$name.key") . slurp_raw("$name.crt"));
	chmod 0600, "$name.key";
	return;
}

=pod

=item run_killed_later($ms, words)

Run the tool and kill it, and it alone, after so many milliseconds; returns
whether it had not ended by itself.

=cut

sub run_killed_later
{
	my ($ms, @words) = @_;
	my $run = IPC::Run::start([ $qsrepl_program, @words ], '<', \'', '>', \my $out, '2>', \my $err);
	my $pid = $run->{KIDS}[0]{PID};

	select undef, undef, undef, $ms / 1000;
	kill 9, $pid;
	$run->finish;
	return ($run->full_results)[0] == 9;
}

1;
