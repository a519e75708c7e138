#
# Damage.pm
#		A byte of a file is another one.
#
package Torture::Faults::Damage;

use strict;
use warnings FATAL => 'all';

use File::Find ();
use File::Spec;
use PostgreSQL::Test::Utils;
use QsreplTool;
use Torture::Faults::Processes;
use Torture::Faults::Tool;
use Torture::Site;

# Change one byte of a file, whose time stays; returns what it was.
sub damage
{
	my ($file) = @_;
	my $bytes = slurp_file($file);
	my @info = stat $file;
	my $at = int rand length $bytes;
	my $other = $bytes;

	substr($other, $at, 1) = chr(ord(substr $bytes, $at, 1) ^ (1 << int rand 7));
	rewrite($file, $other, @info);
	return ($bytes, "byte $at");
}

sub rewrite
{
	my ($file, $bytes, @info) = @_;

	chmod 0600, $file;
	open my $out, '>:raw', $file or die "$file: $!";
	print $out $bytes;
	close $out or die "$file: $!";
	utime $info[8], $info[9], $file;
	chmod $info[2] & 07777, $file;
	return;
}

sub files_below
{
	my ($dir) = @_;
	my @files;

	File::Find::find({ no_chdir => 1, wanted => sub { push @files, $_ if -f && -s } }, $dir);
	return sort @files;
}

my $n = 0;

# A command that finds it, by its exit code.
sub must_find
{
	my ($world, $what, @words) = @_;
	my ($code, $out, $err) = $world->tool($world->{active}, @words);

	$world->problem("qsrepl @words: $code, although $what is damaged") if $code == 0;
	$world->problem("qsrepl @words: $code, without a reason") if $code != 0 && "$out$err" !~ /\w/;
	return;
}

# Where no copy had been made yet, the hint leaves the rest to somebody's hands: of a
# switchover so young that is the slot for the way back.
sub by_hand
{
	my ($world) = @_;

	return if !-e "$world->{dir}/damaged_journal";
	unlink "$world->{dir}/damaged_journal";
	$world->ask($world->passive, 'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active') if $world->{mode} eq 'physical';
	return;
}

sub kinds
{
	return (
		{ name => 'byte of a snapshot', modes => 'physical logical', run => sub {
			my ($world) = @_;
			my $name = 'damaged' . ++$n;
			my $dir = "$world->{dir}/snapshots_$world->{active}";
			$world->must($world->{active}, 'snapshot', 'create', $name);
			my @files = files_below("$dir/$name");
			my $file = $files[ rand @files ];
			my (undef, $at) = damage($file);
			$world->{detail} = $file =~ s{.*/}{}r . " $at";
			must_find($world, $world->{detail}, 'snapshot', 'verify', $name);
			must_find($world, $world->{detail}, 'snapshot', 'restore', $name, '--yes', '--replace-active', $world->{active}, '--accept-change', 1000);
			system_or_bail('rm', '-rf', "$dir/$name");
		} },
		{ name => "byte of a share's file", modes => 'physical logical', after => \&Torture::Faults::Tool::same_share, run => sub {
			my ($world) = @_;
			my $root = "$world->{dir}/share_" . $world->passive;
			$world->tool($world->{active}, 'share', 'sync', '--yes', '--max-change', 100);
			my @files = files_below("$root/Apps");
			my $file = $files[ rand @files ];
			my (undef, $at) = damage($file);
			$world->{detail} = $file =~ s{.*/}{}r . " $at";
			must_find($world, $world->{detail}, 'share', 'verify', '--hash');
			# As the page says: the file is brought anew once it is gone.
			unlink $file;
		} },
		{ name => 'byte of a journal', modes => 'physical logical', after => \&by_hand, run => sub {
			my ($world) = @_;
			my $site = ('A', 'B')[ rand 2 ];
			$world->tool($site, Torture::Faults::Tool::killed_at(40), 'switchover', '--yes', '--drain', '0', '--to', $world->passive);
			my @journals = sort glob "$world->{dir}/journal_$site/*.jsonl";
			return Torture::Faults::Processes::missed($world, 'no journal') if !@journals || !-s $journals[-1];
			my ($bytes, $at) = damage($journals[-1]);
			$world->{detail} = $at;
			my ($code, $out, $err) = $world->tool($site, 'resume');
			# What is refused is not to be guessed: as the hint says, it is moved away, and
			# the databases have a copy.
			return if $code == 0 || $err !~ /is damaged/;
			system_or_bail('mv', $journals[-1], "$world->{dir}/damaged_journal");
		} },
		{ name => 'byte of a configuration', modes => 'physical logical', run => sub {
			my ($world) = @_;
			my $site = ('A', 'B')[ rand 2 ];
			my (undef, $at) = damage("$world->{dir}/conf_$site");
			$world->{detail} = $at;
			$world->tool($site, 'config', 'check');
			$world->tool($site, 'check');
			configuration($world, $site);
		} },
		{ name => 'byte of a mapping', modes => 'physical logical', run => sub {
			my ($world) = @_;
			my $site = $world->{active};
			my $other = ('\\\\CN\\QlikShar', '\\\\CN\\QlikShare2', '\\\\CM\\QlikShare')[ rand 3 ];
			configuration($world, $site, change => sub { s/^A = \\\\CN\\QlikShare$/A = $other/m or die 'no mapping' });
			my ($code, $out, $err) = $world->tool($site, 'check');
			$world->{detail} = $other;
			$world->problem("check does not find that the mapping is another one: $other") if $code == 0 && $out !~ /^warn  mappings/m;
			$world->tool($site, 'switchover', '--yes', '--drain', '0', '--to', $world->passive);
			configuration($world, $site);
		} },
		{ name => 'byte of a certificate', modes => 'physical logical', after => \&Torture::Faults::Tool::same_certificates, run => sub {
			my ($world) = @_;
			my $store = "$world->{dir}/store_" . $world->passive;
			my $which = qr/set\.\d+.*\.(?:pfx|pem|crt|cer)$/;
			# A site that was active until a failover may have none of the other's yet.
			$world->tool($world->{active}, 'cert', 'sync') if !grep { /$which/ } files_below($store);
			my @files = grep { /$which/ } files_below($store);
			return Torture::Faults::Processes::missed($world, 'no certificate') if !@files;
			my $file = $files[ rand @files ];
			my @info = stat $file;
			my ($bytes, $at) = damage($file);
			$world->{detail} = $file =~ s{.*/}{}r . " $at";
			$world->tool($world->passive, 'cert', 'verify', '--site', $world->passive);
			$world->tool($world->{active}, 'switchover', '--yes', '--drain', '0', '--to', $world->passive);
			rewrite($file, $bytes, @info);
		} });
}

1;
