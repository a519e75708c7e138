#
# QsreplSnapshot.pm
#		Sites with a share and a directory for snapshots.
#
package QsreplSnapshot;

use strict;
use warnings FATAL => 'all';

use Digest::SHA ();
use Exporter 'import';
use Fcntl qw(:mode);
use File::Find ();
use File::Spec;
use IPC::Run ();
use JSON::PP ();
use MIME::Base64 ();
use PostgreSQL::Test::Utils;
use QsreplTool;
use Time::HiRes ();

our @EXPORT = qw($share_dir $store_dir put snapshot_conf snapshot snapshot_stepped
  manifest_of files_of problems_of snapshots_in until_not_fresh);

our $share_dir = "$tool_dir/share_A";
our $store_dir = "$tool_dir/snapshots_A";

=pod

=item put($path, $content)

A file of site A's share, with the folders that it is in.

=cut

sub put
{
	my ($path, $content) = @_;

	write_file("$share_dir/$path", $content);
	return;
}

=pod

=item snapshot_conf($site, \%nodes, site => lines, share => lines, sections => text)

The configuration of a site's machine, with a share named "Qlik".

=cut

sub snapshot_conf
{
	my ($site, $nodes, %opt) = @_;
	my %lines = map { $_ => "snapshot_directory = $tool_dir/snapshots_$_\n" . ($opt{site} // '') } keys %$nodes;

	return conf_file(
		$site, $nodes, %lines,
		file => $opt{file} // "$tool_dir/snapshot_$site.conf",
		main => $opt{main} // "databases = qsr more Licenses\n",
		change => $opt{change} // [],
		sections => ($opt{no_share} ? '' : "[share Qlik]\nmapping = share\nadd = ArchivedLogs\nA = $tool_dir/share_A\nB = $tool_dir/share_B\n")
		  . ($opt{share} // '')
		  . ($opt{sections} // ''));
}

=pod

=item snapshot($conf, words), snapshot_stepped(\%environment, $conf, words)

"qsrepl snapshot ...". Returns the exit code, standard output and standard
error; with the library of tests/preload/steps.c also, at first,
whether it was killed.

=cut

sub snapshot
{
	my ($conf, $verb, @words) = @_;
	my ($code, $out, $err) = qsrepl('snapshot', $verb, '--config', $conf, @words);

	return ($code, $out, $err =~ s/^qsrepl: snapshot: .*\n//mgr);
}

sub snapshot_stepped
{
	my ($environment, $conf, $verb, @words) = @_;
	my ($out, $err);
	local %ENV = (%ENV, %$environment, LD_PRELOAD => File::Spec->rel2abs('build/steps.so'));

	IPC::Run::run([ $qsrepl_program, 'snapshot', $verb, '--config', $conf, @words ], '<', \'', '>', \$out, '2>', \$err);
	return (($? & 127) == 9, $? >> 8, $out, $err =~ s/^qsrepl: snapshot: .*\n//mgr);
}

=pod

=item manifest_of($directory)

A snapshot's manifest, decoded: strings are bytes of UTF-8.

=cut

sub manifest_of
{
	my ($directory) = @_;
	my $document = JSON::PP->new->utf8->decode(slurp_file("$directory/manifest.json"));

	foreach my $file (@{ $document->{files} })
	{
		utf8::encode($file->{path}) if defined $file->{path};
	}
	return $document;
}

=pod

=item files_of($directory)

A hash from the paths of its files to what lstat() says.

=cut

sub files_of
{
	my ($directory) = @_;
	my %files;

	File::Find::find(
		{
			no_chdir => 1,
			wanted => sub {
				my @info = lstat $File::Find::name;

				$files{ substr $File::Find::name, 1 + length $directory } = \@info if !S_ISDIR($info[2]);
			}
		},
		$directory);
	return \%files;
}

=pod

=item problems_of($directory)

What is not as it should be in a snapshot, by other means than qsrepl's own: a
list of words, empty where all is well.

=cut

sub problems_of
{
	my ($directory) = @_;
	my $sum = slurp_file("$directory/manifest.json.sha256");
	my $found = files_of($directory);
	my @problems;

	push @problems, 'manifest'
	  if $sum ne Digest::SHA->new(256)->addfile("$directory/manifest.json")->hexdigest . "  manifest.json\n";
	delete @$found{qw(manifest.json manifest.json.sha256)};
	foreach my $file (@{ manifest_of($directory)->{files} })
	{
		my $path = $file->{path} // MIME::Base64::decode_base64($file->{path_base64});
		my $info = delete $found->{$path};

		push @problems, "missing $path" if !$info;
		next if !$info;
		push @problems, "size of $path" if $info->[7] != $file->{size};
		push @problems, "writable $path" if $info->[2] & 0222;
		push @problems, "content of $path"
		  if Digest::SHA->new(256)->addfile("$directory/$path")->hexdigest ne $file->{sha256};
	}
	push @problems, map { "more: $_" } sort keys %$found;
	return @problems;
}

=pod

=item snapshots_in($store)

The names of all that is in a directory of snapshots but its lock.

=cut

sub snapshots_in
{
	my ($store) = @_;

	opendir my $dir, $store or return ();
	my @names = sort grep { !/^\.(?:\.?|lock)$/ } readdir $dir;
	closedir $dir;
	return @names;
}

=pod

=item until_not_fresh()

A file that was changed less than two seconds ago is not believed to be the
same by its times: let the share's files be older.

=cut

sub until_not_fresh
{
	my $newest = 0;

	File::Find::find(
		sub {
			my $changed = (Time::HiRes::lstat $_)[10];

			$newest = $changed if $changed > $newest;
		},
		$share_dir);
	Time::HiRes::usleep(20000) while Time::HiRes::time() < $newest + 2.05;
	return;
}

1;
