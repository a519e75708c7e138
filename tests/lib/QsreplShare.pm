#
# QsreplShare.pm
#		A pair of sites with a file share each, which are directories here.
#
package QsreplShare;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use Fcntl qw(S_ISREG S_ISDIR S_ISLNK);
use File::Path qw(make_path remove_tree);
use File::Spec;
use IPC::Run ();
use JSON::PP;
use QsreplPair;
use QsreplTool;

our @EXPORT = qw(%share_root share_section share_confs put get tree marker
  set_marker sync sync_json trash settle);

# The roots of both sites' shares.
our %share_root =
  map { $_ => "$QsreplTool::tool_dir/share_$_" } 'A', 'B';

=pod

=item share_section(key => value, ...)

The section [share qlik]; keys with undef are left out.

=cut

sub share_section
{
	my %opt = (
		A => $share_root{A},
		B => $share_root{B},
		mapping => 'share',
		add => 'ArchivedLogs',
		@_);

	return "[share qlik]\n"
	  . join('', map { "$_ = $opt{$_}\n" } grep { defined $opt{$_} } sort keys %opt);
}

=pod

=item share_confs(\%nodes, key => value, ...)

Both sites' configurations with such a section; returns a hash from sites to
files.

=cut

sub share_confs
{
	my ($nodes, %opt) = @_;

	make_path(values %share_root);
	return map { $_ => conf_file($_, $nodes, sections => share_section(%opt), change => [ qr/^connect_timeout = 2s$/m => 'connect_timeout = 15s' ]) } 'A', 'B';
}

=pod

=item put($root, $path, $content, $time), get($root, $path)

Write a file with the folders above it, or read one: undef where none is. The
time is in seconds since 1970.

=cut

sub put
{
	my ($root, $path, $content, $time) = @_;

	write_file("$root/$path", $content // $path, $time);
	return;
}

sub get
{
	my ($root, $path) = @_;
	my $file = "$root/$path";

	return if !-f $file;
	open my $handle, '<', $file or die "$file: $!";
	local $/;
	return scalar <$handle>;
}

=pod

=item tree($root, @folders)

All that is below folders of a root (all but what is qsrepl's own, if none is
given), as a hash from paths to "content @ time", "folder", "link to ..." or
"other".

=cut

sub tree
{
	my ($root, @folders) = @_;
	my %found;

	my @todo = @folders;
	@todo = grep { !/^\.qsrepl/ } names($root) if !@folders;
	while (defined(my $path = shift @todo))
	{
		my @info = lstat "$root/$path";

		next if !@info;
		if (S_ISDIR($info[2]))
		{
			$found{$path} = 'folder';
			push @todo, map { "$path/$_" } names("$root/$path");
		}
		elsif (S_ISLNK($info[2])) { $found{$path} = 'link to ' . readlink "$root/$path" }
		elsif (S_ISREG($info[2])) { $found{$path} = get($root, $path) . " @ $info[9]" }
		else { $found{$path} = 'other' }
	}
	return \%found;
}

sub names
{
	my ($folder) = @_;

	opendir my $handle, $folder or return;
	return sort grep { !/^\.\.?$/ } readdir $handle;
}

=pod

=item marker($site), set_marker($site, key => value, ...)

A site's marker as a hash, undef where there is none; or change it, or remove
it where no key is given.

=cut

sub marker
{
	my ($site) = @_;
	my $text = get($share_root{$site}, '.qsrepl-share.json');

	return defined $text ? decode_json($text) : undef;
}

sub set_marker
{
	my ($site, %change) = @_;
	my $file = "$share_root{$site}/.qsrepl-share.json";

	if (!%change)
	{
		unlink $file;
		return;
	}
	put($share_root{$site}, '.qsrepl-share.json',
		JSON::PP->new->canonical->encode({ version => 1, share => 'qlik', site => $site, epoch => 0, role => 'source', last => undef, %{ marker($site) // {} }, %change }));
	return;
}

=pod

=item sync($conf, @words)

"qsrepl share sync --yes"; returns exit code, output and errors. sync_json()
returns the document of the only share instead of the output.

=cut

sub sync
{
	my ($conf, @words) = @_;

	return qsrepl('share', 'sync', '--config', $conf, '--yes', @words);
}

sub sync_json
{
	my ($conf, @words) = @_;
	my ($code, $out, $err) = sync($conf, '--json', @words);

	return ($code, $out ne '' ? decode_json($out)->[0] : {}, $err);
}

=pod

=item trash($site)

What is in the trash, without the times: a hash from paths to lists of contents,
the oldest first.

=cut

sub trash
{
	my ($site) = @_;
	my $root = "$share_root{$site}/.qsrepl-trash";
	my %found;

	foreach my $stamp (grep { /^\d{8}T/ } names($root))
	{
		my $tree = tree($root, $stamp);

		foreach my $path (sort keys %$tree)
		{
			my ($below) = $path =~ m{^[^/]+/(.*)}s;

			next if !defined $below || $tree->{$path} eq 'folder';
			push @{ $found{$below} }, $tree->{$path} =~ s/ @ \d+$//sr;
		}
	}
	return \%found;
}

=pod

=item settle(\%root)

Both roots empty, without markers and trash.

=cut

sub settle
{
	remove_tree(values %share_root);
	make_path(values %share_root);
	return;
}

1;
