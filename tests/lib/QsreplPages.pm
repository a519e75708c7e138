#
# QsreplPages.pm
#		The pages of the documentation, taken apart: blocks of code with the
#		comments above them, commands, and calls of qsrepl within the text. The
#		convention is told at the top of docs/development.md.
#
package QsreplPages;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use FindBin;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(pages blocks commands inline_calls $tree);

our $tree = "$FindBin::RealBin/../..";

# Their names, from the top of the tree.
sub pages
{
	return 'README.md', map { s{^\Q$tree\E/}{}r } sort glob "$tree/docs/*.md";
}

# "exit=1,0 at=B" to a hash, with the scene or the reason as "what".
sub directive
{
	my ($kind, $words) = @_;
	my %directive = (kind => $kind);

	if ($kind ne 'run')
	{
		$directive{what} = $words;
		return \%directive;
	}
	foreach my $word (split ' ', $words)
	{
		if ($word =~ /^(\w+)=(.*)$/) { $directive{$1} = $2 }
		else { $directive{what} = $word }
	}
	return \%directive;
}

=pod

=item blocks($page)

The blocks of code of a page: hashes with page, line (of the first line within),
language, text, and directive, if there is one.

=cut

sub blocks
{
	my ($page) = @_;
	my ($comment, $block, @blocks);
	my $number = 0;

	foreach my $line (split /\n/, slurp_file("$tree/$page"))
	{
		$number++;
		if ($block && $line =~ /^\s*```\s*$/)
		{
			push @blocks, $block;
			undef $block;
		}
		elsif ($block)
		{
			$block->{text} .= ($line =~ s/^ {0,$block->{indent}}//r) . "\n";
		}
		elsif ($line =~ /^( {0,3})```(\w*)\s*$/)
		{
			$block = { page => $page, line => $number + 1, indent => length $1, language => $2, text => '', directive => $comment };
			undef $comment;
		}
		elsif ($line =~ /^\s*<!-- (run|not run|file|output): (.*?) *-->\s*$/) { $comment = directive($1, $2) }
		else { undef $comment }
	}
	die "$page: a block of code has no end" if $block;
	return @blocks;
}

=pod

=item commands($text)

The commands of a block for a terminal: hashes with line (from 0), text, and the
comment behind it.

=cut

sub commands
{
	my ($text) = @_;
	my @lines = split /\n/, $text;
	my @commands;

	for (my $i = 0; $i < @lines; $i++)
	{
		my ($line, $at) = ($lines[$i], $i);

		next if $line =~ /^\s*(#|$)/;
		# What goes on: a backslash, a document, a quote or a loop that is open.
		while ($i < $#lines && open_ended($line)) { $line .= "\n" . $lines[ ++$i ] }
		my ($comment) = $line =~ /\n/ ? () : $line =~ /\s#\s*(.*)$/;
		$line =~ s/\s+#\s.*$// if defined $comment;
		push @commands, { line => $at, text => $line, comment => $comment // '' };
	}
	return @commands;
}

sub open_ended
{
	my ($text) = @_;
	my $bare = $text =~ s/(^|\s)#\s.*$/$1/mgr =~ s/\\'//gr =~ s/'[^']*'//gr =~ s/"[^"]*"//gr;

	return 1 if $text =~ /\\$/ || $bare =~ /'/;
	return 1 if $text =~ /<<'?(\w+)'?/ && $text !~ /\n$1$/;
	return 1 if $bare =~ /\bdo\b/ && $bare !~ /\bdone\b/;
	return 0;
}

# Brackets open, alternatives one after the other.
sub variants
{
	my ($text) = @_;
	my @found = ($text =~ s/\\\|/|/gr =~ s/[\[\]]//gr);

	while (my ($i) = grep { $found[$_] =~ /\S+\|\S+/ } 0 .. $#found)
	{
		my ($before, $alternatives, $after) = $found[$i] =~ /^(.*?)(\S+\|\S+)(.*)$/s;

		splice @found, $i, 1, map { "$before$_$after" } split /\|/, $alternatives;
	}
	return @found;
}

=pod

=item inline_calls($page)

All that looks like a call of qsrepl: between back quotes, and in blocks of any
language. Hashes with page, line, call (the words behind "qsrepl") and whole: a
complete call is wanted.

=cut

sub inline_calls
{
	my ($page) = @_;
	my $text = slurp_file("$tree/$page");
	my @calls;

	foreach my $block (blocks($page))
	{
		my $line = $block->{line};

		foreach my $part ($block->{language} eq 'sh' ? map { [ $_->{line}, $_->{text} ] } commands($block->{text}) : ())
		{
			push @calls, { page => $page, line => $line + $part->[0], whole => 1, call => $1 }
			  while $part->[1] =~ /(?:^|[\s;&|])(?:\S*\/)?qsrepl ((?:\\\n|[^\n;&|>])+)/g;
		}
		next if $block->{language} =~ /^(sh|sql|json|mermaid)$/;
		foreach my $row (split /\n/, $block->{text})
		{
			push @calls, { page => $page, line => $line, whole => 1, call => $2 }
			  if $row =~ /^(?!\s*#)(.*\s|ExecStart=|)(?:\S*\/)?qsrepl ([a-z-]+(?: [^">|]+|))/ && $row !~ /[=:] .*\bsrv\/qsrepl/;
			$line++;
		}
	}
	$text =~ s{^(\s*)```.*?^\s*```$}{ $& =~ s/[^\n]//gr }gmse;
	while ($text =~ /`([^`]+)`/g)
	{
		my ($span, $line) = ($1, 1 + substr($text, 0, $-[0]) =~ tr/\n//);

		$span =~ s/\s+/ /g;
		next if $span !~ /^qsrepl (\S.*)$/;
		push @calls, map { { page => $page, line => $line, whole => 0, call => $_ } } variants($1);
	}
	return @calls;
}

1;
