#
# QsreplContent.pm
#		File shares of two sites for tests of moves: what is in them, and a
#		service that goes on writing into one.
#
package QsreplContent;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use File::Find ();
use File::Path qw(make_path);
use File::Spec;
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Utils;
use QsreplTest;
use QsreplTool;
use Time::HiRes ();

our @EXPORT = qw(share_root make_shares share_section put_file remove_file
  content marker set_age start_share_writer stop_share_writer written
  salvaged start_replicator stop_replicator);

=pod

=item share_root($site)

Where a site's share is.

=cut

sub share_root
{
	my ($site) = @_;

	return "$tool_dir/share_$site";
}

# Both shares, with the folders that are known.
sub make_shares
{
	foreach my $site ('A', 'B')
	{
		make_path(map { share_root($site) . "/$_" } 'Apps', 'StaticContent');
	}
	return;
}

=pod

=item share_section(lines)

The section of the configuration, with further lines.

=cut

sub share_section
{
	my ($lines) = @_;

	return "[share qlik]\nA = " . share_root('A') . "\nB = " . share_root('B')
	  . "\nmapping = share\nmirror = Apps StaticContent\nadd = ArchivedLogs\n" . ($lines // '');
}

=pod

=item put_file($site, $path, $text, $seconds)

Make a file of a site's share, as old as that.

=cut

sub put_file
{
	my ($site, $path, $text, $age) = @_;

	write_file(share_root($site) . "/$path", $text);
	set_age($site, $path, $age) if $age;
	return;
}

# Let a file have been changed so many seconds ago.
sub set_age
{
	my ($site, $path, $age) = @_;
	my $time = Time::HiRes::time() - $age;

	Time::HiRes::utime($time, $time, share_root($site) . "/$path") == 1 or die $!;
	return;
}

sub remove_file
{
	my ($site, $path) = @_;

	unlink share_root($site) . "/$path" or die "$path: $!";
	return;
}

# The files below a directory: a hash from paths to what is in them.
sub files
{
	my ($root, $below) = @_;
	my %files;

	return {} if !-d $root;
	File::Find::find(
		{
			no_chdir => 1,
			wanted => sub {
				$files{ $File::Find::name =~ s{^\Q$root\E/}{}r } = slurp_file($File::Find::name) if -f;
			}
		}, $below ? grep { -d } map { "$root/$_" } @$below : $root);
	return \%files;
}

=pod

=item content($site)

What is in the known folders of a site's share.

=cut

sub content
{
	my ($site) = @_;

	return files(share_root($site), [ 'Apps', 'StaticContent', 'ArchivedLogs' ]);
}

# What was moved aside there, without the folder's name.
sub salvaged
{
	my ($site) = @_;
	my $all = files(share_root($site) . '/.qsrepl-salvage');

	return { map { s{^[^/]*/}{}r => $all->{$_} } keys %$all };
}

# The marker of a site's share; undef where there is none.
sub marker
{
	my ($site) = @_;
	my $name = share_root($site) . '/.qsrepl-share.json';

	return -e $name ? JSON::PP::decode_json(slurp_file($name)) : undef;
}

my %writer;

=pod

=item start_share_writer($site)

Let somebody write into a site's share, until stop_share_writer() or until
there is the file $tool_dir/writer_stop.

=cut

sub start_share_writer
{
	my ($site) = @_;
	my $notes = "$tool_dir/written";
	my ($in, $out) = ('', '');

	unlink $notes, "$notes.end", "$tool_dir/writer_stop";
	make_path(share_root($site) . "/StaticContent/b \xc3\xa9 'c'");
	%writer = (out => \$out);
	$writer{run} = IPC::Run::start([ $^X, File::Spec->rel2abs('tests/clients/moves/share_writer.pl'),
			share_root($site), $notes, "$tool_dir/writer_stop", int rand 1e9 ], '<', \$in, '>', \$out, '2>&1');
	for (1 .. 1000)
	{
		last if -s $notes;
		Time::HiRes::usleep(10000);
	}
	return;
}

sub stop_share_writer
{
	append_to_file("$tool_dir/writer_stop", '');
	$writer{run}->finish;
	unlink "$tool_dir/writer_stop";
	die ${ $writer{out} } if $writer{run}->full_result(0) != 0;
	return;
}

=pod

=item start_replicator($from)

Something else that replicates one site's share to the other one, all of it, as
DFS Replication does, until stop_replicator().

=cut

my $replicator;

sub start_replicator
{
	my ($from) = @_;
	my ($source, $target) = map { share_root($_) } $from, $from eq 'A' ? 'B' : 'A';
	my ($in, $out) = ('', '');

	$replicator = IPC::Run::start([ $^X, '-e', 'my ($source, $target) = @ARGV; $SIG{TERM} = sub { exit 0 };'
			  . ' while (1) { system "rsync", "-a", "--modify-window=-1", "--delete", "$source/", "$target/"; select undef, undef, undef, 0.05; }', $source, $target ],
		'<', \$in, '>', \$out, '2>&1');
	return;
}

sub stop_replicator
{
	$replicator->kill_kill;
	undef $replicator;
	return;
}

=pod

=item written()

What must be there by what the writer has noted: a hash from paths to texts.

=cut

sub written
{
	my %files;

	foreach my $line (split /\n/, slurp_file("$tool_dir/written"))
	{
		my ($what, $rest) = $line =~ /^(\w+) (.*)$/;

		if ($what eq 'put')
		{
			my ($path, $text) = $rest =~ /^(.*?\/w\d+r*) (.*)$/ or die $line;
			$files{$path} = $text;
		}
		elsif ($what eq 'move')
		{
			my ($path, $to) = $rest =~ /^(.*?\/w\d+r*) (.*)$/ or die $line;
			$files{$to} = delete $files{$path};
		}
		else
		{
			delete $files{$rest};
		}
	}
	return \%files;
}

1;
